import { availableParallelism } from 'node:os';
import { EXIT } from '../kernel/errors.ts';
import { MOST_THREADS } from '../run/threads.ts';
import { scenarioOf } from './check-command.ts';
import { folderOf } from './data-command.ts';
import { type Engine, type EngineOptions, loadEngine } from './engine.ts';
import type { Io } from './io.ts';
import { progressView } from './progress.ts';
import { resultsTable } from './results-table.ts';
import { type Arguments, flag, text, wholeNumber } from './usage.ts';

/** Threads that anybody may ask for. */
const MOST_WORKERS = 256;

export async function run(args: Arguments, io: Io): Promise<number> {
  // The scenario's faults are told before anything heavy is loaded.
  const scenario = scenarioOf(args);
  const outDir = text(args, 'out') ?? 'results';
  const { summary, resultDir, runs, cut } = await withEngine(args, io, 'run', (engine, options) =>
    engine.runScenario({ ...options, scenario, outDir }),
  );
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify({ ...summary, result: resultDir })}\n`);
  else if (!flag(args, 'quiet')) io.stdout.write(resultsTable({ ...summary, result: resultDir }, { runs, cut }));
  return EXIT.done;
}

/** Runs one task of the engine, with progress on stderr that is gone before results or an error appear. */
export async function withEngine<T>(
  args: Arguments,
  io: Io,
  what: string,
  task: (engine: Engine, options: EngineOptions) => Promise<T>,
): Promise<T> {
  const threads = threadsOf(args);
  const view = await progressView(io, { quiet: flag(args, 'quiet'), what });
  try {
    return await task(await loadEngine(), {
      dataDir: folderOf(args, io),
      workers: wholeNumber(args, 'workers', { min: 1, max: MOST_WORKERS }),
      threads,
      onProgress: (progress) => view.update(progress),
      cancelled: () => io.interrupt.aborted,
    });
  } finally {
    view.end();
  }
}

/** More than so many have little to do while the run's own thread goes from event to event; ours. */
const MOST_BY_DEFAULT = 8;

function threadsOf(args: Arguments): number {
  const asked = wholeNumber(args, 'threads', { min: 1, max: MOST_THREADS });
  return asked ?? Math.min(availableParallelism(), MOST_BY_DEFAULT);
}
