import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../kernel/errors.ts';
import { editDistance, nearest } from '../kernel/suggest.ts';
import { loadScenario } from './load.ts';

const QUICKSTART = readFileSync('scenarios/quickstart.yaml', 'utf8');

/** Loads or is refused with lines that each name a place; anything else is a fault of ours. */
function outcome(bytes: Uint8Array, set: string[] = []): 'good' | 'refused' {
  try {
    loadScenario({ file: 'x.yaml', bytes, set });
    return 'good';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const line of error.message.split('\n')) expect(line).toMatch(/^(x\.yaml:\d+:\d+|--set|\.\.\. and)/);
    return 'refused';
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

describe('whatever comes', () => {
  it('any bytes are refused with a place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcome(bytes)).toBe('refused');
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('any YAML-like text is refused with a place', () => {
    const pieces = fc.constantFrom(
      ...'abc:-#[]{}&*!|>\'"%@`,? \n\t0123456789.~=\\'.split(''),
      'schema: 1\n',
      ': ',
      '- ',
      '  ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        expect(outcome(encode(parts.join('')))).toBe('refused');
      }),
      { seed: 12, numRuns: 500 },
    );
  });

  it('any value anywhere in a good scenario is taken or refused with a place', () => {
    const lines = QUICKSTART.split('\n');
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('.nan', '.inf', '-.inf', '~', '!!int 3', '*a'),
    );
    fc.assert(
      fc.property(fc.nat(lines.length - 1), value, (index, replacement) => {
        const text =
          typeof replacement === 'string' && replacement.startsWith('.') ? replacement : JSON.stringify(replacement);
        const changed = lines.with(index, lines[index]!.replace(/: .*$/, `: ${text}`));
        expect(['good', 'refused']).toContain(outcome(encode(changed.join('\n'))));
      }),
      { seed: 13, numRuns: 400 },
    );
  });

  it('any --set is taken or refused with a place', () => {
    const key = fc.constantFrom(
      'fleet',
      '0',
      '99',
      'network',
      'links',
      'home-wifi',
      'loss',
      'seed',
      '__proto__',
      'stop',
      'x',
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 4 }), fc.string({ maxLength: 12 }), (path, value) => {
        expect(['good', 'refused']).toContain(outcome(encode(QUICKSTART), [`${path.join('.')}=${value}`]));
      }),
      { seed: 14, numRuns: 400 },
    );
  });
});

describe('suggestions', () => {
  it('count insertions, deletions, replacements and swaps', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('loss', 'lsos')).toBe(1);
    expect(editDistance('same', 'same')).toBe(0);
  });

  it('are symmetric and never exceed the longer text', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance === 0).toBe(a === b);
      }),
      { seed: 15 },
    );
  });

  it('name what was probably meant, and nothing far off', () => {
    expect(nearest('los', ['loss', 'latency'])).toBe('loss');
    expect(nearest('Home_WiFi', ['home-wifi'])).toBe('home-wifi');
    expect(nearest('nrf', ['nrf52840', 'esp32'])).toBe('nrf52840');
    expect(nearest('xyzzy', ['loss', 'latency'])).toBeUndefined();
  });
});
