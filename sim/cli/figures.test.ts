import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from './fixture.ts';

let folder: string;
let empty: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-figures-'));
  empty = join(folder, 'no-data');
  mkdirSync(empty);
});
afterAll(() => rmSync(folder, { recursive: true }));

const small = (out: string, ...more: string[]) => {
  return ['figures', 'fig-3', '--reduced', '--workers', '1', '--data', empty, '--out', join(folder, out), ...more];
};

describe('g2t figures', { timeout: 300_000 }, () => {
  it('draws from the generator where no data are, says so aloud and in the caption, and comes out the same again', async () => {
    const first = await g2t(small('a', '--quiet'));
    expect([first.code, first.stdout]).toEqual([0, '']);
    expect(first.stderr).toBe(
      `figures: fig-3: drawn from generated data, no data set found in ${empty}; the captions say so\n`,
    );
    const names = ['fig-3.caption.md', 'fig-3.pdf', 'fig-3.png', 'fig-3.svg', 'fig-3.vl.json'];
    expect(readdirSync(join(folder, 'a')).sort()).toEqual(names);
    const caption = readFileSync(join(folder, 'a', 'fig-3.caption.md'), 'utf8');
    expect(caption).toContain('**Generated data**');
    expect(caption).toContain('**Reduced form**');
    expect(caption).toContain('- Scenario: `scenarios/figures/fig-3.yaml`');
    expect(caption).toMatch(/- Firmware: sha256 `[0-9a-f]{64}`/);
    expect(caption).toMatch(/\| fig-3 \| 1 \| `[0-9a-f]{32}` \|/);
    const second = await g2t(small('b', '--json'));
    expect(JSON.parse(second.stdout)).toEqual({
      out: join(folder, 'b'),
      figures: [{ name: 'fig-3', generated: true }],
      checked: false,
    });
    for (const name of names) {
      const [one, other] = ['a', 'b'].map((each) => readFileSync(join(folder, each, name)));
      expect(one!.equals(other!), name).toBe(true);
    }
  });

  it('checks what stands, and names the first file that is another', async () => {
    const good = await g2t(small('a', '--check'));
    expect([good.code, good.stdout]).toEqual([0, `${join(folder, 'a')}: 1 as they stand\n`]);
    appendFileSync(join(folder, 'a', 'fig-3.svg'), ' ');
    const changed = await g2t(small('a', '--check', '--quiet'));
    expect([changed.code, changed.stderr.split('\n')[1]]).toEqual([
      1,
      `${join(folder, 'a', 'fig-3.svg')}: not what its scenario makes now`,
    ]);
    rmSync(join(folder, 'a', 'fig-3.svg'));
    const missing = await g2t(small('a', '--check', '--quiet'));
    expect(missing.stderr).toContain('fig-3.svg: expected the file that was made before, got nothing');
    const none = await g2t(small('nowhere', '--check'));
    expect([none.code, none.stderr]).toEqual([
      2,
      `figures --check: expected a folder of figures at ${join(folder, 'nowhere')}, got none; g2t figures makes one\n`,
    ]);
  });

  it('names the data file that differs from the one in a caption, before a run is made', async () => {
    mkdirSync(join(folder, 'captions'));
    const caption = join(folder, 'captions', 'fig-3.caption.md');
    const was = 'a'.repeat(64);
    writeFileSync(caption, `# fig-3\n\n- Data: \`auslan.csv.gz\`, sha256 \`${was}\`\n`);
    const gone = await g2t(small('captions', '--check', '--quiet', '--generated'));
    const file = (data: string) => join(data, 'auslan.csv.gz');
    const expected = `expected the file that ${caption} was made with (SHA-256 ${was}), got`;
    expect([gone.code, gone.stderr.split('\n').at(-2)]).toEqual([2, `${file(empty)}: ${expected} none`]);
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(file(data), 'other');
    const is = createHash('sha256').update('other').digest('hex');
    const argv = ['figures', 'fig-3', '--reduced', '--check', '--data', data, '--out', join(folder, 'captions')];
    expect(await g2t(argv)).toEqual({ code: 2, stdout: '', stderr: `${file(data)}: ${expected} SHA-256 ${is}\n` });
  });

  it('reads errors aloud', async () => {
    const unknown = await g2t(['figures', 'fig3']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/^figures: expected one of fig-3, .*, got fig3; did you mean fig-3\?\n$/),
    ]);
    writeFileSync(join(folder, 'a-file'), '');
    const unwritable = await g2t(small('a-file'));
    expect([unwritable.code, unwritable.stderr]).toEqual([2, expect.stringContaining(`cannot write to`)]);
    const nowhere = await g2t(['figures', 'fig-3', '--data', join(folder, 'nothing')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      `--data: expected a folder, got nothing at ${join(folder, 'nothing')}\n`,
    ]);
    const workers = await g2t(small('c', '--workers', '0'));
    expect([workers.code, workers.stderr]).toEqual([2, expect.stringContaining('--workers: expected')]);
  });

  it('stops at a data set of which a part is missing', async () => {
    const part = join(folder, 'part', 'mnist');
    mkdirSync(part, { recursive: true });
    writeFileSync(join(part, 'train-images-idx3-ubyte'), '');
    const outcome = await g2t(['figures', 'tau-delay', '--reduced', '--data', join(folder, 'part'), '--out', folder]);
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringMatching(/mnist/)]);
    expect(outcome.stderr).not.toContain('generated');
  });

  it('makes the others where one cannot be made, and names it', async () => {
    const [data, out] = [join(folder, 'part'), join(folder, 'others')];
    const argv = ['figures', 'fig-3', 'tau-delay', '--reduced', '--workers', '1', '--data', data, '--out', out];
    const outcome = await g2t([...argv, '--quiet']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/^figures: tau-delay: .*mnist.*$/m);
    expect(readdirSync(out)).toContain('fig-3.svg');
    expect(readdirSync(out).filter((name) => name.startsWith('tau-delay'))).toEqual([]);
  });

  it('lists what there is', async () => {
    const listed = JSON.parse((await g2t(['figures', '--list', '--json'])).stdout) as { figures: { name: string }[] };
    expect(listed.figures.map(({ name }) => name)).toContain('table-1');
    expect((await g2t(['figures', '--list', 'fig-3'])).stdout).toMatch(/^fig-3 +5 +Training time/m);
  });
});
