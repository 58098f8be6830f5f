import { describe, expect, it } from 'vitest';
import { coldStream } from '../kernel/random.ts';
import { fitCosts } from './fit.ts';

const draw = coldStream(1, 'fit test');
const counts = Array.from({ length: 60 }, () => [
  Math.floor(draw() * 900),
  Math.floor(draw() * 50),
  draw() < 0.5 ? 0 : 3,
  1,
]);
const taking = (costs: readonly number[], noise = 0) =>
  counts.map((row) => row.reduce((sum, count, j) => sum + count * costs[j]!, 0) * (1 + noise * (draw() - 0.5)));
const columns = ['a', 'b', 'c', 'call'];
const otherwise = [9, 9, 9, 9];

describe('fitCosts', () => {
  it('recovers known costs to the last digits where nothing disturbs', () => {
    const fit = fitCosts({ columns, counts, taken: taking([5.3, 149, 70, 361]), otherwise });
    [5.3, 149, 70, 361].forEach((cost, j) => {
      expect(fit.costs[j]!.cost).toBeCloseTo(cost, 6);
      expect(fit.costs[j]!.how).toBe('fitted');
    });
    expect(fit.r2).toBeCloseTo(1, 9);
    expect(fit.medianError).toBeLessThan(1e-9);
    expect(fit.condition).toBeGreaterThan(1);
  });

  it('says how sure it is, and which sample it misses most', () => {
    const taken = taking([5.3, 149, 70, 361], 0.1);
    taken[7] = taken[7]! * 3;
    const fit = fitCosts({ columns, counts, taken, otherwise });
    expect(fit.largest.sample).toBe(7);
    expect(fit.largest.taken).toBe(taken[7]);
    for (const [j, cost] of [5.3, 149, 70, 361].entries()) {
      const { cost: found, error } = fit.costs[j]!;
      expect(Math.abs(found - cost)).toBeLessThan(5 * error);
      expect(error).toBeGreaterThan(0);
    }
    expect(fit.r2).toBeLessThan(0.999);
    expect(fit.r2ByShare).toBeGreaterThan(0.5);
  });

  it('holds at 0 what would cost less, and fits the rest without it', () => {
    const fit = fitCosts({ columns, counts, taken: taking([5, -20, 300, 2000]), otherwise });
    expect(fit.costs[1]).toMatchObject({ cost: 0, how: 'bound', error: Number.NaN });
    for (const { cost } of fit.costs) expect(cost).toBeGreaterThanOrEqual(0);
    expect(fit.costs[0]!.how).toBe('fitted');
  });

  it('keeps what is never counted, or always goes with another, and names that', () => {
    const wider = counts.map(([a, b, c, call]) => [a!, b!, c!, call!, 0, 2 * b!]);
    const taken = wider.map(([a, b, c, call, , twin]) => 5 * a! + 100 * b! + 70 * c! + 361 * call! + 9 * twin!);
    const fit = fitCosts({
      columns: [...columns, 'never', 'twin'],
      counts: wider,
      taken,
      otherwise: [0, 0, 0, 0, 4, 9],
    });
    expect(fit.costs[4]).toMatchObject({ cost: 4, how: 'kept', with: [] });
    expect(fit.costs[5]).toMatchObject({ cost: 9, how: 'kept', with: ['b'] });
    expect(fit.costs[1]!.cost).toBeCloseTo(100, 6);
  });

  it('refuses fewer samples than costs', () => {
    expect(() => fitCosts({ columns, counts: counts.slice(0, 3), taken: [1, 2, 3], otherwise })).toThrow(
      'fit: expected at least',
    );
  });
});
