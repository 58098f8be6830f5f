import type { FirmwareHost } from '../../device/host-types.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Digest } from '../../kernel/digest.ts';
import { assert, RunError } from '../../kernel/errors.ts';
import { type EventSource, PRIORITY, type Simulation } from '../../kernel/simulation.ts';
import type { Scores } from '../../metrics/scores.ts';
import type { Table } from '../../metrics/table.ts';
import { FRAME, REFUSAL } from '../../protocol/frame.ts';
import type { Method, MethodProgress } from '../method.ts';
import { pairCount } from '../pairs.ts';
import { Assignments, NO_ASSIGNMENT, PHASE } from './assignments.ts';
import { DeviceTable } from './device-table.ts';
import type { Evaluation } from './evaluation.ts';
import { modelTable } from './model-table.ts';
import type { G2tOptions } from './options.ts';
import type { Records } from './records.ts';
import { NOTHING, Scheduler } from './scheduler.ts';
import type { TaskStream } from './task-stream.ts';
import { classesOfOwnRound, type Inventory, type WorkList } from './work-list.ts';

export interface CloudConfig {
  readonly sim: Simulation;
  readonly fleet: Fleet;
  readonly options: G2tOptions;
  readonly work: WorkList;
  readonly inventory: Inventory;
  /** Tasks that each device may be sent ahead of the one that it trains. */
  readonly ahead: Uint8Array;
  readonly stream: TaskStream;
  readonly evaluation: Evaluation;
  readonly records: Records;
  /** RAM that a task takes on each device, bytes. */
  readonly ramBytes: Float64Array;
  /** Called once, when the last result is there. */
  readonly onFinished: () => void;
  /** Called when the classifiers of an upload are in the model; undefined where nobody measures it then. May end the run. */
  readonly onAggregated: (() => void) | undefined;
}

/** The stream number of a PING; task streams carry the number of their assignment. */
const PING_STREAM = -1;

/**
 * Globe2Train-Cloud (Sudharsan, Breslin, Ali: Globe2Train, IEEE UIC 2021; algorithms B): makes k(k-1)/2 pairwise tasks,
 * hands them to devices by their hardware, streams each task's rows, collects weights, and gives the tasks of devices
 * that went silent to others. Tasks are independent: there is no shared parameter vector and no version lag.
 *
 * Ours, where the paper is silent: the time after which a device counts as offline, whom its tasks go to, and copies of
 * late tasks (algorithms B.7).
 */
export class G2tCloud implements Method {
  readonly #sim: Simulation;
  readonly #fleet: Fleet;
  readonly #host: FirmwareHost;
  readonly #config: CloudConfig;
  readonly #scheduler: Scheduler;
  readonly #table: DeviceTable;
  readonly #assignments: Assignments;
  /** Tasks that a device is being sent, and tasks that it had no room for yet. */
  readonly #sending: Uint8Array;
  readonly #deferred: Uint8Array;
  /** 1 once a device has CONFIG for certain. */
  readonly #greeted: Uint8Array;
  readonly #checking: Uint8Array;
  readonly #source: EventSource;
  readonly #check: number;

  constructor(config: CloudConfig) {
    const { sim, fleet, work, inventory, stream } = config;
    this.#config = config;
    this.#sim = sim;
    this.#fleet = fleet;
    this.#host = fleet.host;
    this.#table = new DeviceTable(stream.computeTimes());
    this.#scheduler = new Scheduler(work, inventory, {
      redundancy: config.options.redundancy,
      barrier: config.options.barrier,
      taskTime: (device) => this.#table.taskTime(device),
      wasGiven: (device, task) => this.#assignments.find(task, device) !== NO_ASSIGNMENT,
    });
    this.#assignments = new Assignments(work.tasks, fleet.devices);
    this.#sending = new Uint8Array(fleet.devices);
    this.#deferred = new Uint8Array(fleet.devices);
    this.#greeted = new Uint8Array(fleet.devices);
    this.#checking = new Uint8Array(fleet.devices);
    this.#source = sim.source('method', PRIORITY.method, fleet.devices);
    this.#check = sim.kind('g2t.check', (device) => this.#checkOn(device));
  }

  get finished(): boolean {
    return this.#scheduler.done === this.#scheduler.tasks;
  }

  get progress(): MethodProgress {
    const { done, tasks, reassigned } = this.#scheduler;
    return {
      tasksDone: done,
      tasksTotal: tasks,
      tasksDistinct: this.#config.work.pairs,
      tasksReassigned: reassigned,
      tasksAssigned: this.#assignments.count,
    };
  }

  get records(): Records {
    return this.#config.records;
  }

  get evaluation(): Evaluation {
    return this.#config.evaluation;
  }

  get ramBytes(): Float64Array {
    return this.#config.ramBytes;
  }

  get notes(): readonly string[] {
    return this.#config.evaluation.notes;
  }

  scores(): Scores {
    return this.#config.evaluation.scores();
  }

  finalScores(): Scores {
    return this.#config.evaluation.combined(this.#config.options);
  }

  rounds(from = 0): Table {
    return this.#config.records.rounds.build(from);
  }

  waitingSince(device: number): number {
    const works = this.#sending[device]! > 0 || this.#host.busy(device);
    return works ? this.#table.heardAt[device]! : -1;
  }

  predict(rows: Uint32Array): Uint16Array {
    return this.#config.evaluation.votes(rows);
  }

  model(): { readonly table: Table; readonly description: object } {
    const { evaluation, work } = this.#config;
    return { table: modelTable(evaluation, work), description: evaluation.describe() };
  }

  fold(digest: Digest): void {
    this.#config.evaluation.fold(digest);
  }

  start(): void {
    for (let device = 0; device < this.#fleet.devices; device++) {
      if (this.#scheduler.hasQueue(device)) this.#watch(device);
    }
  }

  answered(device: number): void {
    if (this.#deferred[device]! > 0 && !this.#owesTaken(device)) {
      // All that filled its memory is here, and the acknowledgement goes ahead of what is sent now.
      this.#deferred[device] = 0;
      this.#sendAgain(device, PHASE.deferred);
    }
    this.#advance(device);
  }

  /** What the answer is made of comes later: CONFIG goes at the head of the first stream, before the first task. */
  frame(device: number, type: number, bytes: Uint8Array): number {
    this.#heard(device);
    switch (type) {
      case FRAME.hello:
      case FRAME.pong:
        return 0;
      case FRAME.weights:
        return this.#weights(device, bytes);
      case FRAME.refuse:
        this.#refused(device, bytes);
        return 0;
      default:
        throw new RunError(`device ${device}: expected HELLO, WEIGHTS, PONG or REFUSE, got a frame of type ${type}`);
    }
  }

  lost(device: number, stream: number): void {
    if (stream === PING_STREAM || this.#assignments.phase(stream) !== PHASE.sending) return;
    this.#assignments.setPhase(stream, PHASE.lost);
    this.#sending[device]!--;
  }

  connected(device: number): void {
    this.#heard(device);
    this.#sendAgain(device, PHASE.lost);
    this.#advance(device);
  }

  fill(device: number, stream: number, index: number): number {
    if (stream === PING_STREAM) return index === 0 ? this.#config.stream.ping(device) : 0;
    const task = this.#assignments.task(stream);
    const last = this.#scheduler.isLast(task, device);
    return this.#config.stream.fill({ device, task, last, config: this.#assignments.withConfig(stream), index });
  }

  worked(_device: number, stream: number, at: number, flop: number): void {
    if (stream !== PING_STREAM) this.#assignments.worked(stream, at, flop);
  }

  drained(device: number, stream: number): void {
    this.#heard(device);
    if (stream === PING_STREAM) return;
    this.#greeted[device] = 1;
    this.#table.tookTask(device, this.#sim.now - this.#assignments.sentAt(stream));
    if (this.#assignments.phase(stream) !== PHASE.sending) return;
    this.#assignments.setPhase(stream, PHASE.drained);
    this.#sending[device]!--;
    this.#advance(device);
  }

  #heard(device: number): void {
    this.#table.heard(device, this.#sim.now, this.#fleet.rtt(device));
    this.#table.online[device] = 1;
  }

  /**
   * Gives a device tasks, as many as it may be sent ahead. What is sent ahead comes from its own queue alone: tasks of
   * others go to devices that have nothing to do.
   */
  #advance(device: number): void {
    while (this.#deferred[device] === 0 && !this.finished && !this.#sim.stopped) {
      const sending = this.#sending[device]!;
      if (sending > this.#config.ahead[device]!) return;
      const now = this.#sim.now;
      const task = sending > 0 ? this.#scheduler.nextOwn(device, now) : this.#scheduler.next(device, now);
      if (task === NOTHING) return;
      this.#sending[device]!++;
      this.#send(device, this.#assignments.add(task, device));
      if (this.#scheduler.ranOut()) this.#callIdle();
    }
  }

  #send(device: number, assignment: number): void {
    // Until one stream was taken for certain, each brings CONFIG: a task without it would be an error.
    const config = this.#greeted[device] === 0;
    this.#assignments.sent(assignment, this.#sim.now, config);
    const { stream } = this.#config;
    const task = this.#assignments.task(assignment);
    this.#fleet.stream(device, assignment, stream.bytes(device, task, config), stream.sink(device, task));
    this.#watch(device);
  }

  /** Sends what a device owes and is in `phase` once more, the oldest first. */
  #sendAgain(device: number, phase: number): void {
    for (const assignment of this.#assignments.owedIn(device, phase)) {
      if (this.#scheduler.isDone(this.#assignments.task(assignment))) {
        this.#assignments.setPhase(assignment, PHASE.released);
        continue;
      }
      this.#sending[device]!++;
      this.#send(device, assignment);
    }
  }

  /** Whether the device has taken a task whose result is not here yet. */
  #owesTaken(device: number): boolean {
    const taken = this.#assignments.owedIn(device, PHASE.drained);
    return taken.some((assignment) => !this.#scheduler.isDone(this.#assignments.task(assignment)));
  }

  #callIdle(): void {
    for (;;) {
      const device = this.#scheduler.takeIdle();
      if (device === NOTHING) return;
      if (this.#table.online[device] === 0) continue;
      this.#advance(device);
      // A device that found nothing to copy waits again; slower ones would find nothing either.
      if (this.#sending[device] === 0) return;
    }
  }

  // --- results -----------------------------------------------------------------------------------------------------

  #weights(device: number, bytes: Uint8Array): number {
    const { stream, records } = this.#config;
    const count = stream.decode(bytes);
    records.upload(device, count);
    for (let n = 0; n < count; n++) this.#result(device, n);
    records.endUpload(device, this.#sim.now, this.#host.threshold(device), this.#roundAccuracy(device, count));
    this.#config.onAggregated?.();
    return stream.acknowledge(device, bytes, this.#fleet.reply);
  }

  /** Accuracy of the model that a whole round of the device's own makes by itself, where rounds span classes; undefined elsewhere. */
  #roundAccuracy(device: number, count: number): number | undefined {
    const { stream, work, evaluation } = this.#config;
    const list = count === 0 ? undefined : classesOfOwnRound(work, device, stream.decodedTask(0));
    return list !== undefined && count === pairCount(list.length) ? evaluation.accuracyAmong(list) : undefined;
  }

  /** Takes the n-th classifier of the upload at hand. */
  #result(device: number, n: number): void {
    const { stream, records, evaluation, work } = this.#config;
    const task = stream.decodedTask(n);
    if (task >= work.tasks || this.#assignments.find(task, device) === NO_ASSIGNMENT)
      throw new RunError(`device ${device}: expected weights of a task it was given, got task ${task}`);
    // An upload whose acknowledgement got lost comes again, and is neither older nor waste for that.
    const assignment = this.#assignments.arrive(task, device);
    if (assignment === NO_ASSIGNMENT) return;
    records.age(device, this.#sim.now - this.#assignments.workedAt(assignment));
    if (this.#scheduler.isDone(task)) {
      records.wasted(device, stream.bytes(device, task, false), this.#assignments.flop(assignment));
      return;
    }
    const accuracy = evaluation.add(work.pair[task]!, stream.decodedWeights(n), this.#sim.now);
    records.done(device, this.#assignments.sentAt(assignment), accuracy);
    const opened = this.#scheduler.finish(task);
    if (this.finished) this.#config.onFinished();
    else if (opened) for (const idle of this.#scheduler.takeAllIdle()) this.#advance(idle);
  }

  #refused(device: number, bytes: Uint8Array): void {
    const { task, reason } = this.#config.stream.refusal(bytes);
    const assignment = this.#assignments.find(task, device);
    assert(assignment !== NO_ASSIGNMENT, `Expected device ${device} to refuse a task it was given, got task ${task}`);
    if (reason === REFUSAL.full) {
      // There will be room once what it holds is acknowledged. An upload whose answer got lost comes twice.
      if (this.#assignments.phase(assignment) === PHASE.deferred) return;
      if (this.#assignments.phase(assignment) === PHASE.sending) this.#sending[device]!--;
      this.#assignments.setPhase(assignment, PHASE.deferred);
      this.#deferred[device]!++;
      return;
    }
    if (reason === REFUSAL.unsupported)
      throw new RunError(`device ${device}: expected its firmware to know the learner of task ${task}, it does not`);
    if (!this.#scheduler.exclude(device)) {
      throw new RunError(`device ${device}: expected a task to fit some device, it and all others refused theirs`);
    }
    this.#giveBack(device);
  }

  // --- failure (algorithms B.7) ------------------------------------------------------------------------------------

  /** Sees to it that a device which owes something is asked for a sign of life when it is silent. */
  #watch(device: number): void {
    if (this.#checking[device] === 1) return;
    this.#checking[device] = 1;
    this.#checkAt(device, this.#sim.now + this.#table.offlineAfter(device));
  }

  #checkAt(device: number, at: number): void {
    this.#sim.schedule(at, this.#source, device, this.#check, device, 0);
  }

  #checkOn(device: number): void {
    this.#checking[device] = 0;
    const owes = this.#scheduler.hasQueue(device) || this.#assignments.owes(device, this.#scheduler);
    if (!owes || this.#table.online[device] === 0) return;
    const now = this.#sim.now;
    const limit = this.#table.offlineAfter(device);
    const heardAt = this.#table.heardAt[device]!;
    const pingedAt = this.#table.pingedAt[device]!;
    this.#checking[device] = 1;
    this.#copyOverdue(device, now, limit);
    if (now - heardAt < limit) this.#checkAt(device, heardAt + limit);
    else if (pingedAt <= heardAt) {
      this.#table.pingedAt[device] = now;
      this.#fleet.stream(device, PING_STREAM, this.#config.stream.pingBytes, Number.POSITIVE_INFINITY);
      this.#checkAt(device, now + limit);
    } else if (now - pingedAt < limit) this.#checkAt(device, pingedAt + limit);
    else {
      this.#checking[device] = 0;
      this.#table.online[device] = 0;
      this.#giveBack(device);
    }
  }

  /** A task that takes much longer than expected on a device that lives may be copied like one that is expected to end late. */
  #copyOverdue(device: number, now: number, limit: number): void {
    const owed = this.#assignments.newestOwed(device);
    if (owed === NO_ASSIGNMENT || now - this.#assignments.sentAt(owed) < 2 * limit) return;
    if (this.#scheduler.markOverdue(this.#assignments.task(owed))) this.#callIdle();
  }

  /** A device's tasks go back to be given to others, those included whose results it may still hold. */
  #giveBack(device: number): void {
    const queued = this.#scheduler.releaseQueue(device);
    const owed = this.#assignments.releaseAll(device, this.#scheduler);
    this.#config.records.reassignedFrom(device, queued + owed);
    this.#sending[device] = 0;
    this.#deferred[device] = 0;
    this.#callIdle();
  }
}
