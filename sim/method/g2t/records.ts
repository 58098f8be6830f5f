import type { Accounts } from '../../fleet/accounts.ts';
import { toSeconds } from '../../kernel/time.ts';
import { TableBuilder } from '../../metrics/builder.ts';
import { Distribution } from '../../metrics/distribution.ts';
import { ROUNDS_TABLE } from '../../metrics/tables.ts';
import type { NetworkTotals } from '../../net/network.ts';

import type { DeviceRecords } from '../method.ts';

/** What a Globe2Train run notes of its devices' results: by device, by upload (the table `rounds`), and their ages. */
export class Records implements DeviceRecords {
  /** Tasks are independent: no version is shared, so none lags. */
  readonly staleness = null;
  readonly tasksDone: Uint32Array;
  readonly uploads: Uint32Array;
  readonly classifiersSent: Uint32Array;
  readonly threshold: Uint32Array;
  readonly reassigned: Uint32Array;
  readonly ageSum: Float64Array;
  readonly ageMax: Float64Array;
  readonly agesOf: Uint32Array;
  /** Bytes of results that came second, and of the rows they were trained on. */
  readonly bytesWasted: Float64Array;
  readonly flopWasted: Float64Array;
  /** Age of each result: from the end of its training to its arrival, s. */
  readonly ages = new Distribution();
  readonly rounds = new TableBuilder(ROUNDS_TABLE);

  readonly #accounts: Accounts;
  readonly #totals: () => NetworkTotals;
  /** State at the end of a device's last upload, so that a round is what came since. ns and bytes. */
  readonly #computed: Float64Array;
  readonly #communicated: Float64Array;
  readonly #bytesUp: Float64Array;
  readonly #bytesDown: Float64Array;
  #classifiers = 0;
  #tasks = 0;
  #accuracySum = 0;
  #startedAt = Number.POSITIVE_INFINITY;

  constructor(devices: number, accounts: Accounts, totals: () => NetworkTotals) {
    this.#accounts = accounts;
    this.#totals = totals;
    this.tasksDone = new Uint32Array(devices);
    this.uploads = new Uint32Array(devices);
    this.classifiersSent = new Uint32Array(devices);
    this.threshold = new Uint32Array(devices).fill(1);
    this.reassigned = new Uint32Array(devices);
    this.ageSum = new Float64Array(devices);
    this.ageMax = new Float64Array(devices);
    this.agesOf = new Uint32Array(devices);
    this.bytesWasted = new Float64Array(devices);
    this.flopWasted = new Float64Array(devices);
    this.#computed = new Float64Array(devices);
    this.#communicated = new Float64Array(devices);
    this.#bytesUp = new Float64Array(devices);
    this.#bytesDown = new Float64Array(devices);
  }

  /** Begins an upload of `classifiers`. */
  upload(device: number, classifiers: number): void {
    this.uploads[device]!++;
    this.classifiersSent[device]! += classifiers;
    this.#classifiers = classifiers;
    this.#tasks = 0;
    this.#accuracySum = 0;
    this.#startedAt = Number.POSITIVE_INFINITY;
  }

  /** A result of the upload at hand arrived `age` ns after its training ended. */
  age(device: number, age: number): void {
    const seconds = toSeconds(age);
    this.ages.add(seconds);
    this.ageSum[device]! += seconds;
    this.agesOf[device]!++;
    if (seconds > this.ageMax[device]!) this.ageMax[device] = seconds;
  }

  /** A result of the upload at hand is the first of its task. */
  done(device: number, sentAt: number, accuracy: number): void {
    this.tasksDone[device]!++;
    this.#tasks++;
    this.#accuracySum += accuracy;
    this.#startedAt = Math.min(this.#startedAt, sentAt);
  }

  wasted(device: number, bytes: number, flop: number): void {
    this.bytesWasted[device]! += bytes;
    this.flopWasted[device]! += flop;
  }

  reassignedFrom(device: number, tasks: number): void {
    this.reassigned[device]! += tasks;
  }

  /**
   * Ends the upload at hand with a row of `rounds`.
   * @param accuracy of the model that the upload makes by itself; undefined takes the mean of its base classifiers, and an
   *   upload whose results all came second has none.
   */
  endUpload(device: number, now: number, threshold: number, accuracy: number | undefined): void {
    this.threshold[device] = threshold;
    const { rounds } = this;
    const { at } = rounds;
    const totals = this.#totals();
    // What a device has been sent ahead it has yet to compute.
    const compute = this.#accounts.computeUntil(device, now);
    const communication = this.#accounts.communicationUntil(device, now);
    const up = totals.bytesUp[device]!;
    const down = totals.bytesDown[device]!;
    rounds.set(at.round, this.uploads[device]!);
    rounds.set(at.device, device);
    rounds.set(at.started_s, toSeconds(Math.min(this.#startedAt, now)));
    rounds.set(at.ended_s, toSeconds(now));
    rounds.set(at.compute_s, toSeconds(compute - this.#computed[device]!));
    rounds.set(at.comm_s, toSeconds(communication - this.#communicated[device]!));
    rounds.set(at.tasks, this.#tasks);
    rounds.set(at.classifiers, this.#classifiers);
    rounds.set(at.w_t, threshold);
    rounds.set(at.bytes_up, up - this.#bytesUp[device]!);
    rounds.set(at.bytes_down, down - this.#bytesDown[device]!);
    rounds.set(at.accuracy, accuracy ?? (this.#tasks > 0 ? this.#accuracySum / this.#tasks : Number.NaN));
    rounds.endRow();
    this.#computed[device] = compute;
    this.#communicated[device] = communication;
    this.#bytesUp[device] = up;
    this.#bytesDown[device] = down;
  }
}
