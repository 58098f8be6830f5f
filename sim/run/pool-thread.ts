import { workerData } from 'node:worker_threads';
import { CallRecord, Guard } from '../device/guard.ts';
import { G2tError, RunError } from '../kernel/errors.ts';
import { ScenarioError } from '../scenario/fault.ts';
import { ChangedInputError } from './input-check.ts';
import { type LoadedFirmware, WithheldError } from './inputs.ts';
import { Interrupted } from './interrupted.ts';
import type { PoolAnswer, PoolError, PoolSetup } from './pool-job.ts';
import { SHARED } from './pool-job.ts';

// What every worker thread of a pool has, whatever its jobs are.

const setup = workerData as PoolSetup;

export const { dataDir, foreign } = setup;

/** Whether all jobs are to end. */
export const stopped = (): boolean => Atomics.load(setup.shared, SHARED.stop) !== 0;

Atomics.add(setup.shared, SHARED.loaded, 1);

/** A foreign module, once it is compiled. */
let compiled: WebAssembly.Module | undefined;

/** Returns the pool's firmware for a job. Foreign firmware is compiled here, where it is watched. */
function firmwareFor(record: CallRecord | undefined): LoadedFirmware {
  const { firmware, limits } = setup;
  if (firmware.kind === 'built') return firmware;
  const guard = new Guard(record!, { initial: firmware.initialPages, maximum: limits.memoryPages });
  compiled ??= guard.compile(firmware.bytes);
  return { module: compiled, core: firmware.core, guard };
}

/** Says where in the scenario a fault lies; the lines of the file are known to the main thread alone. */
export class Misplaced extends ScenarioError {
  readonly path: readonly (string | number)[];
  readonly what: string;
  constructor(path: readonly (string | number)[] | string, what: string) {
    super([]);
    this.path = typeof path === 'string' ? path.split('.') : path;
    this.what = what;
  }
}

/**
 * Does a job. All that goes wrong in it is part of the answer.
 * @param buffer where the calls of foreign firmware are noted.
 */
export async function answerTo<T>(
  buffer: SharedArrayBuffer | undefined,
  work: (firmware: LoadedFirmware) => Promise<T>,
): Promise<PoolAnswer<T>> {
  if (stopped()) return { kind: 'interrupted' };
  const record = buffer && new CallRecord(buffer);
  try {
    return { kind: 'done', outcome: await work(firmwareFor(record)) };
  } catch (error) {
    if (error instanceof Interrupted) return { kind: 'interrupted' };
    if (error instanceof Misplaced) return { kind: 'fault', path: error.path, message: error.what };
    return { kind: error instanceof ChangedInputError ? 'unable' : 'failed', ...inWords(failureOf(error, record)) };
  }
}

export function inWords(error: unknown): Omit<PoolError, 'kind'> {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    exitCode: error instanceof G2tError ? error.exitCode : undefined,
    message,
    stack: stack ?? message,
    ...(error instanceof WithheldError ? { withheld: true } : {}),
  };
}

/** What the simulation cannot work with is a fault of the program, or of firmware that answers what no firmware of ours does. */
function failureOf(error: unknown, record: CallRecord | undefined): Error {
  const failure = error instanceof Error ? error : new Error(String(error));
  if (record === undefined || failure instanceof G2tError) return failure;
  return new RunError(`${record.place}: the foreign firmware gave an answer that cannot be used: ${failure.message}`);
}
