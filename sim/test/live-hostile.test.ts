import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { g2t } from '../cli/fixture.ts';
import { HOSTILE, hostileCsv } from './hostile-names.ts';
import { hasBrowser, openBrowser, type ServedLive, serveLive } from './live-browser.ts';

const CONTROLS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u;

let folder: string;
let live: ServedLive;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;
const faults: string[] = [];

/** A board file whose texts are hostile, beside the scenario; its name may only be a plain one. */
const BOARD = { schema: 1, name: 'own-board', base: 'nrf52840', cycles: {}, source: HOSTILE.join(' ').slice(0, 500) };

function scenario(): string {
  return stringify({
    schema: 1,
    name: 'hostile-live',
    description: HOSTILE.join(' '),
    dataset: { name: 'csv', path: 'hostile.csv', split: { by: 'random', train: '75 %' } },
    partition: { by: 'case', case: 1 },
    method: { name: 'adaptive-tau', learner: { name: 'softmax' }, budget: { time: '20 s' } },
    fleet: [{ board: './board.yaml', count: 4, region: ['london', 'paris'], link: 'home-wifi' }],
    network: { server: { region: 'london', up: '1 Gbit/s', down: '1 Gbit/s' } },
    stop: { horizon: '30 s' },
  });
}

/** A results folder with a good result, copies of it under hostile names, and results that say hostile things of themselves. */
async function pastRuns(out: string): Promise<void> {
  const made = await g2t(['run', 'scenarios/quickstart.yaml', '--set', 'dataset.classes=5', '--out', out, '--quiet']);
  expect(made.code).toBe(0);
  const good = join(out, readdirSync(out)[0]!);
  for (const [n, name] of HOSTILE.entries()) {
    const copy = join(out, `${name.replaceAll('/', ' ').slice(0, 200)}-${n}`);
    cpSync(good, copy, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8'));
    const words = { name, seed: name, stopped: name, digest: name, scenario: { method: { name } } };
    writeFileSync(join(copy, 'manifest.json'), JSON.stringify({ ...manifest, ...words }));
    const numbers = { makespan_s: n % 2 === 0 ? name : null, devices: name, accuracy: [name] };
    writeFileSync(join(copy, 'summary.json'), JSON.stringify(numbers));
  }
  for (const [n, content] of ['null', '[]', '{"digest":1}', '{', ''].entries()) {
    mkdirSync(join(out, `broken-${n}`));
    writeFileSync(join(out, `broken-${n}/manifest.json`), content);
    copyFileSync(join(good, 'summary.json'), join(out, `broken-${n}/summary.json`));
  }
}

describe.skipIf(!hasBrowser)('hostile names on the live page, in a browser', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'g2t-live-hostile-'));
    writeFileSync(join(folder, 'hostile.csv'), hostileCsv());
    writeFileSync(join(folder, 'board.yaml'), stringify(BOARD));
    writeFileSync(join(folder, 'scenario.yaml'), scenario());
    const out = join(folder, 'results');
    await pastRuns(out);
    live = await serveLive([join(folder, 'scenario.yaml'), '--out', out, '--data', folder, '--speed', '5']);
    browser = await openBrowser();
    page = await browser.context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('dialog', (dialog) => faults.push(dialog.message()));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/409/.test(message.text())) faults.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) faults.push(`asked for ${request.url()}`);
    });
    await page.goto(live.url);
    await page.waitForSelector('#method option', { state: 'attached' });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await live?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** All that the page says, titles and labels included. */
  const said = () =>
    page.evaluate<string>(`[...document.querySelectorAll('*')].flatMap((element) =>
      [...element.attributes].map(({ value }) => value)).concat(document.body.innerText).join('\\n')`);

  it('shows them as text, and stays within its width', { timeout: 240_000 }, async () => {
    await page.click('#play');
    await expect
      .poll(async () => Number.parseFloat((await page.textContent('#clock'))!), { timeout: 120_000 })
      .toBeGreaterThan(2);
    await page.click('#past-refresh');
    await expect.poll(() => page.textContent('#past > p'), { timeout: 60_000 }).toBe(`${HOSTILE.length + 1} results`);
    const text = await said();
    for (const name of HOSTILE.filter((each) => !CONTROLS.test(each) && each.length < 100))
      expect(text).toContain(name.replaceAll('/', ' '));
    expect(text).toContain('\\u001b[2J\\u001b[31mEVIL\\u0007');
    expect(text).not.toMatch(CONTROLS);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });

  it('draws and looks through past runs of such names', { timeout: 240_000 }, async () => {
    for (const row of [1, 4, 8, HOSTILE.length]) {
      await page.click(`#past tbody tr:nth-child(${row}) button`);
      const folder = await page.textContent(`#past tbody tr:nth-child(${row}) th`);
      await expect.poll(() => page.textContent('#scrubbed'), { timeout: 60_000 }).toContain(`${folder} at `);
    }
    expect(await said()).not.toMatch(CONTROLS);
  });

  it('says what is wrong with a command in the same words', { timeout: 120_000 }, async () => {
    const body = JSON.stringify({ do: 'restart', method: HOSTILE[0] });
    const answer = await page.evaluate<{ error: string }>(
      `fetch('/command', { method: 'POST', headers: { 'x-g2t-token': localStorage.getItem('g2t-token') }, body: ${JSON.stringify(body)} }).then((answer) => answer.json())`,
    );
    expect(answer.error).toContain('<script>');
    expect(await page.evaluate('window.hit')).toBeUndefined();
    expect(await page.$$('main script, main img, main svg[onload], #past script')).toHaveLength(0);
    expect(faults).toEqual([]);
  });
});
