import { InputError } from '../kernel/errors.ts';
import { coldStream, shuffle } from '../kernel/random.ts';
import type { Table } from './table.ts';

/**
 * Which rows train, which are kept for validation, which test. Rows of one sample (the frames of a recording) always
 * stay together.
 * - `sample`: the first `train` samples of each class train, the next `validation` validate, the rest test;
 * - `week`: the same by week, three samples a week (Auslan): no week is on two sides;
 * - `random`: a share of each class's samples, drawn with a seed; it mixes what was recorded on one day;
 * - `all`: every row trains, and the same rows are what accuracy is measured on.
 */
export type Split =
  | { readonly by: 'sample' | 'week'; readonly train: number; readonly validation: number }
  | { readonly by: 'random'; readonly train: number; readonly validation: number; readonly seed?: number | undefined }
  | { readonly by: 'all' };

/** Row numbers of each part, ascending. */
export interface Parts {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

const TRAIN = 0;
const VALIDATION = 1;
const TEST = 2;

/** @param perWeek samples a week, for `by: week`. @param seed the run's seed, where the split names none. */
export function splitTable(
  table: Table,
  split: Split,
  options: { readonly perWeek: number; readonly seed: number },
): Parts {
  const { sample, y } = table;
  if (split.by === 'all') {
    const every = Uint32Array.from(y, (_, row) => row);
    return { train: every, validation: new Uint32Array(0), test: every };
  }
  const part = new Uint8Array(y.length);
  if (split.by === 'random') {
    drawParts(table, split, split.seed ?? options.seed, part);
  } else {
    const per = split.by === 'week' ? options.perWeek : 1;
    for (let row = 0; row < y.length; row++) {
      const unit = Math.ceil(sample[row]! / per);
      part[row] = unit <= split.train ? TRAIN : unit <= split.train + split.validation ? VALIDATION : TEST;
    }
  }
  const parts = { train: rowsIn(part, TRAIN), validation: rowsIn(part, VALIDATION), test: rowsIn(part, TEST) };
  if (parts.test.length === 0) {
    throw new InputError(
      `${table.source}: split expected to leave rows to test on, got none (use \`split: { by: all }\` to measure on the training rows)`,
    );
  }
  return parts;
}

/** Draws samples class by class, so that every class keeps its share, and at least one sample to train on. */
function drawParts(
  { sample, y, classNames }: Table,
  split: { readonly train: number; readonly validation: number },
  seed: number,
  part: Uint8Array,
): void {
  const classes = classNames.length;
  const samples: Set<number>[] = Array.from({ length: classes }, () => new Set());
  for (let row = 0; row < y.length; row++) samples[y[row]!]!.add(sample[row]!);
  const uniform = coldStream(seed, 'data.split');
  const parts = samples.map((set) => {
    const order = Uint32Array.from(set);
    shuffle(order, uniform);
    const train = Math.max(1, Math.round(split.train * order.length));
    const validation = Math.round(split.validation * order.length);
    return new Map(
      Array.from(order, (each, place) => [
        each,
        place < train ? TRAIN : place < train + validation ? VALIDATION : TEST,
      ]),
    );
  });
  for (let row = 0; row < y.length; row++) part[row] = parts[y[row]!]!.get(sample[row]!)!;
}

function rowsIn(part: Uint8Array, wanted: number): Uint32Array {
  let count = 0;
  for (const each of part) if (each === wanted) count++;
  const rows = new Uint32Array(count);
  let at = 0;
  for (let row = 0; row < part.length; row++) if (part[row] === wanted) rows[at++] = row;
  return rows;
}
