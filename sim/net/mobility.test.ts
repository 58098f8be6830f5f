import { describe, expect, it } from 'vitest';
import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import { CellMobility, type MobilityModel } from './mobility.ts';

const at = (seconds: number) => (seconds * 1e9) as Instant;
const CELLS: MobilityModel = { kind: 'cells', dwell: 30, spread: 2, rate: 0.4, gap: 0.05 };

function moving(devices = 1, seed = 1) {
  return new CellMobility({ seed, models: [CELLS], profile: new Int32Array(devices) });
}

describe('mobility', () => {
  it('who stands still has factors of 1 and no gaps, beside others that move', () => {
    const mobility = new CellMobility({ seed: 1, models: [{ kind: 'still' }, CELLS], profile: Int32Array.of(0, 1) });
    expect(mobility.latencyFactor(0, at(100))).toBe(1);
    expect(mobility.rateFactor(0, at(100))).toBe(1);
    expect(mobility.gap(0, at(100))).toBe(0);
    expect(mobility.nextChange(0, at(100))).toBe(LAST_INSTANT);
    expect(mobility.latencyFactor(1, at(100))).not.toBe(1);
  });

  it('dwell times are exponential; factors have the given median, 95th percentile and range', () => {
    const mobility = moving();
    const factors: number[] = [];
    const rates: number[] = [];
    let now = 0 as Instant;
    let long = 0;
    for (let i = 0; i < 20_000; i++) {
      const next = mobility.nextChange(0, now);
      if (next - now > 30e9) long++;
      factors.push(mobility.latencyFactor(0, now));
      rates.push(mobility.rateFactor(0, now));
      expect(mobility.latencyFactor(0, (next - 1) as Instant)).toBe(factors[i]);
      now = next;
    }
    expect(Math.abs(now / 1e9 / 20_000 / 30 - 1)).toBeLessThan(0.03);
    expect(Math.abs(long / 20_000 - Math.exp(-1))).toBeLessThan(0.015);
    expect(Math.abs(factors.filter((factor) => factor > 1).length / 20_000 - 0.5)).toBeLessThan(0.015);
    expect(Math.abs(factors.filter((factor) => factor > 2).length / 20_000 - 0.05)).toBeLessThan(0.007);
    expect(Math.min(...rates)).toBeGreaterThan(0.4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1);
    expect(Math.abs(rates.reduce((sum, rate) => sum + rate, 0) / 20_000 - 0.7)).toBeLessThan(0.01);
  });

  it('a handover leaves a gap that runs out', () => {
    const mobility = moving();
    expect(mobility.gap(0, at(0))).toBe(0);
    const handover = mobility.nextChange(0, at(0));
    expect(mobility.gap(0, (handover - 1) as Instant)).toBe(0);
    expect(mobility.gap(0, handover)).toBe(50e6);
    expect(mobility.gap(0, (handover + 20e6) as Instant)).toBe(30e6);
    expect(mobility.gap(0, (handover + 60e6) as Instant)).toBe(0);
  });

  it('is a function of seed and device', () => {
    const often = moving(2);
    for (let s = 0; s < 500; s++) often.latencyFactor(1, at(s));
    expect(moving(9).latencyFactor(1, at(500))).toBe(often.latencyFactor(1, at(500)));
    expect(moving(9).latencyFactor(2, at(500))).not.toBe(often.latencyFactor(1, at(500)));
    expect(() => often.latencyFactor(1, at(1))).toThrow('Expected device 1 not to be asked');
  });
});
