import { describe, expect, it } from 'vitest';
import { coldStream, philox, Streams, shuffle } from './random.ts';

function words(key: [number, number], counter: [number, number, number, number]): string[] {
  const out = new Int32Array(4);
  philox(key[0], key[1], counter, out);
  return [...out].map((word) => (word >>> 0).toString(16).padStart(8, '0'));
}

describe('philox', () => {
  it('gives the known answers of Random123', () => {
    expect(words([0, 0], [0, 0, 0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
    expect(words([-1, -1], [-1, -1, -1, -1])).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']);
    expect(words([0xa4093822, 0x299f31d0], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344])).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ]);
  });
});

describe('Streams', () => {
  it('gives a stream the same draws whatever the other streams do', () => {
    const alone = new Streams(7, 'weather', 10);
    const busy = new Streams(7, 'weather', 1000);
    for (let i = 0; i < 50; i++) busy.next(4);
    const draws = [alone.next(3), alone.next(3), alone.next(3)];
    expect([busy.next(3), busy.next(3), busy.next(3)]).toEqual(draws);
    expect(busy.source(3)()).toBe(alone.at(3, 3));
  });

  it('differs by seed, purpose and stream, and is uniform', () => {
    const a = new Streams(1, 'x', 20_000);
    expect(
      new Set([a.at(0, 0), a.at(1, 0), a.at(0, 1), new Streams(2, 'x', 1).at(0, 0), new Streams(1, 'y', 1).at(0, 0)])
        .size,
    ).toBe(5);
    let sum = 0;
    let squares = 0;
    for (let id = 0; id < 20_000; id++) {
      const u = a.next(id);
      sum += u;
      squares += u * u;
    }
    expect(Math.abs(sum / 20_000 - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(squares / 20_000 - 1 / 3)).toBeLessThan(0.01);
  });

  it('shuffles into a permutation, the same for the same seed', () => {
    const items = Uint16Array.from({ length: 100 }, (_, i) => i);
    const other = items.slice();
    shuffle(items, coldStream(3, 'order'));
    shuffle(other, coldStream(3, 'order'));
    expect(items).toEqual(other);
    expect([...items].sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(items[0] === 0 && items[1] === 1 && items[2] === 2).toBe(false);
  });
});
