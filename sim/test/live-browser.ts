import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** Debian's: `apt-get install chromium`. */
export const CHROMIUM = '/usr/bin/chromium';
export const hasBrowser = existsSync(CHROMIUM);

/** No GPU, no talk with the outside, and a profile of its own each time. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For tests: a browser with a profile of its own. */
export async function openBrowser(
  view: { readonly width: number; readonly height: number; readonly colorScheme?: 'light' | 'dark' } = {
    width: 1400,
    height: 900,
  },
): Promise<{ readonly context: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'g2t-chromium-'));
  const { colorScheme = 'light', ...viewport } = view;
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport,
    colorScheme,
    args: ARGUMENTS,
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** For tests: `g2t live` as it is installed. */
export interface ServedLive {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts `g2t live` and waits until it says where it is. */
export async function serveLive(argv: readonly string[]): Promise<ServedLive> {
  const child = spawn(process.execPath, ['dist/cli/main.js', 'live', ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
      if (out.endsWith('\n')) resolve(out.trim());
    });
    child.on('close', () => reject(new Error(`g2t live ended: ${said}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    token: url.slice(url.indexOf('token=') + 6),
    child,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}
