import type { Dataset } from '../data/dataset.ts';
import type { Stopped } from '../metrics/summary.ts';
import type { ResolvedScenario } from '../scenario/load.ts';
import type { World } from './world.ts';

/** What a report says beside tables and summary. */
export interface ReportNotes {
  /** Set for a replay with the as-published learner: how many of its tasks are distinct. */
  readonly paperReplay?: { readonly distinctTasks: number };
  /** What a reader should know of this run, a sentence each. */
  readonly notes: readonly string[];
}

export function notesOf(run: {
  readonly world: World;
  readonly dataset: Dataset;
  readonly scenario: ResolvedScenario;
  readonly stopped: Stopped;
}): ReportNotes {
  const { world, dataset, scenario, stopped } = run;
  const notes = [...dataset.notes, ...(world.method.notes ?? [])];
  const { waitsFor } = world.method;
  if (stopped === 'horizon' && waitsFor !== undefined) notes.push(`The run met its horizon. ${waitsFor}`);
  const untested = classesWithoutTestRows(dataset);
  if (untested !== undefined) notes.push(untested);
  if (dataset.evaluation === 'training') {
    notes.push(
      'Accuracy is measured on the rows that were trained on: it says how well the model fits them, nothing of new rows.',
    );
  }
  if (scenario.network.model === 'simple') {
    notes.push('The network is the paper’s: latency + size / bandwidth, with no HTTPS, no sharing and no loss.');
  }
  const { method } = scenario;
  if (method.name === 'g2t' && method.combine !== 'vote') {
    notes.push(
      `Accuracy over time is by majority vote of the classifiers so far; that of the final model is by ${method.combine}.`,
    );
  }
  if (world.kernel !== 'as-published') return { notes };
  notes.push(
    'Devices run the as-published kernel: computing time and energy are those of the authors’ sketch, for replays only.',
  );
  return { notes, paperReplay: { distinctTasks: world.method.progress.tasksDistinct } };
}

/** Names of classes that a note lists. */
const MOST_NAMES = 5;

function classesWithoutTestRows({ test, classes, classNames }: Dataset): string | undefined {
  if (test.count === 0) return undefined;
  const tested = new Set(test.y);
  const untested = Array.from({ length: classes }, (_, c) => c).filter((c) => !tested.has(c));
  if (untested.length === 0) return undefined;
  const names = untested.slice(0, MOST_NAMES).map((c) => classNames[c]!);
  const more = untested.length > MOST_NAMES ? ', ...' : '';
  return `${untested.length} of ${classes} classes have no test rows (${names.join(', ')}${more}): accuracy and macro-F1 say nothing of them.`;
}
