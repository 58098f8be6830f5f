import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { History } from './history.ts';
import type { Row } from './messages.ts';
import { Pace } from './pace.ts';
import { PageStream } from './page-stream.ts';

describe('the history of a series', () => {
  it('gives a reader what came after it last read', () => {
    const history = new History(100);
    history.add([[1], [2]]);
    expect(history.since(undefined)).toEqual({ whole: true, rows: [[1], [2]] });
    const { cursor } = history;
    expect(history.since(cursor)).toBeUndefined();
    history.add([[3]]);
    expect(history.since(cursor)).toEqual({ whole: false, rows: [[3]] });
  });

  it('takes the same room however long it goes on, and keeps its ends', () => {
    const history = new History(64);
    const { cursor } = history;
    for (let n = 0; n < 10_000; n++) history.add([[n]]);
    const { whole, rows } = history.since(cursor)!;
    expect(whole).toBe(true);
    expect(rows.length).toBeLessThanOrEqual(64);
    expect(rows[0]).toEqual([0]);
    expect(rows.at(-1)).toEqual([9999]);
    const at = rows.map((row: Row) => row[0]!);
    expect(at).toEqual([...new Set(at)].sort((a, b) => a - b));
  });
});

describe('a page’s stream', () => {
  it('is skipped while it has not read, and let go when it never does', () => {
    const response = { writableLength: 0, destroyed: false, written: 0 };
    const fake = {
      ...response,
      writeHead: () => fake,
      write: (text: string) => {
        fake.writableLength += text.length;
        return true;
      },
      destroy: () => {
        fake.destroyed = true;
      },
    };
    const page = new PageStream(fake as unknown as ServerResponse);
    for (let n = 0; n < 1e5 && page.ready; n++) page.send('tick', { text: 'x'.repeat(1000) });
    expect(fake.writableLength).toBeLessThan(300_000);
    expect(page.abandoned(1000)).toBe(false);
    fake.writableLength = 0;
    expect(page.ready).toBe(true);
    expect(page.abandoned(30_000)).toBe(false);
    fake.writableLength = 1e6;
    expect(page.abandoned(60_000)).toBe(false);
    expect(page.abandoned(100_000)).toBe(true);
    page.close();
    expect(page.ready).toBe(false);
  });
});

describe('the pace', () => {
  it('is so many simulated seconds a second, from where it was let go', () => {
    const pace = new Pace(2);
    pace.start({ real: 1000, simulated: 5e9 });
    expect(pace.target(1500)).toBe(6e9);
    pace.setSpeed(10, { real: 1500, simulated: 6e9 });
    expect(pace.target(1600)).toBe(7e9);
    pace.setSpeed(null, { real: 1600, simulated: 7e9 });
    expect(pace.target(1601)).toBe(Number.POSITIVE_INFINITY);
  });
});
