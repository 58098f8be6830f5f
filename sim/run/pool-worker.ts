import { workerData } from 'node:worker_threads';
import type { InputFile } from '../data/input-file.ts';
import { canonicalJson } from '../files/json.ts';
import { writeFileWhole } from '../files/write.ts';
import { G2tError } from '../kernel/errors.ts';
import { ScenarioError } from '../scenario/fault.ts';
import type { LoadedScenario, ResolvedScenario } from '../scenario/load.ts';
import { DatasetShelf } from './inputs.ts';
import type { PoolAnswer, PoolJob, PoolOutcome, PoolSetup } from './pool-job.ts';
import { writeProgress } from './pool-job.ts';
import { Interrupted, runToEnd } from './run.ts';

// What a worker thread of the pool runs: one job after another.

/** Says where in the scenario a fault lies; the lines of the file are known to the main thread alone. */
class Misplaced extends ScenarioError {
  readonly path: readonly (string | number)[];
  readonly what: string;
  constructor(path: readonly (string | number)[] | string, what: string) {
    super([]);
    this.path = typeof path === 'string' ? path.split('.') : path;
    this.what = what;
  }
}

const setup = workerData as PoolSetup;
const shelf = new DatasetShelf(setup.dataDir, setup);
const stopped = () => Atomics.load(setup.stop, 0) !== 0;

/** Runs one job. All that goes wrong in it is part of the answer. */
export default async function answer(job: PoolJob): Promise<PoolAnswer> {
  if (stopped()) return { kind: 'interrupted' };
  try {
    return { kind: 'done', outcome: await outcomeOf(job) };
  } catch (error) {
    if (error instanceof Interrupted) return { kind: 'interrupted' };
    if (error instanceof Misplaced) return { kind: 'fault', path: error.path, message: error.what };
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const exitCode = error instanceof G2tError ? error.exitCode : undefined;
    return { kind: 'failed', exitCode, message, stack: stack ?? message };
  }
}

async function outcomeOf({ scenario, beside, inputs, tables, save, progress }: PoolJob): Promise<PoolOutcome> {
  const outcome = await runToEnd({
    loaded: withoutFile(scenario, beside),
    dataset: shelf.take(scenario.dataset, scenario.seed, inputs),
    firmware: setup.firmware,
    cancelled: stopped,
    ...(progress === undefined ? {} : { onProgress: (state) => writeProgress(progress, state) }),
  });
  const { summary, digest, checkpoints, inputs: read, extras } = outcome;
  if (save !== undefined) writeFileWhole(save.file, canonicalJson({ ...save.head, summary }));
  const plain = { summary, digest, checkpoints, inputs: read, extras };
  return tables ? { ...plain, tables: outcome.tables, model: outcome.world.method.model() } : plain;
}

/** A scenario that was read elsewhere: what a run looks at, and nothing of its file. */
function withoutFile(scenario: ResolvedScenario, inputs: readonly InputFile[]): LoadedScenario {
  return {
    file: '',
    scenario,
    text: '',
    written: undefined,
    set: [],
    inputs,
    canonical: '',
    variants: [],
    place: (path) => String(path),
    fault: (path, message) => new Misplaced(path, message),
  };
}
