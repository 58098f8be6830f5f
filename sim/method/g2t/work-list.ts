import { InputError } from '../../kernel/errors.ts';
import { pairCount, pairFirst, pairId, pairSecond } from '../pairs.ts';
import { quotas, ranges } from './allocate.ts';
import { type G2tOptions, parseClasses } from './options.ts';

/**
 * The tasks of a run and who is to train them. A task is a pair of classes; with `allocate: manual` the same pair may be
 * several tasks, on purpose. Each device has a contiguous run of positions; `round` counts its rounds from 0.
 */
export interface WorkList {
  readonly tasks: number;
  /** Pair id of each task, and its classes: rows of `positive` are labelled 1, those of `negative` 0. */
  readonly pair: Int32Array;
  readonly positive: Uint16Array;
  readonly negative: Uint16Array;
  /** Distinct pairs among the tasks. */
  readonly pairs: number;
  /** Round of each task on its device. */
  readonly round: Int32Array;
  /** With `allocate: manual`: the classes of each round of each device, ascending; empty otherwise. */
  readonly classesOfRound: readonly (readonly (readonly number[])[])[];
  /** Tasks of device d: first[d] to end[d] - 1, in order. */
  readonly first: Int32Array;
  readonly end: Int32Array;
}

/** What a server knows of its devices before it shares tasks out. */
export interface Inventory {
  readonly devices: number;
  /** Time of one training step, us. */
  readonly benchMicroseconds: Float64Array;
  readonly ramBytes: Float64Array;
  /** 1 where a task fits the device's RAM. */
  readonly fits: Uint8Array;
}

export function makeWorkList(options: G2tOptions, classes: number, inventory: Inventory): WorkList {
  const manual = options.allocate === 'manual';
  const plan = manual ? byHand(options, classes, inventory.devices) : byHardware(options, classes, inventory);
  const positive = Uint16Array.from(plan.pair, (pair) => pairFirst(pair, classes));
  const negative = Uint16Array.from(plan.pair, (pair) => pairSecond(pair, classes));
  return { ...plan, positive, negative };
}

/** With `allocate: manual`: the classes of the round that a task of the device's own belongs to, ascending; else undefined. */
export function classesOfOwnRound(work: WorkList, device: number, task: number): readonly number[] | undefined {
  if (task < work.first[device]! || task >= work.end[device]!) return undefined;
  return work.classesOfRound[device]?.[work.round[task]!];
}

type Plan = Omit<WorkList, 'positive' | 'negative'>;

function byHardware(options: G2tOptions, classes: number, inventory: Inventory): Plan {
  const tasks = pairCount(classes);
  const weights = Float64Array.from({ length: inventory.devices }, (_, device) =>
    weight(options.allocate, inventory, device),
  );
  if (weights.every((w) => w === 0)) {
    throw new InputError('fleet: expected a device whose RAM holds a task, got none');
  }
  const quota = quotas(tasks, weights);
  const first = ranges(quota, weights);
  const end = first.map((from, device) => from + quota[device]!);
  const perRound = options.round === 'classifier' ? 1 : options.round === 'batch' ? pairCount(options.batch!) : tasks;
  const round = new Int32Array(tasks);
  first.forEach((from, device) => {
    for (let task = from; task < end[device]!; task++) round[task] = Math.floor((task - from) / perRound);
  });
  return {
    tasks,
    classesOfRound: [],
    pairs: tasks,
    pair: Int32Array.from({ length: tasks }, (_, task) => task),
    round,
    first,
    end,
  };
}

function weight(allocate: G2tOptions['allocate'], inventory: Inventory, device: number): number {
  if (inventory.fits[device] === 0) return 0;
  if (allocate === 'ram') return inventory.ramBytes[device]!;
  if (allocate === 'rate') return 1 / inventory.benchMicroseconds[device]!;
  return 1;
}

function byHand(options: G2tOptions, classes: number, devices: number): Plan {
  const pair: number[] = [];
  const round: number[] = [];
  const classesOfRound: number[][][] = Array.from({ length: devices }, () => []);
  const first = new Int32Array(devices);
  const end = new Int32Array(devices);
  const byDevice = [...options.manual!].sort((a, b) => a.device - b.device);
  byDevice.forEach(({ device, rounds }) => {
    if (device >= devices)
      throw new InputError(`method.manual: expected a device from 0 to ${devices - 1}, got ${device}`);
    first[device] = pair.length;
    rounds.forEach((text, index) => {
      const list = [...new Set(parseClasses(text))].sort((a, b) => a - b);
      const last = list.at(-1)!;
      if (list[0]! < 0 || last >= classes) {
        throw new InputError(`method.manual: expected classes from 1 to ${classes} on device ${device}, got ${text}`);
      }
      classesOfRound[device]!.push(list);
      list.forEach((i, a) => {
        for (const j of list.slice(a + 1)) {
          pair.push(pairId(i, j, classes));
          round.push(index);
        }
      });
    });
    end[device] = pair.length;
  });
  return {
    tasks: pair.length,
    classesOfRound,
    pairs: new Set(pair).size,
    pair: Int32Array.from(pair),
    round: Int32Array.from(round),
    first,
    end,
  };
}
