import { describe, expect, it } from 'vitest';
import { escapeControls } from './escape.ts';

describe('control characters', () => {
  it('are escaped, all but line ends and tabs', () => {
    const codes = Array.from({ length: 0x10000 }, (_, code) => code);
    const escaped = codes.filter((code) => escapeControls(String.fromCharCode(code)) !== String.fromCharCode(code));
    const range = (from: number, to: number) => codes.slice(from, to + 1);
    expect(escaped).toEqual([
      ...range(0, 8),
      ...range(0x0b, 0x1f),
      ...range(0x7f, 0x9f),
      0x061c,
      ...range(0x200e, 0x200f),
      ...range(0x2028, 0x202e),
      ...range(0x2066, 0x2069),
      ...range(0xd800, 0xdfff),
      0xfeff,
    ]);
    expect(escapeControls('a\x1b[2J\u202eb\r\n')).toBe('a\\u001b[2J\\u202eb\\u000d\n');
    expect(escapeControls('São Paulo, 東京, 🚲')).toBe('São Paulo, 東京, 🚲');
  });

  it('leave JSON of the same value', () => {
    const value = { name: '\x1b\x7f\x9f\u202e\u2028 "quoted"\n\ud800', '\u2066key': [1, null] };
    const text = escapeControls(JSON.stringify(value));
    expect(JSON.parse(text)).toEqual(value);
    expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Cs}]/u);
  });
});
