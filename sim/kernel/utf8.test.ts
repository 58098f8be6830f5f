import { describe, expect, it } from 'vitest';
import { invalidUtf8 } from './utf8.ts';

const bytes = (text: string, ...more: number[]) => Uint8Array.of(...new TextEncoder().encode(text), ...more);

describe('invalidUtf8', () => {
  it('accepts text of every length of character', () => {
    for (const text of ['', 'plain', 'é€😀', '\uFEFFa']) expect(invalidUtf8(bytes(text))).toBe(-1);
  });

  it.each([
    ['a byte of Latin-1', bytes('aé', 0xf6, 0x72), 3],
    ['a first byte without its second', bytes('a', 0xe4, 0x72), 1],
    ['a character cut off by the end', bytes('ab', 0xe2, 0x82), 2],
    ['a continuation byte alone', bytes('a', 0x80), 1],
    ['an overlong form', bytes('', 0xc0, 0xaf), 0],
    ['a surrogate', bytes('x', 0xed, 0xa0, 0x80), 1],
  ])('finds %s', (_, text, offset) => {
    expect(invalidUtf8(text)).toBe(offset);
  });

  it('reads chunk by chunk, whatever lies across their ends', () => {
    for (let lead = 0; lead < 4; lead++) {
      const long = new TextEncoder().encode(`${'a'.repeat(lead)}${'😀€é'.repeat(300_000)}`);
      expect(invalidUtf8(long)).toBe(-1);
      for (const at of [0, 1_048_574, 1_048_575, 1_048_576, 1_048_577, 2_097_152]) {
        const wrong = long.slice();
        wrong[at] = 0xff;
        // The character that the byte cut in two begins before it.
        expect(invalidUtf8(wrong)).toBeGreaterThan(at - 4);
        expect(invalidUtf8(wrong)).toBeLessThanOrEqual(at);
      }
    }
  });
});
