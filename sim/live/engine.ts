import type { Dataset } from '../data/dataset.ts';
import { G2tError, InputError } from '../kernel/errors.ts';
import { fromSeconds, type Instant } from '../kernel/time.ts';
import type { Summary } from '../metrics/summary.ts';
import { type BuiltFirmware, loadDataset } from '../run/inputs.ts';
import { type RunOutcome, Session } from '../run/session.ts';
import type { FinishedRun } from '../run/store.ts';
import { editScenario } from '../scenario/edit.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { begin, type Choice, fitting, intervene, knobsInWords, NO_KNOBS } from './changes.ts';
import { testRows } from './content.ts';
import type { Knobs, MadeChange, Row, RunInfo, RunState, Snapshot } from './messages.ts';
import { countsOf, detailOf, infoOf, metricRows, roundRows, statesOf } from './onlook.ts';
import { Onlooker } from './onlooker.ts';
import { Pace } from './pace.ts';

/** Real time between two looks at what else there is to do, ms, and events between two looks at the clock. */
const SLICE_MS = 20;
const BATCH = 32;
/** Most points that one answer brings. */
const MOST_POINTS = 2000;
/** Changes that a page is told, the last ones. */
const MOST_CHANGES = 50;

/** A run that is over for the session, as it is to be saved. */
export interface ClosedRun {
  readonly loaded: LoadedScenario;
  readonly outcome: FinishedRun;
}

interface Running {
  readonly session: Session;
  readonly start: LoadedScenario;
  readonly choice: Choice;
  readonly info: RunInfo;
  readonly onlooker: Onlooker;
  readonly test: Uint32Array;
  /** Changes that somebody made meanwhile. */
  readonly made: MadeChange[];
  /** What a page was told already; `standing`: the events and the instant of the last row of a run that stood still. */
  readonly told: { metrics: number; rounds: number; messages: number; standing: string };
  /** What it came to, once it has ended. */
  summary: Summary | undefined;
}

/**
 * A session at the live page, without threads and servers: one run after another of a scenario, each let go on at a pace,
 * changed while it goes on, asked how it stands.
 */
export class LiveEngine {
  readonly #base: LoadedScenario;
  readonly #firmware: BuiltFirmware;
  readonly #dataDir: string;
  readonly #pace: Pace;
  readonly #closed: ClosedRun[] = [];
  #running: Running | undefined;
  #dataset: { readonly key: string; readonly dataset: Dataset } | undefined;
  #knobs: Knobs;
  #state: RunState = 'loading';
  #reason: string | null = null;
  #clock = 0;
  #generation = 0;
  /** Stop once so many tasks are done. */
  #goal = Number.POSITIVE_INFINITY;

  constructor(given: {
    readonly base: LoadedScenario;
    readonly firmware: BuiltFirmware;
    readonly dataDir: string;
    readonly speed: number | null;
  }) {
    this.#base = given.base;
    this.#firmware = given.firmware;
    this.#dataDir = given.dataDir;
    this.#pace = new Pace(given.speed);
    this.#knobs = NO_KNOBS;
  }

  get state(): RunState {
    return this.#state;
  }

  get info(): RunInfo | undefined {
    return this.#running?.info;
  }

  /** Begins the first run, or the next: the one before is closed, if anything happened in it. @throws InputError */
  begin(choice: Choice = {}): void {
    const chosen = { ...this.#running?.choice, ...definedOf(choice) };
    const loaded = begin(this.#base, chosen, this.#knobs);
    const goesOn = this.#state === 'running';
    const dataset = this.#datasetOf(loaded);
    const before = this.#running;
    const test = testRows(dataset);
    const devices = loaded.scenario.fleet.reduce((sum, { count }) => sum + count, 0);
    const onlooker = new Onlooker(devices);
    const session = new Session({ loaded, dataset, firmware: this.#firmware.module, observe: onlooker.observe });
    const happened = before !== undefined && before.session.world.sim.events > 0;
    if (happened && this.#state !== 'failed') this.#closed.push(this.#close(before));
    const run = this.#closed.length + 1;
    const info = infoOf(session, dataset, { run, generation: ++this.#generation, base: this.#base, test });
    const told = { metrics: 0, rounds: 0, messages: 0, standing: '' };
    const own = { session, start: loaded, choice: chosen, info, onlooker, test };
    this.#running = { ...own, made: [], told, summary: undefined };
    this.#knobs = fitting(this.#knobs, loaded);
    this.#clock = 0;
    this.#reason = null;
    this.#goal = Number.POSITIVE_INFINITY;
    this.#state = 'paused';
    if (goesOn) this.play();
  }

  play(): void {
    if (this.#state !== 'paused') return;
    this.#goal = Number.POSITIVE_INFINITY;
    this.#go();
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  setSpeed(speed: number | null): void {
    this.#pace.setSpeed(speed, { real: performance.now(), simulated: this.#clock });
  }

  /** One event at once; or as many as bring the next result into the model, which the slices do. */
  step(by: 'event' | 'round'): void {
    if (this.#state === 'running') this.#state = 'paused';
    if (this.#state !== 'paused') return;
    const { session } = this.#now();
    if (by === 'event') {
      this.#guarded(() => session.run(session.horizon, 1));
      this.#clock = Math.max(this.#clock, session.world.sim.now);
      this.#noteEnd();
    } else {
      this.#goal = session.world.method.progress.tasksDone + 1;
      this.#go();
    }
  }

  watch(device: number): void {
    const { onlooker, session, told } = this.#now();
    if (!Number.isInteger(device) || device < 0 || device >= session.world.places.devices)
      throw new InputError(`expected a device from 0 to ${session.world.places.devices - 1}, got ${device}`);
    onlooker.watch(device);
    told.messages = 0;
  }

  /** Turns knobs: from the next millisecond after the last event. @throws InputError */
  turn(knobs: Partial<Knobs>): void {
    const running = this.#now();
    const { session, start } = running;
    if (this.#state === 'ended' || this.#state === 'failed')
      throw new InputError('the run has ended: restart it to change something');
    if (Object.keys(knobs).length === 0) return;
    if (session.world.sim.events === 0) {
      // Nothing has happened yet: the run simply begins so.
      const before = this.#knobs;
      this.#knobs = { ...before, ...knobs };
      try {
        this.begin();
      } catch (error) {
        this.#knobs = before;
        throw error;
      }
      return;
    }
    const wanted = knobs.tau === null ? { ...knobs, tau: tauOf(start) } : knobs;
    const atMs = this.#nextMillisecond();
    session.change(intervene(session.loaded, start, { knobs: wanted, atMs }));
    running.made.push({ at: atMs / 1000, set: knobsInWords(knobs) });
    this.#knobs = { ...this.#knobs, ...knobs };
  }

  /** Runs for a while. @returns when to be called again: ms from now; undefined when there is nothing to do. */
  slice(): number | undefined {
    if (this.#state !== 'running') return undefined;
    const { session } = this.#now();
    const { sim, method } = session.world;
    const from = performance.now();
    const target = this.#goal < Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : this.#pace.target(from);
    const until = Math.min(target, session.horizon) as Instant;
    const stepping = this.#goal < Number.POSITIVE_INFINITY;
    let more = true;
    this.#guarded(() => {
      while (more && performance.now() - from < SLICE_MS) {
        more = session.run(until, stepping ? 1 : BATCH);
        if (method.progress.tasksDone >= this.#goal) {
          this.#state = 'paused';
          break;
        }
      }
    });
    const behind = more && target < Number.POSITIVE_INFINITY;
    this.#clock = Math.max(this.#clock, sim.now, more || session.ended !== undefined ? 0 : until);
    // What could not be done in time is not made up for.
    if (behind) this.#pace.start({ real: performance.now(), simulated: sim.now });
    this.#noteEnd();
    if (this.#state !== 'running') return undefined;
    return more ? 0 : 10;
  }

  snapshot(): Snapshot {
    const running = this.#now();
    const { session, onlooker, told, info, test } = running;
    const { world } = session;
    const { sim, method } = world;
    this.#summarise(running);
    const now = Math.max(sim.now, this.#clock);
    const states = statesOf(world, now);
    const metrics = session.measurements.from(told.metrics);
    const rounds = method.rounds(told.rounds);
    told.metrics += metrics.rows;
    told.rounds += rounds.rows;
    const messages = onlooker.messages(told.messages);
    told.messages = messages.at(-1)?.sequence ?? told.messages;
    const { tasksDone, tasksTotal } = method.progress;
    const device = onlooker.watched;
    return {
      status: {
        run: info.run,
        generation: info.generation,
        state: this.#state,
        clock: this.#clock / 1e9,
        speed: this.#pace.speed,
        events: sim.events,
        tasksDone,
        tasksTotal,
        counts: countsOf(states),
        knobs: this.#knobs,
        changes: changesOf(running).slice(-MOST_CHANGES),
        reason: this.#reason,
        watched: detailOf(session, { device, state: states[device]!, weights: onlooker.weights(), now }),
        verdicts: this.#state === 'failed' ? [] : Array.from(method.predict(test)),
        digest: running.summary?.digest ?? sim.digest.hex(),
        summary: running.summary ?? null,
      },
      states,
      metrics: [...metricRows(metrics, MOST_POINTS), ...this.#standing(running, now)],
      rounds: roundRows(rounds, MOST_POINTS),
      messages,
    };
  }

  /** Every run of the session so far, the one at hand up to the next whole millisecond, as it is to be saved. */
  runs(): ClosedRun[] {
    const running = this.#now();
    if (this.#state === 'failed') return [...this.#closed];
    if (running.session.world.sim.events === 0) return [...this.#closed];
    const last = this.#close(running);
    this.#clock = Math.max(this.#clock, Math.round(last.outcome.summary.simulated_s * 1e9));
    this.#noteEnd();
    return [...this.#closed, last];
  }

  /** How a run that stands still stands now, as a row of its series: a page ends where the run does, not at a measurement. */
  #standing({ session, told }: Running, now: number): Row[] {
    const { events } = session.world.sim;
    const standing = `${events} ${now}`;
    if (this.#state === 'running' || this.#state === 'failed' || events === 0 || told.standing === standing) return [];
    told.standing = standing;
    return metricRows(session.measurements.standing(now), 1);
  }

  /** Asks a run that has ended what it came to, once. */
  #summarise(running: Running): void {
    if (this.#state !== 'ended' || running.summary !== undefined) return;
    this.#guarded(() => {
      running.summary = running.session.outcome().summary;
    });
  }

  /** What a run came to up to a whole millisecond, and the scenario that comes to the same. */
  #close({ session }: Running): ClosedRun {
    if (session.ended !== undefined) return { loaded: session.loaded, outcome: kept(session.outcome()) };
    const { interventions, sim } = session.world;
    const next = Math.floor(sim.now / 1e6) + 1;
    // A change that was made holds from the next millisecond on: it is part of what was done.
    const made = interventions.next <= next * 1e6 + 1;
    const atMs = Math.max(Math.ceil(sim.now / 1e6), Math.ceil(this.#clock / 1e6), made ? next : 1);
    const loaded = editScenario(session.loaded, { 'stop.horizon': `${atMs} ms` });
    const at = fromSeconds(loaded.scenario.stop.horizon) as number as Instant;
    while (session.run(at));
    return session.ended === undefined
      ? { loaded, outcome: kept(session.outcome(at, loaded)) }
      : { loaded: session.loaded, outcome: kept(session.outcome()) };
  }

  /** Of the first ms strictly after the last event. */
  #nextMillisecond(): number {
    return Math.floor(this.#now().session.world.sim.now / 1e6) + 1;
  }

  #go(): void {
    this.#state = 'running';
    this.#pace.start({ real: performance.now(), simulated: this.#clock });
    this.#noteEnd();
  }

  #noteEnd(): void {
    const { ended, endedAt } = this.#now().session;
    if (ended === undefined || this.#state === 'failed') return;
    this.#state = 'ended';
    this.#reason = ended;
    this.#clock = endedAt!;
  }

  /** Lets a run's own failure end the run, not the session. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#state = 'failed';
      this.#reason = error instanceof G2tError ? error.message : `the simulation broke: ${String(error)}`;
    }
  }

  #now(): Running {
    if (this.#running === undefined) throw new InputError('the simulation is still being made ready');
    return this.#running;
  }

  #datasetOf({ scenario }: LoadedScenario): Dataset {
    const key = JSON.stringify([scenario.dataset, scenario.seed]);
    if (this.#dataset?.key !== key)
      this.#dataset = { key, dataset: loadDataset(scenario.dataset, this.#dataDir, scenario.seed) };
    return this.#dataset.dataset;
  }
}

/** What is kept of a run: its model as it is now, and not its world. */
function kept({ world, ...outcome }: RunOutcome): FinishedRun {
  return { ...outcome, model: world.method.model() };
}

function tauOf({ scenario: { method } }: LoadedScenario): Knobs['tau'] {
  return 'tau' in method ? method.tau : null;
}

/** What was planned and what was made, in order of time. */
function changesOf({ start, made }: Running): MadeChange[] {
  const planned = start.scenario.interventions.map(({ at, paths }) => ({ at, set: `planned: ${paths.join(', ')}` }));
  return [...planned, ...made].sort((a, b) => a.at - b.at);
}

function definedOf(choice: Choice): Choice {
  return Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
}
