import { InputError } from '../kernel/errors.ts';
import { coldStream, shuffle } from '../kernel/random.ts';

/**
 * Rows that devices hold already: each device has every training row of some classes, so that a task of two classes can
 * be trained without sending data where one device holds both.
 */
export interface HeldRows {
  readonly devices: number;
  readonly classes: number;
  /** Classes of device d, ascending: `held[first[d]] .. held[first[d + 1] - 1]`. */
  readonly first: Uint32Array;
  readonly held: Uint16Array;
}

/** How classes are dealt out. */
export interface HoldSpec {
  readonly classes: number;
  readonly devices: number;
  /** Classes a device holds: 2 to `classes`. */
  readonly classesPerDevice: number;
  /**
   * `cover`: classes are cut into blocks of half a device's share, and devices get the pairs of blocks in turn, so that
   * with enough devices every pair of classes lies together somewhere; `random`: drawn for each device.
   */
  readonly by: 'cover' | 'random';
  readonly seed: number;
}

export function dealClasses(spec: HoldSpec): HeldRows {
  const { classes, devices, classesPerDevice } = spec;
  if (classesPerDevice < 2 || classesPerDevice > classes) {
    throw new InputError(`Expected each device to hold 2 to ${classes} classes, got ${classesPerDevice}`);
  }
  const sets = spec.by === 'random' ? drawSets(spec) : coverSets(spec);
  const first = new Uint32Array(devices + 1);
  for (let d = 0; d < devices; d++) first[d + 1] = first[d]! + sets[d]!.length;
  const held = new Uint16Array(first[devices]!);
  for (let d = 0; d < devices; d++) held.set(sets[d]!, first[d]!);
  return { devices, classes, first, held };
}

function drawSets({ classes, devices, classesPerDevice, seed }: HoldSpec): Uint16Array[] {
  const uniform = coldStream(seed, 'data.held');
  const order = Uint16Array.from({ length: classes }, (_, c) => c);
  return Array.from({ length: devices }, () => {
    shuffle(order, uniform);
    return order.slice(0, classesPerDevice).sort();
  });
}

function coverSets({ classes, devices, classesPerDevice }: HoldSpec): Uint16Array[] {
  const size = Math.floor(classesPerDevice / 2);
  const blocks = Math.ceil(classes / size);
  if (blocks === 1) return Array.from({ length: devices }, () => Uint16Array.from({ length: classes }, (_, c) => c));
  const pairs: Uint16Array[] = [];
  const block = (b: number): number[] =>
    Array.from({ length: Math.min(size, classes - b * size) }, (_, k) => b * size + k);
  for (let a = 0; a < blocks && pairs.length < devices; a++) {
    for (let b = a + 1; b < blocks && pairs.length < devices; b++)
      pairs.push(Uint16Array.from([...block(a), ...block(b)]));
  }
  return Array.from({ length: devices }, (_, d) => pairs[d % pairs.length]!);
}

/** Whether device `d` holds a class. */
export function holds({ first, held }: HeldRows, d: number, label: number): boolean {
  let low = first[d]!;
  let high = first[d + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (held[middle]! < label) low = middle + 1;
    else high = middle;
  }
  return low < first[d + 1]! && held[low] === label;
}

/** For every pair of classes (i < j, in row order (0,1), (0,2), ...) how many devices hold both. */
export function holdersOfPairs(rows: HeldRows): Uint32Array {
  const { classes, devices, first, held } = rows;
  const holders = new Uint32Array((classes * (classes - 1)) / 2);
  for (let d = 0; d < devices; d++) {
    const end = first[d + 1]!;
    for (let a = first[d]!; a < end; a++) {
      const i = held[a]!;
      const row = (i * (2 * classes - i - 1)) / 2 - i - 1;
      for (let b = a + 1; b < end; b++) holders[row + held[b]!]!++;
    }
  }
  return holders;
}
