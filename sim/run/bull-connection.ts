import { Redis } from 'ioredis';
import { z } from 'zod';
import type { InputFile } from '../data/input-file.ts';
import { MOST_BYTES } from '../files/read.ts';
import { EXIT, InputError, RunError } from '../kernel/errors.ts';
import type { Summary } from '../metrics/summary.ts';
import { count, words } from './checked-json.ts';
import type { Firmware } from './inputs.ts';
import { summarySchema } from './summary-schema.ts';
import type { RunFailure } from './sweep-failure.ts';

/** A run as it is handed to a worker on another machine: what a scenario is read from. */
export interface BullJob {
  /** For messages: what the file is called where the sweep was begun. */
  readonly file: string;
  readonly text: string;
  readonly set: readonly string[];
  readonly seed: number;
  /** The files that the run is to be made with, as they are where the sweep was begun. */
  readonly inputs: readonly InputFile[];
  /** Which sweep put it there: an id drawn when that began. */
  readonly asked: string;
}

/** What a worker sends back. `refused`: the worker cannot make this run, since its version of the program is another. */
export type BullAnswer =
  | { readonly kind: 'done'; readonly summary: Summary }
  | ({ readonly kind: 'failed' } & RunFailure)
  | { readonly kind: 'refused'; readonly message: string };

/** A job as it must be, whoever put it there. */
export const jobSchema: z.ZodType<BullJob> = z.looseObject({
  file: words,
  text: z.string().max(MOST_BYTES.document),
  set: z.array(z.string().max(MOST_BYTES.document)),
  seed: count,
  // `readInputs` says what is wrong with them.
  inputs: z.custom<BullJob['inputs']>(),
  asked: words,
});

const exitCode = z.union([z.literal(EXIT.failed), z.literal(EXIT.input)]);

/** An answer as it must be, whoever gave it. */
export const answerSchema = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('done'), summary: summarySchema }),
  z.looseObject({
    kind: z.literal('failed'),
    path: z.array(z.union([words, z.number()])).optional(),
    message: words,
    exitCode,
    withheld: z.boolean().optional(),
  }),
  z.looseObject({ kind: z.literal('refused'), message: words }),
]) as unknown as z.ZodType<BullAnswer>;

/** Why a run has failed whose worker was stopped by a person: another is to make it. */
export const GIVEN_BACK = 'given back';

/** How often a worker says that it lives, and how soon its run is given to another when it does not, ms. */
export const LIFE = { lock: 8000, look: 4000 } as const;
/** The first answer must come in this time, ms. */
const FIRST_ANSWER_MS = 4000;

/** Workers with another firmware would make other runs: each firmware has a queue of its own. */
export function queueName({ sha256 }: Firmware): string {
  return `g2t-${sha256.slice(0, 16)}`;
}

/** Host and port, without the password that may stand in a URL. */
export function placeOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '6379'}`;
}

/**
 * Connects to Redis, for bullmq: once there, a connection that is lost is waited for, however long.
 * @throws InputError for what is no URL of Redis, RunError when it does not answer.
 */
export async function connect(url: string): Promise<Redis> {
  if (!/^rediss?:\/\/[^/\s]/.test(url) || !URL.canParse(url)) {
    throw new InputError(`--redis: expected a URL such as redis://127.0.0.1:6379, got ${url}`);
  }
  const first = new Redis(url, {
    lazyConnect: true,
    connectTimeout: FIRST_ANSWER_MS,
    commandTimeout: FIRST_ANSWER_MS,
    retryStrategy: () => null,
  });
  let why = '';
  first.on('error', (error: Error) => {
    why = error.message;
  });
  try {
    await first.connect();
    await first.ping();
  } catch (cause) {
    const said = why || (cause instanceof Error ? cause.message : String(cause));
    throw new RunError(
      `cannot reach Redis at ${placeOf(url)}: ${said}; start one (redis-server), or say where it is with --redis URL`,
      { cause },
    );
  } finally {
    first.disconnect();
  }
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(times * 200, 2000) });
  // Lost connections are told by whoever watches 'close'; without a listener they would end the program.
  redis.on('error', () => {});
  return redis;
}

/** Tells when Redis is lost and when it is back. @returns how to end that, before the connection is closed. */
export function watchConnection(redis: Redis, url: string, say: (line: string) => void): () => void {
  let lost = false;
  const onClose = () => {
    if (!lost)
      say(
        `Redis at ${placeOf(url)} does not answer; waiting for it. Nothing that was written is lost: start it again, or stop here (Ctrl-C) and go on later with the same command`,
      );
    lost = true;
  };
  const onReady = () => {
    if (lost) say(`Redis at ${placeOf(url)} is back`);
    lost = false;
  };
  redis.on('close', onClose);
  redis.on('ready', onReady);
  return () => {
    redis.off('close', onClose);
    redis.off('ready', onReady);
  };
}
