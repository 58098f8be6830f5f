import { coldStream } from '../kernel/random.ts';
import { TableBuilder } from '../metrics/builder.ts';
import { Distribution } from '../metrics/distribution.ts';
import { summarise } from '../metrics/summary.ts';
import { type Table, tableFromArrays } from '../metrics/table.ts';
import { DEVICES_TABLE, METRICS_TABLE, ROUNDS_TABLE } from '../metrics/tables.ts';
import { chooseDevices, TIMELINE, TimelineRecorder } from '../metrics/timeline.ts';
import type { ReportExtras, RunResult } from './result.ts';

export interface FixtureOptions {
  readonly devices: number;
  readonly measurements?: number;
  readonly makespanSeconds?: number;
  /** Mean stretches of each state a shown device goes through. */
  readonly cycles?: number;
  readonly dropout?: boolean;
  readonly versions?: boolean;
  readonly extras?: ReportExtras;
}

const BOARDS = ['nrf52840', 'stm32f103c8', 'samd21g18', 'esp32', 'raspberry-pi-4'] as const;
const RATES = [1, 0.08, 0.03, 0.6, 40] as const;
const REGIONS = ['dublin', 'singapore', 'sao-paulo', 'sydney', 'frankfurt', 'virginia', 'tokyo'] as const;
const LINKS = ['home-wifi', 'cellular-3g', 'lte-m'] as const;

/** A made-up result with the shape of a real one, for the tests of charts and report. The same options, the same result. */
export function fixture(options: FixtureOptions): RunResult {
  const { devices, measurements = 200, makespanSeconds = 95, cycles = 14 } = options;
  const draw = coldStream(7, 'report-fixture');
  const board = Array.from({ length: devices }, (_, d) => d % BOARDS.length);
  const tasks = Math.max(1, devices * 12);
  const ages = new Distribution();
  for (let i = 0; i < Math.min(tasks, 20_000); i++) ages.add(0.05 * Math.exp(3.2 * draw() * draw()));
  const of = (value: (d: number) => number) => Float64Array.from({ length: devices }, (_, d) => value(d));
  const compute = of((d) => makespanSeconds * 0.3 * (0.5 + draw() / 2) * (board[d]! === 2 ? 1.6 : 1));
  const comm = of(() => makespanSeconds * 0.2 * (0.3 + draw()));
  const offline = of(() => (options.dropout === true ? makespanSeconds * 0.1 * draw() : 0));
  const up = of((d) => 2000 + 900 * RATES[board[d]!]! * draw());
  const down = of((d) => 30_000 + 40_000 * RATES[board[d]!]! * draw());
  const wasted = of(() => (options.dropout === true ? 300 * draw() : 0));
  const energy = of((d) => compute[d]! * 0.05);
  const staleness = options.versions === true ? new Distribution() : null;
  if (staleness !== null) for (let i = 0; i < 2000; i++) staleness.add(Math.floor(30 * draw() * draw() * draw()));
  const summary = summarise({
    name: 'report-fixture',
    digest: '0123456789abcdef0123456789abcdef',
    result: 'results/report-fixture-01234567',
    endSeconds: makespanSeconds,
    scores: { accuracy: 0.774, macroF1: 0.768 },
    staleness,
    age: ages,
    computeSeconds: compute,
    communicationSeconds: comm,
    bytesUp: up,
    bytesDown: down,
    bytesWasted: wasted,
    energyJoules: energy,
    flop: of((d) => compute[d]! * 2e5),
    events: 1_234_567,
    tasks: { done: tasks, total: tasks, reassigned: options.dropout === true ? 37 : 0 },
    stopped: 'trained',
  });
  const words = (list: readonly string[], pick: (d: number) => number) => Array.from(compute, (_, d) => list[pick(d)]!);
  const u32 = (value: (d: number) => number) => Uint32Array.from({ length: devices }, (_, d) => value(d));
  const deviceTable = tableFromArrays(DEVICES_TABLE, {
    device: u32((d) => d),
    board: words(BOARDS, (d) => board[d]!),
    region: words(REGIONS, (d) => d % REGIONS.length),
    link: words(LINKS, (d) => d % LINKS.length),
    tasks_done: u32((d) => Math.round(4 + 20 * RATES[board[d]!]!)),
    uploads: u32(() => 3),
    classifiers_sent: u32(() => 12),
    w_t_last: u32((d) => 1 + (d % 8)),
    compute_s: compute,
    comm_s: comm,
    handshake_s: of((d) => comm[d]! * 0.3),
    idle_s: of((d) => Math.max(0, makespanSeconds - compute[d]! - comm[d]! - offline[d]!)),
    offline_s: offline,
    bytes_up: up,
    bytes_down: down,
    bytes_lost: wasted,
    bytes_wasted: wasted,
    energy_j: energy,
    age_mean_s: of(() => 0.2 + draw()),
    age_max_s: of(() => 2 + draw()),
    reassigned_from: u32(() => 0),
    ram_used_bytes: of((d) => 9000 + 100 * (d % 50)),
  });
  return {
    summary,
    manifest: {
      id: '01234567',
      name: 'report-fixture',
      seed: 1,
      digest: summary.digest,
      firmware: { sha256: 'a5'.repeat(32) },
      versions: { globe2train: '0.1.0', 'firmware-abi': '1' },
    },
    tables: {
      rounds: rounds(options, draw),
      devices: deviceTable,
      metrics: metrics({ measurements, makespanSeconds, tasks, devices, dropout: options.dropout === true }, draw),
      timeline: timeline({ board, makespanSeconds, cycles, dropout: options.dropout === true }, draw),
      ages: ages.quantiles(),
    },
    scenarioText: 'schema: 1\nname: report-fixture # "quotes" & <tags> </script>\nseed: 1\n',
    ...(options.extras === undefined ? {} : { extras: options.extras }),
  };
}

function rounds(options: FixtureOptions, draw: () => number): Table {
  const rows = new TableBuilder(ROUNDS_TABLE, options.versions === true ? ['staleness', 'loss'] : []);
  const { at } = rows;
  for (let device = 0; device < Math.min(options.devices, 400); device++) {
    for (let round = 1; round <= 3; round++) {
      rows.set(at.round, round);
      rows.set(at.device, device);
      rows.set(at.started_s, round * 10);
      rows.set(at.ended_s, round * 10 + 5);
      rows.set(at.compute_s, (0.2 + 0.1 * draw()) * round);
      rows.set(at.comm_s, 1);
      rows.set(at.tasks, 10);
      rows.set(at.classifiers, 10);
      rows.set(at.w_t, 1);
      rows.set(at.bytes_up, 500);
      rows.set(at.bytes_down, 9000);
      rows.set(at.accuracy, 0.7 + 0.2 * draw());
      if (at.staleness >= 0) rows.set(at.staleness, Math.floor(30 * draw() * draw() * draw()));
      rows.endRow();
    }
  }
  return rows.build();
}

function metrics(
  run: { measurements: number; makespanSeconds: number; tasks: number; devices: number; dropout: boolean },
  draw: () => number,
): Table {
  const rows = new TableBuilder(METRICS_TABLE);
  const { at } = rows;
  for (let i = 0; i < run.measurements; i++) {
    const p = i / Math.max(1, run.measurements - 1);
    const done = p * p * (3 - 2 * p);
    rows.set(at.at_s, p * run.makespanSeconds);
    rows.set(at.tasks_done, Math.round(done * run.tasks));
    if (i > 0) {
      const accuracy = 0.774 * Math.sqrt(done) * (1 - 0.02 * draw() * (1 - p));
      rows.set(at.accuracy, accuracy);
      rows.set(at.macro_f1, accuracy * (0.9 + 0.0922 * p));
      rows.set(at.comm_to_comp_time, 0.7 + 2 * Math.exp(-6 * p));
      rows.set(at.comm_to_comp_bytes_per_flop, 0.02 + 0.4 * Math.exp(-9 * p));
      rows.set(at.age_mean_s, 0.2 + 0.3 * draw());
    }
    rows.set(at.bytes_up, p * 1e5);
    rows.set(at.bytes_down, p * 1e6);
    rows.set(at.energy_j, p * 50);
    rows.set(at.online, run.dropout ? Math.round(run.devices * (0.93 + 0.05 * draw())) : run.devices);
    rows.endRow();
  }
  return rows.build();
}

function timeline(
  run: { board: readonly number[]; makespanSeconds: number; cycles: number; dropout: boolean },
  draw: () => number,
): Table {
  const chosen = chooseDevices(run.board);
  const recorder = new TimelineRecorder({ fleet: run.board.length, chosen });
  const end = run.makespanSeconds * 1e9;
  for (const device of chosen) {
    let at = 0;
    const step = end / run.cycles / 4;
    while (at < end) {
      for (const [state, weight] of [
        [TIMELINE.receive, 1.2],
        [TIMELINE.compute, 1 + run.board[device]! / 2],
        [TIMELINE.send, 0.4],
        [run.dropout && draw() < 0.08 ? TIMELINE.offline : TIMELINE.wait, 0.8],
      ] as const) {
        const to = at + Math.round(step * weight * (0.3 + draw()));
        if (state !== TIMELINE.wait) recorder.span(device, state, at, to);
        at = to;
      }
    }
  }
  return recorder.finish(end);
}
