import { describe, expect, it } from 'vitest';
import { CHECKPOINT_EVERY, PRIORITY, Simulation } from './simulation.ts';
import { fromSeconds, type Instant, LAST_INSTANT } from './time.ts';

describe('Simulation', () => {
  it('runs events of one instant by priority, source, then order of scheduling', () => {
    const sim = new Simulation();
    const seen: number[] = [];
    const kind = sim.kind('test.note', (a) => seen.push(a));
    const measure = sim.source('measure', PRIORITY.measure);
    const devices = sim.source('devices', PRIORITY.device, 2);
    const intervention = sim.source('intervention', PRIORITY.intervention);
    sim.schedule(10, devices, 1, kind, 3, 0);
    sim.schedule(10, devices, 0, kind, 1, 0);
    sim.schedule(10, devices, 0, kind, 2, 0);
    sim.schedule(10, intervention, 0, kind, 0, 0);
    sim.schedule(9, measure, 0, kind, -1, 0);
    expect(sim.run(LAST_INSTANT)).toBe(false);
    expect(seen).toEqual([-1, 0, 1, 2, 3]);
    expect(sim.events).toBe(5);
  });

  it('runs sources of one priority by name, and comes to one digest, in whatever order they were registered', () => {
    const run = (names: readonly string[]): { readonly seen: string[]; readonly digest: string } => {
      const sim = new Simulation();
      const seen: string[] = [];
      const kind = sim.kind('test.note', (a, b) => {
        const name = String.fromCharCode(a);
        seen.push(`${name}${b}`);
        // Scheduled while the simulation runs, where the first were scheduled before.
        if (sim.now < 2) sim.schedule(sim.now + 1, of.get(name)!, b, kind, a, b);
      });
      const of = new Map(names.map((name) => [name, sim.source(name, PRIORITY.network, 2)]));
      for (const name of names)
        for (const member of [1, 0]) sim.schedule(0, of.get(name)!, member, kind, name.charCodeAt(0), member);
      sim.run(LAST_INSTANT);
      return { seen, digest: sim.digest.hex() };
    };
    const one = run(['a', 'b', 'c']);
    const instant = ['a0', 'a1', 'b0', 'b1', 'c0', 'c1'];
    expect(one.seen).toEqual([...instant, ...instant, ...instant]);
    expect(run(['c', 'a', 'b'])).toEqual(one);
  });

  it('refuses a source of the same name, one that comes late, and a member that there is not', () => {
    const sim = new Simulation();
    const source = sim.source('fleet', PRIORITY.fleet, 3);
    const kind = sim.kind('test.note', () => {});
    expect(() => sim.source('fleet', PRIORITY.network)).toThrow(/fleet to be registered once/);
    expect(() => sim.schedule(0, source, 3, kind, 0, 0)).toThrow(/from fleet .* member 3 of 3/);
    sim.run(LAST_INSTANT);
    expect(() => sim.source('late', PRIORITY.network)).toThrow(/late to be registered before the simulation runs/);
    expect(() => sim.schedule(0, source, 3, kind, 0, 0)).toThrow(/member 3 of 3/);
  });

  it('refuses the past, stops when told, and stops at the horizon', () => {
    const sim = new Simulation();
    const source = sim.source('test', PRIORITY.device);
    let count = 0;
    const tick = sim.kind('test.tick', () => {
      count++;
      if (count === 3) sim.stop();
      sim.schedule(sim.now + 5, source, 0, tick, 0, 0);
    });
    sim.schedule(0, source, 0, tick, 0, 0);
    sim.run(7 as Instant);
    expect([count, sim.now]).toEqual([2, 5]);
    expect(() => sim.schedule(4, source, 0, tick, 0, 0)).toThrow(/at or after 5 ns with its key in range, got time 4/);
    sim.run(LAST_INSTANT);
    expect(count).toBe(3);
  });

  it('keeps a checkpoint every 65,536 events and a trace of what it handles', () => {
    const sim = new Simulation();
    const source = sim.source('test', PRIORITY.device);
    const kinds = new Set<string>();
    sim.tracer = (event) => kinds.add(`${event.kind} from ${event.source}`);
    const tick = sim.kind('test.tick', (left) => {
      if (left > 0) sim.schedule(sim.now + 1, source, 0, tick, left - 1, 0);
    });
    sim.schedule(0, source, 0, tick, CHECKPOINT_EVERY * 2, 0);
    sim.run(LAST_INSTANT);
    expect(sim.checkpoints).toHaveLength(2);
    expect([...kinds]).toEqual(['test.tick from test']);
  });

  it('digests the same events to the same digest and others to another', () => {
    const run = (argument: number): string => {
      const sim = new Simulation();
      const kind = sim.kind('test.note', () => {});
      sim.schedule(fromSeconds(1), sim.source('test', PRIORITY.device), 0, kind, argument, 0);
      sim.run(LAST_INSTANT);
      return sim.digest.hex();
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });
});
