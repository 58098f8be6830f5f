import { once } from 'node:events';
import { EXIT } from '../kernel/errors.ts';
import { folderOf } from './data-command.ts';
import type { Io } from './io.ts';
import { MOST_WORKERS } from './sweep-command.ts';
import { type Arguments, flag, text, wholeNumber } from './usage.ts';

/** Makes runs that a sweep puts into Redis, until it is stopped. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const workers = wholeNumber(args, 'workers', { min: 1, max: MOST_WORKERS });
  const redis = text(args, 'redis') ?? 'redis://127.0.0.1:6379';
  const say = (line: string) => {
    if (!flag(args, 'quiet')) io.stderr.write(`worker: ${line}\n`);
  };
  const [{ workForRedis }, { loadFirmware }] = await Promise.all([
    import('../run/bull-worker.ts'),
    import('../run/inputs.ts'),
  ]);
  const stopped = io.interrupt.aborted ? Promise.resolve() : once(io.interrupt, 'abort').then(() => {});
  const made = await workForRedis(
    { redis, firmware: loadFirmware(), dataDir: folderOf(args, io), workers, say },
    stopped,
  );
  say(`stopped after ${made} ${made === 1 ? 'run' : 'runs'}`);
  return EXIT.done;
}
