import { describe, expect, it } from 'vitest';
import { CHECKPOINT_EVERY, PRIORITY, Simulation } from './simulation.ts';
import { fromSeconds, type Instant, LAST_INSTANT } from './time.ts';

describe('Simulation', () => {
  it('runs events of one instant by priority, source, then order of scheduling', () => {
    const sim = new Simulation();
    const seen: number[] = [];
    const kind = sim.kind('test.note', (a) => seen.push(a));
    const first = sim.sources(2);
    sim.schedule(10, PRIORITY.device, first + 1, kind, 3, 0);
    sim.schedule(10, PRIORITY.device, first, kind, 1, 0);
    sim.schedule(10, PRIORITY.device, first, kind, 2, 0);
    sim.schedule(10, PRIORITY.intervention, first + 1, kind, 0, 0);
    sim.schedule(9, PRIORITY.measure, first + 1, kind, -1, 0);
    expect(sim.run(LAST_INSTANT)).toBe(false);
    expect(seen).toEqual([-1, 0, 1, 2, 3]);
    expect(sim.events).toBe(5);
  });

  it('refuses the past, stops when told, and stops at the horizon', () => {
    const sim = new Simulation();
    const source = sim.sources(1);
    let count = 0;
    const tick = sim.kind('test.tick', () => {
      count++;
      if (count === 3) sim.stop();
      sim.schedule(sim.now + 5, PRIORITY.device, source, tick, 0, 0);
    });
    sim.schedule(0, PRIORITY.device, source, tick, 0, 0);
    sim.run(7 as Instant);
    expect([count, sim.now]).toEqual([2, 5]);
    expect(() => sim.schedule(4, PRIORITY.device, source, tick, 0, 0)).toThrow(
      /at or after 5 ns with its key in range, got time 4/,
    );
    sim.run(LAST_INSTANT);
    expect(count).toBe(3);
  });

  it('keeps a checkpoint every 65,536 events and a trace of what it handles', () => {
    const sim = new Simulation();
    const source = sim.sources(1);
    const kinds = new Set<string>();
    sim.tracer = (event) => kinds.add(event.kind);
    const tick = sim.kind('test.tick', (left) => {
      if (left > 0) sim.schedule(sim.now + 1, PRIORITY.device, source, tick, left - 1, 0);
    });
    sim.schedule(0, PRIORITY.device, source, tick, CHECKPOINT_EVERY * 2, 0);
    sim.run(LAST_INSTANT);
    expect(sim.checkpoints).toHaveLength(2);
    expect([...kinds]).toEqual(['test.tick']);
  });

  it('digests the same events to the same digest and others to another', () => {
    const run = (argument: number): string => {
      const sim = new Simulation();
      const kind = sim.kind('test.note', () => {});
      sim.schedule(fromSeconds(1), PRIORITY.device, sim.sources(1), kind, argument, 0);
      sim.run(LAST_INSTANT);
      return sim.digest.hex();
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });
});
