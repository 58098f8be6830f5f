import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetOptions } from '../data/options.ts';
import { labelsOf, partitionRows } from '../data/partition.ts';
import { type Estimates, fitBudget, nextTau } from '../method/adaptive-tau/control.ts';
import { distance, WeightedSum } from '../method/exchange/aggregate.ts';
import { numbersOf } from '../metrics/table.ts';
import { loadDataset } from '../run/inputs.ts';
import type { RunOutcome } from '../run/run.ts';
import { referenceRows } from './reference-csv.ts';
import { runOf, shippedScenario } from './scenario-run.ts';

const folder = process.env['G2T_DATA'] ?? '';
const file = resolve(folder, '../reference/adaptive_tau_case1.csv');
const missing = folder === '' || !existsSync(file) || !existsSync(join(folder, 'mnist'));

/** A round as the reference prints it. */
interface ReferenceRound {
  readonly tValue: number;
  readonly lossValue: number;
  readonly predictionAccuracy: number;
  readonly betaAdapt: number;
  readonly deltaAdapt: number;
  readonly rhoAdapt: number;
  readonly tau: number;
}

function readReference(): ReferenceRound[] {
  return referenceRows(file).map(
    (row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, Number(cell)])) as unknown as ReferenceRound,
  );
}

const ETA = 0.01;
const LAMBDA = 0.1;
const NODES = 5;
const STEP = 0.020613052;
const AGGREGATION = 0.137093837;

/** The whole reference in float64, with the control under test: what full-batch descent without any fleet comes to. */
function emulate(number: 1 | 2 | 3 | 4): ReferenceRound[] {
  const options = { name: 'mnist', classes: 'even-odd', 'train-rows': 1000, 'test-rows': 1000 };
  const dataset = loadDataset(datasetOptions.parse(options), folder, 1);
  const { train, test, features } = dataset;
  const sign = (label: number): number => (label === 1 ? 1 : -1);
  const all = partitionRows({ by: 'case', case: number }, labelsOf(dataset), NODES, 1).rows;
  // Nodes with the very same rows do the very same: one stands for all, with their weight.
  const nodes = [...new Set(all)];
  const weight = nodes.map((rows) => rows.length * all.filter((each) => each === rows).length);
  const held = weight.reduce((sum, each) => sum + each, 0);

  const margin = (rows: typeof train, row: number, w: Float64Array): number => {
    let z = 0;
    for (let j = 0; j < features; j++) z += rows.x[row * features + j]! * w[j]!;
    return sign(rows.y[row]!) * z;
  };
  const loss = (rows: Uint32Array, w: Float64Array): number => {
    let sum = 0;
    for (const row of rows) {
      const short = Math.max(0, 1 - margin(train, row, w));
      sum += short * short;
    }
    const length = distance(w, new Float64Array(features));
    return 0.5 * LAMBDA * length * length + (0.5 * sum) / rows.length;
  };
  const gradient = (rows: Uint32Array, w: Float64Array): Float64Array => {
    const g = w.map((each) => LAMBDA * each);
    for (const row of rows) {
      const short = 1 - margin(train, row, w);
      if (short <= 0) continue;
      const factor = (sign(train.y[row]!) * short) / rows.length;
      for (let j = 0; j < features; j++) g[j]! -= factor * train.x[row * features + j]!;
    }
    return g;
  };

  const last: { w: Float64Array; g: Float64Array; F: number }[] = [];
  let w = new Float64Array(features);
  let tau = 1;
  let used = 0;
  let ending: 'no' | 'last' | 'evaluate' = 'no';
  const rounds: ReferenceRound[] = [];
  for (;;) {
    let [beta, rho, delta] = [0, 0, 0];
    const sum = new WeightedSum(features);
    const gradients: Float64Array[] = [];
    for (const [node, rows] of nodes.entries()) {
      const own = w.slice();
      const gGlobal = gradient(rows, w);
      gradients.push(gGlobal);
      const before = last[node];
      if (before !== undefined) {
        const moved = distance(before.w, w);
        const share = weight[node]! / held;
        if (moved > 1e-10) {
          beta += Math.max(distance(before.g, gGlobal) / moved, 1e-5) * share;
          rho += (Math.abs(before.F - loss(rows, w)) / moved) * share;
        } else beta += 1e-5 * share;
      }
      for (let step = 0; step < tau; step++) {
        const g = step === 0 ? gGlobal : gradient(rows, own);
        for (let j = 0; j < features; j++) own[j]! -= ETA * g[j]!;
      }
      last[node] = { w: own, g: gradient(rows, own), F: loss(rows, own) };
      sum.add(own, weight[node]!);
    }
    const mean = new WeightedSum(features);
    gradients.forEach((g, node) => {
      mean.add(g, weight[node]!);
    });
    const meanGradient = new Float64Array(features);
    mean.mean(meanGradient);
    gradients.forEach((g, node) => {
      delta += (distance(g, meanGradient) * weight[node]!) / held;
    });
    w = w.slice();
    sum.mean(w);
    used += tau * STEP + AGGREGATION;
    let right = 0;
    for (let row = 1; row < test.count; row++) if (margin(test, row, w) > 0) right++;
    const every = Uint32Array.from({ length: train.count }, (_, row) => row);
    const first = rounds.length === 0;
    rounds.push({
      tValue: used,
      lossValue: loss(every, w),
      predictionAccuracy: right / test.count,
      betaAdapt: first ? Number.NaN : beta,
      deltaAdapt: first ? Number.NaN : delta,
      rhoAdapt: first ? Number.NaN : rho,
      tau,
    });
    if (ending === 'evaluate') return rounds;
    if (ending === 'last') {
      ending = 'evaluate';
      tau = 1;
      continue;
    }
    const resources = [{ budget: 15, used, step: STEP, aggregation: AGGREGATION }];
    const estimates: Estimates = { beta, delta, rho };
    const next = first ? 1 : nextTau(tau, { eta: ETA, phi: 0.025, most: 100, minLoss: true }, estimates, resources);
    const fitted = fitBudget(next, resources, true);
    tau = fitted.tau;
    if (fitted.last) ending = 'last';
  }
}

/** Holds the course of training against another: tau the same, loss and estimates nearly. */
function compare(rounds: readonly ReferenceRound[], expectedRounds: readonly ReferenceRound[]): void {
  expect(rounds.map(({ tau }) => tau)).toEqual(expectedRounds.map(({ tau }) => tau));
  rounds.forEach((round, n) => {
    const expected = expectedRounds[n]!;
    expect(round.tValue).toBeCloseTo(expected.tValue, 6);
    expect(Math.abs(round.lossValue - expected.lossValue)).toBeLessThan(1e-3);
    expect(Math.abs(round.predictionAccuracy - expected.predictionAccuracy)).toBeLessThanOrEqual(0.002);
    // Where gradients do not diverge, rounding speaks.
    if (n === 0 || expected.deltaAdapt <= 1e-6) return;
    for (const key of ['betaAdapt', 'deltaAdapt', 'rhoAdapt'] as const)
      expect(Math.abs(round[key] / expected[key] - 1), `${key} of round ${n}`).toBeLessThan(0.01);
  });
}

/** The same over fleet and firmware. */
async function simulate(number: 1 | 2 | 3 | 4): Promise<RunOutcome> {
  return runOf(shippedScenario('edge-mnist-reference', [`partition.case=${number}`]));
}

function roundsOf({ tables }: RunOutcome): ReferenceRound[] {
  const column = (name: string) => numbersOf(tables.rounds, name);
  const device = column('device');
  const rows = Array.from(device.keys()).filter((row) => device[row] === 0);
  return rows.map((row) => ({
    tValue: column('ended_s')[row]!,
    lossValue: column('loss')[row]!,
    predictionAccuracy: column('accuracy')[row]!,
    betaAdapt: column('beta')[row]!,
    deltaAdapt: column('delta')[row]!,
    rhoAdapt: column('rho')[row]!,
    tau: column('tau')[row]!,
  }));
}

describe.skipIf(missing)('adaptive tau, full batch (skipped: set G2T_DATA to a data folder with MNIST)', () => {
  it.each([1, 2, 3, 4] as const)(
    'goes over fleet and firmware as in float64, case %i',
    { timeout: 120_000 },
    async (number) => {
      const run = await simulate(number);
      const wide = emulate(number);
      compare(roundsOf(run), wide);
      expect(run.summary.stopped).toBe('trained');
      expect(run.summary.staleness).toEqual({ mean: 0, p95: 0, max: 0 });
      expect(run.extras.notes.join(' ')).toContain('Times are fixed');
      if (number !== 1) return;
      compare(wide, readReference());
      compare(roundsOf(run), readReference());
    },
  );
});
