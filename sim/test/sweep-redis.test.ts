import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import type { InputFile } from '../data/input-file.ts';
import { readArrow } from '../files/arrow.ts';
import { type BullAnswer, connect, queueName } from '../run/bull-connection.ts';
import { loadFirmware } from '../run/inputs.ts';
import { runId } from '../run/store.ts';
import { loadScenario } from '../scenario/load.ts';
import { type Child, filesOf, standing, start, sweepFolder, until } from './sweep-fixture.ts';

/** Whether this machine can run one. */
function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const there = hasRedis();
if (!there) process.stdout.write('skipped: sweeps over Redis need redis-server; apt-get install redis-server\n');

const { folder, file } = sweepFolder();
const out = (name: string) => join(folder, name);
const children: Child[] = [];
let port = 0;
let redis: ChildProcess | undefined;
let whole: Record<string, string>;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A Redis that forgets everything when it ends: the hardest case. */
function startRedis(): void {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  redis = spawn('redis-server', options, { stdio: 'ignore' });
}

async function stopRedis(): Promise<void> {
  const ended = new Promise((resolve) => redis!.on('close', resolve));
  redis!.kill('SIGKILL');
  await ended;
}

const url = () => `redis://127.0.0.1:${port}`;

function startWorker(...more: string[]): Child {
  const child = start(['worker', '--redis', url(), '--workers', '1', ...more]);
  children.push(child);
  return child;
}

function startSweep(name: string, ...more: string[]): Child {
  const child = start(['sweep', file, '--engine', 'bullmq', '--redis', url(), '--out', out(name), ...more]);
  children.push(child);
  return child;
}

afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!there)('a sweep over Redis (needs redis-server)', () => {
  beforeAll(async () => {
    port = await freePort();
    startRedis();
    expect((await g2t(['sweep', file, '--workers', '1', '--out', out('whole'), '--quiet'])).code).toBe(0);
    whole = filesOf(out('whole'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.process.kill('SIGKILL');
      await child.ended;
    }
  });
  afterAll(stopRedis);

  it('comes to the same bytes with two workers in processes of their own', async () => {
    const workers = [startWorker(), startWorker()];
    const sweep = startSweep('two');
    expect(await sweep.ended, sweep.said()).toBe(0);
    expect(filesOf(out('two'))).toEqual(whole);
    const made = [];
    for (const worker of workers) {
      worker.process.kill('SIGINT');
      expect(await worker.ended, worker.said()).toBe(130);
      made.push(Number(/stopped after (\d+) runs?/.exec(worker.said())?.[1]));
    }
    expect(made[0]! + made[1]!).toBe(12);
  });

  it('gives the runs of workers that were stopped or killed to another, and has them once', async () => {
    // Runs long enough to be killed in; each takes about a second.
    const slow = ['--set', 'dataset.classes=90', '--set', 'sweep.repeat.seeds=1'];
    const [stopped, sweep] = [startWorker(), startSweep('killed', ...slow)];
    await until('a run that stands', () => standing(out('killed')) > 0);
    stopped.process.kill('SIGINT');
    expect(await stopped.ended, stopped.said()).toBe(130);
    const doomed = startWorker();
    await until('another', () => standing(out('killed')) > 1);
    doomed.process.kill('SIGKILL');
    await doomed.ended;
    expect(standing(out('killed')), 'the sweep should not be done yet').toBeLessThan(4);
    startWorker();
    expect(await sweep.ended, sweep.said()).toBe(0);
    const { table } = await readArrow(readFileSync(join(out('killed'), 'runs.arrow')), 'runs.arrow');
    expect(table.rows).toBe(4);
    expect((await g2t(['sweep', file, '--workers', '1', '--out', out('slow'), '--quiet', ...slow])).code).toBe(0);
    expect(filesOf(out('killed'))).toEqual(filesOf(out('slow')));
  });

  it('goes on after Redis was killed and started again, with nothing in it', async () => {
    const slow = ['--set', 'dataset.classes=40'];
    startWorker();
    const sweep = startSweep('restarted', ...slow);
    await until('some runs that stand', () => standing(out('restarted')) > 1);
    await stopRedis();
    await until('a line that says so', () => sweep.said().includes('does not answer'));
    expect(standing(out('restarted')), 'the sweep should not be done yet').toBeLessThan(12);
    expect(sweep.said()).toMatch(
      /^sweep: Redis at 127\.0\.0\.1:\d+ does not answer; waiting for it\. Nothing that was written is lost: start it again, or stop here \(Ctrl-C\) and go on later with the same command$/m,
    );
    startRedis();
    expect(await sweep.ended, sweep.said()).toBe(0);
    expect(sweep.said()).toMatch(/is back$/m);
    expect((await g2t(['sweep', file, '--workers', '2', '--out', out('calm'), '--quiet', ...slow])).code).toBe(0);
    expect(filesOf(out('restarted'))).toEqual(filesOf(out('calm')));
  });

  it('says that no worker is there, stops at Ctrl-C, and goes on with another engine', async () => {
    const sweep = startSweep('alone');
    await until('a line that says so', () => sweep.said().includes('no worker takes runs'));
    expect(sweep.said()).toMatch(
      /^sweep: no worker takes runs from Redis at 127.*; start some, of this version: g2t worker --redis URL$/m,
    );
    sweep.process.kill('SIGINT');
    expect(await sweep.ended).toBe(130);
    expect(sweep.said()).toMatch(/^sweep: stopped: 0 of 12 runs stand in .*; the same command goes on$/m);
    expect((await g2t(['sweep', file, '--workers', '1', '--out', out('alone'), '--resume', '--quiet'])).code).toBe(0);
    expect(filesOf(out('alone'))).toEqual(whole);
  });

  it('makes no run of other data than the sweep was begun with, and names the file', async () => {
    const [mine, others] = ['mine', 'others'].map((name) => join(folder, name)) as [string, string];
    for (const data of [mine, others]) mkdirSync(data);
    const rows = Array.from({ length: 24 }, (_, n) => `${n % 2},${n % 5},c${n % 2}`);
    writeFileSync(join(mine, 'a.csv'), `x,y,label\n${rows.join('\n')}\n`);
    writeFileSync(join(others, 'a.csv'), `x,y,label\n${rows.toReversed().join('\n')}\n`);
    const csv = ['--set', 'dataset={ name: csv, path: a.csv }', '--set', 'sweep.repeat.seeds=1', '--data', mine];
    const worker = startWorker('--data', others);
    await until('the folder that it serves', () => worker.said().includes(`data sets come from ${others}\n`));
    const sweep = startSweep('other-data', ...csv);
    expect(await sweep.ended, sweep.said()).not.toBe(0);
    const [was, is] = [mine, others].map((data) =>
      createHash('sha256')
        .update(readFileSync(join(data, 'a.csv')))
        .digest('hex'),
    );
    expect(sweep.said()).toContain(
      `${join(others, 'a.csv')}: expected the file that the run was made with (SHA-256 ${was}), got SHA-256 ${is}`,
    );
    // The same worker makes them once its file is the one that is meant.
    writeFileSync(join(others, 'a.csv'), readFileSync(join(mine, 'a.csv')));
    const again = startSweep('other-data-again', ...csv);
    expect(await again.ended, again.said()).toBe(0);
  });

  it('answers a job from elsewhere with nothing of a file, and reaches none outside its folder', async () => {
    const data = join(folder, 'served');
    mkdirSync(data);
    writeFileSync(join(data, 'words.csv'), 'x,y,label\n1,TOPSECRET,a\n2,3,b\n');
    startWorker('--data', data);
    const connection = await connect(url());
    const name = queueName(loadFirmware());
    const [queue, events] = [new Queue(name, { connection }), new QueueEvents(name, { connection })];
    const sha256 = createHash('sha256')
      .update(readFileSync(join(data, 'words.csv')))
      .digest('hex');
    const answer = async (path: string): Promise<BullAnswer> => {
      const inputs: InputFile[] = [{ kind: 'data', file: 'words.csv', sha256 }];
      const set = ['dataset={ name: csv, path: words.csv }'];
      const bytes = readFileSync(join(folder, 'small.yaml'));
      const jobId = runId(loadScenario({ file: 'x', bytes, set, seed: 1 }), loadFirmware(), inputs);
      const asked = [`dataset={ name: csv, path: '${path}' }`];
      const job = await queue.add(
        'run',
        { file: 'x', text: bytes.toString(), set: asked, seed: 1, inputs, asked: 'test' },
        { jobId: path === 'words.csv' ? jobId : path.length.toString().padStart(32, 'a') },
      );
      return (await job.waitUntilFinished(events)) as BullAnswer;
    };
    expect(await answer('words.csv')).toEqual({
      kind: 'failed',
      exitCode: 2,
      withheld: true,
      message: expect.stringMatching(
        /^dataset csv: expected [^ ]*words\.csv to hold what the scenario says, got something else/,
      ),
    });
    for (const path of ['/etc/passwd', '../small.yaml', '../../../../dev/zero'])
      expect(await answer(path)).toEqual({
        kind: 'failed',
        exitCode: 2,
        message: `--set dataset.path: expected a path inside the data folder, got ${path}`,
      });
    await Promise.all([events.close(), queue.close()]);
    connection.disconnect();
  });

  it('asks again for answers that are none, and gives a run up after three of them', async () => {
    const record = JSON.parse(
      readFileSync(join(out('whole'), Object.keys(whole).find((name) => name.startsWith('runs/'))!), 'utf8'),
    );
    const { summary } = record as { summary: Record<string, unknown> };
    const bad: unknown[] = [
      null,
      '',
      7,
      [],
      {},
      { kind: 'done' },
      { kind: 'done', summary: null },
      { kind: 'done', summary: { ...summary, events: String(summary['events']) } },
      { kind: 'done', summary: { ...summary, makespan_s: '1.5' } },
      { kind: 'failed', message: 7, exitCode: 2 },
      { kind: 'failed', message: 'x', exitCode: 'no' },
      { kind: 'other' },
    ];
    const connection = await connect(url());
    let given = 0;
    const liar = new Worker(queueName(loadFirmware()), async () => bad[given++ % bad.length], { connection });
    // Whole in the end: each run has an answer that is none at most once.
    const sweep = startSweep('lied-to');
    await until('twelve answers', () => given >= bad.length);
    await liar.close();
    startWorker();
    expect(await sweep.ended, sweep.said()).toBe(0);
    expect(filesOf(out('lied-to'))).toEqual(whole);
    const always = new Worker(
      queueName(loadFirmware()),
      async () => ({ kind: 'done', summary: { ...summary, flop: 'x' } }),
      {
        connection,
      },
    );
    for (const child of children) child.process.kill('SIGKILL');
    const hopeless = startSweep('hopeless', '--set', 'sweep.grid={loss: [0 %], passes: [1]}', '--set', 'name=hopeless');
    expect(await hopeless.ended, hopeless.said()).toBe(1);
    expect(hopeless.said()).toContain(
      'all 3 runs failed alike: its workers sent 3 answers that are none: answer summary.flop: expected a number, got the text "x"',
    );
    await always.close();
    connection.disconnect();
  });

  it('ends with a fault that a worker finds in all runs, and has a row for one that it finds in some', async () => {
    startWorker();
    const sweep = startSweep('faulty', '--set', 'fleet.0.holds=[9]');
    expect(await sweep.ended, sweep.said()).toBe(2);
    expect(sweep.said()).toMatch(
      /^all 12 runs failed alike: --set fleet\.0\.holds: expected classes from 1 to 8, got 9$/m,
    );
    const some = ['--set', 'sweep.grid={loss: [0 %, 5 %], fleet.0.holds: [all, [9]], passes: [1]}'];
    const partly = startSweep('partly', ...some);
    expect(await partly.ended, partly.said()).toBe(1);
    const alone = await g2t(['sweep', file, '--workers', '1', '--out', out('partly-alone'), '--quiet', ...some]);
    expect(alone.code).toBe(1);
    expect(alone.stderr).toMatch(/^point 1 \(.*fleet\.0\.holds \[9\].*\), seeds 1, 2, 3: .*got 9$/m);
    expect(partly.said()).toContain(alone.stderr);
    expect(filesOf(out('partly'))).toEqual(filesOf(out('partly-alone')));
  });
});

describe('a Redis that is not there', () => {
  it('is said, whoever looks for it', async () => {
    const nobody = await freePort();
    const at = `redis://:secret@127.0.0.1:${nobody}`;
    const said = new RegExp(
      `^cannot reach Redis at 127\\.0\\.0\\.1:${nobody}: connect ECONNREFUSED 127\\.0\\.0\\.1:${nobody}; start one \\(redis-server\\), or say where it is with --redis URL\\n$`,
    );
    for (const argv of [['sweep', file, '--engine', 'bullmq', '--out', out('nowhere')], ['worker']]) {
      const { code, stderr } = await g2t([...argv, '--redis', at]);
      expect(code).toBe(1);
      expect(stderr).toMatch(said);
    }
    expect(standing(out('nowhere'))).toBe(0);
  });
});
