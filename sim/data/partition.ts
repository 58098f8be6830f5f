import { InputError } from '../kernel/errors.ts';
import { coldStream, Streams, shuffle } from '../kernel/random.ts';
import type { Dataset } from './dataset.ts';
import { dealEvenly, dealLabels, sizesByShare } from './deal.ts';
import { dirichlet } from './dirichlet.ts';
import type { PartitionOptions } from './partition-options.ts';

/** What a partition goes by: the label of each training row, which may be finer than its class (digits beside even/odd). */
export interface Labels {
  readonly y: Uint16Array;
  /** By label. */
  readonly names: readonly string[];
}

/** Which training rows lie on which device. */
export interface Partition {
  /** Row numbers of each device, ascending. Devices that have the same rows share one array. */
  readonly rows: readonly Uint32Array[];
  /** Rows by device and label: rows.length x labels, row-major. */
  readonly counts: Uint32Array;
  readonly labels: readonly string[];
}

/** The labels that a partition of a data set goes by. */
export function labelsOf(dataset: Pick<Dataset, 'train' | 'classNames' | 'labels'>): Labels {
  return dataset.labels ?? { y: dataset.train.y, names: dataset.classNames };
}

/**
 * Divides training rows among devices; every row goes to exactly one device, but in case 3, where all go to each.
 * @param seed the run's seed, for draws that name no seed of their own.
 * @throws InputError when a device would be left without rows, or a label without a device.
 */
export function partitionRows(options: PartitionOptions, labels: Labels, devices: number, seed: number): Partition {
  const rows = labels.y.length;
  if (devices > rows && !(options.by === 'case' && options.case === 3)) {
    throw new InputError(`expected at most as many devices as training rows (${rows}), got ${devices}`);
  }
  const hands = divide(options, labels, devices, seed);
  const empty = hands.findIndex((hand) => hand.length === 0);
  if (empty >= 0) {
    throw new InputError(`expected rows for each of the ${devices} devices, got none for device ${empty}`);
  }
  const sorted = new Map<readonly number[], Uint32Array>();
  const own = hands.map((hand) => {
    const known = sorted.get(hand) ?? Uint32Array.from(hand).sort();
    sorted.set(hand, known);
    return known;
  });
  return { rows: own, counts: countLabels(own, labels), labels: labels.names };
}

function divide(
  options: PartitionOptions,
  labels: Labels,
  devices: number,
  seed: number,
): readonly (readonly number[])[] {
  switch (options.by) {
    case 'case':
      return byCase(options.case, labels, devices);
    case 'iid':
      return dealEvenly(drawnOrder(labels.y.length, options.seed ?? seed), devices);
    case 'quantity':
      return byQuantity(labels.y.length, devices, options.alpha, options.seed ?? seed);
    case 'labels':
      return byLabels(labels, devices, options.labels, options.seed ?? seed);
    case 'dirichlet':
      return byMix(labels, devices, options.alpha, options.seed ?? seed);
  }
}

/**
 * Cases 1 to 4 of Wang et al., "Adaptive federated learning in resource constrained edge computing systems", IEEE JSAC
 * 37(6), 2019, as their published program divides rows. With more devices than labels, cases 2 and 4 deal the rows that
 * are due to device t in turn to devices t, t + labels, t + 2 labels, ... (ours; the demonstration has five devices).
 */
function byCase(number: number, { y }: Labels, devices: number): readonly (readonly number[])[] {
  if (number === 3) {
    const all = Array.from(y, (_, row) => row);
    return Array.from({ length: devices }, () => all);
  }
  let low = y[0]!;
  let high = low;
  for (const label of y) {
    low = Math.min(low, label);
    high = Math.max(high, label);
  }
  const due = Math.min(devices, high - low + 1);
  const half = Math.ceil(due / 2);
  const target = (row: number): number => {
    if (number === 2) return (y[row]! - low) % due;
    return y[row]! < (low + high) / 2 || due === half ? row % half : ((y[row]! - low) % (due - half)) + half;
  };
  const hands: number[][] = Array.from({ length: devices }, () => []);
  const turns = new Uint32Array(due);
  for (let row = 0; row < y.length; row++) {
    if (number === 1) {
      hands[row % devices]!.push(row);
      continue;
    }
    const first = target(row);
    const sharers = Math.ceil((devices - first) / due);
    hands[first + due * (turns[first]!++ % sharers)]!.push(row);
  }
  return hands;
}

/** Numbers of rows in shares drawn from a symmetric Dirichlet distribution; which rows is drawn too. */
function byQuantity(rows: number, devices: number, alpha: number, seed: number): number[][] {
  const shares = dirichlet(new Float64Array(devices).fill(alpha), coldStream(seed, 'data.partition.quantity'));
  const sizes = sizesByShare(shares, rows);
  const order = drawnOrder(rows, seed);
  let from = 0;
  return Array.from(sizes, (size) => {
    from += size;
    return Array.from(order.subarray(from - size, from));
  });
}

function byLabels(labels: Labels, devices: number, each: number, seed: number): number[][] {
  const count = labels.names.length;
  if (each > count) throw new InputError(`expected at most ${count} labels a device, as there are, got ${each}`);
  if (each * devices < count) {
    throw new InputError(
      `expected a device for each of ${count} labels, got ${devices} devices with ${each} each: ${count - each * devices} labels would be on none`,
    );
  }
  const holders = dealLabels({ labels: count, devices, each, seed });
  const byLabel = rowsByLabel(labels, drawnOrder(labels.y.length, seed));
  const hands: number[][] = Array.from({ length: devices }, () => []);
  holders.forEach((own, label) => {
    dealEvenly(Uint32Array.from(byLabel[label]!), own.length).forEach((hand, n) => {
      hands[own[n]!]!.push(...hand);
    });
  });
  return hands;
}

/**
 * Hsu, Qi, Brown, "Measuring the effects of non-identical data distribution for federated visual classification", 2019:
 * each device's mix of labels is a draw from Dir(alpha p), where p is the labels' shares of all rows. The mix is a
 * function of seed and device alone. Devices choose in turn, a row each, by their mixes and without replacement; a label
 * that is used up is passed over, so the last rows bend the mixes somewhat.
 */
function byMix(labels: Labels, devices: number, alpha: number, seed: number): number[][] {
  const rows = labels.y.length;
  const left = rowsByLabel(labels, drawnOrder(rows, seed));
  const shapes = Float64Array.from(left, (own) => (alpha * own.length) / rows);
  const mixes = new Streams(seed, 'data.partition.mix', devices);
  const choices = new Streams(seed, 'data.partition.choice', devices);
  const mix = Array.from({ length: devices }, (_, device) => dirichlet(shapes, mixes.source(device)));
  const hands: number[][] = Array.from({ length: devices }, () => []);
  for (let n = 0; n < rows; n++) {
    const device = n % devices;
    hands[device]!.push(left[choose(mix[device]!, left, choices.next(device))]!.pop()!);
  }
  return hands;
}

/** A label with rows left, with chances by the mix; by the rows left where the mix has none of them. */
function choose(mix: Float64Array, left: readonly (readonly number[])[], draw: number): number {
  let sum = 0;
  for (let label = 0; label < left.length; label++) if (left[label]!.length > 0) sum += mix[label]!;
  const chance = (label: number): number => (sum > 0 ? mix[label]! : left[label]!.length);
  const total = sum > 0 ? sum : left.reduce((rows, own) => rows + own.length, 0);
  let rest = draw * total;
  let last = -1;
  for (let label = 0; label < left.length; label++) {
    if (left[label]!.length === 0 || chance(label) === 0) continue;
    last = label;
    rest -= chance(label);
    if (rest < 0) return label;
  }
  return last;
}

function drawnOrder(rows: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  shuffle(order, coldStream(seed, 'data.partition.rows'));
  return order;
}

function rowsByLabel({ y, names }: Labels, order: Uint32Array): number[][] {
  const rows: number[][] = names.map(() => []);
  for (const row of order) rows[y[row]!]!.push(row);
  return rows;
}

function countLabels(rows: readonly Uint32Array[], { y, names }: Labels): Uint32Array {
  const counts = new Uint32Array(rows.length * names.length);
  rows.forEach((own, device) => {
    const at = device * names.length;
    for (const row of own) counts[at + y[row]!]!++;
  });
  return counts;
}
