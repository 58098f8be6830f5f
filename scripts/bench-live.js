// The cost of looking on: how much slower globe-10000 runs at full speed with a page that has stopped reading than with none
// (median of 5, by turns), how far the server grows meanwhile, and, where chromium is there, how long a page's frame takes.
// Needs `npm run build`. Times are the simulation's own, from the first event to the last.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCENARIO = 'scenarios/globe-10000.yaml';
/** Longer than it ships: so many classes that a run takes some seconds. */
const LONGER = ['--set', 'dataset.classes=400'];
const ROUNDS = 5;
const CHROMIUM = '/usr/bin/chromium';
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const out = mkdtempSync(join(tmpdir(), 'g2t-bench-live-'));

async function serve() {
  const argv = ['dist/cli/main.js', 'live', SCENARIO, ...LONGER, '--speed', 'max', '--out', out];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(String(text).trim())));
  const port = Number(new URL(url).port);
  const token = url.slice(url.indexOf('token=') + 6);
  const command = (body) =>
    new Promise((resolve, reject) => {
      const headers = { 'x-g2t-token': token };
      const asked = request({ host: '127.0.0.1', port, path: '/command', method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      });
      asked.on('error', reject);
      asked.end(JSON.stringify(body));
    });
  const stop = () => new Promise((resolve) => child.once('close', resolve) && child.kill('SIGINT'));
  return { url, port, command, stop, pid: child.pid };
}

const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** One run to its end: CPU seconds of the whole program, real seconds, and MB at the end. @param pages that never read. */
async function run(pages) {
  const live = await serve();
  const sockets = Array.from({ length: pages }, () => connect(live.port, '127.0.0.1'));
  for (const socket of sockets) {
    socket.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${live.port}\r\n\r\n`);
    socket.pause();
  }
  const from = performance.now();
  await live.command({ do: 'play' });
  // To turn no knob is nothing, until the run has ended.
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { error } = await live.command({ do: 'set', knobs: {} });
    if (error !== undefined && /has ended/.test(error)) break;
  }
  const seconds = (performance.now() - from) / 1000;
  const stat = readFileSync(`/proc/${live.pid}/stat`, 'utf8').split(' ');
  const result = { seconds, cpu: (Number(stat[13]) + Number(stat[14])) / 100, mb: rss(live.pid) };
  for (const socket of sockets) socket.destroy();
  await live.stop();
  return result;
}

async function frames() {
  const { chromium } = await import('playwright-core');
  const live = await serve();
  const profile = mkdtempSync(join(tmpdir(), 'g2t-chromium-'));
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  const options = { executablePath: CHROMIUM, headless: true, viewport: { width: 1400, height: 900 } };
  const context = await chromium.launchPersistentContext(profile, { ...options, args });
  const page = await context.newPage();
  await page.goto(live.url);
  await page.click('#play');
  const seen = [];
  while ((await page.textContent('#state')) === 'running' || seen.length === 0) {
    seen.push(Number(await page.getAttribute('#frame-time', 'data-ms')));
    await page.waitForTimeout(200);
  }
  const drawn = Number(await page.getAttribute('#frame-time', 'data-frames'));
  await context.close();
  await live.stop();
  rmSync(profile, { recursive: true, force: true });
  return { median: median(seen), drawn };
}

const without = [];
const stopped = [];
for (let n = 0; n < ROUNDS; n++) {
  without.push(await run(0));
  stopped.push(await run(1));
}
for (const [name, runs] of Object.entries({ 'no page': without, 'a page that does not read': stopped })) {
  const of = (key) => median(runs.map((each) => each[key])).toFixed(key === 'mb' ? 0 : 2);
  console.log(`${name}: ${of('seconds')} s, ${of('cpu')} s of CPU, ${of('mb')} MB`);
}
const ratio = (key) => median(stopped.map((each) => each[key])) / median(without.map((each) => each[key]));
console.log(
  `slower by ${(100 * (ratio('seconds') - 1)).toFixed(1)} %, by CPU ${(100 * (ratio('cpu') - 1)).toFixed(1)} %`,
);
if (existsSync(CHROMIUM)) {
  const { median: ms, drawn } = await frames();
  console.log(`a frame takes ${ms.toFixed(2)} ms in the median, over ${drawn} frames`);
}
rmSync(out, { recursive: true });
