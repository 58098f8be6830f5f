import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from './fixture.ts';

let folder: string;
let out: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-run-'));
  out = join(folder, 'results');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The first scenario of the README, made smaller. */
const SMALL = ['scenarios/quickstart.yaml', '--set', 'dataset.classes=5', '--set', 'method.learner.passes=2'];

async function good(argv: readonly string[]) {
  const outcome = await g2t(argv);
  expect([outcome.code, outcome.stderr]).toEqual([0, '']);
  return outcome.stdout;
}

/** Every file below a folder. */
function filesOf(root: string): string[] {
  return existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }).sort() : [];
}

describe('g2t run', () => {
  it('ends with a short table', async () => {
    const table = await good(['run', ...SMALL, '--out', out]);
    expect(table.split('\n').length).toBeLessThan(20);
    expect(table).toMatch(/^stopped +trained$/m);
    expect(table).toMatch(/^tasks +10 of 10/m);
    expect(table).toMatch(/^accuracy +[\d.]+ %, macro-F1 [\d.]+ %$/m);
    expect(table).toMatch(/^results +.*quickstart-[0-9a-f]{8}$/m);
  });

  it('gives one JSON document with the agreed fields, the same digest each time', async () => {
    const once = JSON.parse(await good(['run', ...SMALL, '--out', out, '--json']));
    const again = JSON.parse(await good(['run', ...SMALL, '--out', join(folder, 'again'), '--json']));
    expect(again.digest).toBe(once.digest);
    const fields =
      'digest result makespan_s simulated_s time_to_accuracy_s accuracy macro_f1 staleness age_s comm_to_comp bytes_up bytes_down bytes_wasted energy_j events devices tasks_done tasks_total tasks_reassigned host';
    for (const field of fields.split(' ')) expect(once, field).toHaveProperty(field);
    expect(Object.keys(once.age_s).sort()).toEqual(['max', 'mean', 'p95']);
    expect(Object.keys(once.comm_to_comp).sort()).toEqual(['bytes_per_flop', 'time']);
    expect(Object.keys(once.host).sort()).toEqual(['rss_bytes', 'threads', 'wall_s']);
    expect(once.staleness).toBeNull();
    expect(once.devices).toBe(36);
    expect(filesOf(once.result)).toEqual(expect.arrayContaining(['manifest.json', 'report.html', 'summary.json']));
  });

  it('says nothing with --quiet, and puts another seed elsewhere', async () => {
    const before = filesOf(out).length;
    expect(await good(['run', ...SMALL, '--out', out, '--quiet', '--seed', '9'])).toBe('');
    expect(filesOf(out).length).toBeGreaterThan(before);
  });

  it('stops at the horizon with partial results and exit code 0', async () => {
    const argv = ['run', ...SMALL, '--out', out, '--json', '--set', 'stop.horizon=300 ms'];
    const summary = JSON.parse(await good(argv));
    expect(summary.stopped).toBe('horizon');
    expect(summary).toMatchObject({ makespan_s: null, efficiency: null, simulated_s: 0.3 });
    expect(summary.tasks_done).toBeLessThan(summary.tasks_total);
  });

  it.each<[string, string[], RegExp]>([
    ['a results folder below a file', ['--out', 'package.json/x'], /^cannot .*package.json.*: .*not a folder/],
    [
      'data that are not there',
      ['--set', 'dataset={ name: auslan }', '--data', '/nowhere'],
      /^dataset auslan: expected auslan.csv.gz .*in \/nowhere, got nothing there; give its folder with --data DIR or G2T_DATA\n$/,
    ],
    ['zero devices', ['--set', 'fleet.0.count=0'], /^--set fleet.0.count: expected at least 1, got 0\n$/],
    ['one class', ['--set', 'dataset.classes=1'], /^--set dataset.classes: expected at least 2, got 1\n$/],
    [
      'a long horizon',
      ['--set', 'stop.horizon=105 d'],
      /^--set stop.horizon: expected more than 0 d and at most 104 d, got 105 d\n$/,
    ],
    [
      'many instances',
      ['--set', 'isolation=instance', '--set', 'fleet.0.count=1001'],
      /^--set isolation: expected at most 1000 devices with isolation: instance, got 1025\n$/,
    ],
  ])('refuses %s, and leaves nothing behind', async (_, more, message) => {
    const where = join(folder, 'refused');
    const { code, stdout, stderr } = await g2t(
      ['run', ...SMALL, '--out', where, ...more].filter(
        (_word, i, all) =>
          !(more[0] === '--out' && all[i] === where) &&
          !(more[0] === '--out' && all[i] === '--out' && all[i + 1] === where),
      ),
    );
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(filesOf(where)).toEqual([]);
  });

  it('refuses data with NaN, a hole or one class, with the place in the file', async () => {
    for (const [text, message] of [
      ['a,b,k\n1,2,x\n3,nan,y\n', /bad.csv:3:b: expected .*, got a missing value \("nan"\)/],
      ['a,b,k\n1,2,x\n3,,y\n', /bad.csv:3:b: expected/],
      ['a,b,k\n1,2,x\n3,4,x\n', /bad.csv: expected at least 2 classes, got 1/],
    ] as const) {
      writeFileSync(join(folder, 'bad.csv'), text);
      const argv = ['--data', folder, '--set', 'dataset={ name: csv, path: bad.csv }', '--out', join(folder, 'csv')];
      const { code, stderr } = await g2t(['run', 'scenarios/quickstart.yaml', ...argv]);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    }
  });

  it('stops when asked, with 130 and nothing half-written', async () => {
    const interrupt = new AbortController();
    const where = join(folder, 'interrupted');
    setTimeout(() => interrupt.abort(), 50);
    const argv = ['run', 'scenarios/quickstart.yaml', '--set', 'dataset.classes=120', '--out', where];
    expect((await g2t(argv, { interrupt: interrupt.signal })).code).toBe(130);
    expect(filesOf(where)).toEqual([]);
  });
});

describe('g2t verify and diff', () => {
  let first: string;
  let second: string;
  beforeAll(async () => {
    const run = async (...more: string[]) =>
      JSON.parse(await good(['run', ...SMALL, '--out', join(folder, 'v'), '--json', ...more])).result as string;
    first = await run();
    second = await run('--seed', '2');
  });

  it('agree on the same', async () => {
    expect(await good(['verify', first])).toMatch(/: the same, digest [0-9a-f]{32}\n$/);
    expect(JSON.parse(await good(['verify', first, '--json']))).toMatchObject({ same: true, difference: null });
    expect(await good(['diff', first, first])).toBe('the same\n');
  });

  it('name the first difference, with exit code 1', async () => {
    const { code, stdout } = await g2t(['diff', first, second]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^event \d+, .* at [\d.e-]+ s against event \d+, /);
    const manifest = join(first, 'manifest.json');
    const text = readFileSync(manifest, 'utf8');
    const digest = JSON.parse(text).digest as string;
    writeFileSync(
      manifest,
      text.replaceAll(
        digest,
        digest.replace(/^./, (c) => (c === '0' ? '1' : '0')),
      ),
    );
    const verified = await g2t(['verify', first]);
    writeFileSync(manifest, text);
    expect(verified.code).toBe(1);
    expect(verified.stderr).toMatch(/: expected digest [0-9a-f]{32}, got [0-9a-f]{32}\n/);
  });

  it.each(['rounds.arrow', 'model.arrow', 'summary.json', 'manifest.json'])(
    'notice that %s was changed afterwards',
    async (name) => {
      const path = join(first, name);
      const before = readFileSync(path);
      const after = Buffer.from(before);
      after[after.length >> 1]! ^= 1;
      writeFileSync(path, name.endsWith('.json') ? before.toString().replace(/"events": ?\d/, '$&0') : after);
      const { code, stderr } = await g2t(['verify', first]);
      writeFileSync(path, before);
      expect(code).toBe(1);
      expect(stderr).toMatch(/: the run is the same, digest [0-9a-f]{32}\nfirst difference: /);
      expect(stderr).toContain(`first difference: ${name} is not what the run makes`);
    },
  );

  it('refuse what is no result', async () => {
    for (const argv of [
      ['verify', folder],
      ['diff', first, folder],
    ]) {
      const { code, stderr } = await g2t(argv);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^cannot read .*manifest.json: no such file or folder\n$/);
    }
    const manifest = join(second, 'manifest.json');
    writeFileSync(manifest, '{"schema": 1');
    const { code, stderr } = await g2t(['verify', second]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^cannot read .*manifest.json: expected JSON, got /);
  });
});

describe('g2t run of a comparison', () => {
  it('keeps the tables of every variant, and sets the runs beside each other', async () => {
    const scenario = join(folder, 'compare.yaml');
    const method = 'method: { name: g2t, rows: stream }';
    const variants = `  - { name: W_t = 10, set: { method.hold.w0: 10 } }\n  - { name: w t 10, set: { ${method} } }\n`;
    writeFileSync(scenario, `${readFileSync('scenarios/quickstart.yaml', 'utf8')}compare:\n${variants}`);
    const { result } = JSON.parse(
      await good(['run', scenario, ...SMALL.slice(1), '--out', join(folder, 'compared'), '--json', '--quiet']),
    );
    const files = filesOf(result);
    for (const variant of ['variants/w-t-10', 'variants/w-t-10-2'])
      for (const name of ['metrics.arrow', 'rounds.arrow', 'ages.arrow', 'devices.arrow', 'summary.json'])
        expect(files).toContain(join(variant, name));
    const manifest = JSON.parse(readFileSync(join(result, 'manifest.json'), 'utf8'));
    expect(manifest.variants.map(({ name, folder: each }: { name: string; folder: string }) => [name, each])).toEqual([
      ['W_t = 10', 'variants/w-t-10'],
      ['w t 10', 'variants/w-t-10-2'],
    ]);
    expect(readFileSync(join(result, 'report.html'), 'utf8').includes('Variants side by side')).toBe(true);
    expect(files).toContain(join('charts', 'rivals-cost.png'));
    expect((await g2t(['verify', result])).code).toBe(0);
  });
});
