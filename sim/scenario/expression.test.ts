import { describe, expect, it } from 'vitest';
import { amountOf, written } from './amount.ts';
import { isReserved, parseExpression } from './expression.ts';

const values: Readonly<Record<string, unknown>> = {
  latency: '20 ms',
  loss: '5 %',
  devices: 12,
  up: '2 Mbit/s',
  name: 'x',
};
const work = (text: string) => written(parseExpression(text).evaluate((name) => amountOf(values[name])!));

describe('an expression', () => {
  it.each<[string, string | number]>([
    ['3 * latency + 10 ms', '0.07 s'],
    ['1 - loss', '95 %'],
    ['(1 - loss) * devices', '1140 %'],
    ['0.1 + 0.2', 0.3],
    ['2 ^ 10 - 1', 1023],
    ['max(latency, 1 s) / 4', '0.25 s'],
    ['latency / 1 ms', 20],
    ['10 kB / up', '0.04 s'],
    ['up * 4 s', '1000000 B'],
    ['5 Mbit / 2 s', '2500000 bit/s'],
    ['ceil(log2(devices)) + round(sqrt(16)) + floor(pi) + abs(-1)', 12],
    ['devices > 10 ? 1 min : 1 s', '60 s'],
    ['latency < 10 ms ? 1 : log10(1000)', 3],
    ['-latency + 1 s', '0.98 s'],
    ['50 %', '50 %'],
    ['7', 7],
  ])('%s is %s', (text, value) => {
    expect(work(text)).toBe(value);
  });

  it.each([
    ['3 *', /^expected an expression, got 3 \* \(unexpected end/],
    ['latency + 10 kB', /^expected two amounts of one kind, got a time and a size$/],
    ['latency * latency', /^cannot multiply a time by a time$/],
    ['sqrt(latency)', /^expected a plain number in sqrt\(\), got a time$/],
    ['sqrt(1, 2)', /^expected 1 value in sqrt\(\), got 2$/],
    // Nothing of mathjs or of the program can be reached.
    ['import("fs")', /^expected arithmetic alone/],
    ['devices.constructor', /^expected arithmetic alone/],
    ['constructor(1)', /^expected arithmetic alone/],
    ['f(x) = x', /^expected arithmetic alone/],
    ['a = 3', /^expected arithmetic alone/],
    ['[1, 2]', /^expected arithmetic alone/],
    ['"text"', /^expected arithmetic alone/],
    ['random()', /^expected arithmetic alone.*got random\(\)$/],
    ['', /^expected arithmetic alone.*got nothing$/],
    [`${'('.repeat(600)}1${')'.repeat(600)}`, /^expected an expression of at most 1000 characters, got 1201$/],
  ])('%s is refused', (text, message) => {
    expect(() => work(text)).toThrow(message);
  });

  it('names what it refers to', () => {
    expect(parseExpression('a + 3 ms * c2 - a').names).toEqual(['a', 'c2']);
    expect(['ms', 'pi', 'max', 'bit'].map(isReserved)).toEqual([true, true, true, true]);
    expect(isReserved('latency')).toBe(false);
  });
});
