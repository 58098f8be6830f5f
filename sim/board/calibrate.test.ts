import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { boardFile, boardOfFile, CYCLE_KEYS } from '../device/board-file.ts';
import { boardNamed } from '../device/boards/index.ts';
import { WORK, WORK_COUNT } from '../device/host-types.ts';
import { rowWorkOf } from '../device/learner-work.ts';
import type { Target } from '../device/target.ts';
import { coldStream } from '../kernel/random.ts';
import { boardFileText, calibrate, calibrationOf } from './calibrate.ts';
import type { Bench } from './experiments.ts';
import { gridOf, LARGE, type Observation, SMALL } from './experiments.ts';

const native: Target = { kind: 'native', program: undefined };
const firmware = 'ab'.repeat(32);
const base = boardNamed('i7-8650u');

/** Calls whose work is drawn by chance, taking what a board of known costs takes. */
function observed(costs: Float64Array, call: number): Observation[] {
  const draw = coldStream(3, 'calibrate test');
  return Array.from({ length: 200 }, (_, n) => {
    const work = new Float64Array(WORK_COUNT).map(() => Math.floor(draw() * 200));
    return {
      what: n % 10 === 0 ? `call ${n}: task` : `call ${n}`,
      work,
      counter:
        work.reduce(
          (sum, count, i) => sum + count * (i === WORK.exps || i === WORK.bytesReceived ? 0 : costs[i]!),
          call,
        ) + (n % 10 === 0 ? 500 : 0),
    };
  });
}

describe('a calibration', () => {
  const costs = new Float64Array(WORK_COUNT).map((_, i) => 1 + i);
  const info = { counter: 'ns', firmware } as const;
  const calibration = calibrationOf({
    target: native,
    info,
    base,
    kilohertz: 1_900_000,
    observations: observed(costs, 40),
  });

  it('finds the costs of a board that is known, in cycles of its clock', () => {
    const cycles = Object.fromEntries(calibration.costs.map(({ key, cycles }) => [key, cycles]));
    expect(cycles['multiply-add']).toBeCloseTo(1.9 * 1, 3);
    expect(cycles['row']).toBeCloseTo(1.9 * 4, 3);
    expect(cycles['function']).toBeCloseTo(1.9 * 15, 2);
    // A frame is a call.
    expect(cycles['frame']).toBeCloseTo(1.9 * (10 + 40), 1);
    expect(cycles['byte-received']).toBe(base.own.byteReceived);
    expect(calibration.beside.map(({ column, cost }) => [column, Math.round(cost)])).toEqual([
      ['call', 40],
      ['task-start', 500],
    ]);
  });

  it('writes a board file that reads as the board', () => {
    const text = boardFileText('mine', calibration);
    const board = boardOfFile(boardFile.parse(parse(text)));
    expect(board).toMatchObject({ name: 'mine', kilohertz: 1_900_000, ramBytes: base.ramBytes });
    for (const { key, cycles } of calibration.costs) expect(board.own[CYCLE_KEYS[key]]).toBe(cycles);
    expect(board.costs.ours[WORK.rows]).toBeCloseTo(7.6, 2);
    expect(board.sources.own).toContain('g2t calibrate --target native');
  });

  it('turns an emulator’s instructions into cycles of its core', () => {
    const target: Target = { kind: 'qemu', machine: 'microbit' };
    const samd = boardNamed('samd21g18');
    const told = calibrationOf({
      target,
      info: { counter: 'instructions', firmware },
      base: samd,
      kilohertz: samd.kilohertz,
      observations: observed(costs, 40),
    });
    const byKey = new Map(told.costs.map((cost) => [cost.key, cost]));
    expect(byKey.get('multiply-add')!.ratio).toBe(1.65);
    expect(byKey.get('byte-encoded')!.ratio).toBe(1.65);
    expect(byKey.get('multiply-add')!.cycles).toBeCloseTo(1.65, 3);
    expect(told.explained).toContain('Cortex-M0+');
  });

  it('needs a board that counts, and a base where the target tells none', async () => {
    const bench = (counter: string, name: string) => ({ info: { counter, name } }) as unknown as Bench;
    const serial: Target = { kind: 'serial', path: '/dev/ttyACM0', baud: 115_200 };
    await expect(calibrate({ target: serial, bench: bench('none', 'a') })).rejects.toThrow(
      'serial:/dev/ttyACM0: expected a board that counts cycles or time',
    );
    await expect(calibrate({ target: serial, bench: bench('cycles', 'some board') })).rejects.toThrow(
      '--board: expected the board whose memory, power and price hold (the one at serial:/dev/ttyACM0 calls itself some board), got nothing',
    );
    await expect(calibrate({ target: serial, base: 'toaster', bench: bench('cycles', 'x') })).rejects.toThrow(
      'board: expected one of nrf52840',
    );
  });
});

describe('the grid of tasks', () => {
  it.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('of %s boards exercises every learner at every number of features', (_, extent) => {
    const grid = gridOf(extent);
    for (const learner of ['opt-sgd', 'svm', 'logistic', 'lda', 'sefr', 'train-pp'] as const) {
      const own = grid.filter((experiment) => experiment.learner === learner);
      expect(new Set(own.map(({ features }) => features)).size).toBe(extent.features.length);
      expect(new Set(own.map(({ source }) => source)).size).toBe(2);
      // Learners that do all in one pass are asked for one.
      const once = rowWorkOf(learner, 4)[WORK.multiplyAdds] === 0;
      expect(own.some(({ passes }) => passes > 1)).toBe(!once);
    }
  });
});
