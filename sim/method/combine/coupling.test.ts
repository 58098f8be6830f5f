import { describe, expect, it } from 'vitest';
import { couple, ESTIMATES, HastieTibshirani, planeScales, WuLinWeng } from './coupling.ts';

/** r12 = .9, r13 = .4, r23 = .7 */
const ORACLE = Float64Array.of(0, 0.9, 0.4, 0.1, 0, 0.7, 0.6, 0.3, 0);

function solve(solver: { solve(r: Float64Array, p: Float64Array): void }, r: Float64Array): number[] {
  const p = new Float64Array(Math.sqrt(r.length));
  solver.solve(r, p);
  return [...p];
}
function expectNear(actual: readonly number[], due: readonly number[], digits: number): void {
  expect(actual).toHaveLength(due.length);
  for (const [c, value] of due.entries()) expect(actual[c]).toBeCloseTo(value, digits);
}

describe('WuLinWeng', () => {
  it('meets the worked example: two sweeps to the stop, and the exact minimiser', () => {
    const solver = new WuLinWeng(3);
    expectNear(solve(solver, ORACLE), [0.45745393, 0.20193967, 0.3406064], 8);
    expect(solver.sweeps).toBe(2);
    expectNear(solve(new WuLinWeng(3, 1e-12), ORACLE), [0.45723293, 0.20212931, 0.34063776], 8);
  });

  it('recovers probabilities from estimates that agree with them', () => {
    const due = [0.5, 0.2, 0.2, 0.1];
    const r = Float64Array.from({ length: 16 }, (_, at) => {
      const [i, j] = [Math.floor(at / 4), at % 4];
      return i === j ? 0 : due[i]! / (due[i]! + due[j]!);
    });
    expectNear(solve(new WuLinWeng(4, 1e-10), r), due, 8);
    expectNear(solve(new HastieTibshirani(4, 1e-12, 1000), r), due, 8);
  });
});

describe('HastieTibshirani', () => {
  it('meets the worked example', () => {
    expectNear(solve(new HastieTibshirani(3, 1e-11, 1000), ORACLE), [0.48106824, 0.24163917, 0.27729259], 8);
  });

  it('starts from the share of estimates won', () => {
    expectNear(solve(new HastieTibshirani(3, Number.POSITIVE_INFINITY), Float64Array.from(ORACLE)), stepFromStart(), 8);
  });

  /** One sweep by hand from (.433333, .266667, .3). */
  function stepFromStart(): number[] {
    const p = [1.3 / 3, 0.8 / 3, 0.9 / 3];
    const won = [1.3, 0.8, 0.9];
    const next = p.map((own, i) => {
      const due = p.reduce((sum, other, j) => (i === j ? sum : sum + own / (own + other)), 0);
      return (own * won[i]!) / due;
    });
    const total = next.reduce((sum, each) => sum + each, 0);
    return next.map((each) => each / total);
  }
});

describe('couple', () => {
  const table = {
    classes: 3,
    rows: 2,
    scores: Float32Array.of(2, -2, 1, -1, -4, 4),
    trained: Uint8Array.of(1, 1, 1),
    scale: Float64Array.of(2, 1, 4),
  };

  it('turns margins into estimates by slope and scale, clipped', () => {
    const { predicted, probabilities } = couple(table, 'wlw', { from: 'margin', slope: 1, clip: 0.01 });
    const half = 1 / (1 + Math.exp(-1));
    const r = Float64Array.of(0, half, half, 1 - half, 0, 1 - half, 1 - half, half, 0);
    expectNear([...probabilities.subarray(0, 3)], solve(new WuLinWeng(3), r), 12);
    expect([...predicted]).toEqual([0, 1]);
    const clipped = couple(table, 'ht', { from: 'margin', slope: 1e9, clip: 0.05 });
    const votes = couple(table, 'ht', { from: 'votes', slope: 1, clip: 0.05 });
    expect(clipped).toEqual(votes);
  });

  it('measures scores by the distance from the plane, in units of the spread of the rows', () => {
    // Rows at distance 5 from their mean (1, 1); w = (3, 4) and 10 w; a classifier of zeros has scale 1.
    const rows = Float32Array.of(4, 5, -2, -3);
    const scales = planeScales(Float32Array.of(7, 3, 4, 70, 30, 40, 0, 0, 0), rows, 2);
    expectNear([...scales], [25, 250, 1], 9);
    const scaled = (times: number) => {
      const scores = Float32Array.from(table.scores, (score, at) => (at < 2 ? score * times : score));
      return couple({ ...table, scores, scale: Float64Array.of(2 * times, 1, 4) }, 'wlw', ESTIMATES.wlw);
    };
    expect(scaled(8)).toEqual(scaled(1));
  });

  it('leaves classifiers that are not trained out, and stays finite when a class has none', () => {
    for (const method of ['wlw', 'ht'] as const) {
      const some = couple({ ...table, trained: Uint8Array.of(1, 0, 0) }, method, {
        from: 'votes',
        slope: 1,
        clip: 0.1,
      });
      expect([...some.predicted]).toEqual([0, 1]);
      const none = couple({ ...table, trained: new Uint8Array(3) }, method, { from: 'votes', slope: 1, clip: 0.1 });
      expect([...none.predicted]).toEqual([0, 0]);
      for (const { probabilities } of [some, none]) {
        expect(probabilities.every((each) => Number.isFinite(each) && each >= 0)).toBe(true);
      }
    }
  });
});
