import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { readArrow } from '../files/arrow.ts';
import { digestText } from '../kernel/digest.ts';
import { coldStream } from '../kernel/random.ts';
import { numbersOf, textOf, wordsOf } from '../metrics/table.ts';
import { runOf, SMALL_GLOBE, scenarioOf } from './scenario-run.ts';
import { filesOf, standing, start, sweepFolder, until } from './sweep-fixture.ts';

const { folder, file } = sweepFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const out = (name: string) => join(folder, name);
/** One worker, undisturbed. */
let whole: Record<string, string>;

/** @param workers how many, then further options */
async function sweep(name: string, workers = '1', ...more: string[]) {
  return await g2t(['sweep', file, '--workers', workers, '--out', out(name), ...more]);
}

beforeAll(async () => {
  const { code, stdout } = await sweep('whole', '1', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ result: out('whole'), points: 4, runs: 12, found: 0 });
  whole = filesOf(out('whole'));
});

describe('a sweep’s results', () => {
  it('have a row a run, which g2t run makes alike', async () => {
    const { table, metadata } = await readArrow(readFileSync(join(out('whole'), 'runs.arrow')), 'runs.arrow');
    expect(table.rows).toBe(12);
    expect([...numbersOf(table, 'loss')].slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 0.05]);
    expect([...numbersOf(table, 'stop.horizon')].slice(0, 4)).toEqual([1800, 1800, 1800, 4200]);
    expect([...numbersOf(table, 'seed')].slice(0, 4)).toEqual([1, 2, 3, 1]);
    const set = ['network.links.shaky.loss=5 %', 'method.learner.passes=3', 'stop.horizon=4200 s'];
    const { digest, summary } = await runOf(scenarioOf(SMALL_GLOBE, set, 3));
    expect(wordsOf(table, 'digest')[11]).toBe(digest);
    expect(numbersOf(table, 'makespan_s')[11]).toBe(summary.makespan_s);
    expect(numbersOf(table, 'age_p95_s')[11]).toBe(summary.age_s!.p95);
    expect(metadata['scenario']).toContain('"name":"small-globe"');
    // Nothing of the host: no path, no time, no version of Node.
    for (const name of Object.keys(whole).filter((each) => /\.(arrow|html|json)$/.test(each))) {
      const text = readFileSync(join(out('whole'), name), 'latin1');
      for (const word of [folder, process.version, 'wall_s', 'rss_bytes']) expect(text, name).not.toContain(word);
    }
  });

  it('are the same in Parquet', async () => {
    const bytes = readFileSync(join(out('whole'), 'runs.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file });
    const { table } = await readArrow(readFileSync(join(out('whole'), 'runs.arrow')), 'runs.arrow');
    expect(rows).toHaveLength(12);
    for (const { name, type } of table.columns) {
      const column = rows.map((row) => row[name]);
      expect(column, name).toEqual(type === 'utf8' ? wordsOf(table, name) : [...numbersOf(table, name)]);
    }
  });

  it('have statistics by point and metric, seed by seed', async () => {
    const read = async (name: string) => (await readArrow(readFileSync(join(out('whole'), name)), name)).table;
    const [runs, table] = [await read('runs.arrow'), await read('statistics.arrow')];
    const metric = textOf(table, 'metric');
    const row = [...metric.codes].findIndex(
      (code, at) => metric.words[code] === 'energy_j' && numbersOf(table, 'point')[at] === 2,
    );
    const energy = [...numbersOf(runs, 'energy_j')];
    const at = (name: string) => numbersOf(table, name)[row]!;
    const [first, third] = [energy.slice(0, 3), energy.slice(6, 9)];
    const sum = third.reduce((a, b) => a + b);
    expect(at('mean')).toBeCloseTo(sum / 3, 10);
    expect(at('against')).toBe(0);
    expect(at('difference')).toBeCloseTo(third.reduce((a, b, n) => a + b - first[n]!, 0) / 3, 10);
    expect(at('student_low')).toBeLessThan(at('mean'));
    expect(at('bootstrap_low')).toBeGreaterThanOrEqual(Math.min(...third));
    expect([at('n'), at('pairs')]).toEqual([3, 3]);
    expect(table.rows % 4).toBe(0);
  });

  it('are byte for byte those of two workers, and of shards that were merged', async () => {
    expect((await sweep('two', '2')).code).toBe(0);
    expect(filesOf(out('two'))).toEqual(whole);
    const shards = [1, 2, 3, 4].map((number) => out(`part-shard-${number}-of-4`));
    for (const [index, each] of shards.entries()) {
      const argv = ['sweep', file, '--workers', '1', '--out', each, '--quiet'];
      // As Slurm and Kubernetes say it, and by hand.
      const env: Record<string, string> =
        index === 1
          ? { SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '1' }
          : { JOB_COMPLETION_INDEX: String(index), JOB_COMPLETIONS: '4' };
      const by = index === 3 ? ['--shard', '4/4'] : index === 2 ? ['--shard', 'auto/4'] : [];
      expect((await g2t([...argv, ...by], { env })).stderr).toBe('');
      expect(standing(each)).toBe(3);
    }
    const missing = await g2t(['merge', ...shards.slice(0, 3), '--out', out('merged')]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(
      /^expected 12 runs in .*, got 9: 3 are missing, of shard 4\/4; run those shards again/,
    );
    expect(existsSync(out('merged'))).toBe(false);
    expect((await g2t(['merge', ...shards, '--out', out('merged')])).code).toBe(0);
    expect(filesOf(out('merged'))).toEqual(whole);
  });
});

describe('a sweep’s folder', () => {
  it('goes on where it was left, and makes again what is spoilt', async () => {
    cpSync(out('whole'), out('spoilt'), { recursive: true });
    const runs = Object.keys(whole).filter((name) => name.startsWith('runs/'));
    rmSync(join(out('spoilt'), runs[0]!));
    writeFileSync(join(out('spoilt'), runs[1]!), '{"schema":1');
    writeFileSync(join(out('spoilt'), runs[2]!), readFileSync(join(out('spoilt'), runs[3]!)));
    rmSync(join(out('spoilt'), 'runs.arrow'));
    const { stdout, code } = await sweep('spoilt', '1', '--resume');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^runs +12, of which 9 stood already$/m);
    expect(filesOf(out('spoilt'))).toEqual(whole);
  });

  it('holds one sweep, and nothing is lost of another', async () => {
    const other = await sweep('whole', '1', '--set', 'sweep.repeat.seeds=4');
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(
      /^.*whole: expected a folder of this sweep \(some, [0-9a-f]{8}\), got one of another \(some, [0-9a-f]{8}\); give another with --out\n$/,
    );
    expect(filesOf(out('whole'))).toEqual(whole);
    mkdirSync(out('mine'));
    writeFileSync(join(out('mine'), 'thesis.txt'), 'mine');
    const mine = await sweep('mine');
    expect([mine.code, mine.stderr]).toEqual([
      2,
      `${out('mine')}: expected a new folder, or one of this sweep, got other files; give another with --out\n`,
    ]);
    const nothing = await sweep('nothing', '1', '--resume');
    expect(nothing.stderr).toBe(`--resume: expected a sweep that was begun in ${out('nothing')}, got nothing there\n`);
    expect(existsSync(out('nothing'))).toBe(false);
    const two = await g2t(['merge', out('whole'), out('mine')]);
    expect(two.stderr).toMatch(/^cannot read .*mine\/sweep.json: no such file or folder\n$/);
  });

  it('refuses what no shard can decide, and shards that would be empty', async () => {
    const rule = 'sweep.repeat={until: {ci: accuracy, width: 5 %, max: 10}}';
    expect((await sweep('x', '1', '--set', rule, '--shard', '1/2')).stderr).toMatch(
      /sweep\.repeat\.until: expected a number of seeds with --shard, since no shard sees the others’ results, got until\n$/,
    );
    expect((await sweep('x', '1', '--shard', '1/13')).stderr).toBe(
      '--shard: expected at most as many shards as runs (12), got 13\n',
    );
    expect(existsSync(out('x'))).toBe(false);
  });
});

describe('seeds until an interval is narrow', () => {
  it('are the same however the runs are spread, in whole batches', async () => {
    const rule = 'sweep.repeat={until: {ci: makespan_s, width: 100 %, max: 9, batch: 3}}';
    for (const workers of ['1', '3']) {
      expect((await sweep(`until-${workers}`, workers, '--set', rule)).code).toBe(0);
    }
    expect(filesOf(out('until-3'))).toEqual(filesOf(out('until-1')));
    const { table } = await readArrow(readFileSync(join(out('until-1'), 'runs.arrow')), 'runs.arrow');
    const counts = [0, 1, 2, 3].map((point) => [...numbersOf(table, 'point')].filter((each) => each === point).length);
    for (const count of counts) expect([3, 6, 9]).toContain(count);
    expect(table.rows, 'some point should have stopped by itself').toBeLessThan(36);
    expect(table.rows, 'some point should have needed more').toBeGreaterThan(12);
  });
});

describe('a sweep that is killed', () => {
  it('leaves no half-written file of a killed process, wherever it lies', async () => {
    cpSync(out('whole'), out('leftovers'), { recursive: true });
    const ended = spawnSync(process.execPath, ['--eval', '0']).pid;
    const host = digestText(hostname()).slice(0, 6);
    for (const name of [
      'runs.arrow',
      'charts/sweep.svg',
      `${Object.keys(whole).find((each) => each.startsWith('runs/'))}`,
    ]) {
      const part = `.${basename(name)}.part-${host}-${ended}-0`;
      writeFileSync(join(out('leftovers'), dirname(name), part), 'half');
    }
    expect((await sweep('leftovers', '1', '--quiet')).code).toBe(0);
    expect(readdirSync(out('leftovers'), { recursive: true }).filter((name) => /part-/.test(String(name)))).toEqual([]);
  });

  /** Three times here; five in CI and twenty by hand with scripts/kill-sweep.js. */
  it('loses nothing: resumed, it comes to the same bytes', async () => {
    const uniform = coldStream(1, 'test/kill');
    const argv = ['sweep', file, '--workers', '2', '--out', out('killed'), '--quiet'];
    let kills = 0;
    for (let n = 0; n < 3; n++) {
      const child = start(argv);
      const timer = setTimeout(() => child.process.kill('SIGKILL'), 200 + uniform() * 900);
      if ((await child.ended) === null) kills++;
      clearTimeout(timer);
    }
    expect(kills).toBeGreaterThan(0);
    const last = start(argv);
    expect(await last.ended, last.said()).toBe(0);
    expect(filesOf(out('killed'))).toEqual(whole);
  });

  it('says how far it is after Ctrl-C, with 130', async () => {
    const child = start(['sweep', file, '--workers', '1', '--set', 'dataset.classes=60', '--out', out('stopped')]);
    await until('a run that stands', () => standing(out('stopped')) > 0);
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(130);
    expect(child.said()).toMatch(/^sweep: stopped: \d+ of 12 runs stand in .*stopped; the same command goes on$/m);
    expect(existsSync(join(out('stopped'), 'runs.arrow'))).toBe(false);
  });
});
