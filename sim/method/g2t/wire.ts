import type { Dataset } from '../../data/dataset.ts';
import { rowsOfClass } from '../../data/dataset.ts';
import type { DeviceSpec, FirmwareHost } from '../../device/host-types.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { InputError } from '../../kernel/errors.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import type { Network } from '../../net/network.ts';
import { CODEC, LEARNER, MODE } from '../../protocol/frame.ts';
import { rowBytes } from '../../protocol/rows.ts';
import { G2tCloud } from './cloud.ts';
import { Evaluation, groupByClass, hostRows, refuseSlowOptOvo } from './evaluation.ts';
import { checkLearner } from './learner.ts';
import type { G2tOptions } from './options.ts';
import { Records } from './records.ts';
import { type RowSource, TaskStream } from './task-stream.ts';
import { type Inventory, makeWorkList, type WorkList } from './work-list.ts';

export interface G2tInput {
  readonly sim: Simulation;
  readonly fleet: Fleet;
  readonly network: Network;
  readonly options: G2tOptions;
  readonly dataset: Dataset;
  readonly seed: number;
  readonly receiveBytes: number;
  /** By device. */
  readonly specs: readonly DeviceSpec[];
  /** ns that each device's CPU needs for a byte of a frame that comes in. */
  readonly nanosecondsPerByte: Float64Array;
  readonly onFinished: () => void;
  /** Called when classifiers have come in; undefined where nobody measures the model then. */
  readonly onAggregated?: (() => void) | undefined;
  /** Classes whose training rows each device holds itself. */
  readonly holds: readonly ('none' | 'all' | readonly number[])[];
}

export interface WiredG2t {
  readonly method: G2tCloud;
  readonly records: Records;
  readonly evaluation: Evaluation;
  readonly work: WorkList;
}

/** Puts Globe2Train together for a fleet and a data set. @throws InputError when the tasks fit no device. */
export function wireG2t(input: G2tInput): WiredG2t {
  const { sim, fleet, network, options, dataset, specs } = input;
  const { host } = fleet;
  checkLearner(options.learner, dataset);
  if (options.combine === 'opt-ovo') refuseSlowOptOvo(dataset);
  const train = groupByClass(dataset.train);
  const rows = { train: hostRows(host, train), test: hostRows(host, dataset.test) };
  const longest = largestTask(dataset);
  refuseLongTasks(longest, options);
  const plan = planRows(host, input, longest);
  checkHolding(host, input, longest);
  const holds = holdRows(host, input, train, rows.train);
  const benchMicroseconds = Float64Array.from(specs, (spec) => spec.benchMicroseconds);
  const inventory: Inventory = {
    devices: fleet.devices,
    benchMicroseconds,
    ramBytes: Float64Array.from(specs, (spec) => spec.ramBytes),
    fits: plan.fits,
  };
  const work = makeWorkList(options, dataset.classes, inventory);
  const grouped = { ...dataset, train };
  const evaluation = new Evaluation(host, rows, grouped);
  const records = new Records(fleet.devices, fleet.accounts, () => network.totals);
  const stream = new TaskStream({
    host,
    options,
    work,
    train,
    trainSet: rows.train,
    classes: dataset.classes,
    seed: input.seed,
    source: plan.source,
    holds,
    receiveBytes: input.receiveBytes,
    benchMicroseconds,
    nanosecondsPerByte: input.nanosecondsPerByte,
  });
  const method = new G2tCloud({
    sim,
    fleet,
    options,
    work,
    inventory,
    ahead: plan.ahead,
    stream,
    evaluation,
    records,
    ramBytes: plan.ramBytes,
    onFinished: input.onFinished,
    onAggregated: input.onAggregated,
  });
  return { method, records, evaluation, work };
}

/** Rows are numbered in 16 bits in a device's cache and among those it holds; the server puts so many in order at once. */
const MOST_CACHED_ROWS = 65_535;
const MOST_HELD_ROWS = 65_535;
const MOST_ROWS = 65_536;

/** @throws InputError when a task has more rows than can be put in order. */
function refuseLongTasks(rows: number, options: G2tOptions): void {
  const most = options.rows === 'cache' ? MOST_CACHED_ROWS : MOST_ROWS;
  if (rows <= most) return;
  throw new InputError(
    `dataset: expected at most ${most} training rows in the two largest classes${options.rows === 'cache' ? ' with `rows: cache`' : ''}, got ${rows}`,
  );
}

/** Rows of the task with most. */
function largestTask(dataset: Dataset): number {
  const counts = Array.from({ length: dataset.classes }, (_, c) => rowsOfClass(dataset.train, c).length);
  counts.sort((a, b) => b - a);
  return counts[0]! + counts[1]!;
}

interface RowPlan {
  /** How each device gets the rows that it does not hold. */
  readonly source: readonly RowSource[];
  /** 1 where a task fits the device's RAM. */
  readonly fits: Uint8Array;
  /** Tasks that it may be sent ahead of the one that it trains. */
  readonly ahead: Uint8Array;
  readonly ramBytes: Float64Array;
}

/** How each device gets its rows, and whether it can take a task at all, by its RAM. */
function planRows(host: FirmwareHost, { options, specs, receiveBytes, dataset }: G2tInput, rows: number): RowPlan {
  const learner = LEARNER[options.learner.name];
  const need = (mode: number): number =>
    host.taskBytes({ learner, features: dataset.features, rows, mode, codec: CODEC[options.codec], receiveBytes });
  const cached = need(MODE.cache | MODE.seeded);
  const streamed = need(MODE.stream);
  const source: RowSource[] = [];
  const fits = new Uint8Array(specs.length);
  const ahead = new Uint8Array(specs.length);
  const taken = new Float64Array(specs.length);
  specs.forEach(({ ramBytes }, device) => {
    const keeps =
      options.rows === 'cache' || (options.rows === 'auto' && cached <= ramBytes && rows <= MOST_CACHED_ROWS);
    source.push(keeps ? 'cache' : 'stream');
    taken[device] = keeps ? cached : streamed;
    fits[device] = taken[device] <= ramBytes ? 1 : 0;
    // A task that comes while a result waits for its acknowledgement must find room beside it.
    if (taken[device] + heldResultBytes(dataset.features) <= ramBytes) ahead[device] = options.prefetch;
  });
  if (fits.includes(1)) return { source, fits, ahead, ramBytes: taken };
  const largest = specs.reduce((most, { ramBytes }) => Math.max(most, ramBytes), 0);
  throw new InputError(
    `fleet: expected a device with ${options.rows === 'cache' ? cached : streamed} B of RAM for training, ` +
      `which a task of ${rows} rows of ${dataset.features} features takes, got at most ${largest} B`,
  );
}

/** @throws InputError where devices that hold rows cannot train on them. */
function checkHolding(host: FirmwareHost, { options, specs, receiveBytes, dataset, holds }: G2tInput, rows: number) {
  if (holds.every((held) => held === 'none')) return;
  const { learner, codec } = options;
  const kind = { learner: LEARNER[learner.name], codec: CODEC[codec], mode: MODE.held | MODE.seeded };
  const need = host.taskBytes({ ...kind, features: dataset.features, rows, receiveBytes });
  const small = holds.findIndex((held, device) => held !== 'none' && specs[device]!.ramBytes < need);
  if (small < 0) return;
  throw new InputError(
    `fleet: expected devices that hold rows to have ${need} B of RAM for training, which a task of ${rows} rows takes, ` +
      `device ${small} has ${specs[small]!.ramBytes} B`,
  );
}

/** The most that a finished classifier takes in a device's memory, whatever the codec, with its share of an upload's heading. */
function heldResultBytes(features: number): number {
  return 48 + 6 * (features + 1);
}

/**
 * Puts the rows that devices hold into their memory; gives the classes each holds, shared where alike.
 * @throws InputError when they are more than a device's flash holds.
 */
function holdRows(
  host: FirmwareHost,
  { holds, dataset, specs }: G2tInput,
  train: Dataset['train'],
  trainSet: number,
): (Uint8Array | null)[] {
  const known = new Map<unknown, { readonly classes: Uint8Array; readonly rows: Uint32Array }>();
  return holds.map((held, device) => {
    if (held === 'none') return null;
    let entry = known.get(held);
    if (entry === undefined) {
      const list = held === 'all' ? Array.from({ length: dataset.classes }, (_, c) => c) : held;
      const classes = new Uint8Array(dataset.classes);
      for (const c of list) {
        if (c >= dataset.classes)
          throw new InputError(`fleet: expected held classes from 1 to ${dataset.classes}, got ${c + 1}`);
        classes[c] = 1;
      }
      const rows = Uint32Array.from(train.byClass).filter((row) => classes[train.y[row]!] === 1);
      entry = { classes, rows };
      known.set(held, entry);
    }
    const { flashBytes } = specs[device]!;
    if (entry.rows.length > MOST_HELD_ROWS) {
      throw new InputError(
        `fleet: expected device ${device} to hold at most ${MOST_HELD_ROWS} rows, got ${entry.rows.length}`,
      );
    }
    const bytes = entry.rows.length * rowBytes(dataset.features);
    if (bytes > flashBytes) {
      throw new InputError(
        `fleet: expected the ${entry.rows.length} rows that device ${device} holds to fit its flash of ${flashBytes} B, they take ${bytes} B`,
      );
    }
    host.hold(device, trainSet, entry.rows);
    return entry.classes;
  });
}
