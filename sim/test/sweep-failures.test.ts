import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { makeSweep } from '../cli/sweep.ts';
import { readArrow } from '../files/arrow.ts';
import { numbersOf, type Table, wordsOf } from '../metrics/table.ts';
import { inputsInFolder } from '../run/data-files.ts';
import { loadFirmware } from '../run/inputs.ts';
import { readSweep } from '../run/scenario-files.ts';
import { localEngine } from '../run/sweep-engine.ts';
import { filesOf, standing } from './sweep-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'g2t-failures-'));
const data = join(folder, 'data');
const file = join(folder, 'one-bad.yaml');
const out = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = `schema: 1
name: base
seed: 1
dataset: { name: csv, path: good.csv }
method: { name: g2t, learner: { name: logistic }, allocate: equal, round: queue, redundancy: 1, combine: vote }
fleet:
  - { board: nrf52840, count: 3, region: london, link: wired }
network:
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  links: { wired: { up: 10 Mbit/s, down: 10 Mbit/s, latency: 5 ms } }
stop: { when: trained, horizon: 1 h }
`;
const SWEEP = `schema: 1
name: one-bad
scenario: base.yaml
sweep:
  names: { path: dataset.path, holds: fleet.0.holds }
  grid:
    path: [good.csv, bad.csv, other.csv]
    holds: [all, [9]]
  repeat: { seeds: 2 }
`;
const BAD = 'bad.csv:9:b: expected a finite number, got "inf"';
const HOLDS = 'sweep.yaml:8:18 fleet.0.holds: expected classes from 1 to 3, got 9';

function rowsOf(more: number, broken?: string): string {
  const lines = Array.from({ length: 48 }, (_, n) => `${n % 3},${(n % 3) * 2 + more},${(n * 7) % 5},${'xyz'[n % 3]}`);
  if (broken !== undefined) lines[7] = broken;
  return `a,b,c,label\n${lines.join('\n')}\n`;
}

async function sweep(name: string, ...more: string[]) {
  const usual = [
    ['--data', data],
    ['--workers', '1'],
  ].flatMap((pair) => (more.includes(pair[0]!) ? [] : pair));
  return await g2t(['sweep', file, '--out', out(name), ...usual, ...more]);
}

/** On a slow machine a line says how far it is. */
function withoutProgress(stderr: string): string {
  return stderr.replace(/^sweep: .* left\n/gm, '');
}

async function table(name: string, which = 'runs'): Promise<Table> {
  const path = join(out(name), `${which}.arrow`);
  return (await readArrow(readFileSync(path), path)).table;
}

let whole: Record<string, string>;
let told: Awaited<ReturnType<typeof sweep>>;

beforeAll(async () => {
  mkdirSync(data);
  writeFileSync(join(data, 'good.csv'), rowsOf(0));
  writeFileSync(join(data, 'bad.csv'), rowsOf(0, '1,inf,2,y'));
  writeFileSync(join(data, 'other.csv'), rowsOf(1));
  writeFileSync(out('base.yaml'), SCENARIO);
  writeFileSync(file, SWEEP);
  told = await sweep('whole');
  whole = filesOf(out('whole'));
});

describe('a sweep of which some points fail', () => {
  it('runs the others, and a row says what failed and why', async () => {
    const runs = await table('whole');
    expect(wordsOf(runs, 'path').filter((_, row) => row % 4 === 0)).toEqual(['good.csv', 'bad.csv', 'other.csv']);
    expect([...numbersOf(runs, 'seed')]).toEqual([1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
    // The data set is read first: with bad.csv it is what fails.
    expect(wordsOf(runs, 'error')).toEqual(['', '', HOLDS, HOLDS, BAD, BAD, BAD, BAD, '', '', HOLDS, HOLDS]);
    const failed = wordsOf(runs, 'error').map((error) => error !== '');
    expect([...numbersOf(runs, 'makespan_s')].map(Number.isNaN)).toEqual(failed);
    expect([...numbersOf(runs, 'devices')].map(Number.isNaN)).toEqual(failed);
    expect(wordsOf(runs, 'digest').map((digest) => digest === '')).toEqual(failed);
    expect(wordsOf(runs, 'stopped').map((stopped) => stopped === 'failed')).toEqual(failed);
    const bytes = readFileSync(join(out('whole'), 'runs.parquet'));
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    });
    expect(rows[4]).toMatchObject({ path: 'bad.csv', seed: 1, accuracy: null, error: BAD });
  });

  it('counts failed runs apart, and has charts and a report', async () => {
    const statistics = await table('whole', 'statistics');
    const rows = wordsOf(statistics, 'metric').flatMap((metric, row) => (metric === 'makespan_s' ? [row] : []));
    const column = (name: string) => rows.map((row) => numbersOf(statistics, name)[row]);
    expect(column('n')).toEqual([2, 0, 0, 0, 2, 0]);
    expect(column('n_failed')).toEqual([0, 2, 2, 2, 0, 2]);
    expect(column('mean').map((mean) => Number.isNaN(mean!))).toEqual([false, true, true, true, false, true]);
    expect(JSON.parse(readFileSync(join(out('whole'), 'summary.json'), 'utf8'))).toMatchObject({ runs: 12, failed: 8 });
    const report = readFileSync(join(out('whole'), 'report.html'), 'utf8');
    expect(report).toContain('12 runs, of which 8 failed');
    expect(report).toContain('bad.csv:9:b: expected a finite number');
    expect(existsSync(join(out('whole'), 'charts', 'sweep.svg'))).toBe(true);
  });

  it('ends with exit code 1, and names the points', async () => {
    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(/^failed +8$/m);
    expect(withoutProgress(told.stderr).split('\n')).toEqual([
      'sweep: 8 of 12 runs failed; the column error of the table of runs says why; the same command tries them again',
      `point 1 (path good.csv, holds [9]), seeds 1, 2: ${HOLDS}`,
      `point 2 (path bad.csv, holds all), seeds 1, 2: ${BAD}`,
      `point 3 (path bad.csv, holds [9]), seeds 1, 2: ${BAD}`,
      `point 5 (path other.csv, holds [9]), seeds 1, 2: ${HOLDS}`,
      '',
    ]);
    const many = `sweep.grid={path: [good.csv], holds: [all, ${Array.from({ length: 14 }, (_, n) => `[${n + 4}]`)}]}`;
    const { code, stderr } = await sweep('many', '--set', many, '--quiet');
    expect([code, stderr.split('\n').length, stderr.split('\n').at(-2)]).toEqual([1, 13, 'and 4 more points']);
  });

  it('comes to the same bytes with more threads, in shards, and with another name of the data folder', async () => {
    expect((await sweep('three', '--workers', '3')).code).toBe(1);
    expect(filesOf(out('three'))).toEqual(whole);
    cpSync(data, out('elsewhere'), { recursive: true });
    cpSync(file, out('renamed.yaml'));
    const argv = ['sweep', out('renamed.yaml'), '--data', `${out('elsewhere')}/`, '--out', out('else')];
    expect((await g2t([...argv, '--quiet'])).code).toBe(1);
    expect(filesOf(out('else'))).toEqual(whole);
    const shards = [1, 2, 3].map((number) => out(`part-${number}`));
    for (const [index, each] of shards.entries()) {
      const { code, stderr } = await sweep(`part-${index + 1}`, '--shard', `${index + 1}/3`, '--quiet');
      expect([code, existsSync(join(each, 'runs.arrow'))]).toEqual([1, false]);
      expect(stderr).toMatch(/^sweep: \d of 4 runs failed; the same command tries them again\npoint /);
    }
    const merged = await g2t(['merge', ...shards, '--out', out('merged'), '--quiet']);
    expect([merged.code, merged.stderr]).toEqual([1, withoutProgress(told.stderr)]);
    expect(filesOf(out('merged'))).toEqual(whole);
  });

  it('tries failed runs again, and those alone; what stands is found', async () => {
    const { stdout, stderr, code } = await sweep('whole', '--resume');
    expect([code, withoutProgress(stderr)]).toEqual([1, withoutProgress(told.stderr)]);
    expect(stdout).toMatch(/^runs +12, of which 4 stood already$/m);
    expect(filesOf(out('whole'))).toEqual(whole);
    // A run that failed for a reason that is gone: its record does not stand in the way.
    cpSync(out('whole'), out('again'), { recursive: true });
    const name = Object.keys(whole).find(
      (each) => each.startsWith('runs/') && readFileSync(join(out('whole'), each), 'utf8').includes('"summary"'),
    )!;
    const { summary: _, check: __, ...head } = JSON.parse(readFileSync(join(out('again'), name), 'utf8'));
    writeFileSync(
      join(out('again'), name),
      JSON.stringify({ ...head, error: 'two workers died of this run', exit_code: 1 }),
    );
    const verified = await g2t(['verify', out('again'), '--data', data]);
    expect(verified.code).toBe(1);
    expect(verified.stderr).toMatch(
      /first difference: run \d+, seed \d: failed \(two workers died of this run\) then, digest \w+ now\n$/,
    );
    expect((await sweep('again')).stdout).toMatch(/^runs +12, of which 3 stood already$/m);
    expect(filesOf(out('again'))).toEqual(whole);
  });

  it('is verified, as a folder and as a bundle', async () => {
    const verified = await g2t(['verify', out('whole'), '--data', data]);
    expect([verified.code, verified.stderr]).toEqual([0, 'verify: 8 of 12 runs failed, then and now alike\n']);
    expect(verified.stdout).toMatch(/: the same, digest [0-9a-f]{32}\n$/);
    const bundle = out('whole.tar.gz');
    expect((await g2t(['bundle', out('whole'), '--data', data, '--out', bundle, '--quiet'])).code).toBe(0);
    expect((await g2t(['verify', bundle, '--data', data, '--quiet'])).code).toBe(0);
  });
});

describe('seeds until an interval is narrow', () => {
  it('end where a whole batch of them fails', async () => {
    const rule = [
      'sweep.grid={holds: [all, [9]]}',
      'sweep.repeat={until: {ci: makespan_s, width: 1 ns, max: 8, batch: 2}}',
    ];
    const set = rule.flatMap((each) => ['--set', each]);
    expect((await sweep('until', '--quiet', ...set)).code).toBe(1);
    expect((await sweep('until-3', '--quiet', '--workers', '3', ...set)).code).toBe(1);
    expect(filesOf(out('until-3'))).toEqual(filesOf(out('until')));
    const runs = await table('until');
    expect([...numbersOf(runs, 'point')]).toEqual([...Array(runs.rows - 2).fill(0), 1, 1]);
    expect((await g2t(['merge', out('until'), '--out', out('until-merged'), '--quiet'])).code).toBe(1);
    expect(filesOf(out('until-merged'))).toEqual(filesOf(out('until')));
  });
});

describe('what stops a whole sweep', () => {
  it('is what all of its runs fail of: one line, no tables, and the exit code of a run alone', async () => {
    const holds = ['--set', 'sweep.grid={holds: [[9]], method.redundancy: [1, 2]}'];
    for (const workers of ['1', '2']) {
      const { code, stderr, stdout } = await sweep('none', ...holds, '--workers', workers);
      expect([code, stdout, stderr]).toEqual([
        2,
        '',
        'all 4 runs failed alike: sweep.yaml:8:13 fleet.0.holds: expected classes from 1 to 3, got 9\n',
      ]);
      expect(existsSync(join(out('none'), 'runs.arrow'))).toBe(false);
    }
    // Where none of the data can be read, no run is begun.
    const nowhere = await sweep('nowhere', '--data', out('nothing'));
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('expected good.csv or good.csv.gz in')]);
    expect(existsSync(out('nowhere'))).toBe(false);
    // Where each fails in its own way, the table says so.
    const each = ['--set', 'sweep.grid={path: [good.csv, bad.csv], holds: [[9]]}', '--set', 'sweep.repeat.seeds=1'];
    expect((await sweep('each', ...each, '--quiet')).code).toBe(1);
    expect(new Set(wordsOf(await table('each'), 'error')).size).toBe(2);
  });

  it('is a fault that shows before any run', async () => {
    const { code, stderr } = await sweep('faulty', '--set', 'sweep.grid={method.redundancy: [1, 0]}');
    expect(code).toBe(2);
    expect(stderr).toContain('method.redundancy');
    expect(existsSync(out('faulty'))).toBe(false);
  });

  it('is not a run that ends its thread twice, which is a row; a record that cannot be written is', async () => {
    const mortal = out('mortal.mjs');
    const whole = JSON.stringify(pathToFileURL('dist/run/pool-worker.js'));
    writeFileSync(
      mortal,
      `import answer from ${whole};
export default (job) => {
  if (job.scenario.seed === 2) process.exit(9);
  if (job.scenario.seed === 3) job.save.file = '/dev/null/nowhere/' + job.save.file;
  return answer(job);
};
`,
    );
    const firmware = loadFirmware();
    const made = async (name: string, seeds: number) =>
      await makeSweep({
        dataInputs: inputsInFolder(data),
        sweep: readSweep(file, {
          set: ['sweep.grid={method.redundancy: [1]}', `sweep.repeat.seeds=${seeds}`],
        }),
        out: out(name),
        engine: await localEngine({ firmware, dataDir: data, workers: 1, worker: mortal }),
      });
    const done = await made('deaths', 2);
    expect(done).toMatchObject({ runs: 2, failed: 1, failedPoints: [{ point: 0, seeds: [2] }] });
    expect(done.failedPoints[0]!.error).toMatch(/^base, seed 2: 2 workers died of this run/);
    await expect(made('unsaved', 3)).rejects.toThrow(/^cannot (make folder|write) \/dev\/null\/nowhere/);
    expect(existsSync(join(out('unsaved'), 'runs.arrow'))).toBe(false);
    expect(standing(out('unsaved'))).toBeGreaterThan(0);
  });
});
