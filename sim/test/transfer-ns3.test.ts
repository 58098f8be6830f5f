import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { quantile } from '../kernel/numeric.ts';
import { Simulation } from '../kernel/simulation.ts';
import { LAST_INSTANT } from '../kernel/time.ts';
import { FlowNetwork } from '../net/flow.ts';
import { stillWeather, testConfig, testTransport } from '../net/flow-fixture.ts';
import { REFERENCE_TCP, simulateTransfers, TRANSFER_RUNS, type TransferRow } from '../net/transfer.ts';
import { referenceRows } from './reference-csv.ts';

/** A row of the reference: the question, and what ns-3 answers. */
interface ReferenceRow extends TransferRow {
  readonly meanS: number;
}

const reference = readReference();

function readReference(): ReferenceRow[] {
  return referenceRows(fileURLToPath(new URL('reference/ns3-transfers.csv', import.meta.url))).map((row) => {
    const [rttS, rateBitPerS, loss, flows, sizeBytes, meanS] = [
      ...['rtt_s', 'rate_bit_per_s', 'packet_loss', 'flows', 'size_bytes', 'mean_completion_s'],
    ].map((name) => Number(row[name]));
    return {
      ...{ rttS: rttS!, rateBitPerS: rateBitPerS!, loss: loss!, flows: flows!, sizeBytes: sizeBytes!, meanS: meanS! },
      ...{ tls: false, seed: 1, runs: TRANSFER_RUNS },
    };
  });
}

/** Seeds that a lossy row is averaged over on the flow network. */
const SEEDS = 1000;

/**
 * Mean completion of a row on the flow network: each upload from a device of its own, all behind one regional bottleneck. The reference
 * loses packets on the way up alone, a link profile both ways.
 */
function onFlowNetwork(row: ReferenceRow): number {
  const seeds = row.loss === 0 ? 1 : SEEDS;
  let total = 0;
  for (let seed = 1; seed <= seeds; seed++) total += flowMean(row, seed) / seeds;
  return total;
}

function flowMean({ flows, loss, rttS, rateBitPerS, sizeBytes }: ReferenceRow, seed: number): number {
  const simulation = new Simulation();
  let total = 0;
  let delivered = 0;
  const listener = {
    delivered: () => {
      total += simulation.now / 1e9;
      delivered++;
    },
    failed: () => {},
  };
  const config = testConfig({
    devices: flows,
    seed,
    profiles: [{ up: 1e9, down: 1e9, loss }],
    weather: stillWeather(Math.round((rttS / 2) * 1e9)),
    propagation: new Float64Array(flows),
    bottleneck: new Int32Array(flows),
    bottleneckUp: Float64Array.of(rateBitPerS),
    bottleneckDown: Float64Array.of(rateBitPerS),
    transport: { ...testTransport, tcp: REFERENCE_TCP },
  });
  const network = new FlowNetwork(simulation, config, listener);
  for (let device = 0; device < flows; device++) network.send(device, true, sizeBytes, 0, Number.POSITIVE_INFINITY, 0);
  simulation.run(LAST_INSTANT);
  expect(delivered).toBe(flows);
  return total / flows;
}

/** Relative errors of the mean completion in %: median, 90th percentile and worst, with one decimal. */
function errors(rows: readonly ReferenceRow[], model: readonly number[]): Record<string, string> {
  const found = rows.map(({ meanS }, i) => 100 * Math.abs(model[i]! / meanS - 1)).sort((a, b) => a - b);
  const [median, ninth, worst] = [0.5, 0.9, 1].map((q) => quantile(found, q).toFixed(1));
  return { median: median!, ninth: ninth!, worst: worst! };
}

/** The figures of README.md and sim/net/README.md: a model that comes nearer, or less near, changes them. */
describe('transfers against ns-3', () => {
  const clean = reference.filter(({ loss }) => loss === 0);
  const lossy = reference.filter(({ loss }) => loss > 0);
  const transfer = (rows: readonly ReferenceRow[]) => simulateTransfers(rows).map((result) => result.mean_completion_s);

  it('has its reference', () => {
    expect([clean.length, lossy.length]).toEqual([63, 57]);
  });

  it('g2t transfer', () => {
    expect(errors(clean, transfer(clean))).toEqual({ median: '0.0', ninth: '0.0', worst: '3.1' });
    expect(errors(lossy, transfer(lossy))).toEqual({ median: '1.4', ninth: '8.1', worst: '18.2' });
  });

  it('the flow network', { timeout: 600_000 }, () => {
    expect(errors(clean, clean.map(onFlowNetwork))).toEqual({ median: '0.0', ninth: '6.6', worst: '27.7' });
    expect(errors(lossy, lossy.map(onFlowNetwork))).toEqual({ median: '7.5', ninth: '23.3', worst: '48.8' });
  });
});
