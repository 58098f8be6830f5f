import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { hasBrowser, openBrowser, serveLive } from './live-browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'g2t-live-end-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the page says of a run that has ended, its charts' last points included. */
async function shown(page: Page): Promise<string> {
  await expect.poll(() => page.textContent('#state'), { timeout: 60_000 }).toBe('ended');
  await expect.poll(() => page.textContent('#banner'), { timeout: 20_000 }).toMatch(/ Accuracy /);
  const texts = await Promise.all(['#banner', '#progress', '#clock'].map((part) => page.textContent(part)));
  return JSON.stringify([...texts, await lastOf(page, '#chart-accuracy'), await lastOf(page, '#chart-tasks')]);
}

/** What a chart says of its last point, when the pointer is there: "s3.816accuracy0.822". */
async function lastOf(page: Page, chart: string): Promise<string | null> {
  // A chart is drawn once it can be seen.
  await page.locator(chart).scrollIntoViewIfNeeded();
  const plot = page.locator(`${chart} .u-over`);
  await plot.waitFor();
  await page.waitForTimeout(300);
  const { width, height } = (await plot.boundingBox())!;
  for (const x of [width / 2, width - 1]) await plot.hover({ position: { x, y: height / 2 } });
  await expect.poll(() => page.textContent(`${chart} .u-legend`)).toMatch(/\d/);
  return page.textContent(`${chart} .u-legend`);
}

// Debian's chromium: apt-get install chromium.
describe.skipIf(!hasBrowser)('the live page', () => {
  it.each([
    ['all is trained', []],
    ['its horizon', ['--set', 'stop.horizon=2345 ms']],
  ])('ends on what the run comes to, for a page that comes later too: %s', { timeout: 120_000 }, async (_, set) => {
    const argv = ['scenarios/quickstart.yaml', ...set, '--out', folder];
    const { stdout } = spawnSync(process.execPath, ['dist/cli/main.js', 'run', ...argv, '--json', '--quiet'], {
      encoding: 'utf8',
    });
    const summary = JSON.parse(stdout) as Summary;
    const live = await serveLive([...argv, '--speed', 'max']);
    const browser = await openBrowser();
    try {
      const page = await browser.context.newPage();
      await page.goto(live.url);
      await page.waitForSelector('#method option', { state: 'attached' });
      await page.click('#play');
      const ended = await shown(page);
      const accuracy = (100 * summary.accuracy!).toFixed(1);
      expect(ended).toContain(`Accuracy ${accuracy} %, ${summary.tasks_done} of 190 results`);
      expect(ended).toContain(`${summary.simulated_s.toFixed(3)} s`);
      expect(ended).toContain(`${summary.events.toLocaleString('en-US')} events`);
      const at = Number(summary.simulated_s.toPrecision(5));
      expect((JSON.parse(ended) as string[]).slice(3)).toEqual([
        `s${at}accuracy${Number(summary.accuracy!.toPrecision(3))}`,
        `s${at}results${summary.tasks_done}`,
      ]);
      await page.reload();
      expect(await shown(page)).toBe(ended);
      const later = await browser.context.newPage();
      await later.goto(live.url.replace(/#.*/, ''));
      expect(await shown(later)).toBe(ended);
    } finally {
      await browser.close();
      await live.stop();
    }
  });
});
