import type { Dataset } from '../../data/dataset.ts';
import type { Partition } from '../../data/partition.ts';
import type { DeviceSpec } from '../../device/host-types.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { Streams } from '../../kernel/random.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import type { Network } from '../../net/network.ts';
import type { Setup } from '../../protocol/exchange-messages.ts';
import { EXCHANGE_FLAG, EXCHANGE_KIND, EXCHANGE_MODEL } from '../../protocol/frame.ts';
import type { ExchangeLearner, ExchangeOptions } from './options.ts';
import { ExchangeRecords } from './records.ts';
import { lambdaOf, ServerModel } from './server-model.ts';

/** Held rows are numbered in 16 bits. */
const MOST_HELD_ROWS = 65_535;

/** What a method of exchange is wired from. */
export interface ExchangeInput<Options extends ExchangeOptions> {
  readonly sim: Simulation;
  readonly fleet: Fleet;
  readonly network: Network;
  readonly options: Options;
  readonly dataset: Dataset;
  readonly seed: number;
  readonly receiveBytes: number;
  /** By device. */
  readonly specs: readonly DeviceSpec[];
  readonly onFinished: () => void;
  readonly onAggregated?: (() => void) | undefined;
  /** The training rows of each device; without one, those of the classes that it holds. */
  readonly partition: Partition | undefined;
  readonly holds: readonly ('none' | 'all' | readonly number[])[];
  /** Energy of all devices until now, J: in all, and what their processors took. */
  readonly meter: () => { readonly all: number; readonly compute: number };
  /** A fault of the scenario, placed at a key. */
  readonly fault: (path: string, message: string) => Error;
}

/** How a method uses the exchange. */
export interface Exchange {
  readonly kind: keyof typeof EXCHANGE_KIND;
  readonly versioned?: boolean;
  /** Whether the first mini-batch of a round is the last of the one before, which estimates need. */
  readonly reuse?: boolean;
  /** Gaia's v_0. */
  readonly significance?: number;
  /** What the device multiplies eta by. */
  readonly share?: number;
}

/** A fleet whose devices hold their rows, and what the server keeps beside it. */
export interface Prepared {
  readonly learner: ExchangeLearner;
  readonly dataset: Dataset;
  readonly model: ServerModel;
  readonly records: ExchangeRecords;
  /** SETUP of a device. */
  setup(device: number): Setup;
  readonly kind: number;
  readonly flags: number;
  readonly receiveBytes: number;
  /** D_i, by device. */
  readonly rows: Uint32Array;
  /** Devices that can take the model, ascending. */
  readonly devices: readonly number[];
  readonly ramBytes: Float64Array;
  readonly notes: readonly string[];
}

/** Gives the devices their rows and looks which of them can take the model. @throws InputError where nothing fits. */
export function prepare(input: ExchangeInput<ExchangeOptions>, exchange: Exchange): Prepared {
  const { fleet, dataset, specs, receiveBytes, network, options } = input;
  const { learner } = options;
  const { host } = fleet;
  refuseUnfit(input);
  const held = rowsOfDevices(input);
  const trainSet = host.writeRows(dataset.train.x, dataset.features, dataset.train.y);
  const testSet = host.writeRows(dataset.test.x, dataset.features, dataset.test.y);
  const rows = new Uint32Array(fleet.devices);
  const lambda = lambdaOf(learner);
  const kind = EXCHANGE_KIND[exchange.kind];
  const flags = (exchange.reuse ? EXCHANGE_FLAG.reuse : 0) | (exchange.versioned ? EXCHANGE_FLAG.versioned : 0);
  const orders = new Streams(input.seed, 'mini-batches', 0);
  const setup = (device: number): Setup => ({
    model: EXCHANGE_MODEL[learner.name],
    kind,
    flags,
    classes: dataset.classes,
    features: dataset.features,
    batch: learner.batch === 'full' ? 0 : learner.batch,
    eta: learner.eta * (exchange.share ?? 1),
    lambda,
    significance: exchange.significance ?? 0,
    seed: Math.floor(orders.at(device, 0) * 4294967296),
  });
  const ramBytes = new Float64Array(fleet.devices);
  const devices: number[] = [];
  let needs = 0;
  held.forEach((own, device) => {
    if (own.length === 0) return;
    if (own.length > MOST_HELD_ROWS) {
      const got = `${own.length} on device ${device}`;
      throw input.fault('fleet', `expected at most ${MOST_HELD_ROWS} training rows on a device, got ${got}`);
    }
    ramBytes[device] = host.exchangeBytes({ ...setup(device), rows: own.length, receiveBytes });
    const { ramBytes: has, flashBytes } = specs[device]!;
    needs = Math.max(needs, ramBytes[device]!);
    if (ramBytes[device]! > has || own.length * (4 * dataset.features + 1) > flashBytes) {
      ramBytes[device] = 0;
      return;
    }
    host.hold(device, trainSet, own);
    rows[device] = own.length;
    devices.push(device);
  });
  if (devices.length === 0) throw nothingFits(needs, input);
  const left = fleet.devices - devices.length;
  return {
    learner,
    dataset,
    model: new ServerModel({
      host,
      learner,
      dataset,
      trainSet,
      testSet,
      held: devices.map((device) => held[device]!),
    }),
    records: new ExchangeRecords(fleet.devices, fleet.accounts, () => network.totals),
    setup,
    kind,
    flags,
    receiveBytes,
    rows,
    devices,
    ramBytes,
    notes: left === 0 ? [] : [`${left} of ${fleet.devices} devices take no part: no rows, or no room for the model.`],
  };
}

function nothingFits(needs: number, { specs, fault }: ExchangeInput<ExchangeOptions>): Error {
  const most = specs.reduce((largest, { ramBytes }) => Math.max(largest, ramBytes), 0);
  return needs === 0
    ? fault('fleet', 'expected a device that holds rows (by `partition`, or `holds`), got none')
    : fault(
        'fleet',
        `expected a device with ${needs} B of RAM for the model, and flash for its rows, got at most ${most} B`,
      );
}

function refuseUnfit({ options, dataset, fault }: ExchangeInput<ExchangeOptions>): void {
  const { name } = options.learner;
  if (name === 'softmax' || dataset.classes === 2) return;
  throw fault(
    'method.learner.name',
    `expected softmax for the ${dataset.classes} classes of ${dataset.name}, got ${name}, which knows two`,
  );
}

/** Row numbers by device. */
function rowsOfDevices({ partition, dataset, holds, fault }: ExchangeInput<ExchangeOptions>): readonly Uint32Array[] {
  if (partition !== undefined) return partition.rows;
  const { train, classes } = dataset;
  const known = new Map<unknown, Uint32Array>();
  return holds.map((held) => {
    if (held === 'none') return new Uint32Array(0);
    const outside = held === 'all' ? undefined : held.find((c) => c >= classes);
    if (outside !== undefined) throw fault('fleet', `expected held classes from 1 to ${classes}, got ${outside + 1}`);
    const rows =
      known.get(held) ??
      Uint32Array.from(train.byClass)
        .filter((row) => held === 'all' || held.includes(train.y[row]!))
        .sort();
    known.set(held, rows);
    return rows;
  });
}
