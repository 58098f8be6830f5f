import { Streams, type Uniform } from '../kernel/random.ts';
import type { Table } from './table.ts';

/** What the generator makes: counts above 0, `separation` at least 0, `inactive` below `features`. */
export interface ClusterSpec {
  readonly classes: number;
  readonly features: number;
  /** Rows a class to train on, to validate with, to test on. */
  readonly rows: number;
  readonly validation: number;
  readonly test: number;
  /** The deviation of class centres in each active feature, in units of the deviation of rows around their centre. */
  readonly separation: number;
  /** Features that are always 0, as 3 of Auslan's 22 channels are in the authors' extract: their weights stay exactly 0. */
  readonly inactive: number;
}

/**
 * Class-clustered sensor data: each class has a normal centre, each row is its centre plus normal noise. Every row is a
 * function of (seed, class, its number) alone: more rows or more classes leave the others as they are.
 * A test bed with a known truth, not a model of any real sensor: features are independent, classes are round and equal.
 */
export function makeClusters(spec: ClusterSpec, seed: number): Table {
  const { classes, features, rows, validation, test } = spec;
  const perClass = rows + validation + test;
  const x = new Float64Array(classes * perClass * features);
  const y = new Uint16Array(classes * perClass);
  const sample = new Uint32Array(classes * perClass);
  const active = activeFeatures(features, spec.inactive, seed);
  const centres = new Streams(seed, 'data.clusters.centre', classes);
  const parts = [
    { count: rows, streams: new Streams(seed, 'data.clusters.train', classes) },
    { count: validation, streams: new Streams(seed, 'data.clusters.validation', classes) },
    { count: test, streams: new Streams(seed, 'data.clusters.test', classes) },
  ];
  const centre = new Float64Array(features);
  let row = 0;
  for (let c = 0; c < classes; c++) {
    drawNormals(active, centres.source(c), centre, 0);
    for (let j = 0; j < features; j++) centre[j]! *= spec.separation;
    let number = 0;
    for (const { count, streams } of parts) {
      const uniform = streams.source(c);
      for (let r = 0; r < count; r++, row++) {
        drawNormals(active, uniform, x, row * features);
        for (let j = 0; j < features; j++) x[row * features + j]! += centre[j]!;
        y[row] = c;
        sample[row] = ++number;
      }
    }
  }
  const classNames = Array.from({ length: classes }, (_, c) => `c${c + 1}`);
  return { source: 'clusters', features, classNames, x, y, sample, notes: [] };
}

/** Columns that vary, ascending; which ones do not is drawn. */
function activeFeatures(features: number, inactive: number, seed: number): Uint32Array {
  const draws = new Streams(seed, 'data.clusters.inactive', features);
  const order = Array.from({ length: features }, (_, j) => ({ j, draw: draws.at(j, 0) }));
  order.sort((a, b) => a.draw - b.draw || a.j - b.j);
  return Uint32Array.from(order.slice(inactive), ({ j }) => j).sort();
}

/** Standard normal draws, two at a time (Box and Muller 1958). */
function drawNormals(active: Uint32Array, uniform: Uniform, out: Float64Array, at: number): void {
  for (let k = 0; k < active.length; k += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    out[at + active[k]!] = radius * Math.cos(angle);
    if (k + 1 < active.length) out[at + active[k + 1]!] = radius * Math.sin(angle);
  }
}
