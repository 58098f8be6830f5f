import { formatQuantity } from '../kernel/quantity.ts';
import { parseClasses } from '../method/g2t/options.ts';
import { pairCount } from '../method/pairs.ts';
import type { CongestionModel } from '../net/congestion.ts';
import type { DropoutModel } from '../net/dropout.ts';
import type { ResolvedNetwork } from '../net/options.ts';
import { samplerOf } from '../net/sampler.ts';
import type { Path } from './fault.ts';
import type { Scenario } from './schema.ts';

/** How much there is of a data set. */
export interface DataShape {
  readonly classes: number;
  readonly features: number;
  readonly trainRows: number;
  /** Rows to train on, to validate with and to test on. */
  readonly rows: number;
}

/** How much of something a run needs, at most. */
export interface Estimate {
  /** The key that decides it. */
  readonly path: Path;
  readonly what: string;
  readonly amount: number;
  /** The most that is accepted. */
  readonly limit: number;
  /** What the amount is made of. */
  readonly because: string;
}

type Network = Pick<ResolvedNetwork, 'profiles' | 'server' | 'bottlenecks' | 'accessPoints'>;
type Workload = Pick<Scenario, 'dataset' | 'fleet' | 'method' | 'partition' | 'stop' | 'measure'> & {
  readonly network: Network;
};

/** The limits; README.md tells the reason of each. */
export const WORK_LIMITS = {
  tasks: 10_000_000,
  updates: 1_000_000_000,
  values: 250_000_000,
  weights: 1_000_000_000,
  heldRows: 1_000_000_000,
  labelCounts: 1_000_000_000,
  conditionChanges: 10_000_000_000,
  measurements: 100_000_000,
} as const;

/**
 * How much a run asks for, known before it runs. Where the data set lies in files, what hangs on its size is told once they are read.
 * @param shape of the data set; undefined while unknown.
 */
export function estimateWorkload(scenario: Workload, shape = generatedShape(scenario.dataset)): Estimate[] {
  const { fleet, stop, measure } = scenario;
  const devices = fleet.reduce((sum, { count }) => sum + count, 0);
  const horizon = formatQuantity(stop.horizon, 'time');
  const changes = changesPerSecond(scenario);
  return [
    {
      path: ['measure', 'every'],
      what: 'measurements',
      amount: Math.floor(stop.horizon / measure.every),
      limit: WORK_LIMITS.measurements,
      because: `one every ${formatQuantity(measure.every, 'time')} until the horizon of ${horizon}`,
    },
    {
      path: ['network'],
      what: 'changes of network conditions',
      amount: Math.round(changes * stop.horizon),
      limit: WORK_LIMITS.conditionChanges,
      because: `${inWords(changes)} a second until the horizon of ${horizon}`,
    },
    ...updates(scenario, devices),
    ...tasks(scenario.method, shape),
    ...(shape === undefined ? [] : data(scenario, devices, shape)),
  ];
}

/** "expected at most 10,000,000 tasks, got 2,147,385,345 (...)"; undefined for what is within its limit. */
export function excess({ what, amount, limit, because }: Estimate): string | undefined {
  return amount <= limit
    ? undefined
    : `expected at most ${inWords(limit)} ${what}, got ${inWords(amount)} (${because})`;
}

/** The size of a data set that a generator makes. */
function generatedShape(dataset: Scenario['dataset']): DataShape | undefined {
  if (dataset.name !== 'clusters') return undefined;
  const { classes, features, rows, validation, test } = dataset;
  return { classes, features, trainRows: classes * rows, rows: classes * (rows + validation + test) };
}

/** Rows of the table of rounds. */
function updates({ method }: Workload, devices: number): Estimate[] {
  const estimate = (key: string, amount: number, because: string): Estimate[] => [
    { path: ['method', key], what: 'updates', amount, limit: WORK_LIMITS.updates, because },
  ];
  switch (method.name) {
    case 'ssgd':
    case 'fedavg':
      return estimate(
        'rounds',
        method.rounds * devices,
        `${inWords(method.rounds)} rounds of ${inWords(devices)} devices`,
      );
    case 'gaia':
      return estimate(
        'steps',
        method.steps * devices,
        `${inWords(method.steps)} of each of ${inWords(devices)} devices`,
      );
    case 'adaptive-tau': {
      if (method.timing === 'measured') return [];
      const { step, aggregation } = method.timing.fixed;
      const rounds = Math.floor(method.budget.time / (step + aggregation));
      const because = `${inWords(rounds)} rounds of ${inWords(devices)} devices within the budget of time`;
      return estimate('budget', rounds * devices, because);
    }
    case 'asgd':
    case 'g2t':
      return [];
  }
}

function tasks(method: Workload['method'], shape: DataShape | undefined): Estimate[] {
  if (method.name !== 'g2t') return [];
  const limit = WORK_LIMITS.tasks;
  if (method.manual !== undefined) {
    const lists = method.manual.flatMap(({ rounds }) => rounds);
    const amount = lists.reduce((sum, text) => sum + pairCount(parseClasses(text).length), 0);
    return [
      { path: ['method', 'manual'], what: 'tasks', amount, limit, because: 'the pairs of classes of all rounds' },
    ];
  }
  if (shape === undefined) return [];
  const because = `the pairs of ${inWords(shape.classes)} classes`;
  return [{ path: ['dataset'], what: 'tasks', amount: pairCount(shape.classes), limit, because }];
}

function data(scenario: Workload, devices: number, shape: DataShape): Estimate[] {
  const { method, partition } = scenario;
  const { classes, features, trainRows, rows } = shape;
  const models =
    method.name === 'g2t' ? pairCount(classes) : (devices + 1) * (method.learner.name === 'softmax' ? classes : 1);
  const whose =
    method.name === 'g2t' ? `${inWords(models)} classifiers` : `${inWords(models)} vectors on server and devices`;
  const of = `${inWords(devices)} devices`;
  return [
    {
      path: ['dataset'],
      what: 'values in the data set',
      amount: rows * features,
      limit: WORK_LIMITS.values,
      because: `${inWords(rows)} rows of ${inWords(features)} features`,
    },
    {
      path: ['dataset'],
      what: 'weights',
      amount: models * (features + 1),
      limit: WORK_LIMITS.weights,
      because: `${whose} of ${inWords(features + 1)}`,
    },
    {
      path: ['fleet'],
      what: 'rows on devices',
      amount: heldRows(scenario, devices, shape),
      limit: WORK_LIMITS.heldRows,
      because: `${of}, ${inWords(trainRows)} training rows`,
    },
    {
      path: ['fleet'],
      what: 'counts of labels',
      amount: partition === 'none' ? 0 : devices * classes,
      limit: WORK_LIMITS.labelCounts,
      because: `${of}, ${inWords(classes)} classes`,
    },
  ];
}

/** Rows that lie on devices, each as often as it does; classes are taken to have equally many. */
function heldRows({ fleet, partition }: Workload, devices: number, { classes, trainRows }: DataShape): number {
  if (partition !== 'none') return partition.by === 'case' && partition.case === 3 ? devices * trainRows : trainRows;
  const share = (holds: Workload['fleet'][number]['holds']): number => {
    if (typeof holds === 'string') return holds === 'all' ? classes : 0;
    return 'classes' in holds ? holds.classes : holds.length;
  };
  return fleet.reduce((sum, { count, holds }) => sum + count * Math.ceil((share(holds) * trainRows) / classes), 0);
}

/** Changes of network conditions in a simulated second, in the mean, of all devices and links together. */
function changesPerSecond({ fleet, network }: Workload): number {
  let rate = 0;
  for (const { count, link, 'access-point': shared } of fleet) {
    const profile = network.profiles.find(({ name }) => name === link);
    if (profile === undefined) continue;
    const { dropout, mobility } = profile;
    rate += count * (dropoutRate(dropout) + (mobility.kind === 'cells' ? 1 / mobility.dwell : 0));
    if (typeof shared === 'object') rate += Math.ceil(count / shared.per) * loadRate(shared.congestion);
  }
  for (const { congestion } of [network.server, ...network.bottlenecks]) rate += 2 * loadRate(congestion);
  for (const { congestion } of network.accessPoints) rate += loadRate(congestion);
  return rate;
}

function dropoutRate(model: DropoutModel): number {
  switch (model.kind) {
    case 'renewal':
      return 2 / (samplerOf(model.up).mean + samplerOf(model.down).mean);
    case 'duty-cycle':
      return 2 / model.period;
    case 'trace':
      return model.every === undefined ? 0 : (2 * model.off.length) / model.every;
    case 'none':
    case 'outage':
      return 0;
  }
}

function loadRate(model: CongestionModel): number {
  switch (model.kind) {
    case 'markov':
      return model.states.length / model.states.reduce((sum, { hold }) => sum + hold, 0);
    case 'diurnal':
      return 1 / model.step;
    case 'trace':
      return model.every === undefined ? 0 : model.points.length / model.every;
    case 'constant':
      return 0;
  }
}

/** 2147385345 as "2,147,385,345". */
function inWords(amount: number): string {
  return amount < 1e15 ? amount.toLocaleString('en', { maximumFractionDigits: 3 }) : amount.toPrecision(3);
}
