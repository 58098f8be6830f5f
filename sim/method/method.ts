import type { FleetClient } from '../fleet/client.ts';
import type { Scores } from '../metrics/scores.ts';

/** What a run asks of a training method, beside its part as the fleet's client. */
export interface Method extends FleetClient {
  /** Begins at the present instant; devices are turned on next. */
  start(): void;
  /** Whether all is trained. */
  readonly finished: boolean;
  /** When the first work was sent out, and when the last result came in, ns; -1 before. */
  readonly dispatchedAt: number;
  readonly finishedAt: number;
  readonly progress: MethodProgress;
  /** Accuracy and macro-F1 of the model as it is now, on the test rows; must cost next to nothing. */
  scores(): Scores;
}

export interface MethodProgress {
  readonly tasksDone: number;
  readonly tasksTotal: number;
  readonly tasksReassigned: number;
  /** Tasks given to a device, copies and repetitions included. */
  readonly tasksAssigned: number;
}
