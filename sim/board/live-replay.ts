import { fileURLToPath } from 'node:url';
import type { Certificate } from './certificate.ts';
import { SimulatedTarget } from './simulated-target.ts';
import { type OpenOptions, openRecorded, type ValidateOptions, validate } from './validate.ts';

/** What a pool's thread runs to replay what boards did: compiled code, from the sources and from the compiled program alike. */
export const LIVE_REPLAY_WORKER = fileURLToPath(new URL('../../dist/board/live-replay-worker.js', import.meta.url));

/** Which devices of a result were boards. */
export interface LiveReplayJob {
  readonly folder: string;
  readonly devices: readonly number[];
}

/** Replays what the boards of a result were sent to firmware in the simulator. */
export async function replayLive(
  options: LiveReplayJob & OpenOptions & Omit<ValidateOptions, 'limit'>,
): Promise<Certificate> {
  const run = await openRecorded(options.folder, options);
  return await validate(run, new SimulatedTarget(options.firmware), options);
}
