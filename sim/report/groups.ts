import { findColumn, numbersOf, type Table, textOf } from '../metrics/table.ts';

/** Sums over the devices of one group (a board, a region), taken in device-id order. */
export interface Group {
  readonly name: string;
  readonly devices: number;
  /** Column of the devices table to the sum over the group's devices. */
  readonly sums: { readonly [column: string]: number };
  /** Largest age of a result of the group, s; NaN when none arrived. */
  readonly ageMaxSeconds: number;
}

const SUMMED = [
  'tasks_done',
  'uploads',
  'classifiers_sent',
  'compute_s',
  'comm_s',
  'handshake_s',
  'idle_s',
  'offline_s',
  'bytes_up',
  'bytes_down',
  'bytes_wasted',
  'energy_j',
  'reassigned_from',
] as const;

/** The devices table by a text column, the group with most devices first, then by name. One pass a column. */
export function groupDevices(devices: Table, by: 'board' | 'region' | 'link'): Group[] {
  const { codes, words } = textOf(devices, by);
  const counts = new Uint32Array(words.length);
  for (const code of codes) counts[code]!++;
  const sums = SUMMED.filter((name) => findColumn(devices, name) !== undefined).map((name) => {
    const total = new Float64Array(words.length);
    const values = numbersOf(devices, name);
    for (let row = 0; row < devices.rows; row++) total[codes[row]!]! += values[row]!;
    return [name, total] as const;
  });
  const ages = new Float64Array(words.length).fill(Number.NaN);
  const oldest = numbersOf(devices, 'age_max_s');
  for (let row = 0; row < devices.rows; row++) {
    const code = codes[row]!;
    if (!(oldest[row]! <= ages[code]!) && !Number.isNaN(oldest[row])) ages[code] = oldest[row]!;
  }
  return words
    .map((name, code) => ({
      name,
      devices: counts[code]!,
      sums: Object.fromEntries(sums.map(([column, total]) => [column, total[code]!])),
      ageMaxSeconds: ages[code]!,
    }))
    .filter((group) => group.devices > 0)
    .sort((a, b) => b.devices - a.devices || (a.name < b.name ? -1 : 1));
}
