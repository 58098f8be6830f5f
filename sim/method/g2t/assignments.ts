import { GrowableF64, GrowableI32 } from '../../metrics/growable.ts';
import type { Scheduler } from './scheduler.ts';

/** Ends a chain of assignments. */
export const NO_ASSIGNMENT = -1;

/** Where an assignment stands, as the server sees it. */
export const PHASE = {
  sending: 0,
  /** The device has taken all of it. */
  drained: 1,
  /** Its stream did not get through. */
  lost: 2,
  /** The device had no room for it yet. */
  deferred: 3,
  /** It was given to others. */
  released: 4,
} as const;

/**
 * Who was given which task, and when: one record an assignment. The assignments of one task form a chain, the newest
 * first; so do the assignments of one device whose results are still owed. Times in ns.
 */
export class Assignments {
  readonly #task = new GrowableI32(64);
  readonly #device = new GrowableI32(64);
  readonly #previousOfTask = new GrowableI32(64);
  readonly #previousOfDevice = new GrowableI32(64);
  readonly #withConfig = new GrowableI32(64);
  readonly #phase = new GrowableI32(64);
  /** 1 once its result was there. */
  readonly #arrived = new GrowableI32(64);
  readonly #sentAt = new GrowableF64(64);
  readonly #workedAt = new GrowableF64(64);
  readonly #flop = new GrowableF64(64);
  readonly #newestOfTask: Int32Array;
  readonly #newestOfDevice: Int32Array;

  constructor(tasks: number, devices: number) {
    this.#newestOfTask = new Int32Array(tasks).fill(NO_ASSIGNMENT);
    this.#newestOfDevice = new Int32Array(devices).fill(NO_ASSIGNMENT);
  }

  add(task: number, device: number): number {
    const assignment = this.#task.length;
    this.#task.push(task);
    this.#device.push(device);
    this.#previousOfTask.push(this.#newestOfTask[task]!);
    this.#previousOfDevice.push(this.#newestOfDevice[device]!);
    this.#withConfig.push(0);
    this.#phase.push(PHASE.sending);
    this.#arrived.push(0);
    this.#sentAt.push(-1);
    this.#workedAt.push(-1);
    this.#flop.push(0);
    this.#newestOfTask[task] = assignment;
    this.#newestOfDevice[device] = assignment;
    return assignment;
  }

  /** The newest assignment of a task to this device, NO_ASSIGNMENT if it never was given to it. */
  find(task: number, device: number): number {
    let assignment = this.#newestOfTask[task]!;
    while (assignment !== NO_ASSIGNMENT && this.#device.at(assignment) !== device) {
      assignment = this.#previousOfTask.at(assignment);
    }
    return assignment;
  }

  /**
   * A result of the task came from this device, which was given it.
   * @returns the assignment that it is the result of, the oldest that was worked on and has none yet; NO_ASSIGNMENT where
   *   there is no such: the result came a second time.
   */
  arrive(task: number, device: number): number {
    let found = NO_ASSIGNMENT;
    for (let a = this.#newestOfTask[task]!; a !== NO_ASSIGNMENT; a = this.#previousOfTask.at(a)) {
      const waits = this.#device.at(a) === device && this.#workedAt.at(a) >= 0 && this.#arrived.at(a) === 0;
      if (waits) found = a;
    }
    if (found !== NO_ASSIGNMENT) this.#arrived.set(found, 1);
    return found;
  }

  /** Whether the device was given a task whose result is not there yet. Forgets those of its tasks that are done. */
  owes(device: number, scheduler: Scheduler): boolean {
    let newest = this.#newestOfDevice[device]!;
    while (newest !== NO_ASSIGNMENT && scheduler.isDone(this.#task.at(newest)))
      newest = this.#previousOfDevice.at(newest);
    this.#newestOfDevice[device] = newest;
    return newest !== NO_ASSIGNMENT;
  }

  /** The newest assignment that the device owes, as of the last `owes`; NO_ASSIGNMENT when none. */
  newestOwed(device: number): number {
    return this.#newestOfDevice[device]!;
  }

  /** What the device owes and is in a phase, the oldest first. */
  owedIn(device: number, phase: number): number[] {
    const found: number[] = [];
    for (let a = this.#newestOfDevice[device]!; a !== NO_ASSIGNMENT; a = this.#previousOfDevice.at(a)) {
      if (this.#phase.at(a) === phase) found.push(a);
    }
    return found.reverse();
  }

  phase(assignment: number): number {
    return this.#phase.at(assignment);
  }

  setPhase(assignment: number, phase: number): void {
    this.#phase.set(assignment, phase);
  }

  /** Takes all that the device owes from it. @returns how many tasks must go to others. */
  releaseAll(device: number, scheduler: Scheduler): number {
    let released = 0;
    let assignment = this.#newestOfDevice[device]!;
    this.#newestOfDevice[device] = NO_ASSIGNMENT;
    for (; assignment !== NO_ASSIGNMENT; assignment = this.#previousOfDevice.at(assignment)) {
      const task = this.#task.at(assignment);
      this.#phase.set(assignment, PHASE.released);
      if (!scheduler.isDone(task) && scheduler.releaseTask(task)) released++;
    }
    return released;
  }

  task(assignment: number): number {
    return this.#task.at(assignment);
  }

  /** Notes when its stream was handed to the network, and whether CONFIG goes before the task. */
  sent(assignment: number, at: number, withConfig: boolean): void {
    this.#phase.set(assignment, PHASE.sending);
    this.#sentAt.set(assignment, at);
    this.#withConfig.set(assignment, withConfig ? 1 : 0);
  }

  sentAt(assignment: number): number {
    return this.#sentAt.at(assignment);
  }

  withConfig(assignment: number): boolean {
    return this.#withConfig.at(assignment) === 1;
  }

  get count(): number {
    return this.#task.length;
  }

  /** Notes when the device had trained it, and what that took. */
  worked(assignment: number, at: number, flop: number): void {
    this.#workedAt.set(assignment, at);
    this.#flop.set(assignment, this.#flop.at(assignment) + flop);
  }

  flop(assignment: number): number {
    return this.#flop.at(assignment);
  }

  workedAt(assignment: number): number {
    return this.#workedAt.at(assignment);
  }
}
