import type { Dataset } from '../data/dataset.ts';
import { PRIORITY } from '../kernel/simulation.ts';
import { fromSeconds, type Instant, toSeconds } from '../kernel/time.ts';
import type { Stopped, Summary } from '../metrics/summary.ts';
import { digestTable, type Table } from '../metrics/table.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { FrameRecorder } from './frame-recorder.ts';
import { Measurements } from './measurements.ts';
import { notesOf, type ReportNotes } from './notes.ts';
import { deviceTable, summaryOf } from './outcome.ts';
import { partitionTable } from './partition.ts';
import { placed } from './placed.ts';
import { buildWorld, type World } from './world.ts';

export interface RunProgress {
  readonly simulatedSeconds: number;
  readonly events: number;
  readonly tasksDone: number;
  readonly tasksTotal: number;
}

export interface RunInput {
  readonly loaded: LoadedScenario;
  readonly dataset: Dataset;
  readonly firmware: WebAssembly.Module;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Asked between batches of events; true ends the run with an `Interrupted`. */
  readonly cancelled?: (() => boolean) | undefined;
  /** Sees the world before its first event: for tests and for finding where two runs differ. */
  readonly onWorld?: ((world: World) => void) | undefined;
}

/** A run that was let finish. */
export interface RunOutcome {
  readonly summary: Summary;
  readonly digest: string;
  readonly checkpoints: readonly string[];
  readonly tables: {
    readonly rounds: Table;
    readonly devices: Table;
    readonly metrics: Table;
    readonly ages: Table;
    readonly timeline: Table;
    readonly frames?: Table;
    readonly partition?: Table;
  };
  /** What the report says beside the tables. */
  readonly extras: ReportNotes;
  readonly world: World;
}

/** The person asked the run to stop. */
export class Interrupted extends Error {}

/** Events between two looks at the clock. */
const BATCH = 500;
/** How long a run may hold the program before an interrupt, say, is noticed; ms. */
const LOOK_EVERY_MS = 50;

/**
 * Runs a scenario to its end: all trained, a target accuracy, or the horizon. What the result says is a function of
 * scenario, seed, data and firmware alone. The program can do other things (notice Ctrl-C) twenty times a second.
 * @throws Interrupted when cancelled.
 */
export async function runToEnd(input: RunInput): Promise<RunOutcome> {
  const steps = stepScenario(input);
  let looked = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - looked < LOOK_EVERY_MS) continue;
    input.onProgress?.(step.value());
    await new Promise((resolve) => setImmediate(resolve));
    if (input.cancelled?.() === true) throw new Interrupted();
    looked = performance.now();
  }
}

/** A run in steps of a few hundred events; each yields how to ask how far it is. */
function* stepScenario(input: RunInput): Generator<() => RunProgress, RunOutcome, void> {
  const { loaded, dataset } = input;
  const { scenario } = loaded;
  const frames = scenario.record === 'frames' ? new FrameRecorder() : undefined;
  const world = placed(loaded, () =>
    buildWorld({ loaded, dataset, firmware: input.firmware, observe: frames?.observe }),
  );
  const { sim, method, fleet } = world;
  input.onWorld?.(world);

  const measurements = new Measurements(world);
  let stopped: Stopped = 'horizon';
  const source = sim.sources(1);
  const every = fromSeconds(scenario.measure.every);
  const target = typeof scenario.stop.when === 'object' ? scenario.stop.when.accuracy : Number.POSITIVE_INFINITY;
  const measure = sim.kind('run.measure', () => {
    const accuracy = measurements.take();
    if (accuracy >= target) {
      stopped = 'accuracy';
      sim.stop();
    } else sim.schedule(sim.now + every, PRIORITY.measure, source, measure, 0, 0);
  });
  method.start();
  fleet.start(method);
  sim.schedule(every, PRIORITY.measure, source, measure, 0, 0);

  const horizon = fromSeconds(scenario.stop.horizon);
  const progress = (): RunProgress => ({
    simulatedSeconds: toSeconds(sim.now),
    events: sim.events,
    tasksDone: method.progress.tasksDone,
    tasksTotal: method.progress.tasksTotal,
  });
  while (sim.run(horizon as number as Instant, BATCH)) yield progress;
  if (sim.stopped && stopped === 'horizon') stopped = 'trained';
  const end = sim.stopped ? sim.now : horizon;
  measurements.finish(end);

  const tables = {
    rounds: method.rounds(),
    devices: deviceTable(world, end),
    metrics: measurements.table(),
    ages: method.records.ages.quantiles(),
    timeline: world.timeline.finish(end),
    ...(frames === undefined ? {} : { frames: frames.table() }),
    ...(world.partition === undefined ? {} : { partition: partitionTable(world.partition) }),
  };
  method.fold(sim.digest);
  // Frames went into the digest one by one: recording them too changes nothing.
  for (const [name, table] of Object.entries(tables)) if (name !== 'frames') digestTable(sim.digest, table);
  const digest = sim.digest.hex();
  const summary = summaryOf({ world, name: scenario.name, dataset, stopped, end, digest });
  const extras = notesOf({ world, dataset, scenario });
  return { summary, digest, checkpoints: sim.checkpoints, tables, extras, world };
}
