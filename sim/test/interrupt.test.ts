import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnfinishedWrites } from '../files/unfinished.ts';
import { cleanLeftovers } from '../files/write.ts';

/** The program as it is installed. */
const BINARY = 'dist/cli/main.js';
let folder: string;

const NETWORK = 'network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }';
/** One call of the firmware trains for hours. */
const LONG_HANDLER = `schema: 1
name: long
dataset: { name: clusters, classes: 10, features: 2000, rows: 100, test: 3 }
partition: { by: iid }
method: { name: fedavg, rounds: 60, tau: 60000, learner: { name: softmax, batch: full } }
fleet: [{ board: i7-8650u, region: dublin, link: fibre }]
${NETWORK}
`;
/** Making its 200 million values takes longer than the test waits: there is no event before. */
const LONG_DATA = LONG_HANDLER.replace('features: 2000, rows: 100', 'features: 2000, rows: 10000');
/** A link that turns on and off for ever: nothing is trained until the horizon. */
const MANY_CHANGES = `schema: 1
name: changes
dataset: { name: clusters, classes: 3 }
method: { name: g2t }
fleet: [{ board: esp32, region: dublin, link: home-wifi }]
${NETWORK.replace(' } }', ' }, links: { home-wifi: { dropout: { up: 1 ms, down: 1 ms } } } }')}
stop: { horizon: 100 d }
`;
const SWEEP = `schema: 1
name: long-sweep
scenario: long.yaml
sweep:
  names: { eta: method.learner.eta }
  grid: { eta: [0.1, 0.2, 0.3] }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-interrupt-'));
  const files = {
    'long.yaml': LONG_HANDLER,
    'data.yaml': LONG_DATA,
    'changes.yaml': MANY_CHANGES,
    'sweep.yaml': SWEEP,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Interrupts a command after a while: how it ended, and how long that took, ms. */
async function interrupted(signal: NodeJS.Signals, after: number, argv: readonly string[]) {
  const child = spawn(process.execPath, [BINARY, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  await new Promise((done) => setTimeout(done, after));
  expect(child.exitCode, `expected ${argv.join(' ')} to last longer than ${after} ms; ${said}`).toBeNull();
  const asked = performance.now();
  child.kill(signal);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said, took: performance.now() - asked };
}

describe('an interrupt', () => {
  it.each<[string, NodeJS.Signals, string[]]>([
    ['within a long handler', 'SIGINT', ['run', 'long.yaml']],
    ['within a long handler', 'SIGTERM', ['run', 'long.yaml']],
    ['before the first event', 'SIGINT', ['run', 'data.yaml']],
    ['while conditions change for ever', 'SIGINT', ['run', 'changes.yaml']],
    ['in the threads of a sweep', 'SIGINT', ['sweep', 'sweep.yaml']],
    ['in the thread of the live page', 'SIGTERM', ['live', 'long.yaml', '--speed', 'max']],
  ])(
    'is heard %s (%s, %j)',
    async (_where, signal, [command, file, ...rest]) => {
      const out = join(folder, 'out', `${command}-${file}-${signal}`);
      const { code, took } = await interrupted(signal, 2500, [command!, join(folder, file!), '--out', out, ...rest]);
      expect(code).toBe(130);
      // The program ends by force within a second; the rest is for a machine that is busy with other tests.
      expect(took).toBeLessThan(5000);
      const left = existsSync(out) ? readdirSync(out, { recursive: true, encoding: 'utf8' }) : [];
      expect(left.filter((name) => /\.(part|old)-/.test(name))).toEqual([]);
    },
    30_000,
  );
});

describe('a thread that is ended while it writes', () => {
  it('leaves nothing behind, and the result that it was replacing', async () => {
    const out = join(folder, 'written');
    mkdirSync(out);
    const target = join(out, 'result');
    const unfinished = new UnfinishedWrites();
    const module = pathToFileURL('dist/files/write.js').href;
    const source = `
      const { writeFolderWhole } = await import(${JSON.stringify(module)});
      const { parentPort } = await import('node:worker_threads');
      const path = ${JSON.stringify(target)};
      writeFolderWhole({ path, files: [['manifest.json', 'first']], marker: 'manifest.json' });
      function* endless() {
        yield ['manifest.json', 'second'];
        parentPort.postMessage('writing');
        for (;;);
      }
      writeFolderWhole({ path, files: endless(), marker: 'manifest.json' });`;
    const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    await once(thread, 'message');
    await thread.terminate();
    await new Promise((done) => setImmediate(done));
    expect(readdirSync(out)).toHaveLength(2);
    expect(unfinished.targets).toEqual([target]);
    for (const each of unfinished.targets) cleanLeftovers(each);
    expect(readdirSync(out)).toEqual(['result']);
    expect(readFileSync(join(target, 'manifest.json'), 'utf8')).toBe('first');
  });
});
