import { describe, expect, it } from 'vitest';
import type { Instant } from '../kernel/time.ts';
import { AccessLatencyProcess, COHERENCE_NS } from './latency.ts';
import { CellMobility } from './mobility.ts';
import type { Distribution } from './sampler.ts';

const at = (seconds: number) => (seconds * 1e9) as Instant;
const still = new CellMobility({ seed: 1, models: [{ kind: 'still' }], profile: new Int32Array(10) });
const LOGNORMAL: Distribution = { kind: 'lognormal', median: 0.012, p95: 0.04 };

function latency(distribution: Distribution, seed = 1, mobility = still) {
  return new AccessLatencyProcess({
    seed,
    distributions: [distribution],
    delays: [0],
    profile: new Int32Array(10),
    mobility,
  });
}

describe('access latency', () => {
  it('a constant is itself, in whole ns, rounded up', () => {
    expect(latency({ kind: 'constant', value: 0.02 }).draw(0, at(3))).toBe(20_000_000);
    expect(latency({ kind: 'constant', value: 1.5e-9 }).draw(0, at(3))).toBe(2);
  });

  it('draws of successive intervals have the given quantiles', () => {
    for (const distribution of [LOGNORMAL, { kind: 'gamma', mean: 0.02, shape: 2 } as const]) {
      const process = latency(distribution);
      const draws: number[] = [];
      for (let i = 0; i < 20_000; i++) draws.push(process.draw(3, (i * COHERENCE_NS) as Instant));
      draws.sort((a, b) => a - b);
      const [median, p95] = distribution.kind === 'gamma' ? [0.016783, 0.047439] : [0.012, 0.04];
      expect(Math.abs(draws[10_000]! / 1e9 / median - 1)).toBeLessThan(0.03);
      expect(Math.abs(draws[19_000]! / 1e9 / p95 - 1)).toBeLessThan(0.03);
      expect(draws.every(Number.isSafeInteger)).toBe(true);
    }
  });

  it('is a function of seed, device and interval alone, asked in any order', () => {
    const process = latency(LOGNORMAL);
    const later = process.draw(5, at(100));
    process.draw(4, at(100));
    process.draw(5, at(7));
    expect(process.draw(5, at(100))).toBe(later);
    expect(process.draw(5, at(100.0999))).toBe(later);
    expect(latency(LOGNORMAL).draw(5, at(100))).toBe(later);
    expect(process.draw(5, at(100.1))).not.toBe(later);
    expect(process.draw(6, at(100))).not.toBe(later);
    expect(latency(LOGNORMAL, 2).draw(5, at(100))).not.toBe(later);
  });

  it('a cell multiplies it', () => {
    const cells = { kind: 'cells', dwell: 10, spread: 3, rate: 1, gap: 0 } as const;
    const setup = { seed: 1, models: [cells], profile: new Int32Array(10) };
    const factor = new CellMobility(setup).latencyFactor(2, at(50));
    const constant = latency({ kind: 'constant', value: 0.02 }, 1, new CellMobility(setup));
    expect(constant.draw(2, at(50))).toBe(Math.ceil(0.02 * factor * 1e9));
  });

  it('has a delay on top, whatever the cell', () => {
    const [plain, later] = [latency(LOGNORMAL), latency(LOGNORMAL)];
    later.change(0, { latency: LOGNORMAL, delay: 0.1 }, at(1));
    for (const second of [1, 5, 9]) expect(later.draw(3, at(second))).toBe(plain.draw(3, at(second)) + 100_000_000);
    later.change(0, { latency: { kind: 'constant', value: 0.02 }, delay: 0.1 }, at(10));
    expect(later.draw(3, at(10))).toBe(120_000_000);
  });

  it('can be changed at an instant', () => {
    const process = latency(LOGNORMAL);
    const before = process.draw(0, at(1));
    process.change(0, { latency: { kind: 'constant', value: 0.3 }, delay: 0 }, at(60));
    expect(process.draw(0, at(60))).toBe(300_000_000);
    expect(process.draw(0, at(1))).toBe(before);
    expect(() => process.change(0, { latency: LOGNORMAL, delay: 0 }, at(59))).toThrow('not to precede');
  });
});
