import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTransferCsv } from '../cli/transfer-csv.ts';
import { quantile } from '../kernel/numeric.ts';
import { Simulation } from '../kernel/simulation.ts';
import { LAST_INSTANT } from '../kernel/time.ts';
import { FlowNetwork } from '../net/flow.ts';
import { stillWeather, testConfig, testTransport } from '../net/flow-fixture.ts';
import { REFERENCE_TCP, simulateTransfers, TRANSFER_RUNS, type TransferRow } from '../net/transfer.ts';
import { referenceRows } from './reference-csv.ts';

const data = process.env['G2T_DATA'];
const file = data === undefined ? undefined : resolve(data, '../reference/ns3_transfers.csv');
const missing = file === undefined || !existsSync(file);

/** The transfers of the reference, and their mean completion there, s. */
function readReference(runs: number): { readonly rows: TransferRow[]; readonly reference: readonly number[] } {
  const rows = readTransferCsv({ file: file!, bytes: readFileSync(file!) }, { tls: false, seed: 1, runs });
  return { rows, reference: referenceRows(file!).map((row) => Number(row['mean_completion_s'])) };
}

/** Relative errors of mean_completion_s, sorted, of the rows that lose packets or of those that do not. */
function errors(lossy: boolean): number[] {
  const { rows, reference } = readReference(TRANSFER_RUNS);
  return simulateTransfers(rows)
    .map((result, i) => Math.abs(result.mean_completion_s / reference[i]! - 1))
    .filter((_, i) => rows[i]!.loss > 0 === lossy)
    .sort((a, b) => a - b);
}

/** Mean completion of a row on the flow network: each upload from a device of its own, all behind one regional bottleneck. */
function onFlowNetwork(row: TransferRow): number {
  const { flows } = row;
  const simulation = new Simulation();
  let total = 0;
  const listener = {
    delivered: () => {
      total += simulation.now / 1e9;
    },
    failed: () => {},
  };
  const config = testConfig({
    devices: flows,
    profiles: [{ up: 1e9, down: 1e9, loss: 0 }],
    weather: stillWeather(Math.round((row.rttS / 2) * 1e9)),
    propagation: new Float64Array(flows),
    bottleneck: new Int32Array(flows),
    bottleneckUp: Float64Array.of(row.rateBitPerS),
    bottleneckDown: Float64Array.of(row.rateBitPerS),
    transport: { ...testTransport, tcp: REFERENCE_TCP },
  });
  const network = new FlowNetwork(simulation, config, listener);
  for (let device = 0; device < flows; device++)
    network.send(device, true, row.sizeBytes, 0, Number.POSITIVE_INFINITY, 0);
  simulation.run(LAST_INSTANT);
  return total / flows;
}

describe('transfers against ns-3 (needs reference/ns3_transfers.csv beside the folder of G2T_DATA)', () => {
  it.skipIf(missing)('without loss are within 1 % in the median and 10 % in nine of ten', () => {
    const found = errors(false);
    expect(found.length).toBeGreaterThan(50);
    expect(quantile(found, 0.5)).toBeLessThan(0.01);
    expect(quantile(found, 0.9)).toBeLessThan(0.1);
  });

  it.skipIf(missing)('with loss are within 5 % in the median and 20 % in nine of ten', () => {
    const found = errors(true);
    expect(found.length).toBeGreaterThan(50);
    expect(quantile(found, 0.5)).toBeLessThan(0.05);
    expect(quantile(found, 0.9)).toBeLessThan(0.2);
  });

  it.skipIf(missing)(
    'without loss and on the flow network itself are within 3 % in the median and 10 % in nine of ten',
    () => {
      const { rows, reference } = readReference(1);
      const found = rows
        .map((row, i) => [row, reference[i]!] as const)
        .filter(([row]) => row.loss === 0)
        .map(([row, mean]) => Math.abs(onFlowNetwork(row) / mean - 1))
        .sort((a, b) => a - b);
      expect(quantile(found, 0.5)).toBeLessThan(0.03);
      expect(quantile(found, 0.9)).toBeLessThan(0.1);
    },
  );
});
