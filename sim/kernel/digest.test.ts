import { describe, expect, it } from 'vitest';
import { Digest, digestText } from './digest.ts';

function of(fold: (digest: Digest) => void): string {
  const digest = new Digest();
  fold(digest);
  return digest.hex();
}

describe('Digest', () => {
  it('does not change from one version of this program to the next', () => {
    expect(digestText('globe2train')).toMatchInlineSnapshot(`"83012f3281d869627fdf0a22a7a26b47"`);
    expect(of((d) => d.event(1, 2, 3, 4, 5))).toMatchInlineSnapshot(`"a54a978ab04a5e843146fafff03f7aa5"`);
  });

  it('notices any one changed bit of a run of bytes, and where runs end', () => {
    const bytes = Uint8Array.from({ length: 37 }, (_, i) => i * 7);
    const seen = new Set([of((d) => d.bytes(bytes))]);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
      seen.add(of((d) => d.bytes(changed)));
    }
    expect(seen.size).toBe(bytes.length * 8 + 1);
    const split = of((d) => {
      d.bytes(bytes.subarray(0, 16));
      d.bytes(bytes.subarray(16));
    });
    expect(seen.has(split)).toBe(false);
  });

  it('notices two events that swap places', () => {
    const one = of((d) => {
      d.event(1, 2, 0, 0, 0);
      d.event(1, 3, 0, 0, 0);
    });
    const other = of((d) => {
      d.event(1, 3, 0, 0, 0);
      d.event(1, 2, 0, 0, 0);
    });
    expect(one).not.toBe(other);
  });

  it('tells -0 from 0 and may go on after hex', () => {
    expect(of((d) => d.doubles(0, 0))).not.toBe(of((d) => d.doubles(-0, 0)));
    const digest = new Digest();
    digest.text('a');
    const first = digest.hex();
    expect(digest.hex()).toBe(first);
    digest.text('b');
    expect(digest.hex()).not.toBe(first);
  });
});
