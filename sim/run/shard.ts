import { InputError } from '../kernel/errors.ts';

/** One of `of` parts of a sweep; `number` counts from 1. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

/** Every n-th run: points that take long are spread over all shards. */
export function isInShard({ number, of }: Shard, index: number): boolean {
  return index % of === number - 1;
}

export function shardText({ number, of }: Shard): string {
  return `${number}/${of}`;
}

const MOST_SHARDS = 100_000;

/**
 * Reads --shard: "2/4"; or "auto" and "auto/4", which take the number from a Slurm array (SLURM_ARRAY_TASK_ID) or a Kubernetes indexed
 * Job (JOB_COMPLETION_INDEX), and so does no --shard at all where one of these is set.
 * @returns undefined where the sweep is not to be cut.
 */
export function readShard(
  written: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Shard | undefined {
  const array = env['SLURM_ARRAY_TASK_ID'] ?? env['JOB_COMPLETION_INDEX'];
  if (written === undefined && array === undefined) return undefined;
  const form = /^(?:(\d{1,6})|auto)(?:\/(\d{1,6}))?$/.exec(written ?? 'auto');
  if (form === null || (form[1] !== undefined && form[2] === undefined))
    throw new InputError(`--shard: expected i/n such as 2/4, auto or auto/n, got ${written}`);
  const of = form[2] === undefined ? undefined : Number(form[2]);
  if (of !== undefined && (of < 1 || of > MOST_SHARDS))
    throw new InputError(`--shard: expected 1 to ${MOST_SHARDS} shards, got ${of}`);
  return form[1] === undefined ? fromArray(of, env) : inRange({ number: Number(form[1]), of: of! }, '--shard');
}

function inRange(shard: Shard, from: string): Shard {
  if (shard.number >= 1 && shard.number <= shard.of) return shard;
  throw new InputError(
    `${from}: expected a shard from 1/${shard.of} to ${shard.of}/${shard.of}, got ${shardText(shard)}`,
  );
}

function fromArray(of: number | undefined, env: Readonly<Record<string, string | undefined>>): Shard {
  const whole = (name: string): number | undefined => {
    const text = env[name];
    if (text === undefined || text === '') return undefined;
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new InputError(`${name}: expected a whole number, got ${text}`);
  };
  const task = whole('SLURM_ARRAY_TASK_ID');
  if (task !== undefined) {
    const count = of ?? whole('SLURM_ARRAY_TASK_COUNT');
    if (count === undefined || count < 1)
      throw new InputError('--shard: expected SLURM_ARRAY_TASK_COUNT or auto/n, got neither');
    const first = whole('SLURM_ARRAY_TASK_MIN');
    const step = whole('SLURM_ARRAY_TASK_STEP') || 1;
    // Without the first id, those from 0 and those from 1 both meet each shard once.
    const index = first === undefined ? task % count : (task - first) / step;
    if (!Number.isInteger(index))
      throw new InputError(`SLURM_ARRAY_TASK_ID: expected ${first} and steps of ${step}, got ${task}`);
    return inRange({ number: index + 1, of: count }, 'SLURM_ARRAY_TASK_ID');
  }
  const index = whole('JOB_COMPLETION_INDEX');
  if (index === undefined) {
    throw new InputError('--shard auto: expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX to be set, got neither');
  }
  const count = of ?? whole('JOB_COMPLETIONS');
  if (count === undefined || count < 1) {
    throw new InputError('--shard: expected how many shards there are (auto/n, or JOB_COMPLETIONS), got neither');
  }
  return inRange({ number: index + 1, of: count }, 'JOB_COMPLETION_INDEX');
}
