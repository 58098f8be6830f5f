import { nearest } from './suggest.ts';
import { MAX_SECONDS } from './time.ts';

/** What a quantity measures. */
export type Dimension =
  | 'time'
  | 'rate'
  | 'size'
  | 'share'
  | 'frequency'
  | 'distance'
  | 'power'
  | 'energy'
  | 'money'
  | 'angle';

/** How many of the dimension's base unit one unit is: `times / over`, one of them 1, so that "1.1 ms" is 1.1 / 1000 and rounds once. */
interface Scale {
  readonly times: number;
  readonly over: number;
}

interface DimensionFacts {
  /** In a sentence: "expected a time such as 20 ms". */
  readonly noun: string;
  readonly example: string;
  /** The unit of the plain number that a quantity becomes. */
  readonly base: string;
  /** What is accepted where a key says nothing narrower, in the base unit; 0 and no limit when left out. */
  readonly min?: number;
  readonly max?: number;
  /** Units for output, largest first. */
  readonly output: readonly string[];
  /** Every accepted unit, spelled exactly so, and how many of the base unit one is. */
  readonly units: Readonly<Record<string, number | Scale>>;
}

const MEBI = 1_048_576;
const per = (over: number): Scale => ({ times: 1, over });

/**
 * The accepted units. Nothing else is a unit: a prefix that a package would put before any unit makes 10 mbps a hundredth of a
 * bit a second. sim/scenario/README.md has the same table.
 */
export const DIMENSIONS: Readonly<Record<Dimension, DimensionFacts>> = {
  time: {
    noun: 'a time',
    example: '20 ms',
    base: 's',
    max: MAX_SECONDS,
    output: ['d', 'h', 'min', 's', 'ms', 'us', 'ns'],
    units: {
      ns: per(1e9),
      us: per(1e6),
      µs: per(1e6),
      ms: per(1e3),
      s: 1,
      second: 1,
      seconds: 1,
      min: 60,
      minute: 60,
      minutes: 60,
      h: 3600,
      hour: 3600,
      hours: 3600,
      d: 86_400,
      day: 86_400,
      days: 86_400,
    },
  },
  rate: {
    noun: 'a rate',
    example: '5 Mbit/s',
    base: 'bit/s',
    min: 1,
    max: 1e12,
    output: ['Tbit/s', 'Gbit/s', 'Mbit/s', 'kbit/s', 'bit/s'],
    units: {
      'bit/s': 1,
      'kbit/s': 1e3,
      'Mbit/s': 1e6,
      'Gbit/s': 1e9,
      'Tbit/s': 1e12,
      bps: 1,
      kbps: 1e3,
      Mbps: 1e6,
      Gbps: 1e9,
      Tbps: 1e12,
      'Kibit/s': 1024,
      'Mibit/s': MEBI,
      'Gibit/s': 1024 * MEBI,
      'B/s': 8,
      'kB/s': 8e3,
      'MB/s': 8e6,
      'GB/s': 8e9,
      'KiB/s': 8 * 1024,
      'MiB/s': 8 * MEBI,
      'GiB/s': 8 * 1024 * MEBI,
    },
  },
  size: {
    noun: 'a size',
    example: '10 kB',
    base: 'B',
    max: 1e15,
    output: ['TB', 'GB', 'MB', 'kB', 'B'],
    units: {
      bit: per(8),
      kbit: 125,
      Mbit: 125e3,
      Gbit: 125e6,
      Kibit: 128,
      Mibit: 128 * 1024,
      Gibit: 128 * MEBI,
      B: 1,
      kB: 1e3,
      MB: 1e6,
      GB: 1e9,
      TB: 1e12,
      KiB: 1024,
      MiB: MEBI,
      GiB: 1024 * MEBI,
      TiB: MEBI * MEBI,
    },
  },
  share: { noun: 'a share', example: '0.5 %', base: '1', max: 1, output: ['%'], units: { '%': per(100) } },
  frequency: {
    noun: 'a frequency',
    example: '64 MHz',
    base: 'Hz',
    output: ['GHz', 'MHz', 'kHz', 'Hz'],
    units: { Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9 },
  },
  distance: {
    noun: 'a distance',
    example: '100 km',
    base: 'm',
    output: ['km', 'm', 'mm'],
    units: { mm: per(1e3), cm: per(100), m: 1, km: 1e3 },
  },
  power: {
    noun: 'a power',
    example: '15 mW',
    base: 'W',
    output: ['W', 'mW', 'uW'],
    units: { nW: per(1e9), uW: per(1e6), µW: per(1e6), mW: per(1e3), W: 1, kW: 1e3 },
  },
  energy: {
    noun: 'an energy',
    example: '2 J',
    base: 'J',
    max: 1e15,
    output: ['kWh', 'J', 'mJ', 'uJ', 'nJ'],
    units: {
      nJ: per(1e9),
      uJ: per(1e6),
      µJ: per(1e6),
      mJ: per(1e3),
      J: 1,
      kJ: 1e3,
      mWh: 3.6,
      Wh: 3600,
      kWh: 3.6e6,
    },
  },
  money: { noun: 'a price', example: '12 USD', base: 'USD', output: ['USD'], units: { cent: per(100), USD: 1 } },
  angle: {
    noun: 'an angle',
    example: '45 deg',
    base: 'rad',
    min: Number.NEGATIVE_INFINITY,
    output: ['deg', 'rad'],
    units: { deg: { times: Math.PI, over: 180 }, rad: 1 },
  },
};

interface Unit {
  readonly dimension: Dimension;
  readonly scale: Scale;
}

const UNITS: ReadonlyMap<string, Unit> = new Map(
  (Object.keys(DIMENSIONS) as Dimension[]).flatMap((dimension) =>
    Object.entries(DIMENSIONS[dimension].units).map(([name, factor]): [string, Unit] => [
      name,
      { dimension, scale: typeof factor === 'number' ? { times: factor, over: 1 } : factor },
    ]),
  ),
);

/** Of all dimensions. */
export const UNIT_NAMES: readonly string[] = [...UNITS.keys()];

/** What a unit measures and its scale; null where the text is none of the accepted units. The micro sign may be U+00B5 or U+03BC. */
export function findUnit(text: string): Unit | null {
  return UNITS.get(text.replace('\u03bc', '\u00b5')) ?? null;
}

/** Other spellings of a bit, a byte or a second, and ours. */
const RESPELLED: readonly (readonly [RegExp, string])[] = [
  [/\s+/g, ''],
  [/(second|sec)s?$/, 's'],
  [/bits?(?=\/s$|$)|b(?=\/s$|$)/, 'bit'],
  [/(bytes?|Bytes?)(?=\/s$|$)/, 'B'],
  [/Bps$/, 'B/s'],
  [/^mins$/, 'min'],
  [/^hrs?$/, 'h'],
];

/** "; did you mean Mbit/s or MB/s?": the accepted units of a dimension that a spelling may stand for, or nothing. */
export function unitHint(text: string, dimension: Dimension): string {
  const names = Object.keys(DIMENSIONS[dimension].units);
  const respelled = RESPELLED.reduce((word, [form, ours]) => word.replace(form, ours), text);
  const found = names.includes(respelled) ? [respelled] : [];
  const alike = /^[\w/ %µ]+$/.test(text) ? nearest(text, names) : undefined;
  if (alike !== undefined && !found.includes(alike)) {
    const sameLetters = alike.toLowerCase() === text.toLowerCase();
    if (found.length === 0 || sameLetters) found.push(alike);
  }
  return found.length === 0 ? '' : `; did you mean ${found.join(' or ')}?`;
}
