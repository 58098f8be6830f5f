import { describe, expect, it } from 'vitest';
import { AUSLAN_CHANNELS, readAuslanCsv, readAuslanTree } from './auslan.ts';
import { tableOf } from './recordings.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const HEADER = `sign,sample,frame,${Array.from({ length: AUSLAN_CHANNELS }, (_, j) => `f${j + 1}`).join(',')}`;

/** 22 numbers that say where they come from. */
function channels(base: number): string[] {
  return Array.from({ length: AUSLAN_CHANNELS }, (_, j) => (base + j / 100).toFixed(6));
}
function line(sign: string, sample: number, frame: number, base: number): string {
  return [sign, sample, frame, ...channels(base)].join(',');
}
const GOOD = [
  HEADER,
  line('alive', 1, 1, 1),
  line('alive', 1, 2, 3),
  line('alive', 4, 1, -1),
  line('God', 1, 1, 5),
  line('his_hers', 1, 1, 7),
  line('his_hers', 4, 1, 9),
];

describe('readAuslanCsv', () => {
  it('reads recordings, with or without a last line end or carriage returns', () => {
    for (const text of [GOOD.join('\n'), `${GOOD.join('\n')}\n`, `${GOOD.join('\r\n')}\r\n`]) {
      const recordings = readAuslanCsv(encode(text), 'auslan.csv');
      expect(recordings.classNames).toEqual(['alive', 'God', 'his_hers']);
      expect([...recordings.label]).toEqual([0, 0, 1, 2, 2]);
      expect([...recordings.sample]).toEqual([1, 4, 1, 1, 4]);
      expect([...recordings.first]).toEqual([0, 2, 3, 4, 5, 6]);
      expect(recordings.frames[AUSLAN_CHANNELS + 21]).toBe(3.21);
    }
  });

  it.each([
    ['a wrong header', GOOD.with(0, 'sign,sample'), 'auslan.csv:1: expected the header'],
    [
      'a missing channel',
      GOOD.with(2, line('alive', 1, 2, 3).slice(0, -9)),
      /auslan.csv:3:\d+: expected a comma and channel f22/,
    ],
    [
      'one channel too many',
      GOOD.with(2, `${line('alive', 1, 2, 3)},1`),
      /auslan.csv:3:\d+: expected the end of the line/,
    ],
    [
      'no number',
      GOOD.with(3, line('alive', 4, 1, -1).replace('-0.990000', 'NaN')),
      'auslan.csv:4:21: expected channel f2 to be a number, got "NaN"',
    ],
    ['a lost frame', GOOD.with(2, line('alive', 1, 3, 3)), 'auslan.csv:3:9: expected frame 2, got "3"'],
    ['samples out of order', GOOD.with(3, line('alive', 0, 1, 3)), 'auslan.csv:4:7: expected a sample number'],
    [
      'a sign in two places',
      [...GOOD, line('alive', 1, 1, 0)],
      'auslan.csv:8:1: expected rows sorted by sign, got alive again',
    ],
    ['nothing but the header', [HEADER], 'auslan.csv:2: expected frames'],
    ['an empty file', [''], 'auslan.csv:1: expected the header'],
  ])('refuses %s with its place', (_, lines, message) => {
    expect(() => readAuslanCsv(encode(lines.join('\n')), 'auslan.csv')).toThrow(message);
  });
});

describe('readAuslanTree', () => {
  const file = (path: string, ...bases: number[]): { path: string; bytes: Uint8Array } => ({
    path,
    bytes: encode(bases.map((base) => `${channels(base).join('\t')}\n`).join('')),
  });
  const tree = [
    file('tctodd2/his_hers-1.tsd', 9),
    file('tctodd1/her-1.tsd', 7),
    file('tctodd1/God-1.tsd', 5),
    file('tctodd2/alive-1.tsd', -1),
    file('tctodd1/alive-1.tsd', 1, 3),
  ];

  it('gives the recordings of the CSV form, whatever the order of files; her of week 1 is his_hers', () => {
    const { source: _, ...fromTree } = readAuslanTree(tree, 'tctodd');
    const { source: __, ...fromCsv } = readAuslanCsv(encode(GOOD.join('\n')), 'auslan.csv');
    expect(fromTree).toEqual(fromCsv);
  });

  it('takes two spaces for a tab', () => {
    const spaced = { path: 'tctodd1/drink-1.tsd', bytes: encode(channels(1).join('\t').replace('\t', '  ')) };
    expect(readAuslanTree([spaced], 'tctodd').frames[1]).toBe(1.01);
  });

  it.each([
    [
      'a line too short',
      { path: 'tctodd1/a-1.tsd', bytes: encode('1\t2\n') },
      'tctodd1/a-1.tsd:1:4: expected number 3 of 22',
    ],
    [
      'a line too long',
      { path: 'tctodd1/a-1.tsd', bytes: encode(`${channels(1).join('\t')}\t1\n`) },
      'expected the end of the line after 22 numbers',
    ],
    [
      'no number',
      { path: 'tctodd1/a-1.tsd', bytes: encode(channels(1).join('\t').replace('1.010000', '1.0x')) },
      'tctodd1/a-1.tsd:1:10: expected number 2 of 22, got "1.0x"',
    ],
    ['an empty file', { path: 'tctodd1/a-1.tsd', bytes: encode('') }, 'expected frames, got an empty file'],
    ['an unknown path', { path: 'tctodd1/a-4.tsd', bytes: encode('') }, 'expected a path like tctodd1/alive-1.tsd'],
  ])('refuses %s with its place', (_, bad, message) => {
    expect(() => readAuslanTree([bad], 'tctodd')).toThrow(message);
    expect(() => readAuslanTree([], 'tctodd')).toThrow('tctodd: expected files');
  });

  it('refuses two files for one recording', () => {
    const twice = [file('tctodd1/her-1.tsd', 1), file('tctodd1/his_hers-1.tsd', 1)];
    expect(() => readAuslanTree(twice, 'tctodd')).toThrow('expected one recording of sample 1');
  });
});

describe('tableOf', () => {
  const recordings = readAuslanCsv(encode(GOOD.join('\n')), 'auslan.csv');

  it('takes the mean of each channel over the frames', () => {
    const table = tableOf(recordings, 'mean', 2);
    expect([...table.y]).toEqual([0, 0, 1]);
    expect([...table.sample]).toEqual([1, 4, 1]);
    expect([table.x[0], table.x[AUSLAN_CHANNELS], table.x[2 * AUSLAN_CHANNELS]]).toEqual([2, -1, 5]);
    expect(table.x).toHaveLength(3 * AUSLAN_CHANNELS);
  });

  it('takes every frame, keeping its recording', () => {
    const table = tableOf(recordings, 'frame', 3);
    expect([...table.y]).toEqual([0, 0, 0, 1, 2, 2]);
    expect([...table.sample]).toEqual([1, 1, 4, 1, 1, 4]);
    expect(table.x[AUSLAN_CHANNELS]).toBe(3);
  });

  it('resamples by linear interpolation, one frame repeated where there is one', () => {
    const table = tableOf(recordings, { resample: 3 }, 1);
    expect(table.features).toBe(3 * AUSLAN_CHANNELS);
    expect([0, 1, 2].map((p) => table.x[p * AUSLAN_CHANNELS])).toEqual([1, 2, 3]);
    expect([0, 1, 2].map((p) => table.x[(3 + p) * AUSLAN_CHANNELS])).toEqual([-1, -1, -1]);
  });
});
