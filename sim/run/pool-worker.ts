import type { InputFile } from '../data/input-file.ts';
import { writeFileWhole } from '../files/write.ts';
import type { LoadedScenario, ResolvedScenario } from '../scenario/load.ts';
import { DatasetShelf, type LoadedFirmware } from './inputs.ts';
import type { PoolAnswer, PoolJob, PoolOutcome } from './pool-job.ts';
import { writeProgress } from './pool-job.ts';
import { answerTo, dataDir, foreign, inWords, Misplaced, stopped } from './pool-thread.ts';
import { runToEnd } from './run.ts';
import { recordText } from './sweep-record.ts';

// What a worker thread of the pool runs: one job after another.

const shelf = new DatasetShelf(dataDir, { foreign });

/** Makes one run. */
export default async function answer(job: PoolJob): Promise<PoolAnswer> {
  const answer = await answerTo(job.record, (firmware) => outcomeOf(job, firmware));
  const { save } = job;
  if (answer.kind !== 'done' || save === undefined) return answer;
  try {
    writeFileWhole(save.file, recordText({ ...save.head, summary: answer.outcome.summary }));
  } catch (error) {
    return { kind: 'unable', ...inWords(error) };
  }
  return answer;
}

async function outcomeOf(
  { scenario, beside, inputs, tables, progress }: PoolJob,
  { module, guard }: LoadedFirmware,
): Promise<PoolOutcome> {
  const outcome = await runToEnd({
    loaded: withoutFile(scenario, beside),
    dataset: shelf.take(scenario.dataset, scenario.seed, inputs),
    firmware: module,
    guard,
    cancelled: stopped,
    ...(progress === undefined ? {} : { onProgress: (state) => writeProgress(progress, state) }),
  });
  const { summary, digest, checkpoints, inputs: read, extras } = outcome;
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
