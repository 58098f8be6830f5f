import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker } from 'bullmq';
import { besideOf, type InputFile, readInputs } from '../data/input-file.ts';
import { EXIT, G2tError } from '../kernel/errors.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import {
  type BullAnswer,
  type BullJob,
  connect,
  GIVEN_BACK,
  jobSchema,
  LIFE,
  queueName,
  watchConnection,
} from './bull-connection.ts';
import { checked } from './checked-json.ts';
import type { Firmware } from './inputs.ts';
import { RunPool } from './pool.ts';
import { runId } from './store.ts';
import { failureOf } from './sweep-failure.ts';

/** A run may outlive so many workers before it is given up. */
const DEATHS = 10;

export interface BullWorkerOptions {
  readonly redis: string;
  readonly firmware: Firmware;
  readonly dataDir: string;
  readonly workers: number | undefined;
  readonly say: (line: string) => void;
}

/**
 * Takes runs from Redis and makes them in threads, until `stopped` resolves; another worker makes what is under way then.
 * @returns how many it made.
 * @throws InputError or RunError when Redis cannot be reached at the start; later it is waited for.
 */
export async function workForRedis(options: BullWorkerOptions, stopped: Promise<void>): Promise<number> {
  const { redis, firmware, dataDir, workers, say } = options;
  const connection = await connect(redis);
  const unwatch = watchConnection(connection, redis, say);
  const pool = await RunPool.open({ firmware, dataDir, workers, foreign: true });
  let made = 0;
  const worker = new Worker<BullJob, BullAnswer>(
    queueName(firmware),
    async ({ id, data }) => {
      const answer = await answerTo(pool, options, id ?? '', data);
      made++;
      return answer;
    },
    {
      connection,
      concurrency: pool.workers,
      lockDuration: LIFE.lock,
      stalledInterval: LIFE.look,
      maxStalledCount: DEATHS,
      // One that waits for runs looks again this often, s: soon after a Redis that was emptied.
      drainDelay: 2,
    },
  );
  worker.on('error', () => {});
  say(`data sets come from ${resolve(dataDir)}${existsSync(dataDir) ? '' : ', which is not there'}`);
  say(`waiting for runs with ${pool.workers} ${pool.workers === 1 ? 'thread' : 'threads'}; Ctrl-C stops`);
  await stopped;
  unwatch();
  // Forced: a run that is under way is not waited for; its lock runs out, and another worker makes it.
  await Promise.race([worker.close(true), new Promise((resolve) => setTimeout(resolve, 1000))]);
  await pool.close();
  connection.disconnect();
  return made;
}

/** Makes a run. Its own faults are answers: they would come again with any worker. */
async function answerTo(pool: RunPool, options: BullWorkerOptions, id: string, data: BullJob): Promise<BullAnswer> {
  const { firmware, dataDir } = options;
  let loaded: LoadedScenario;
  let inputs: readonly InputFile[];
  try {
    const { file, text, set, seed } = checked(jobSchema, data, 'job');
    inputs = readInputs(data.inputs, 'job');
    loaded = loadScenario({ file, bytes: new TextEncoder().encode(text), set, seed, inputs: besideOf(inputs) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', exitCode: error instanceof G2tError ? EXIT.input : EXIT.failed, message };
  }
  const which = `run ${id.slice(0, 8)}`;
  if (runId(loaded, firmware, inputs) !== id) {
    const message = `${which}: expected a scenario with that id, got another: g2t has other versions here and there`;
    return { kind: 'refused', message };
  }
  const answer = await pool.answer({ loaded, inputs });
  switch (answer.kind) {
    case 'done':
      return { kind: 'done', summary: answer.outcome.summary };
    case 'interrupted':
      throw new Error(GIVEN_BACK);
    case 'unable':
      return { kind: 'refused', message: answer.message };
    default:
      return { kind: 'failed', ...failureOf(answer, dataDir) };
  }
}
