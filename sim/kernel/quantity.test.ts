import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Dimension, formatQuantity, quantity, readQuantity } from './quantity.ts';

function value(text: string, dimension: Dimension): number {
  const reading = readQuantity(text, dimension);
  if ('fault' in reading) throw new Error(reading.fault);
  return reading.value;
}

function fault(type: z.ZodType, input: unknown): string {
  const read = type.safeParse(input);
  if (read.success) throw new Error(`accepted ${JSON.stringify(input)} as ${read.data}`);
  expect(read.error.issues).toHaveLength(1);
  return read.error.issues[0]!.message;
}

describe('units', () => {
  it.each<[string, Dimension, number]>([
    ['20 ms', 'time', 0.02],
    ['1.1 ms', 'time', 0.0011],
    ['7 us', 'time', 7e-6],
    ['7 µs', 'time', 7e-6],
    ['12 ns', 'time', 12e-9],
    ['3 s', 'time', 3],
    ['5 min', 'time', 300],
    ['2 h', 'time', 7200],
    ['104 d', 'time', 104 * 86400],
    ['2 days', 'time', 172800],
    ['5 Mbit/s', 'rate', 5e6],
    ['250 kbit/s', 'rate', 250e3],
    ['1 Gbit/s', 'rate', 1e9],
    ['3 bit/s', 'rate', 3],
    ['100 B/s', 'rate', 800],
    ['2 MB/s', 'rate', 16e6],
    ['64 kbps', 'rate', 64e3],
    ['1 Kibit/s', 'rate', 1024],
    ['10 kB', 'size', 10000],
    ['32 KiB', 'size', 32768],
    ['1 MiB', 'size', 1048576],
    ['2 GiB', 'size', 2147483648],
    ['16 bit', 'size', 2],
    ['7 B', 'size', 7],
    ['0.5 %', 'share', 0.005],
    ['100%', 'share', 1],
    ['64 MHz', 'frequency', 64e6],
    ['15 mW', 'power', 0.015],
    ['1.5 W', 'power', 1.5],
    ['2 km', 'distance', 2000],
    ['3 mJ', 'energy', 0.003],
    ['1 Wh', 'energy', 3600],
    ['12 USD', 'money', 12],
    ['-180 deg', 'angle', -Math.PI],
    ['1e3 ms', 'time', 1],
  ])('reads %s', (text, dimension, expected) => {
    expect(value(text, dimension)).toBe(expected);
  });
});

describe('faults', () => {
  it.each<[z.ZodType, unknown, string]>([
    [quantity('share'), '140 %', 'expected 0 % to 100 %, got 140 %'],
    [quantity('time'), 20, 'expected a time with its unit, such as 20 ms, got the bare number 20'],
    [quantity('time'), '20', 'expected a time with its unit, such as 20 ms, got the bare number 20'],
    [quantity('share'), 0.5, 'expected a share with its unit, such as 0.5 %, got the bare number 0.5'],
    [quantity('time'), '20 kB', 'expected a time such as 20 ms, got 20 kB (a size)'],
    [quantity('size'), '5 KB', 'expected a size such as 10 kB, got 5 KB; did you mean kB?'],
    [quantity('rate'), '0 bit/s', 'expected 1 bit/s to 1 Tbit/s, got 0 bit/s'],
    [quantity('rate'), '1e-300 bit/s', 'expected 1 bit/s to 1 Tbit/s, got 1e-300 bit/s'],
    [quantity('rate'), '5 Mbit', 'expected a rate such as 5 Mbit/s, got 5 Mbit (a size)'],
    [quantity('time'), '-3 s', 'expected 0 s to 104 d, got -3 s'],
    [quantity('time', { above: 0 }), '0 ms', 'expected more than 0 ms and at most 104 d, got 0 ms'],
    [quantity('time', { above: 0, max: 8985600 }), '200 d', 'expected more than 0 d and at most 104 d, got 200 d'],
    [quantity('time', { max: 8985600 }), '9000000 s', 'expected 0 s to 104 d, got 9000000 s'],
    [quantity('rate', { min: 1000 }), '3 bit/s', 'expected 1000 bit/s to 1 Tbit/s, got 3 bit/s'],
    [quantity('time'), Number.NaN, 'expected a time such as 20 ms, got NaN'],
    [quantity('time'), 'NaN s', 'expected a time such as 20 ms, got NaN s'],
    [quantity('time'), 'Infinity s', 'expected a time such as 20 ms, got Infinity s'],
    [quantity('time'), '1e400 s', 'expected a time such as 20 ms, got 1e400 s'],
    [quantity('time'), Number.POSITIVE_INFINITY, 'expected a time such as 20 ms, got Infinity'],
    [quantity('time'), 'soon', 'expected a time such as 20 ms, got soon'],
    [quantity('time'), '', 'expected a time such as 20 ms, got nothing'],
    [quantity('time'), null, 'expected a time such as 20 ms, got nothing'],
    [quantity('time'), ['20 ms'], 'expected a time such as 20 ms, got a list'],
    [quantity('time'), { mean: '20 ms' }, 'expected a time such as 20 ms, got a group of keys'],
    [quantity('time'), '1,5 s', 'expected a time such as 20 ms, got 1,5 s'],
    [quantity('time'), '3 s^2', 'expected a time such as 20 ms, got 3 s^2'],
  ])('says what is wrong (%#)', (type, input, message) => {
    expect(fault(type, input)).toBe(message);
  });
});

describe('properties', () => {
  const units: [Dimension, string[]][] = [
    ['time', ['ns', 'us', 'ms', 's', 'min', 'h', 'd']],
    ['rate', ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'B/s']],
    ['size', ['B', 'kB', 'KiB', 'MB', 'MiB']],
    ['share', ['%']],
  ];
  const written = fc
    .constantFrom(...units)
    .chain(([dimension, names]) => fc.tuple(fc.constant(dimension), fc.constantFrom(...names), fc.nat(100)));

  it('gives finite numbers in range, and the same for every spelling of a number', () => {
    fc.assert(
      fc.property(written, ([dimension, unit, zeroBased]) => {
        const n = zeroBased + (dimension === 'rate' ? 1 : 0);
        const plain = value(`${n} ${unit}`, dimension);
        expect(Number.isFinite(plain) && plain >= 0).toBe(true);
        expect(value(` ${n}.0${unit} `, dimension)).toBe(plain);
        expect(value(`${n}e0 ${unit}`, dimension)).toBe(plain);
      }),
      { seed: 1 },
    );
  });

  it('grows with the number', () => {
    fc.assert(
      fc.property(written, ([dimension, unit, n]) => {
        if (n > 1) expect(value(`${n} ${unit}`, dimension)).toBeGreaterThan(value(`${n - 1} ${unit}`, dimension));
      }),
      { seed: 2 },
    );
  });

  it('reads back what it writes to five digits', () => {
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.double({ min: 1e-9, max: 1, noNaN: true }), ([dimension], small) => {
        const x = dimension === 'rate' ? small * 1e12 + 1 : small;
        const read = value(formatQuantity(x, dimension), dimension);
        expect(Math.abs(read - x)).toBeLessThanOrEqual(x * 1e-4);
      }),
      { seed: 3 },
    );
  });

  it('answers any text with a value in range or one clause, never with an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom(...units), (text, [dimension]) => {
        const reading = readQuantity(text, dimension);
        if ('value' in reading) expect(reading.value).toBeGreaterThanOrEqual(0);
        else expect(reading.fault).toMatch(/^expected /);
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('answers any number with an error: a unit is due', () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        expect(fault(quantity('time'), x)).toMatch(/^expected a time/);
      }),
      { seed: 5 },
    );
  });
});

describe('formatting', () => {
  it.each<[number, Dimension, string]>([
    [0.02, 'time', '20 ms'],
    [90, 'time', '90 s'],
    [7200, 'time', '2 h'],
    [0, 'time', '0 s'],
    [1.23456789, 'time', '1.2346 s'],
    [5e6, 'rate', '5 Mbit/s'],
    [262144, 'size', '262.14 kB'],
    [0.005, 'share', '0.5 %'],
  ])('writes %d (%s)', (x, dimension, text) => {
    expect(formatQuantity(x, dimension)).toBe(text);
  });
});

describe('for editors', () => {
  it('is a string with a pattern and a description in the JSON Schema', () => {
    const schema = z.toJSONSchema(z.strictObject({ wait: quantity('time').prefault('20 ms') }), {
      io: 'input',
      target: 'draft-7',
    });
    const wait = schema.properties!['wait'] as { type: string; pattern: string; default: string };
    expect(wait.type).toBe('string');
    expect(wait.default).toBe('20 ms');
    expect(new RegExp(wait.pattern).test('1.5 ms')).toBe(true);
    expect(new RegExp(wait.pattern).test('1.5')).toBe(false);
  });
});
