import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sharing, type SharingHost } from './sharing.ts';

/** A clock and a list of wake-ups, in place of a simulation. */
class TestHost implements SharingHost {
  now = 0;
  sharing: Sharing | undefined;
  readonly ended: [number, number][] = [];
  readonly #wakes: { at: number; bundle: number; generation: number }[] = [];

  wake(at: number, bundle: number, generation: number): void {
    expect(at).toBeGreaterThanOrEqual(this.now);
    expect(Number.isSafeInteger(at)).toBe(true);
    this.#wakes.push({ at, bundle, generation });
  }

  finished(slot: number): void {
    this.ended.push([slot, this.now]);
  }

  run(until: number): void {
    for (;;) {
      this.#wakes.sort((a, b) => a.at - b.at);
      const next = this.#wakes[0];
      if (next === undefined || next.at > until) break;
      this.#wakes.shift();
      this.now = next.at;
      this.sharing!.look(next.bundle, next.generation);
    }
    this.now = until;
  }
}

function world(capacities: number[]) {
  const host = new TestHost();
  const sharing = new Sharing(host, Float64Array.from(capacities));
  host.sharing = sharing;
  return { host, sharing };
}

const links = (...numbers: number[]) => Int32Array.from(numbers);

interface Flow {
  readonly links: readonly number[];
  readonly cap: number;
}

/** The rates by progressive filling: all rise together; a flow stops at its cap or when one of its links is full. */
function progressiveFilling(capacities: readonly number[], flows: readonly Flow[]): number[] {
  const rates = flows.map(() => 0);
  const growing = new Set(flows.keys());
  while (growing.size > 0) {
    let step = Math.min(...[...growing].map((i) => flows[i]!.cap - rates[i]!));
    capacities.forEach((capacity, link) => {
      const users = [...growing].filter((i) => flows[i]!.links.includes(link)).length;
      const used = flows.reduce((sum, flow, i) => sum + (flow.links.includes(link) ? rates[i]! : 0), 0);
      if (users > 0) step = Math.min(step, (capacity - used) / users);
    });
    for (const i of growing) rates[i] = rates[i]! + Math.max(step, 0);
    const full = capacities.map((capacity, link) => {
      const used = flows.reduce((sum, flow, i) => sum + (flow.links.includes(link) ? rates[i]! : 0), 0);
      return used >= capacity * (1 - 1e-12);
    });
    for (const i of [...growing]) {
      if (rates[i]! >= flows[i]!.cap * (1 - 1e-12) || flows[i]!.links.some((link) => full[link])) growing.delete(i);
    }
  }
  return rates;
}

/** Links as a network has them: an access point, a region's bottleneck, the server's. */
const network = fc.record({
  capacities: fc.array(
    fc.integer({ min: 1, max: 50 }).map((x) => x * 1000),
    { minLength: 7, maxLength: 7 },
  ),
  flows: fc.array(
    fc.record({
      accessPoint: fc.integer({ min: -1, max: 2 }),
      bottleneck: fc.integer({ min: -1, max: 2 }),
      // Powers of two are the caps of their classes, so that nothing is lost to the width of a class.
      octave: fc.integer({ min: 6, max: 16 }),
      bytes: fc.integer({ min: 1, max: 100_000 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
});

function pathOf(flow: { accessPoint: number; bottleneck: number }): number[] {
  const path = [6];
  if (flow.accessPoint >= 0) path.push(flow.accessPoint);
  if (flow.bottleneck >= 0) path.push(3 + flow.bottleneck);
  return path;
}

describe('sharing', () => {
  it('gives one flow its cap, and ends it when its bytes are through', () => {
    const { host, sharing } = world([1000]);
    sharing.add(0, 0, links(0), 500, 250);
    expect(sharing.rate(0)).toBeCloseTo(250, 9);
    host.run(10e9);
    expect(host.ended).toEqual([[0, 2e9]]);
  });

  it('shares a full link equally, and gives what one leaves to the other', () => {
    const { host, sharing } = world([1000]);
    sharing.add(0, 0, links(0), 500, 4096);
    sharing.add(1, 0, links(0), 1500, 4096);
    expect(sharing.rate(0)).toBeCloseTo(500, 6);
    host.run(10e9);
    expect(host.ended.map(([slot]) => slot)).toEqual([0, 1]);
    expect(host.ended[0]![1]).toBeCloseTo(1e9, -1);
    expect(host.ended[1]![1]).toBeCloseTo(2e9, -1);
  });

  it('keeps a flow alone at its exact cap, whatever its class', () => {
    for (const cap of [100, 123.4, 777, 1e6 / 3]) {
      const { host, sharing } = world([1e9]);
      sharing.add(0, 0, links(0), 1000, cap);
      host.run(100e9);
      expect(host.ended[0]![1]).toBe(Math.ceil((1000 / cap) * 1e9 - 1e-3));
    }
  });

  it('gives back what a flow that leaves early had still to get', () => {
    const { host, sharing } = world([1000]);
    sharing.add(0, 0, links(0), 5000, 4096);
    sharing.add(1, 0, links(0), 5000, 4096);
    host.run(2e9);
    expect(sharing.remove(0)).toBeCloseTo(4000, 6);
    expect(sharing.rate(1)).toBeCloseTo(1000, 6);
    host.run(100e9);
    expect(host.ended).toHaveLength(1);
    expect(host.ended[0]![1]).toBeCloseTo(6e9, -2);
  });

  it('follows the capacity of a link', () => {
    const { host, sharing } = world([1000]);
    sharing.add(0, 0, links(0), 3000, 4096);
    host.run(1e9);
    sharing.setCapacity(0, 500);
    host.run(100e9);
    expect(host.ended[0]![1]).toBeCloseTo(5e9, -2);
  });

  it('is max-min fair: the rates are those of progressive filling (fixed seed 1)', () => {
    fc.assert(
      fc.property(network, ({ capacities, flows }) => {
        const { sharing } = world(capacities);
        const wanted: Flow[] = flows.map((flow) => ({ links: pathOf(flow), cap: 1 << flow.octave }));
        flows.forEach((flow, slot) => {
          const number = (flow.accessPoint + 1) * 10 + flow.bottleneck + 1;
          sharing.add(slot, number, Int32Array.from(pathOf(flow)), flow.bytes, wanted[slot]!.cap);
        });
        const exact = progressiveFilling(capacities, wanted);
        exact.forEach((rate, slot) => {
          expect(Math.abs(sharing.rate(slot) / rate - 1)).toBeLessThan(1e-6);
        });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('never puts a link above capacity, carries each byte once, and lets none starve, as flows come and go (fixed seed 2)', () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 2_000_000_000 }), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(network, arrivals, ({ capacities, flows }, pauses) => {
        const { host, sharing } = world(capacities);
        const carried = capacities.map(() => 0);
        let cancelled = 0;
        flows.forEach((flow, slot) => {
          host.run(host.now + pauses[slot]!);
          const path = pathOf(flow);
          sharing.add(
            slot,
            (flow.accessPoint + 1) * 10 + flow.bottleneck + 1,
            Int32Array.from(path),
            flow.bytes,
            777 * (slot + 1),
          );
          if (slot % 5 === 4 && sharing.has(slot - 1)) {
            cancelled++;
            const left = sharing.remove(slot - 1);
            for (const link of pathOf(flows[slot - 1]!)) carried[link]! -= left;
          }
          for (const link of path) carried[link]! += flow.bytes;
          capacities.forEach((capacity, link) => {
            expect(sharing.load(link)).toBeLessThanOrEqual(capacity * (1 + 1e-8));
          });
        });
        host.run(host.now + 1e15);
        expect(host.ended.length + cancelled).toBe(flows.length);
        capacities.forEach((_, link) => {
          expect(Math.abs(sharing.carried(link) - carried[link]!)).toBeLessThan(1e-3 * flows.length);
          expect(sharing.flows(link)).toBe(0);
        });
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('fills a crowded link to within its slack', () => {
    const { sharing } = world([1e6, 1e9]);
    for (let slot = 0; slot < 2000; slot++) {
      sharing.add(slot, slot % 7, links(0, 1), 1e6, 1000 + slot);
      expect(sharing.load(0)).toBeLessThanOrEqual(1e6 * (1 + 1e-8));
      if (slot > 1200) expect(sharing.load(0)).toBeGreaterThanOrEqual(1e6 * (1 - 2 / 64 - 1e-6));
    }
  });

  it('touches no more bundles an event when there are ten times as many flows', () => {
    const cost = (flows: number) => {
      const { host, sharing } = world([flows * 100, ...new Array<number>(50).fill(1e9)]);
      for (let slot = 0; slot < flows; slot++) {
        sharing.add(slot, slot % 50, links(0, 1 + (slot % 50)), 1e9, 500 + (slot % 97));
      }
      const before = sharing.touched;
      for (let round = 0; round < 2000; round++) {
        const slot = (round * 7919) % flows;
        host.now += 1000;
        sharing.remove(slot);
        sharing.add(slot, slot % 50, links(0, 1 + (slot % 50)), 1e9, 500 + (slot % 97));
      }
      return (sharing.touched - before) / 4000;
    };
    const few = cost(1000);
    const many = cost(10_000);
    expect(many).toBeLessThanOrEqual(few + 1);
    expect(many).toBeLessThan(64);
  });
});
