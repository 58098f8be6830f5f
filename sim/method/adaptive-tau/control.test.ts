import { describe, expect, it } from 'vitest';
import { boundAt, fitBudget, gap, nextTau, smooth } from './control.ts';

/** The oracles of algorithms D6, run on the published reference code too. */
const settings = { eta: 0.01, phi: 0.025, most: 100, minLoss: true };
const estimates = { beta: 2, delta: 0.5, rho: 1 };
const time = { budget: 15, used: 0, step: 0.013015156, aggregation: 0.131604348 };

describe('the control of tau', () => {
  it('finds the tau of the worked examples', () => {
    expect(nextTau(1, settings, estimates, [time])).toBe(10);
    expect(nextTau(10, settings, estimates, [time])).toBe(26);
    expect(nextTau(10, settings, { ...estimates, delta: 5 }, [time])).toBe(12);
    expect(nextTau(10, settings, estimates, [{ ...time, aggregation: time.aggregation * 10 }])).toBe(75);
    expect(nextTau(10, settings, { ...estimates, delta: 0.1875 }, [time])).toBe(37);
    expect(nextTau(10, { ...settings, most: 20 }, estimates, [time])).toBe(20);
  });

  it('bounds the loss as worked out', () => {
    expect(boundAt(1, settings, estimates, [time])).toBeCloseTo(38.94063946, 7);
    expect(boundAt(10, settings, estimates, [time])).toBeCloseTo(7.312771, 7);
    expect(boundAt(26, settings, estimates, [time])).toBeCloseTo(5.91062077, 7);
  });

  it('sees no gap after one step', () => {
    expect(gap(1, 0.01, estimates)).toBe(0);
    expect(gap(2, 0.01, estimates)).toBeGreaterThan(0);
  });

  it('cuts the last round to the budget', () => {
    const late = { ...time, used: 14.2 };
    expect(fitBudget(60, [late], true)).toEqual({ tau: 40, last: true });
    expect(fitBudget(60, [late], false)).toEqual({ tau: 51, last: true });
    expect(fitBudget(5, [late], true)).toEqual({ tau: 5, last: false });
    expect(fitBudget(5, [{ ...time, used: 14.99 }], true)).toEqual({ tau: 1, last: true });
  });

  it('heeds the scarcest of several resources', () => {
    const energy = { budget: 1, used: 0, step: 0.01, aggregation: 0.01 };
    const both = nextTau(10, settings, estimates, [time, energy]);
    expect(both).not.toBe(nextTau(10, settings, estimates, [time]));
    expect(both).toBe(nextTau(10, settings, estimates, [energy]));
    expect(
      fitBudget(
        60,
        [
          { ...time, used: 1 },
          { ...energy, used: 0.9 },
        ],
        false,
      ),
    ).toEqual({ tau: 8, last: true });
  });

  it('smooths estimates after the first', () => {
    expect(smooth(0.5, undefined, estimates)).toEqual(estimates);
    expect(smooth(0.5, { beta: 4, delta: 1, rho: 0 }, estimates)).toEqual({ beta: 3, delta: 0.75, rho: 0.5 });
    expect(smooth(0, { beta: 4, delta: 1, rho: 0 }, estimates)).toEqual(estimates);
  });
});
