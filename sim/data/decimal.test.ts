import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalReader } from './decimal.ts';

function read(text: string): { readonly value: number; readonly at: number } {
  const reader = new DecimalReader(new TextEncoder().encode(text));
  return { value: reader.next(), at: reader.at };
}

describe('DecimalReader', () => {
  it('reads the double nearest to the text, as Number does', () => {
    for (const text of ['0', '-0.097816', '+1.5', '.5', '5.', '1e3', '-2.5E-7', '123456789012345678', '0.1', '16.0']) {
      expect(read(text)).toEqual({ value: Number(text), at: text.length });
    }
    expect(Object.is(read('-0.000000').value, -0)).toBe(true);
  });

  it('agrees with Number on any finite double and on decimals of any length', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(read(`${value}`).value).toBe(Number(`${value}`));
      }),
      { seed: 7 },
    );
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }).map((all) => all.join(''));
    fc.assert(
      fc.property(digits, digits, (whole, fraction) => {
        fc.pre(whole !== '' || fraction !== '');
        expect(read(`${whole}.${fraction}`).value).toBe(Number(`${whole}.${fraction}`));
      }),
      { seed: 7 },
    );
  });

  it('gives NaN for what is no finite decimal number, and stops where the number ends', () => {
    for (const text of ['', '-', '.', 'x', 'NaN', 'Infinity', '1e', '1e999', 'e5']) expect(read(text).value).toBeNaN();
    expect(read('1.5,2')).toEqual({ value: 1.5, at: 3 });
    expect(read('0x10')).toEqual({ value: 0, at: 1 });
  });
});
