import { describe, expect, it } from 'vitest';
import { descend, distance, isFiniteVector, WeightedSum } from './aggregate.ts';

/** The oracles of algorithms D1, D2, D5. */
describe('aggregation', () => {
  const g1 = [0.5, -1, 2];
  const g2 = [-0.25, 0.5, 1];

  it('steps along the mean gradient, weighted by samples (SSGD)', () => {
    const sum = new WeightedSum(3);
    sum.add(g1, 30);
    sum.add(g2, 10);
    const mean = new Float64Array(3);
    sum.mean(mean);
    expect([...mean]).toEqual([0.3125, -0.625, 1.75]);
    const w = Float32Array.of(1, -2, 0.5);
    sum.step(w, 0.1);
    expect([...new Uint32Array(w.buffer)]).toEqual([0x3f780000, 0xbff80000, 0x3ea66666]);
  });

  it('takes the mean of weights, weighted by samples (FedAvg)', () => {
    const sum = new WeightedSum(3);
    sum.add(Float32Array.of(0.9, -1.8, 0.3), 30);
    sum.add(Float32Array.of(1.1, -2.2, 0.1), 10);
    const w = new Float32Array(3);
    sum.mean(w);
    expect([...w]).toEqual([Math.fround(0.949999988), Math.fround(-1.89999998), 0.25]);
    sum.clear();
    sum.add([2, 2, 2], 5);
    sum.mean(w);
    expect([...w]).toEqual([2, 2, 2]);
  });

  it('takes one gradient after another (ASGD), with and without the staleness-aware step', () => {
    const w = Float32Array.of(1, -2, 0.5);
    descend(w, g1, 0.1);
    descend(w, g2, 0.1);
    expect([...new Uint32Array(w.buffer)]).toEqual([0x3f799999, 0xbff99999, 0x3e4cccce]);
    const aware = Float32Array.of(1, -2, 0.5);
    descend(aware, g1, 0.1);
    descend(aware, g2, 0.1 / 2);
    expect([...aware]).toEqual([Math.fround(0.962499976), Math.fround(-1.92499995), 0.25]);
  });

  it('measures distances and finds what is not a number', () => {
    expect(distance([0, 3], [4, 0])).toBe(5);
    expect(isFiniteVector([1, 2])).toBe(true);
    expect(isFiniteVector([1, Number.NaN])).toBe(false);
    expect(isFiniteVector([Number.POSITIVE_INFINITY])).toBe(false);
  });
});
