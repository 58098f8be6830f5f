import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedLive, serveLive } from './live-browser.ts';

const HALF_OPEN = 200;
const STALLED = 16;
/** What the process may grow by, bytes: what 16 readers may leave unread, and what a garbage collector leaves lying. */
const MOST_GROWTH = 64 * 1024 * 1024;

let folder: string;
let live: ServedLive;
const sockets: Socket[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-live-load-'));
  const classes = ['--set', 'dataset.classes=200', '--set', 'method.learner.passes=20'];
  live = await serveLive(['scenarios/globe-1000.yaml', ...classes, '--out', folder, '--speed', 'max']);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await live?.stop();
  rmSync(folder, { recursive: true });
});

function open(bytes: string): Socket {
  const socket = connect(live.port, '127.0.0.1', () => socket.write(bytes));
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

/** Resident memory of the server's process, bytes. */
function memory(): number {
  const [, pages] = readFileSync(`/proc/${live.child.pid}/statm`, 'utf8').split(' ');
  return Number(pages) * 4096;
}

async function answerTime(path: string): Promise<number> {
  const from = performance.now();
  const { status } = await fetch(new URL(path, live.url), { signal: AbortSignal.timeout(10_000) });
  expect(status).toBe(200);
  return performance.now() - from;
}

async function command(body: unknown): Promise<void> {
  const headers = { 'x-g2t-token': live.token };
  const { status } = await fetch(new URL('/command', live.url), {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  expect(status).toBe(200);
}

describe.skipIf(process.platform !== 'linux')('the live page under half-open connections and stalled readers', () => {
  it('answers, keeps its memory, and closes what never asks for anything', { timeout: 120_000 }, async () => {
    await command({ do: 'play' });
    for (const path of ['/', '/page.js', '/results']) await answerTime(path);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const before = memory();
    const host = `Host: 127.0.0.1:${live.port}\r\n`;
    const readers = Array.from({ length: STALLED }, () => open(`GET /events HTTP/1.1\r\n${host}\r\n`));
    for (const reader of readers) reader.pause();
    const begun = performance.now();
    const halves = [
      '',
      'GET / HT',
      `GET / HTTP/1.1\r\n${host}`,
      `POST /command HTTP/1.1\r\n${host}Content-Length: 9\r\n\r\n{`,
    ];
    const half = Array.from({ length: HALF_OPEN }, (_, n) => open(halves[n % halves.length]!));
    const closed = half.map(
      (socket) => new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now() - begun))),
    );
    for (const socket of half) socket.resume();
    const times: number[] = [];
    let most = 0;
    for (let n = 0; n < 80; n++) {
      times.push(await answerTime(n % 2 === 0 ? '/' : '/results'));
      most = Math.max(most, memory());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const longest = Math.max(...(await Promise.all(closed)));
    console.info(
      `${HALF_OPEN} half-open, ${STALLED} stalled: slowest of ${times.length} answers ${Math.max(...times).toFixed(0)} ms; ` +
        `memory ${(before / 1e6).toFixed(0)} MB before, ${(most / 1e6).toFixed(0)} MB at most; all closed after ${(longest / 1000).toFixed(1)} s`,
    );
    expect(most - before).toBeLessThan(MOST_GROWTH);
    await command({ do: 'pause' });
  });
});
