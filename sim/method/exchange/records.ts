import type { Accounts } from '../../fleet/accounts.ts';
import { toSeconds } from '../../kernel/time.ts';
import { TableBuilder } from '../../metrics/builder.ts';
import { Distribution } from '../../metrics/distribution.ts';
import { ROUNDS_TABLE } from '../../metrics/tables.ts';
import type { NetworkTotals } from '../../net/network.ts';
import type { DeviceRecords } from '../method.ts';

/** What a round's row says beside the device's own account. NaN where it is not known; tau 0 where there is none. */
export interface RoundFacts {
  readonly round: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly tau: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly beta: number;
  readonly delta: number;
  readonly rho: number;
}

/** What a run that exchanges gradients or parameters notes: by device, by round, versions' lags and ages. */
export class ExchangeRecords implements DeviceRecords {
  readonly staleness = new Distribution();
  readonly ages = new Distribution();
  readonly tasksDone: Uint32Array;
  readonly uploads: Uint32Array;
  readonly classifiersSent: Uint32Array;
  readonly threshold: Uint32Array;
  readonly reassigned: Uint32Array;
  readonly agesOf: Uint32Array;
  readonly ageSum: Float64Array;
  readonly ageMax: Float64Array;
  readonly bytesWasted: Float64Array;
  readonly flopWasted: Float64Array;
  readonly rounds = new TableBuilder(ROUNDS_TABLE, ['loss', 'tau', 'beta', 'delta', 'rho', 'staleness']);
  /** Updates that came too late for their round and were thrown away. */
  discarded = 0;

  readonly #accounts: Accounts;
  readonly #totals: () => NetworkTotals;
  /** What each device had done at its last row: ns and bytes. */
  readonly #computed: Float64Array;
  readonly #communicated: Float64Array;
  readonly #bytesUp: Float64Array;
  readonly #bytesDown: Float64Array;

  constructor(devices: number, accounts: Accounts, totals: () => NetworkTotals) {
    this.#accounts = accounts;
    this.#totals = totals;
    const counts = (): Uint32Array => new Uint32Array(devices);
    const numbers = (): Float64Array => new Float64Array(devices);
    this.tasksDone = counts();
    this.uploads = counts();
    this.classifiersSent = counts();
    this.threshold = counts();
    this.reassigned = counts();
    this.agesOf = counts();
    this.ageSum = numbers();
    this.ageMax = numbers();
    this.bytesWasted = numbers();
    this.flopWasted = numbers();
    this.#computed = numbers();
    this.#communicated = numbers();
    this.#bytesUp = numbers();
    this.#bytesDown = numbers();
  }

  /** An update of `device` entered the model: `lag` versions and `age` ns after its parameters were read. */
  applied(device: number, lag: number, age: number): void {
    const seconds = toSeconds(age);
    this.tasksDone[device]!++;
    this.staleness.add(lag);
    this.ages.add(seconds);
    this.agesOf[device]!++;
    this.ageSum[device]! += seconds;
    if (seconds > this.ageMax[device]!) this.ageMax[device] = seconds;
  }

  /** An update that came too late for its round: its bytes, both ways, and its work were for nothing. */
  wasted(device: number, bytes: number, flop: number): void {
    this.discarded++;
    this.bytesWasted[device]! += bytes;
    this.flopWasted[device]! += flop;
  }

  /** The row of a device and round. @param lag the update's staleness. */
  row(device: number, facts: RoundFacts, lag: number): void {
    const { rounds } = this;
    const { at } = rounds;
    const totals = this.#totals();
    const compute = this.#accounts.computeUntil(device, facts.endedAt);
    const communication = this.#accounts.communicationUntil(device, facts.endedAt);
    rounds.set(at.round, facts.round);
    rounds.set(at.device, device);
    rounds.set(at.started_s, toSeconds(facts.startedAt));
    rounds.set(at.ended_s, toSeconds(facts.endedAt));
    rounds.set(at.compute_s, toSeconds(compute - this.#computed[device]!));
    rounds.set(at.comm_s, toSeconds(communication - this.#communicated[device]!));
    rounds.set(at.tasks, 1);
    rounds.set(at.classifiers, 0);
    rounds.set(at.w_t, 0);
    rounds.set(at.bytes_up, totals.bytesUp[device]! - this.#bytesUp[device]!);
    rounds.set(at.bytes_down, totals.bytesDown[device]! - this.#bytesDown[device]!);
    rounds.set(at.accuracy, facts.accuracy);
    rounds.set(at.loss, facts.loss);
    rounds.set(at.tau, facts.tau);
    rounds.set(at.beta, facts.beta);
    rounds.set(at.delta, facts.delta);
    rounds.set(at.rho, facts.rho);
    rounds.set(at.staleness, lag);
    rounds.endRow();
    this.#computed[device] = compute;
    this.#communicated[device] = communication;
    this.#bytesUp[device] = totals.bytesUp[device]!;
    this.#bytesDown[device] = totals.bytesDown[device]!;
  }
}
