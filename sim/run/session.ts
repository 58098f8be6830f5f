import type { Dataset } from '../data/dataset.ts';
import { type InputFile, inputsText, joinInputs } from '../data/input-file.ts';
import type { Crew } from '../device/crew.ts';
import type { Guard } from '../device/guard.ts';
import { PRIORITY } from '../kernel/simulation.ts';
import { fromSeconds, type Instant } from '../kernel/time.ts';
import type { Stopped, Summary } from '../metrics/summary.ts';
import { digestTable, type Table } from '../metrics/table.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { FrameRecorder } from './frame-recorder.ts';
import { Improvements } from './improvements.ts';
import type { LiveBoards } from './live.ts';
import { Measurements } from './measurements.ts';
import { notesOf, type ReportNotes } from './notes.ts';
import { deviceTable, summaryOf } from './outcome.ts';
import { partitionTable } from './partition.ts';
import { placed } from './placed.ts';
import { buildWorld, type FrameObserver, type World } from './world.ts';

export interface SessionInput {
  readonly loaded: LoadedScenario;
  readonly dataset: Dataset;
  readonly firmware: WebAssembly.Module;
  /** Who works on what devices' firmware takes long for; by default the caller. */
  readonly crew?: Crew | undefined;
  /** Runs the firmware where it is foreign. */
  readonly guard?: Guard | undefined;
  /** Sees the world before its first event: for tests and for finding where two runs differ. */
  readonly onWorld?: ((world: World) => void) | undefined;
  /** Sees every frame that enters or leaves a device's firmware. */
  readonly observe?: FrameObserver | undefined;
  /** Boards that take part: what they are sent and say is recorded whatever the scenario says. */
  readonly live?: LiveBoards | undefined;
}

/** What a run has come to. */
export interface RunOutcome {
  readonly summary: Summary;
  readonly digest: string;
  readonly checkpoints: readonly string[];
  /** The files that the run read. */
  readonly inputs: readonly InputFile[];
  readonly tables: {
    readonly rounds: Table;
    readonly devices: Table;
    readonly metrics: Table;
    /** Where the run stops at an accuracy or is compared. */
    readonly improvements?: Table;
    readonly ages: Table;
    readonly timeline: Table;
    readonly frames?: Table;
    readonly partition?: Table;
  };
  /** What the report says beside the tables. */
  readonly extras: ReportNotes;
  readonly world: World;
}

/** Why a run has ended; undefined while there is something left to do. */
export type Ended = Stopped | undefined;

/**
 * A run that goes on as far as it is told: by events or to an instant. It may be changed on the way (an intervention that
 * nobody had planned), and asked what it came to, at its end or before. All of it is a function of scenario, interventions,
 * seed, data and firmware, however often and in whatever steps it was let go on.
 */
export class Session {
  readonly world: World;
  readonly measurements: Measurements;
  readonly horizon: Instant;
  #loaded: LoadedScenario;
  readonly #dataset: Dataset;
  readonly #frames: FrameRecorder | undefined;
  readonly #isLive: boolean;
  readonly #improvements: Improvements | undefined;
  #reached = false;
  #over = false;

  constructor(input: SessionInput) {
    const { loaded, dataset, firmware, crew, guard, live } = input;
    const { scenario } = loaded;
    this.#loaded = loaded;
    this.#dataset = dataset;
    this.#isLive = live !== undefined;
    const recorded = scenario.record === 'frames' ? undefined : live?.devices;
    this.#frames = scenario.record === 'frames' || live !== undefined ? new FrameRecorder(recorded) : undefined;
    const observe = both(this.#frames?.observe, input.observe);
    const onAggregated = scenario.improvements ? () => this.#aggregated() : undefined;
    const given = { loaded, dataset, firmware, crew, guard, observe, onAggregated, live };
    const world = placed(loaded, () => buildWorld(given));
    this.world = world;
    this.horizon = fromSeconds(scenario.stop.horizon) as number as Instant;
    const { sim, method, fleet } = world;
    input.onWorld?.(world);

    this.measurements = new Measurements(world);
    this.#improvements = scenario.improvements ? new Improvements(world) : undefined;
    const source = sim.source('run.measure', PRIORITY.measure);
    const every = fromSeconds(scenario.measure.every);
    const measure = sim.kind('run.measure', () => {
      this.measurements.take();
      sim.schedule(sim.now + every, source, 0, measure, 0, 0);
    });
    method.start();
    fleet.start(method);
    sim.schedule(every, source, 0, measure, 0, 0);
  }

  /** The scenario with every intervention that came so far. */
  get loaded(): LoadedScenario {
    return this.#loaded;
  }

  get ended(): Ended {
    if (this.world.sim.stopped) return this.#reached ? 'accuracy' : 'trained';
    return this.#over ? 'horizon' : undefined;
  }

  /**
   * Goes on up to and including `until`, the horizon at the latest, by at most `limit` events.
   * @returns whether anything is left to do before then.
   */
  run(until: Instant = this.horizon, limit = Number.POSITIVE_INFINITY): boolean {
    const { sim, interventions } = this.world;
    const last = Math.min(until, this.horizon) as Instant;
    let left = limit;
    for (;;) {
      const due = interventions.next <= last;
      const before = sim.events;
      if (sim.run((due ? interventions.next - 1 : last) as Instant, left)) return true;
      left -= sim.events - before;
      if (sim.stopped) return false;
      if (!due) {
        this.#over = last === this.horizon;
        return false;
      }
      if (left <= 0) return true;
      interventions.perform();
      left--;
    }
  }

  /** When the run ended, ns: at its horizon, or with its last event; undefined while there is something left to do. */
  get endedAt(): Instant | undefined {
    if (this.ended === undefined) return undefined;
    return this.world.sim.stopped ? this.world.sim.now : this.horizon;
  }

  /**
   * Changes what is still to come.
   * @param loaded the scenario with more interventions, all of them later than the last event.
   */
  change(loaded: LoadedScenario): void {
    this.world.interventions.replan(loaded);
    this.#loaded = loaded;
  }

  /**
   * What the run has come to, were it to end now, or, with nothing left to do before then, at `at`. It may go on: nothing of
   * this stays.
   * @param loaded the scenario as it is to be told: one with a horizon of `at`.
   */
  outcome(at?: Instant, loaded: LoadedScenario = this.#loaded): RunOutcome {
    const { world } = this;
    const { sim, method, timeline } = world;
    const end = sim.stopped ? sim.now : (at ?? this.horizon);
    const forget = timeline.checkpoint();
    const forgetNotes = method.checkpoint?.();
    const metrics = this.measurements.endedAt(end);
    const tables = {
      rounds: method.rounds(),
      devices: deviceTable(world, end),
      metrics,
      ...(this.#improvements === undefined ? {} : { improvements: this.#improvements.table() }),
      ages: method.records.ages.quantiles(),
      timeline: timeline.finish(end),
      ...(this.#frames === undefined ? {} : { frames: this.#frames.table() }),
      ...(world.partition === undefined ? {} : { partition: partitionTable(world.partition) }),
    };
    forget();
    const all = sim.digest.clone();
    method.fold(all);
    // What is only recorded at request changes no digest: the frames are in it already, event by event, and the
    // improvements follow from them.
    for (const [name, table] of Object.entries(tables))
      if (name !== 'frames' && name !== 'improvements') digestTable(all, table);
    const inputs = joinInputs([loaded.inputs, this.#dataset.inputs ?? []]);
    // Last, so that the checkpoints of two runs on other data still show where their events part.
    if (inputs.length > 0) all.text(inputsText(inputs));
    const digest = all.hex();
    const { scenario } = loaded;
    const stopped = this.ended ?? 'horizon';
    const facts = { world, name: scenario.name, dataset: this.#dataset, stopped, end, digest };
    const summary: Summary = { ...summaryOf(facts), ...(this.#isLive ? { reproducible: false } : {}) };
    const extras = notesOf({ world, dataset: this.#dataset, scenario, stopped });
    forgetNotes?.();
    return { summary, digest, checkpoints: [...sim.checkpoints], inputs, tables, extras, world };
  }

  /** The target is tested here and nowhere else: when it is reached does not hang on how often the run is measured. */
  #aggregated(): void {
    const { when } = this.#loaded.scenario.stop;
    const accuracy = this.#improvements!.note();
    if (typeof when !== 'object' || !(accuracy >= when.accuracy)) return;
    this.#reached = true;
    this.world.sim.stop();
  }
}

function both(one: FrameObserver | undefined, other: FrameObserver | undefined): FrameObserver | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (at, device, out, bytes) => {
    one(at, device, out, bytes);
    other(at, device, out, bytes);
  };
}
