import { join } from 'node:path';
import { EXIT, InputError } from '../kernel/errors.ts';
import { horizonText } from '../report/numbers.ts';
import { SweepInterrupted } from '../run/interrupted.ts';
import { readShard, shardText } from '../run/shard.ts';
import type { SweepEngine } from '../run/sweep-engine.ts';
import type { FailedPoint } from '../run/sweep-failure.ts';
import type { LoadedSweep } from '../scenario/sweep.ts';
import { folderOf } from './data-command.ts';
import type { Io } from './io.ts';
import type { SweepDone } from './sweep.ts';
import { sweepProgress } from './sweep-progress.ts';
import { pairs } from './text-table.ts';
import { type Arguments, flag, positional, text, texts, wholeNumber } from './usage.ts';

const ENGINES = ['local', 'bullmq'];
const REDIS = 'redis://127.0.0.1:6379';
/** More threads than any machine has processors: a slip of the finger. */
export const MOST_WORKERS = 1024;

/** The sweep that a command line names, with its --set and --seed. */
export async function sweepOf(args: Arguments, file: string): Promise<LoadedSweep> {
  const seed = wholeNumber(args, 'seed', { min: 0, max: Number.MAX_SAFE_INTEGER });
  const { readSweep } = await import('../run/scenario-files.ts');
  return readSweep(file, { set: texts(args, 'set'), seed });
}

export async function run(args: Arguments, io: Io): Promise<number> {
  const engine = text(args, 'engine') ?? 'local';
  if (!ENGINES.includes(engine)) throw new InputError(`--engine: expected ${ENGINES.join(' or ')}, got ${engine}`);
  const workers = wholeNumber(args, 'workers', { min: 1, max: MOST_WORKERS });
  const redis = text(args, 'redis');
  if (engine === 'local' && redis !== undefined)
    throw new InputError('--redis: expected --engine bullmq beside it, got local');
  if (engine === 'bullmq' && workers !== undefined) {
    throw new InputError('--workers: expected none with --engine bullmq: g2t worker --workers says how many each has');
  }
  const written = text(args, 'shard');
  // Beside Redis it is the workers that an array of jobs starts.
  const shard = engine === 'bullmq' && written === undefined ? undefined : readShard(written, io.env);
  if (engine === 'bullmq' && shard !== undefined) throw new InputError('--shard: expected --engine local, got bullmq');
  const quiet = flag(args, 'quiet');
  const view = await sweepProgress(io, { quiet });
  if (shard !== undefined && written === undefined) {
    view.say(`shard ${shardText(shard)}, as the environment says; --shard 1/1 runs all`);
  }
  const started = performance.now();
  // Threads take a while to start: the sweep is read meanwhile.
  const making = engine === 'local' ? threads(workers, folderOf(args, io)) : undefined;
  // Where the sweep is refused first, nobody waits for them.
  making?.catch(() => {});
  try {
    const sweep = await sweepOf(args, positional(args, 'sweep'));
    const [{ makeSweep }, { inputsInFolder }] = await Promise.all([
      import('./sweep.ts'),
      import('../run/data-files.ts'),
    ]);
    const done = await makeSweep({
      sweep,
      dataInputs: inputsInFolder(folderOf(args, io)),
      engine: await (making ?? redisEngine(redis ?? REDIS, folderOf(args, io), (line) => view.say(line))),
      out: text(args, 'out'),
      shard,
      resume: flag(args, 'resume'),
      onProgress: (progress) => view.update(progress),
      cancelled: () => io.interrupt.aborted,
    });
    view.end();
    return tell(done, args, io, (performance.now() - started) / 1000);
  } catch (error) {
    view.end();
    if (error instanceof SweepInterrupted) {
      const { done, failed, total, folder } = error;
      view.say(`stopped: ${done - failed} of ${total} runs stand in ${folder}; the same command goes on`);
    }
    throw error;
  } finally {
    view.end();
    await (await making?.catch(() => undefined))?.close();
  }
}

async function threads(workers: number | undefined, dataDir: string): Promise<SweepEngine> {
  const [{ localEngine }, { loadFirmware }] = await Promise.all([
    import('../run/sweep-engine.ts'),
    import('../run/inputs.ts'),
  ]);
  return await localEngine({ firmware: loadFirmware(), dataDir, workers });
}

async function redisEngine(redis: string, dataDir: string, say: (line: string) => void): Promise<SweepEngine> {
  const [{ bullEngine }, { loadFirmware }] = await Promise.all([
    import('../run/bull-engine.ts'),
    import('../run/inputs.ts'),
  ]);
  return await bullEngine({ redis, firmware: loadFirmware(), dataDir, say });
}

/** Joins shards. */
export async function merge(args: Arguments, io: Io): Promise<number> {
  const folders = [positional(args, 'shard'), ...((args['more'] as readonly string[] | undefined) ?? [])].map(String);
  const started = performance.now();
  const { mergeShards } = await import('./sweep.ts');
  return tell(await mergeShards(folders, text(args, 'out')), args, io, (performance.now() - started) / 1000);
}

/** So many points are named when runs failed; the tables have all. */
const SHOWN_POINTS = 10;
/** So many seeds of a point. */
const SHOWN_SEEDS = 5;

/** Says what a sweep came to. @returns the exit code: a run that failed is a failure, though the others are there. */
function tell(done: SweepDone, args: Arguments, io: Io, seconds: number): number {
  const { id, folder, points, runs, found, failed, failedPoints, cut, tables } = done;
  const code = failed === 0 ? EXIT.done : EXIT.failed;
  if (failed > 0) {
    const where = tables === undefined ? '' : '; the column error of the table of runs says why';
    io.stderr.write(`sweep: ${failed} of ${runs} runs failed${where}; the same command tries them again\n`);
    for (const each of failedPoints.slice(0, SHOWN_POINTS)) io.stderr.write(`${failedInWords(each)}\n`);
    if (failedPoints.length > SHOWN_POINTS) io.stderr.write(`and ${failedPoints.length - SHOWN_POINTS} more points\n`);
  }
  if (flag(args, 'json')) {
    const files =
      tables === undefined
        ? []
        : ['runs.arrow', 'runs.parquet', 'statistics.arrow', 'statistics.parquet', 'report.html'];
    const host = { wall_s: seconds };
    io.stdout.write(
      `${JSON.stringify({ sweep: id, result: folder, points, runs, found, failed, cut, files, host })}\n`,
    );
    return code;
  }
  if (flag(args, 'quiet')) return code;
  const rows: [string, string][] = [
    ['sweep', id],
    ['points', String(points)],
    ['runs', found === 0 || found === runs ? String(runs) : `${runs}, of which ${found} stood already`],
    ...(failed === 0 ? [] : [['failed', String(failed)] as [string, string]]),
    ...(cut === 0 ? [] : [['stopped', horizonText(cut, runs)] as [string, string]]),
    ['took', `${Number(seconds.toPrecision(3))} s`],
    ['results', folder],
  ];
  if (tables !== undefined) rows.push(['report', join(folder, 'report.html')]);
  else rows.push(['next', 'g2t merge with the folders of all shards, when all are there']);
  io.stdout.write(pairs(rows));
  return code;
}

/** "point 1 (dataset.path inf.csv), seeds 1, 2: inf.csv:9:b: expected a finite number, got inf" */
function failedInWords({ point, settings, seeds, error }: FailedPoint): string {
  const which = settings === '' ? '' : ` (${settings})`;
  const shown = seeds.slice(0, SHOWN_SEEDS).join(', ');
  const more = seeds.length > SHOWN_SEEDS ? ` and ${seeds.length - SHOWN_SEEDS} more` : '';
  return `point ${point}${which}, seed${seeds.length > 1 ? 's' : ''} ${shown}${more}: ${error}`;
}
