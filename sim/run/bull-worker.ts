import { Worker } from 'bullmq';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import {
  type BullAnswer,
  type BullJob,
  connect,
  GIVEN_BACK,
  LIFE,
  queueName,
  watchConnection,
} from './bull-connection.ts';
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
  const pool = await RunPool.open({ firmware, dataDir, workers });
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
async function answerTo(
  pool: RunPool,
  { firmware, dataDir }: BullWorkerOptions,
  id: string,
  { file, text, set, seed }: BullJob,
): Promise<BullAnswer> {
  const refused = (got: string): BullAnswer => ({
    kind: 'refused',
    message: `run ${id.slice(0, 8)}: expected a scenario with that id, got ${got}: g2t has other versions here and there`,
  });
  let loaded: LoadedScenario;
  try {
    loaded = loadScenario({ file, bytes: new TextEncoder().encode(text), set, seed });
  } catch (error) {
    // Whoever sent it has read it without a fault.
    return refused(`one with a fault (${error instanceof Error ? error.message : String(error)})`);
  }
  if (runId(loaded, firmware) !== id) return refused('another');
  const answer = await pool.answer({ loaded });
  if (answer.kind === 'done') return { kind: 'done', summary: answer.outcome.summary };
  if (answer.kind === 'interrupted') throw new Error(GIVEN_BACK);
  return { kind: 'failed', ...failureOf(answer, dataDir) };
}
