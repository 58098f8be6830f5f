import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { rows } from '../cli/library.ts';
import { readArrow } from '../files/arrow.ts';
import { NET } from './scenario-run.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-cut-'));
  writeFileSync(join(folder, 'net.yaml'), NET);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A sweep of NET to a folder: one round is done by its horizon of 1.55 s, three are not. */
async function sweepOf(name: string, sweep: string, ...more: string[]) {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `schema: 1\nname: ${name}\nscenario: net.yaml\nset: { stop.horizon: 1.55 s }\nsweep:\n${sweep.replaceAll(/^/gm, '  ')}\n`,
  );
  const out = join(folder, name);
  const done = await g2t(['sweep', file, '--workers', '1', '--out', out, ...more]);
  expect([done.code, done.stderr]).toEqual([0, '']);
  const read = async (table: string) => rows((await readArrow(readFileSync(join(out, table)), table)).table);
  const [runs, statistics] = [await read('runs.arrow'), await read('statistics.arrow')];
  const of = (metric: string, point: number) =>
    statistics.find((row) => row['metric'] === metric && row['point'] === point)!;
  return { out, done, runs, of, report: readFileSync(join(out, 'report.html'), 'utf8') };
}

describe('runs of a sweep that were cut at their horizon', () => {
  it('have no makespan, are counted apart, and are said', async () => {
    const { out, done, runs, of, report } = await sweepOf(
      'two-clocks',
      'grid: { method.rounds: [1, 3] }\nrepeat: { seeds: 3 }',
    );
    expect(runs.map((row) => [row['stopped'], row['makespan_s'] === null, row['efficiency'] === null])).toEqual([
      ...Array.from({ length: 3 }, () => ['trained', false, false]),
      ...Array.from({ length: 3 }, () => ['horizon', true, true]),
    ]);
    expect(runs.every((row) => (row['simulated_s'] as number) > 1.5)).toBe(true);
    expect(of('makespan_s', 0)).toMatchObject({
      n: 3,
      n_cut: 0,
      mean: expect.closeTo(runs[0]!['makespan_s'] as number, 12),
    });
    expect(of('makespan_s', 1)).toMatchObject({
      n: 0,
      n_cut: 3,
      mean: null,
      median: null,
      max: null,
      student_low: null,
      bootstrap_high: null,
      pairs: 0,
      difference: null,
      effect: null,
      effect_paired: null,
    });
    expect(of('accuracy', 1)).toMatchObject({ n: 3, n_cut: 3 });
    expect(done.stdout).toMatch(/^stopped +3 of 6 at the horizon$/m);
    expect(report).toContain('6 runs, 3 of 6 at the horizon');
    expect(report).toContain('3 of 6 at the horizon: makespans are those of the other runs');
    expect(report).not.toMatch(/NaN|undefined/);
    expect(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))).toMatchObject({ runs: 6, cut: 3 });
  });

  it('leave the column of makespans there where all were cut', async () => {
    const { done, runs, of } = await sweepOf(
      'all-cut',
      'grid: { method.rounds: [3, 4] }\nrepeat: { seeds: 2 }',
      '--json',
    );
    expect(runs.map((row) => row['makespan_s'])).toEqual([null, null, null, null]);
    expect(of('makespan_s', 0)).toMatchObject({ n: 0, n_cut: 2 });
    expect(JSON.parse(done.stdout)).toMatchObject({ runs: 4, cut: 4 });
  });

  it('make no interval narrow', async () => {
    const { runs } = await sweepOf(
      'until',
      'grid: { method.rounds: [1, 3] }\nrepeat: { until: { ci: makespan_s, width: 50 %, max: 6, batch: 2 } }',
    );
    expect(runs.filter((row) => row['point'] === 0)).toHaveLength(2);
    expect(runs.filter((row) => row['point'] === 1)).toHaveLength(6);
  });
});

describe('a comparison with a run that was cut', () => {
  it('has one clock for all, and says how many were cut', async () => {
    const compare = [
      'compare=[{ name: late, against: net, set: { network.links.wired.dropout: { trace: { off: [[0 s, 30 s]] } } } }',
      '{ name: cut, against: net, set: { stop.horizon: 1.5 s } }',
      '{ name: beside, set: { stop.horizon: 1.5 s } }',
      '{ name: acc, against: net, set: { stop.when: { accuracy: 90 % }, measure.every: 10 ms } }]',
    ].join(', ');
    const argv = ['run', join(folder, 'net.yaml'), '--set', 'method.rounds=1', '--set', compare];
    const { code, stdout } = await g2t([...argv, '--out', join(folder, 'compared'), '--workers', '1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^compared +2 of 5 at the horizon$/m);
    const result = /^results +(.*)$/m.exec(stdout)![1]!;
    const { variants } = JSON.parse(readFileSync(join(result, 'manifest.json'), 'utf8')) as {
      variants: { name: string; summary: { makespan_s: number | null; time_to_accuracy_s: number | null } }[];
    };
    const own = JSON.parse(readFileSync(join(result, 'summary.json'), 'utf8')) as { makespan_s: number };
    const summaries = Object.fromEntries(variants.map(({ name, summary }) => [name, summary]));
    expect(summaries['late']!.makespan_s).toBeGreaterThan(30);
    expect([summaries['cut']!.makespan_s, summaries['beside']!.makespan_s]).toEqual([null, null]);
    expect(summaries['acc']).toMatchObject({ makespan_s: own.makespan_s, time_to_accuracy_s: own.makespan_s });
    const report = readFileSync(join(result, 'report.html'), 'utf8');
    const text = report.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('2 of 5 at the horizon: beside, cut.');
    // The one round ends when the run does, and nobody knows whether the run that was cut would have been sooner.
    expect(text).toContain('Makespan 1.54 s &gt; 1.5 s –');
    expect(text).toContain('Time to 87 % 1.54 s &gt; 1.5 s –');
    expect(text).toContain('cut net cut not known not known');
    expect(report).not.toMatch(/NaN|undefined</);
  });
});

it('a run that was cut says so on the terminal and in its report', async () => {
  const out = join(folder, 'alone');
  const { stdout } = await g2t(['run', join(folder, 'net.yaml'), '--set', 'stop.horizon=1 s', '--out', out]);
  expect(stdout).toMatch(/^stopped +horizon\nsimulated +1 s\nmakespan +not known: the run was cut at its horizon$/m);
  const report = readFileSync(join(/^results +(.*)$/m.exec(stdout)![1]!, 'report.html'), 'utf8');
  expect(report).toContain('cut at the horizon of 1 s: partial results');
  expect(report).not.toMatch(/NaN|undefined</);
});
