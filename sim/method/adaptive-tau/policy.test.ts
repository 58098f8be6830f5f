import { describe, expect, it } from 'vitest';
import type { Update } from '../../protocol/exchange.ts';
import type { Arrival } from '../exchange/rounds.ts';
import { AdaptiveTauPolicy, type AdaptiveTauPolicyConfig } from './policy.ts';

const NONE: Update = {
  rows: 0,
  version: 0,
  microseconds: 20_000,
  tau: 1,
  lossGlobal: 0.5,
  lossMin: Number.NaN,
  beta: Number.NaN,
  rho: Number.NaN,
  vector: 0,
  gradient: -1,
  pairs: -1,
  pairCount: 0,
};

function arrival(device: number, rows: number, given: Partial<Update> & { w?: number[]; g?: number[] }): Arrival {
  const { w = [0, 0], g, ...update } = given;
  return {
    device,
    rows,
    vector: Float32Array.from(w),
    update: { ...NONE, ...update },
    gradient: g === undefined ? undefined : Float32Array.from(g),
  };
}

function policy(given: Partial<AdaptiveTauPolicyConfig> = {}): AdaptiveTauPolicy {
  return new AdaptiveTauPolicy({
    control: { eta: 0.01, phi: 0.025, most: 100, minLoss: true },
    tau: undefined,
    devices: [0, 1],
    quorum: 2,
    smoothing: 0,
    timeBudget: 15e9,
    trafficBudget: undefined,
    bytesARound: 100,
    energyBudget: undefined,
    meter: () => ({ all: 0, compute: 0 }),
    batch: 0,
    timing: undefined,
    ...given,
  });
}

const W = Float32Array.of(0, 0);

describe('the rounds of adaptive tau', () => {
  it('weights estimates by rows, and means only those devices that have some (the worked example of delta)', () => {
    const rounds = policy();
    const { w, delta, beta, rho, tau } = rounds.aggregate(
      W,
      [
        arrival(0, 30, { w: [1, 2], g: [0.25, -0.1], beta: 2, rho: 1 }),
        arrival(1, 10, { w: [5, 6], g: [-0.05, 0.3], beta: 4, rho: 2 }),
        arrival(2, 40, { w: [3, 3] }),
      ],
      150e6,
    );
    expect(delta).toBeCloseTo(0.1875, 7);
    expect([beta, rho, tau]).toEqual([2.5, 1.25, 1]);
    expect([...w]).toEqual([Math.fround((30 + 50 + 120) / 80), Math.fround((60 + 60 + 120) / 80)]);
  });

  it('keeps its weights and makes one step after a round that gave no numbers', () => {
    const rounds = policy();
    const control = { g: [0.25, -0.1], beta: 2, rho: 1 };
    rounds.aggregate(W, [arrival(0, 30, control), arrival(1, 10, { ...control, g: [-0.05, 0.3] })], 150e6);
    rounds.goesOn();
    expect(rounds.fields().tau).toBe(10);
    const { w } = rounds.aggregate(W, [arrival(0, 30, { w: [Number.NaN, 1] })], 150e6);
    expect(w).toBe(W);
    expect(rounds.goesOn()).toBe(true);
    expect(rounds.fields().tau).toBe(1);
  });

  it('returns the model with the least loss, known a round late', () => {
    const rounds = policy();
    const models = [0, 1, 2].map((n) => Float32Array.of(n, n));
    [0.5, 0.3, 0.4].forEach((lossGlobal, n) => {
      rounds.aggregate(models[n]!, [arrival(0, 1, { lossGlobal })], 1e6);
      rounds.goesOn();
      expect(rounds.fields().previousIsMin).toBe(n < 2);
    });
    expect(rounds.best()).toBe(models[1]);
  });

  it('holds two models against each other over the same devices only', () => {
    const rounds = policy();
    const [first, second] = [Float32Array.of(0, 0), Float32Array.of(1, 1)];
    rounds.aggregate(first, [arrival(0, 1, { lossGlobal: 0.2 }), arrival(1, 1, { lossGlobal: 0.6 })], 1e6);
    rounds.goesOn();
    // Device 1, on whose rows every model is worse, is away: alone, device 0 finds the second model worse.
    rounds.aggregate(second, [arrival(0, 1, { lossGlobal: 0.3 })], 1e6);
    expect(rounds.best()).toBe(first);
  });

  it('believes the devices that measured the incumbent again', () => {
    const rounds = policy();
    const [first, second] = [Float32Array.of(0, 0), Float32Array.of(1, 1)];
    rounds.aggregate(first, [arrival(0, 1, { lossGlobal: 0.3 })], 1e6);
    rounds.goesOn();
    rounds.aggregate(second, [arrival(0, 1, { lossGlobal: 0.4, lossMin: 0.45 })], 1e6);
    expect(rounds.best()).toBe(second);
  });

  it('ends with the budget: a last round, and one that measures it', () => {
    const rounds = policy({ tau: 4, timing: { step: 1e9, aggregation: 1e9 } });
    const taus: (number | undefined)[] = [];
    do {
      taus.push(rounds.fields().tau);
      rounds.aggregate(W, [arrival(0, 1, {})], 1);
    } while (rounds.goesOn() && taus.length < 50);
    expect(taus).toEqual([4, 4, 2, 1]);
    expect(rounds.earliestEnd(5)).toBe(5 + 2e9);
  });

  it('ends when another resource is used up', () => {
    const rounds = policy({ tau: 1, trafficBudget: 450 });
    let round = 1;
    do rounds.aggregate(W, [arrival(0, 1, {})], 1e6);
    while (rounds.goesOn() && ++round < 50);
    // As with time, a last round is made even where less is left than it takes, and then the one that measures.
    expect(round).toBe(5);
  });

  it('takes c for the time of a local step, without what only the control needs', () => {
    const taus = (microseconds: number, lossMin: number, batch: number) => {
      const rounds = policy({ batch });
      const control = { g: [0.25, -0.1], beta: 2, rho: 1, microseconds, lossMin };
      rounds.aggregate(W, [arrival(0, 30, control), arrival(1, 10, { ...control, g: [-0.05, 0.3] })], 150e6);
      rounds.goesOn();
      return rounds.fields().tau;
    };
    // One step and the gradient after it: two passes. With a measured incumbent half a pass more; not where a batch is all rows.
    const rounds = policy({ timing: { step: 10e6, aggregation: 140e6 } });
    const control = { g: [0.25, -0.1], beta: 2, rho: 1 };
    rounds.aggregate(W, [arrival(0, 30, control), arrival(1, 10, { ...control, g: [-0.05, 0.3] })], 150e6);
    rounds.goesOn();
    expect(taus(20_000, Number.NaN, 5)).toBe(rounds.fields().tau);
    expect(taus(25_000, 0.4, 5)).toBe(rounds.fields().tau);
    expect(taus(20_000, 0.4, 0)).toBe(rounds.fields().tau);
  });

  it('asks nothing of its devices that a fixed tau does not need', () => {
    expect(policy({ tau: 4 }).fields()).toMatchObject({ tau: 4, last: true });
    expect(policy().fields()).toMatchObject({ tau: 1, last: false });
    const rounds = policy();
    rounds.setTau(5);
    rounds.aggregate(W, [arrival(0, 1, {})], 1e6);
    rounds.goesOn();
    expect(rounds.fields()).toMatchObject({ tau: 5, last: true });
  });

  it('ends when the energy is used up', () => {
    let all = 0;
    const rounds = policy({ tau: 1, energyBudget: 4.5, meter: () => ({ all, compute: all / 4 }) });
    let round = 1;
    do {
      all += 1;
      rounds.aggregate(W, [arrival(0, 1, {})], 1e6);
    } while (rounds.goesOn() && ++round < 50);
    expect(round).toBeGreaterThanOrEqual(3);
    expect(round).toBeLessThanOrEqual(5);
  });

  it('says how many rounds gave no numbers', () => {
    const rounds = policy();
    expect(rounds.notes).toEqual([]);
    rounds.aggregate(W, [arrival(0, 30, { w: [Number.NaN, 1] })], 150e6);
    expect(rounds.notes).toEqual([expect.stringContaining('One round gave weights that are no numbers')]);
  });
});
