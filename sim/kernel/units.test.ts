import { readFileSync } from 'node:fs';
import math from 'mathjs/lib/browser/math.js';
import { describe, expect, it } from 'vitest';
import { readQuantity } from './quantity.ts';
import { DIMENSIONS, type Dimension, findUnit, UNIT_NAMES, unitHint } from './units.ts';

const dimensions = Object.keys(DIMENSIONS) as Dimension[];
const unitsOf = (dimension: Dimension): string[] => Object.keys(DIMENSIONS[dimension].units);

/** The table of units in the README: a measure and its units. */
function documented(): Map<string, string[]> {
  const rows = readFileSync('sim/scenario/README.md', 'utf8').matchAll(/^\| (\w+) \| (`[^|]+) \|/gm);
  return new Map(
    [...rows].map(([, measure, units]) => [measure!, units!.split(', ').map((unit) => unit.slice(1, -1))]),
  );
}

/** A value that every key of the dimension takes. */
function inRange(dimension: Dimension): number {
  return dimension === 'rate' ? 8 : dimension === 'share' ? 1 : 3;
}

describe('the accepted units', () => {
  it('are those of the documentation', () => {
    expect([...documented()].sort()).toEqual(dimensions.map((dimension) => [dimension, unitsOf(dimension)]).sort());
  });

  it('are each in one dimension alone', () => {
    expect(new Set(UNIT_NAMES).size).toBe(UNIT_NAMES.length);
  });

  it('have the value that mathjs gives them', () => {
    const { unit, createUnit } = math as unknown as {
      unit: (text: string) => { toNumber: (base: string) => number };
      createUnit: (units: object) => void;
    };
    createUnit({ USD: {}, d: '1 day', bps: { definition: '1 b/s', prefixes: 'short' } });
    createUnit({ cent: '0.01 USD' });
    // mathjs writes a bit as b, and knows neither the micro sign nor a share.
    const theirs = (name: string) => name.replace('µ', 'u').replace(/([a-zA-Z]*)bit\b/, '$1b');
    for (const dimension of dimensions.filter((each) => each !== 'share')) {
      const base = theirs(DIMENSIONS[dimension].base);
      for (const name of unitsOf(dimension)) {
        const { times, over } = findUnit(name)!.scale;
        const value = unit(`1 ${theirs(name)}`).toNumber(base);
        expect(Math.abs(value / (times / over) - 1), name).toBeLessThan(1e-12);
      }
    }
  });

  it.each(UNIT_NAMES)('1 %s is read, with a space, without and with several', (name) => {
    const { dimension, scale } = findUnit(name)!;
    const number = inRange(dimension);
    const value = (number * scale.times) / scale.over;
    for (const text of [`${number} ${name}`, `${number}${name}`, ` ${number}   ${name} `, `${number}.0 ${name}`]) {
      const fits =
        value >= (DIMENSIONS[dimension].min ?? 0) && value <= (DIMENSIONS[dimension].max ?? Number.MAX_VALUE);
      const reading = readQuantity(text, dimension);
      if (fits) expect(reading, text).toEqual({ value });
      else expect(reading, text).toEqual({ fault: expect.stringMatching(/^expected .* to .*, got/) });
    }
  });
});

const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/ µ%.-'];

/** Every spelling at one insertion, deletion, substitution or transposition from a word. */
function* misspellings(word: string): Generator<string> {
  for (let i = 0; i <= word.length; i++) {
    for (const letter of LETTERS) {
      yield word.slice(0, i) + letter + word.slice(i);
      if (i < word.length) yield word.slice(0, i) + letter + word.slice(i + 1);
    }
    if (i < word.length) yield word.slice(0, i) + word.slice(i + 1);
    if (i + 1 < word.length) yield word.slice(0, i) + word[i + 1]! + word[i]! + word.slice(i + 2);
  }
}

describe('misspelled units', () => {
  it.each(UNIT_NAMES)('every spelling next to %s is refused, or is another unit', (name) => {
    const { dimension } = findUnit(name)!;
    const number = inRange(dimension);
    for (const spelling of misspellings(name)) {
      // Space around a quantity and before its unit says nothing.
      if (UNIT_NAMES.includes(spelling.trim())) continue;
      const reading = readQuantity(`${number} ${spelling}`, dimension);
      expect('fault' in reading ? reading.fault : `read as ${reading.value}`, spelling).toMatch(/^expected /);
    }
  });

  it.each<[string, Dimension, string]>([
    ['mbps', 'rate', '; did you mean Mbps?'],
    ['hbps', 'rate', '; did you mean bps?'],
    ['dabps', 'rate', '; did you mean bps?'],
    ['Kbps', 'rate', '; did you mean kbps?'],
    ['MBPS', 'rate', '; did you mean Mbps?'],
    ['MBps', 'rate', '; did you mean MB/s or Mbps?'],
    ['Mb/s', 'rate', '; did you mean Mbit/s or MB/s?'],
    ['Mbits/s', 'rate', '; did you mean Mbit/s?'],
    ['Mbit / s', 'rate', '; did you mean Mbit/s?'],
    ['Mbit/sec', 'rate', '; did you mean Mbit/s?'],
    ['mbit/s', 'rate', '; did you mean Mbit/s?'],
    ['KB', 'size', '; did you mean kB?'],
    ['kb', 'size', '; did you mean kbit or kB?'],
    ['bytes', 'size', '; did you mean B?'],
    ['Mbytes', 'size', '; did you mean MB?'],
    ['kib', 'size', '; did you mean KiB?'],
    ['MS', 'time', '; did you mean ms?'],
    ['sec', 'time', '; did you mean s?'],
    ['mins', 'time', '; did you mean min?'],
    ['hrs', 'time', '; did you mean h?'],
    ['mhz', 'frequency', '; did you mean MHz?'],
    ['Mw', 'power', '; did you mean mW?'],
    ['furlongs', 'time', ''],
  ])('%s is no %s%s', (spelling, dimension, hint) => {
    expect(unitHint(spelling, dimension)).toBe(hint);
    expect(readQuantity(`10 ${spelling}`, dimension)).toEqual({ fault: expect.stringContaining(hint) });
  });
});
