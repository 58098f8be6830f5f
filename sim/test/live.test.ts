import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser, type ServedLive, serveLive } from './live-browser.ts';

const data = process.env['G2T_DATA'] ?? 'data';
/** The demonstration learns from MNIST, and is looked at with Debian's chromium (apt-get install chromium). */
const possible = hasBrowser && existsSync(join(data, 'mnist'));
const shots = process.env['G2T_SCREENSHOTS'];

let folder: string;
let live: ServedLive;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;
const faults: string[] = [];

/** The page, without anything on it having gone wrong. */
async function open(at: Awaited<ReturnType<typeof openBrowser>>, url: string): Promise<Page> {
  const opened = await at.context.newPage();
  opened.on('pageerror', (error) => faults.push(error.message));
  opened.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_CONNECTION|ERR_INCOMPLETE|409/.test(message.text()))
      faults.push(message.text());
  });
  opened.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) faults.push(`asked for ${request.url()}`);
  });
  await opened.goto(url);
  await opened.waitForSelector('#method option', { state: 'attached' });
  return opened;
}

const text = async (selector: string, on = page) => (await on.textContent(selector)) ?? '';
/** Waits until a part of the page reads so. */
async function shows(selector: string, pattern: RegExp, on = page): Promise<void> {
  await expect.poll(() => text(selector, on), { timeout: 60_000, interval: 50 }).toMatch(pattern);
}

async function untilClock(seconds: number): Promise<void> {
  const clock = async () => Number.parseFloat(await text('#clock'));
  await expect.poll(clock, { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(seconds);
}

/** Tau as the rounds of the protocol say it, the last ones. */
async function taus(): Promise<number[]> {
  const said = await page.$$eval('#messages li', (lines) => lines.map((line) => line.textContent ?? ''));
  return said.flatMap((line) => {
    const found = /PARAMS round \d+, tau (\d+)/.exec(line)?.[1];
    return found === undefined ? [] : [Number(found)];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function shoot(name: string): Promise<Buffer> {
  if (shots !== undefined) mkdirSync(shots, { recursive: true });
  // High enough for all of the page to be seen, and drawn.
  await page.setViewportSize({ ...page.viewportSize()!, height: 6000 });
  await page.waitForTimeout(1500);
  return page.screenshot(
    shots === undefined ? { fullPage: true } : { fullPage: true, path: join(shots, `${name}.png`) },
  );
}

describe.skipIf(!possible)('the live demonstration in a browser', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'g2t-live-'));
    live = await serveLive(['scenarios/edge-mnist-case1.yaml', '--out', folder, '--speed', '5', '--data', data]);
    browser = await openBrowser();
    page = await open(browser, live.url);
  });
  afterAll(async () => {
    await browser?.close();
    await live?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts, and shows the nodes, the digits and what is said', async () => {
    expect(await text('h1')).toBe('edge-mnist-case1');
    expect(page.url()).not.toContain('token');
    await page.click('#play');
    await untilClock(1);
    expect(await page.$$('.node canvas.digits')).toHaveLength(5);
    expect((await page.$$('#tests li.right')).length).toBeGreaterThan(15);
    await shows('#messages', /PARAMS[\s\S]*UPDATE/);
    expect(await text('#device-card dl')).toContain('Intel Core i7');
  });

  it('switches from case 1 to case 2, which begins a new run', async () => {
    await page.click('#case-2');
    await shows('#progress', /^run 2,/);
    await untilClock(3);
    expect(await text('.node:nth-child(1) .bars')).toBe('05');
  });

  it('sees tau rise when delay is added', async () => {
    const before = await taus();
    expect(before.length).toBeGreaterThan(4);
    await page.fill('#delay', '200');
    await page.press('#delay', 'Enter');
    await page.waitForSelector('#changes li');
    const at = Number.parseFloat(await text('#changes li'));
    await untilClock(at + 5);
    const after = (await taus()).slice(-5);
    expect(mean(after)).toBeGreaterThan(2 * mean(before.slice(-20)));
  });

  it('pauses, steps by an event and by a round', async () => {
    const progress = async (): Promise<readonly number[]> =>
      /(\d[\d,]*) events, (\d+) of/
        .exec(await text('#progress'))!
        .slice(1)
        .map((number) => Number(number.replaceAll(',', '')));
    await page.click('#play');
    await shows('#state', /^paused$/);
    await page.waitForTimeout(300);
    const [events] = await progress();
    await page.click('#step-event');
    await expect.poll(async () => (await progress())[0]).toBe(events! + 1);
    const [, rounds] = await progress();
    await page.click('#step-round');
    await expect.poll(async () => (await progress())[1]).toBe(rounds! + 1);
    await shows('#state', /^paused$/);
  });

  it('saves the session, whose runs come to the same digest when they are made again', async () => {
    await page.click('#save');
    await shows('#banner', /^Saved to/);
    const saved = /^Saved to (\S+): /.exec(await text('#banner'))![1]!;
    const { runs } = JSON.parse(readFileSync(join(saved, 'session.json'), 'utf8')) as {
      runs: { name: string; digest: string }[];
    };
    expect(runs.map(({ name }) => name)).toEqual(['run-1', 'run-2']);
    const scenario = readFileSync(join(saved, 'run-2/scenario.yaml'), 'utf8');
    expect(scenario).toMatch(
      /interventions:\n {2}- at: \d+ ms\n {4}set:\n(.*\n)*? {6}network\.links\.wifi\.delay: 200 ms/,
    );
    for (const { name, digest } of runs) {
      const { status, said } = g2t('verify', join(saved, name), '--data', data);
      expect([status, said]).toEqual([0, expect.stringContaining(digest)]);
    }
    const again = g2t('run', join(saved, 'run-2/scenario.yaml'), '--data', data, '--out', folder, '--json', '--quiet');
    expect((JSON.parse(again.said) as { digest: string }).digest).toBe(runs[1]!.digest);
  });

  it('lays past runs over the charts, looks through one, and exports a chart', async () => {
    await page.click('#past-refresh');
    await shows('#past > p', /^3 results$/);
    await page.click('#past tbody tr:last-child input');
    await page.locator('#chart-accuracy').scrollIntoViewIfNeeded();
    await shows('#chart-accuracy .u-legend', /accuracy \(A\)/);
    await page.click('#past tbody tr:last-child button');
    await page.locator('#scrub').fill('990');
    await shows('#scrubbed', /accuracy \d/);
    const [svg] = await Promise.all([
      page.waitForEvent('download'),
      page.click('#chart-tau .card-tools button:nth-child(1)'),
    ]);
    expect(readFileSync(await svg.path(), 'utf8')).toMatch(/^<svg [\s\S]*<path d="M[\s\S]*<\/svg>$/);
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      page.click('#chart-tau .card-tools button:nth-child(2)'),
    ]);
    expect([...readFileSync(await png.path()).subarray(1, 4)]).toEqual([...'PNG'].map((c) => c.charCodeAt(0)));
  });

  it('fits three widths, in light and in dark', async () => {
    for (const [width, colorScheme] of [
      [1600, 'light'],
      [900, 'dark'],
      [390, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(700);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      const back = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(back).toBe(colorScheme === 'dark' ? 'rgb(18, 22, 27)' : 'rgb(242, 244, 247)');
      expect((await shoot(`live-${width}-${colorScheme}`)).length).toBeGreaterThan(20_000);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('shows two browsers the same, and one that comes back all of it', async () => {
    const parts = ['#progress', '#clock', '#chart-tau .u-legend', '#changes', '#tests', '#messages'];
    const shown = (on: Page) => Promise.all(parts.map((part) => text(part, on)));
    const same = async (one: Page) =>
      expect
        .poll(async () => JSON.stringify(await shown(one)), { timeout: 20_000 })
        .toBe(JSON.stringify(await shown(page)));
    await page.reload();
    const other = await openBrowser();
    try {
      let second = await open(other, live.url);
      await same(second);
      await second.close();
      await page.click('#step-round');
      await shows('#progress', /results$/);
      await page.waitForTimeout(500);
      second = await open(other, live.url.replace(/#.*/, ''));
      await same(second);
      await second.click('#step-event');
      await page.waitForTimeout(500);
      await same(second);
    } finally {
      await other.close();
    }
  });

  it('says that the server is away', async () => {
    await live.stop();
    await shows('#state', /^server away$/);
    expect(await text('#banner')).toContain('The server is away');
    expect(faults).toEqual([]);
  });
});

function g2t(...argv: string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout } = spawnSync(process.execPath, ['dist/cli/main.js', ...argv], { encoding: 'utf8' });
  return { status, said: stdout };
}
