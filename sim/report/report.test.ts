import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TableBuilder } from '../metrics/builder.ts';
import { ROUNDS_TABLE } from '../metrics/tables.ts';
import { fixture } from './fixture.ts';
import { besidePaper, PAPER_ROUNDS } from './paper.ts';
import { renderReport } from './report.ts';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const digest = (files: ReadonlyMap<string, Uint8Array>) =>
  [...files].map(([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`);

const SMALL = { devices: 12, measurements: 60, cycles: 4 } as const;

describe('renderReport', () => {
  it('gives every chart as specification, SVG and PNG, and one report', async () => {
    const files = await renderReport(fixture({ ...SMALL, dropout: true, versions: true }));
    for (const name of ['convergence', 'communication', 'staleness', 'timeline', 'boards']) {
      const spec = JSON.parse(text(files.get(`charts/${name}.vl.json`))) as { $schema: string };
      expect(spec.$schema).toMatch(/vega-lite/);
      expect(text(files.get(`charts/${name}.svg`))).toMatch(/^<svg .*<\/svg>$/s);
      expect(Array.from(files.get(`charts/${name}.png`)!.slice(1, 4))).toEqual([0x50, 0x4e, 0x47]);
    }
    expect([...files.keys()].at(-1)).toBe('report.html');
  });

  it('gives the same bytes twice', async () => {
    const once = digest(await renderReport(fixture(SMALL)));
    expect(digest(await renderReport(fixture(SMALL)))).toEqual(once);
    expect(digest(await renderReport(fixture({ ...SMALL, devices: 13 })))).not.toEqual(once);
  });

  it('asks for nothing outside itself and escapes what it is given', async () => {
    const page = text((await renderReport(fixture(SMALL))).get('report.html'));
    // Compared as booleans, since a failure would print the whole page.
    expect(/<(?:script|link|img|iframe|object)\b/i.test(page)).toBe(false);
    expect(/ (?:src|href|action)="[^#]/i.test(page)).toBe(false);
    expect(/url\((?!#)|@import/i.test(page)).toBe(false);
    expect(page.includes('&quot;quotes&quot; &amp; &lt;tags&gt; &lt;/script&gt;')).toBe(true);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, used] of page.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(used);
  });

  it('has the numbers, the glossary and the provenance', async () => {
    const result = fixture(SMALL);
    const page = text((await renderReport(result)).get('report.html'));
    for (const part of ['77.4 %', 'Glossary', 'comm_to_comp.bytes_per_flop', result.manifest.firmware.sha256]) {
      expect(page.includes(part), part).toBe(true);
    }
    expect(/NaN|undefined<|\[object/.test(page)).toBe(false);
    expect(page.includes('The paper and this run')).toBe(false);
  });

  it('leaves out charts without data', async () => {
    const { tables: _, ...rest } = fixture(SMALL);
    const files = await renderReport({ ...rest, tables: {} });
    expect([...files.keys()]).toEqual(['report.html']);
  });

  it('survives a run of one device and one measurement, nothing done', async () => {
    const result = fixture({ devices: 1, measurements: 1, makespanSeconds: 0.001, cycles: 1 });
    const nothing = {
      ...result.summary,
      accuracy: null,
      macro_f1: null,
      age_s: null,
      efficiency: null,
      comm_to_comp: { time: null, bytes_per_flop: null },
    };
    const page = text((await renderReport({ ...result, summary: nothing })).get('report.html'));
    expect(page.includes('not defined')).toBe(true);
  });

  it('stays small for 100,000 devices and long series', async () => {
    const result = fixture({ devices: 100_000, measurements: 20_000, makespanSeconds: 20_000, cycles: 2000 });
    const files = await renderReport(result);
    expect(files.get('report.html')!.length).toBeLessThan(1.5e6);
    for (const [name, bytes] of files) expect(bytes.length, name).toBeLessThan(1.5e6);
  });
});

describe('the paper’s figures', () => {
  it('add up to the totals that its text quotes', () => {
    const total = (board: string) =>
      PAPER_ROUNDS.filter((round) => round.board === board).reduce((sum, round) => sum + round.milliseconds, 0);
    expect(total('nrf52840')).toBe(1508);
    expect(total('stm32f103c8')).toBe(1645);
    expect(total('samd21g18')).toBe(11_521);
    const pairs = PAPER_ROUNDS.reduce((sum, { classes }) => sum + (classes * (classes - 1)) / 2, 0);
    expect(pairs).toBe(813);
  });

  const UPLOADS: readonly (readonly [number, number, number, number])[] = [
    // device, classifiers, seconds, accuracy: rounds cut into uploads of at most 64, devices mixed.
    [0, 64, 0.1, 1],
    [1, 3, 0.07, 0.75],
    [0, 41, 0.2, 0.5],
    [2, 10, 0.7, 0.7],
    [0, 190, 0.5, 0.9],
    [1, 10, 0.3, 0.7],
    [0, 300, 0.8, 0.8],
  ];

  it('stand beside the run’s, however many uploads make up a round', () => {
    const rounds = new TableBuilder(ROUNDS_TABLE);
    for (const [device, classifiers, seconds, accuracy] of UPLOADS) {
      for (const name of ['round', 'tasks', 'w_t'] as const) rounds.set(rounds.at[name], 1);
      rounds.set(rounds.at.device, device);
      rounds.set(rounds.at.classifiers, classifiers);
      rounds.set(rounds.at.compute_s, seconds);
      rounds.set(rounds.at.accuracy, accuracy);
      rounds.endRow();
    }
    const beside = besidePaper(rounds.build(), fixture({ devices: 3 }).tables.devices!);
    const ms = beside.map((round) => Math.round(round.ourMilliseconds));
    expect(ms).toEqual([300, 500, 800, 70, 300, Number.NaN, 700, Number.NaN, Number.NaN]);
    expect(beside[0]!.ourAccuracy).toBeCloseTo((100 * (64 + 20.5)) / 105, 10);
  });

  it('are drawn and discussed in the report of a replay', async () => {
    const result = fixture({ devices: 3, measurements: 14, extras: { paperReplay: { distinctTasks: 765 } } });
    const files = await renderReport(result);
    expect(text(files.get('charts/paper-figure-3.svg')).includes('ATSAMD21G18')).toBe(true);
    expect(text(files.get('report.html')).includes('What the paper’s text gets wrong')).toBe(true);
  });
});
