import type { Dataset, Rows } from '../data/dataset.ts';
import { labelsOf } from '../data/partition.ts';
import { boardOf } from '../run/places.ts';
import type { World } from '../run/world.ts';
import type { NodeContent, RunInfo, Sample } from './messages.ts';
import { base64 } from './wire.ts';

/** Fleets up to this size show what each device holds. */
const MOST_NODES = 16;
const SAMPLES = 12;
const TEST_SAMPLES = 30;

/** The shape of the pictures that rows are; null where they are none. */
export function pictureOf({ name, features }: Dataset): RunInfo['picture'] {
  const side = Math.round(Math.sqrt(features));
  const square = side * side === features && side >= 8;
  return square && (name === 'mnist' || name === 'idx') ? { width: side, height: side } : null;
}

/** What each device of a small fleet holds: its rows by label, and a few of them, spread evenly. */
export function nodesOf({ partition, places }: World, dataset: Dataset): NodeContent[] {
  if (partition === undefined || places.devices > MOST_NODES) return [];
  const { y, names } = labelsOf(dataset);
  return partition.rows.map((rows, device) => ({
    device,
    board: boardOf(places, device).name,
    rows: rows.length,
    labels: names
      .map((name, label) => ({ name, rows: partition.counts[device * names.length + label]! }))
      .filter((label) => label.rows > 0),
    samples: spread(rows.length, SAMPLES).map((n) => sample(dataset, dataset.train, rows[n]!, names[y[rows[n]!]!]!)),
  }));
}

/** Test rows whose verdicts are shown: as many of each class, as far as that goes. */
export function testRows({ test, classes }: Dataset): Uint32Array {
  const shown: number[] = [];
  const each = Math.max(1, Math.floor(TEST_SAMPLES / classes));
  for (let c = 0; c < classes && shown.length < TEST_SAMPLES; c++) {
    const [from, to] = [test.first[c]!, test.first[c + 1]!];
    for (const n of spread(to - from, each)) shown.push(test.byClass[from + n]!);
  }
  return Uint32Array.from(shown).sort();
}

export function testSamples(dataset: Dataset, rows: Uint32Array): Sample[] {
  const { test, classNames } = dataset;
  return Array.from(rows, (row) => sample(dataset, test, row, classNames[test.y[row]!]!));
}

function sample(dataset: Dataset, { x, features }: Rows, row: number, label: string): Sample {
  if (pictureOf(dataset) === null) return { label, pixels: '' };
  const values = x.subarray(row * features, (row + 1) * features);
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const pixels = Uint8Array.from(values, (value) => Math.round((255 * (value - low)) / Math.max(high - low, 1e-9)));
  return { label, pixels: base64(pixels) };
}

/** `count` of the numbers below `length`, spread evenly, ascending. */
function spread(length: number, count: number): number[] {
  const shown = Math.min(length, count);
  return Array.from({ length: shown }, (_, n) => Math.floor((n * length) / shown));
}
