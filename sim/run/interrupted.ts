/** The person asked the run to stop. */
export class Interrupted extends Error {}

/** A sweep was stopped by a person; what stands is kept. */
export class SweepInterrupted extends Interrupted {
  readonly folder: string;
  /** Runs that have ended, those that failed included. */
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  constructor(at: { readonly folder: string; readonly done: number; readonly failed: number; readonly total: number }) {
    super();
    this.folder = at.folder;
    this.done = at.done;
    this.failed = at.failed;
    this.total = at.total;
  }
}
