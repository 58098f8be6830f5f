import { PriorityHeap } from './priority-heap.ts';
import type { Inventory, WorkList } from './work-list.ts';

const PENDING = 0;
const SENT = 1;
const DONE = 2;

/** What `next` answers beside a task. */
export const NOTHING = -1;

export interface SchedulerOptions {
  /** Most devices that train one task at a time. */
  readonly redundancy: number;
  readonly barrier: boolean;
  /** How long a task is expected to take on a device, ns. */
  readonly taskTime: (device: number) => number;
  /** Whether a device was given a task before: it is given no copy of it. */
  readonly wasGiven: (device: number, task: number) => boolean;
}

/**
 * Decides which device trains what next (algorithms B.7): first what was allocated to it, then what others had to give
 * back, the oldest first, then, when no task waits anywhere, a copy of the task in flight that is expected to end last,
 * if the copy is expected to end sooner. Devices with nothing to do wait, and the fastest of them is called first.
 */
export class Scheduler {
  readonly tasks: number;
  #done = 0;
  #reassigned = 0;
  readonly #work: WorkList;
  readonly #options: SchedulerOptions;
  readonly #rate: Float64Array;
  readonly #fits: Uint8Array;
  readonly #status: Uint8Array;
  /** Live owners of each task. */
  readonly #owners: Uint8Array;
  readonly #position: Int32Array;
  readonly #pool: number[] = [];
  #poolHead = 0;
  #pending: number;
  /** Set when the last waiting task was taken: those in flight may be copied from now on. */
  #ranOut = false;
  readonly #idle: PriorityHeap;
  /** Tasks in flight by expected end; only kept once nothing waits any more. */
  readonly #late: PriorityHeap;
  readonly #expectedEnd: Float64Array;
  /** With a barrier: the round that is open, and the tasks left in each. */
  #openRound = 0;
  readonly #leftInRound: Int32Array;

  constructor(work: WorkList, inventory: Inventory, options: SchedulerOptions) {
    this.tasks = work.tasks;
    this.#work = work;
    this.#options = options;
    this.#rate = inventory.benchMicroseconds.map((us) => 1 / us);
    this.#fits = inventory.fits.slice();
    this.#status = new Uint8Array(work.tasks);
    this.#owners = new Uint8Array(work.tasks);
    this.#position = work.first.slice();
    this.#pending = work.tasks;
    this.#idle = new PriorityHeap(inventory.devices);
    this.#late = new PriorityHeap(work.tasks);
    this.#expectedEnd = new Float64Array(work.tasks);
    let rounds = 0;
    for (const round of work.round) rounds = Math.max(rounds, round + 1);
    this.#leftInRound = new Int32Array(rounds);
    for (const round of work.round) this.#leftInRound[round]!++;
  }

  get done(): number {
    return this.#done;
  }

  get reassigned(): number {
    return this.#reassigned;
  }

  isDone(task: number): boolean {
    return this.#status[task] === DONE;
  }

  /** Whether a device has allocated tasks that it was not sent yet. */
  hasQueue(device: number): boolean {
    return this.#position[device]! < this.#work.end[device]!;
  }

  /** Whether `task` ends a round of the device's own queue, or was given to it from elsewhere: its result is due at once. */
  isLast(task: number, device: number): boolean {
    const own = task >= this.#work.first[device]! && task < this.#work.end[device]!;
    if (!own || task + 1 === this.#work.end[device]!) return true;
    return this.#work.round[task + 1] !== this.#work.round[task];
  }

  /** The next task for a device, which it then owns; NOTHING lets it wait until `takeIdle` names it. */
  next(device: number, now: number): number {
    const own = this.nextOwn(device, now);
    if (own !== NOTHING) return own;
    const task = this.#pickOther(device, now);
    if (task !== NOTHING) return this.#own(task, device, now);
    if (this.#fits[device] === 1) this.#idle.add(device, this.#rate[device]!);
    return NOTHING;
  }

  /** The next task of a device's own queue, which it then owns; NOTHING when there is none, or a barrier is before it. */
  nextOwn(device: number, now: number): number {
    const end = this.#work.end[device]!;
    while (this.#fits[device] === 1 && this.#position[device]! < end) {
      const task = this.#position[device]!;
      if (this.#options.barrier && this.#work.round[task]! > this.#openRound) return NOTHING;
      this.#position[device] = task + 1;
      if (this.#status[task] === PENDING) return this.#own(task, device, now);
    }
    return NOTHING;
  }

  #own(task: number, device: number, now: number): number {
    this.#owners[task]!++;
    this.#expectedEnd[task] = now + this.#options.taskTime(device);
    if (this.#status[task] === PENDING) {
      this.#status[task] = SENT;
      this.#pending--;
      if (this.#pending === 0) this.#gatherLate();
    }
    if (this.#pending === 0 && this.#owners[task]! < this.#options.redundancy)
      this.#late.add(task, this.#expectedEnd[task]!);
    return task;
  }

  /** Whether, since this was asked last, tasks in flight may be copied: devices that wait should be called. */
  ranOut(): boolean {
    const ranOut = this.#ranOut;
    this.#ranOut = false;
    return ranOut;
  }

  /** The fastest waiting device, if there may be something for it; NOTHING otherwise. */
  takeIdle(): number {
    if (this.#idle.size === 0) return NOTHING;
    const something = this.#poolHead < this.#pool.length || (this.#pending === 0 && this.#late.size > 0);
    return something ? this.#idle.take() : NOTHING;
  }

  /** Devices that wait at a barrier which has opened; call after `finish` said so. */
  takeAllIdle(): number[] {
    return Array.from({ length: this.#idle.size }, () => this.#idle.take());
  }

  /**
   * A valid result is there.
   * @returns whether it opened a barrier.
   */
  finish(task: number): boolean {
    if (this.#status[task] === PENDING) this.#pending--;
    this.#status[task] = DONE;
    this.#done++;
    const round = this.#work.round[task]!;
    this.#leftInRound[round]!--;
    const before = this.#openRound;
    while (this.#openRound < this.#leftInRound.length && this.#leftInRound[this.#openRound] === 0) this.#openRound++;
    return this.#options.barrier && this.#openRound > before;
  }

  /** A device gives back its queue. @returns how many tasks. */
  releaseQueue(device: number): number {
    let released = 0;
    for (let task = this.#position[device]!; task < this.#work.end[device]!; task++) {
      if (this.#status[task] !== PENDING) continue;
      this.#pool.push(task);
      released++;
    }
    this.#position[device] = this.#work.end[device]!;
    return released;
  }

  /** A device no longer trains a task that it was given. @returns whether the task must be given to another. */
  releaseTask(task: number): boolean {
    this.#owners[task]!--;
    if (this.#status[task] !== SENT || this.#owners[task]! > 0) return false;
    this.#status[task] = PENDING;
    this.#pending++;
    this.#pool.push(task);
    return true;
  }

  /** A task in flight is past all expectation: it counts as never ending. @returns whether it may be copied. */
  markOverdue(task: number): boolean {
    const may =
      this.#pending === 0 &&
      this.#status[task] === SENT &&
      this.#owners[task]! < this.#options.redundancy &&
      !this.#late.has(task);
    if (!may) return false;
    this.#expectedEnd[task] = Number.POSITIVE_INFINITY;
    this.#late.add(task, Number.POSITIVE_INFINITY);
    return true;
  }

  /** A device is given nothing any more: its memory holds no task. @returns whether any device is left. */
  exclude(device: number): boolean {
    this.#fits[device] = 0;
    return this.#fits.includes(1);
  }

  #pickOther(device: number, now: number): number {
    if (this.#fits[device] === 0) return NOTHING;
    while (this.#poolHead < this.#pool.length) {
      const task = this.#pool[this.#poolHead++]!;
      if (this.#status[task] !== PENDING) continue;
      this.#reassigned++;
      return task;
    }
    return this.#pending === 0 ? this.#pickLate(device, now) : NOTHING;
  }

  #pickLate(device: number, now: number): number {
    const own: number[] = [];
    let found = NOTHING;
    while (found === NOTHING && this.#late.size > 0) {
      const task = this.#late.peek();
      const open = this.#status[task] === SENT && this.#owners[task]! < this.#options.redundancy;
      if (open && now + this.#options.taskTime(device) >= this.#expectedEnd[task]!) break;
      this.#late.take();
      if (!open) continue;
      if (this.#options.wasGiven(device, task)) own.push(task);
      else found = task;
    }
    for (const task of own) this.#late.add(task, this.#expectedEnd[task]!);
    return found;
  }

  #gatherLate(): void {
    if (this.#options.redundancy < 2) return;
    this.#ranOut = true;
    for (let task = 0; task < this.tasks; task++) {
      if (this.#status[task] === SENT) this.#late.add(task, this.#expectedEnd[task]!);
    }
  }
}
