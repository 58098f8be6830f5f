import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { HOSTILE, hostileCsv } from './hostile-names.ts';
import { SMALL_GLOBE } from './scenario-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'g2t-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program where no string can become code: eval and its like throw. */
function g2t(...argv: string[]) {
  const args = ['--disallow-code-generation-from-strings', 'dist/cli/main.js', ...argv];
  return spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
}

const CONTROLS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u;

describe('hostile names', () => {
  it('are text in results, charts and reports, and no string becomes code', { timeout: 240_000 }, () => {
    writeFileSync(join(folder, 'hostile.csv'), hostileCsv());
    const file = join(folder, 'hostile.yaml');
    const scenario = {
      schema: 1,
      name: 'hostile',
      description: HOSTILE.join(' '),
      dataset: { name: 'csv', path: 'hostile.csv', split: { by: 'random', train: '75 %' } },
      method: { name: 'g2t' },
      fleet: [{ board: 'nrf52840', count: 3, region: ['london', 'paris'], link: 'home-wifi' }],
      network: { server: { region: 'london', up: '1 Gbit/s', down: '1 Gbit/s' } },
      compare: HOSTILE.filter((name) => !name.includes('{')).map((name, n) => ({
        name: name.slice(0, 40).trim(),
        set: { 'method.redundancy': 1 + (n % 3) },
      })),
    };
    writeFileSync(file, stringify(scenario));
    const { status, stdout, stderr } = g2t('run', file, '--data', folder, '--out', join(folder, 'out'));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(CONTROLS);
    const result = join(folder, 'out', readdirSync(join(folder, 'out'))[0]!);
    expect(readFileSync(join(result, 'model.json'), 'utf8')).toContain('onerror');
    const shown = readdirSync(result, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(html|svg)$/.test(name),
    );
    expect(shown.length).toBeGreaterThan(5);
    const texts = shown.map((name) => readFileSync(join(result, name), 'utf8'));
    for (const text of texts) {
      expect(text).not.toMatch(/<(script|img)|<svg onload/);
      expect(text).not.toMatch(CONTROLS);
    }
    expect(texts.join('')).toContain('&lt;script&gt;window.hit=1');
    expect(g2t('verify', result, '--data', folder).status).toBe(0);
  });

  it('leave sweeps and figures without code from strings, too', { timeout: 240_000 }, () => {
    writeFileSync(join(folder, 'small.yaml'), SMALL_GLOBE);
    const sweep = { schema: 1, name: 'some', scenario: 'small.yaml' };
    const grid = { 'network.links.shaky.loss': ['0 %', '5 %'] };
    writeFileSync(join(folder, 'sweep.yaml'), stringify({ ...sweep, sweep: { grid, repeat: { seeds: 2 } } }));
    const out = ['--quiet', '--workers', '1', '--out'];
    const swept = g2t('sweep', join(folder, 'sweep.yaml'), ...out, join(folder, 'sweep'));
    expect([swept.status, swept.stderr]).toEqual([0, '']);
    const drawn = g2t('figures', 'fig-3', '--reduced', '--generated', ...out, join(folder, 'figures'));
    expect([drawn.status, drawn.stderr.split('\n').length]).toEqual([0, 2]);
  });
});

describe('errors', () => {
  it('show control characters escaped, and a value as one line', () => {
    const file = join(folder, 'esc.yaml');
    writeFileSync(file, 'schema: "\\e[2J\\e[31mEVIL"\n');
    expect(g2t('check', file).stderr).toBe(
      `${file}:1:9 schema: expected 1, the scenario format that this g2t reads, got \\u001b[2J\\u001b[31mEVIL\n`,
    );
    writeFileSync(file, 'schema: 1\nname: "a\\nb.yaml: good\\u202e\\x9b2J\\r"\n"k\\e\\n": 1\n');
    const { stderr, status } = g2t('check', file);
    expect(status).toBe(2);
    expect(stderr).not.toMatch(CONTROLS);
    expect(stderr).toContain('got a\\nb.yaml: good\\u202e\\u009b2J\\u000d\n');
    expect(stderr).not.toMatch(/^b\.yaml/m);
    for (const argv of [['run', '\x1b[31mnowhere.yaml'], ['\x1b[31m'], ['run', 'a', '--\x1b[31m'], ['verify', '\x07']])
      expect(g2t(...argv).stderr).not.toMatch(CONTROLS);
    const { faults } = JSON.parse(g2t('check', file, '--json').stdout) as { faults: { message: string }[] };
    expect(faults.some(({ message }) => message.includes('\u202e'))).toBe(true);
  });
});
