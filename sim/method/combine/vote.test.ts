import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score } from '../../metrics/scores.ts';
import { VoteTally } from './vote.ts';

/** The vote as one would define it: count, then take the lowest of the most. */
function voteOf(
  classes: number,
  outputs: readonly { i: number; j: number; scores: Float32Array }[],
  row: number,
): number {
  const votes = new Array<number>(classes).fill(0);
  for (const { i, j, scores } of outputs) votes[scores[row]! > 0 ? i : j]!++;
  return votes.indexOf(Math.max(...votes));
}

describe('VoteTally', () => {
  it('keeps prediction, accuracy and macro-F1 as counted anew after every classifier', () => {
    const scenario = fc.record({
      classes: fc.integer({ min: 2, max: 6 }),
      rows: fc.integer({ min: 1, max: 12 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(scenario, fc.infiniteStream(fc.nat(1_000_000)), ({ classes, rows }, draws) => {
        const next = (below: number): number => draws.next().value! % below;
        const labels = Uint16Array.from({ length: rows }, () => next(classes));
        const tally = new VoteTally(classes, labels);
        const outputs: { i: number; j: number; scores: Float32Array }[] = [];
        for (let i = 0; i < classes; i++) {
          for (let j = i + 1; j < classes; j++) {
            if (next(4) === 0) continue;
            const scores = Float32Array.from({ length: rows }, () => next(3) - 1);
            outputs.push({ i, j, scores });
            tally.add(i, j, scores);
            const due = Array.from(labels, (_, row) => voteOf(classes, outputs, row));
            expect([...tally.predicted]).toEqual(due);
            const { accuracy, macroF1 } = score(labels, due, classes);
            expect(tally.accuracy).toBe(accuracy);
            expect(tally.macroF1()).toBeCloseTo(macroF1, 12);
          }
        }
        expect(tally.voters).toBe(outputs.length);
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('gives the lowest class before any vote and in a tie; a score of 0 is the second class', () => {
    const tally = new VoteTally(3, Uint16Array.of(0, 1, 2));
    expect([[...tally.predicted], tally.correct]).toEqual([[0, 0, 0], 1]);
    tally.add(1, 2, Float32Array.of(0, 1, -1));
    expect([...tally.predicted]).toEqual([2, 1, 2]);
    tally.add(0, 2, Float32Array.of(1, 1, 1));
    expect([...tally.predicted]).toEqual([0, 0, 0]);
  });

  it('meets the worked macro-F1 of the metrics: .7 with accuracy 5/7', () => {
    // y = 0011222 and the predictions 0111202, each made by one vote against a class that gets none.
    const tally = new VoteTally(3, Uint16Array.of(0, 0, 1, 1, 2, 2, 2));
    tally.add(0, 1, Float32Array.of(1, -1, -1, -1, 1, 1, 1));
    tally.add(0, 2, Float32Array.of(1, 1, 1, 1, -1, 1, -1));
    tally.add(1, 2, Float32Array.of(1, 1, 1, 1, -1, 1, -1));
    expect([...tally.predicted]).toEqual([0, 1, 1, 1, 2, 0, 2]);
    expect(tally.macroF1()).toBeCloseTo(0.7, 12);
    expect(tally.accuracy).toBe(5 / 7);
  });

  it('reads scores from an offset and refuses what does not fit', () => {
    const tally = new VoteTally(2, Uint16Array.of(0, 1));
    tally.add(0, 1, Float32Array.of(9, 9, -1, 1), 2);
    expect([...tally.predicted]).toEqual([1, 0]);
    expect(() => tally.add(0, 1, Float32Array.of(1, 1), 1)).toThrow('Expected 2 scores from 1 on, got 1');
    expect(() => tally.add(1, 1, Float32Array.of(1, 1))).toThrow('Expected classes i < j');
  });
});
