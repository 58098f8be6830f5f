import type { Distribution, Spread } from './distribution.ts';
import { efficiency, ratioByBytes, ratioByTime, sumInOrder } from './ratios.ts';
import type { Scores } from './scores.ts';

/** Why a run ended: all was trained, the horizon was met, or a target accuracy or convergence was reached. */
export type Stopped = 'trained' | 'horizon' | 'accuracy' | 'converged' | 'rounds';

/** The part of a summary that concerns the host, and nothing else does: it differs from run to run. */
export interface HostSummary {
  readonly wall_s: number;
  /** Threads that the run might use, its own included. */
  readonly threads: number;
  readonly rss_bytes: number;
}

/** What `summary.json` and `run --json` hold (design: Command line). SI units; null where a value is not defined. */
export interface Summary {
  readonly schema: 1;
  readonly name: string;
  readonly digest: string;
  /** The results folder, '' when none was written. */
  readonly result: string;
  /** From the start of the simulation until the model was trained or accurate enough; null for a run cut at its horizon. */
  readonly makespan_s: number | null;
  /** From the start of the simulation until the run ended, cut or not: every reported time is at most this. */
  readonly simulated_s: number;
  /** When the accuracy of `stop.when` was reached; null where it was not, or none was set. */
  readonly time_to_accuracy_s: number | null;
  readonly accuracy: number | null;
  readonly macro_f1: number | null;
  /** Version lag; null for methods without a shared version (never 0). */
  readonly staleness: Spread | null;
  readonly age_s: Spread | null;
  readonly comm_to_comp: { readonly time: number | null; readonly bytes_per_flop: number | null };
  readonly bytes_up: number;
  readonly bytes_down: number;
  readonly bytes_wasted: number;
  readonly energy_j: number;
  readonly events: number;
  readonly devices: number;
  readonly tasks_done: number;
  readonly tasks_total: number;
  readonly tasks_reassigned: number;
  /** Hand-outs of tasks to devices, copies and repetitions included. */
  readonly tasks_assigned: number | null;
  readonly seconds_lost: number | null;
  readonly flop: number;
  readonly flop_wasted: number | null;
  readonly device_seconds: number;
  readonly efficiency: number | null;
  readonly stopped: Stopped;
  /** False where real or emulated boards took part: the digest then names this run alone, and proves nothing of another. */
  readonly reproducible?: false;
  readonly host?: HostSummary;
}

/** Facts of a finished run. Arrays have one entry a device and are summed in device-id order. */
export interface RunFacts {
  readonly name: string;
  readonly digest: string;
  readonly result?: string;
  /** When the run ended, from the start of the simulation. */
  readonly endSeconds: number;
  /** Of the final model on the test rows; null when there is none. */
  readonly scores: Scores | null;
  readonly staleness: Distribution | null;
  readonly age: Distribution;
  readonly computeSeconds: Float64Array;
  readonly communicationSeconds: Float64Array;
  readonly bytesUp: Float64Array;
  readonly bytesDown: Float64Array;
  readonly bytesWasted: Float64Array;
  readonly energyJoules: Float64Array;
  readonly flop: Float64Array;
  readonly events: number;
  /** Of `flop`, what went into results that came second or were thrown away. */
  readonly flopWasted?: Float64Array;
  /** Computing and radio time of work that a failure undid, s. */
  readonly secondsLost?: Float64Array;
  readonly tasks: {
    readonly done: number;
    readonly total: number;
    readonly reassigned: number;
    readonly assigned?: number;
  };
  readonly stopped: Stopped;
  readonly host?: HostSummary;
}

/** Whether a run was cut at its horizon: what it would have come to in the end is not known. */
export function wasCut({ stopped }: Pick<Summary, 'stopped'>): boolean {
  return stopped === 'horizon';
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

export function summarise(run: RunFacts): Summary {
  const makespan = wasCut(run) ? null : run.endSeconds;
  const devices = run.computeSeconds.length;
  const deviceSeconds = sumInOrder(run.computeSeconds);
  const flop = sumInOrder(run.flop);
  const up = sumInOrder(run.bytesUp);
  const down = sumInOrder(run.bytesDown);
  return {
    schema: 1,
    name: run.name,
    digest: run.digest,
    result: run.result ?? '',
    makespan_s: makespan,
    simulated_s: run.endSeconds,
    time_to_accuracy_s: run.stopped === 'accuracy' ? run.endSeconds : null,
    accuracy: finiteOrNull(run.scores?.accuracy),
    macro_f1: finiteOrNull(run.scores?.macroF1),
    staleness: run.staleness?.spread() ?? null,
    age_s: run.age.spread(),
    comm_to_comp: {
      time: ratioByTime(sumInOrder(run.communicationSeconds), deviceSeconds),
      bytes_per_flop: ratioByBytes(up + down, flop),
    },
    bytes_up: up,
    bytes_down: down,
    bytes_wasted: sumInOrder(run.bytesWasted),
    energy_j: sumInOrder(run.energyJoules),
    events: run.events,
    devices,
    tasks_done: run.tasks.done,
    tasks_total: run.tasks.total,
    tasks_reassigned: run.tasks.reassigned,
    tasks_assigned: run.tasks.assigned ?? null,
    seconds_lost: run.secondsLost === undefined ? null : sumInOrder(run.secondsLost),
    flop,
    flop_wasted: run.flopWasted === undefined ? null : sumInOrder(run.flopWasted),
    device_seconds: deviceSeconds,
    efficiency: makespan === null ? null : efficiency({ deviceSeconds, devices, makespanSeconds: makespan }),
    stopped: run.stopped,
    ...(run.host === undefined ? {} : { host: run.host }),
  };
}
