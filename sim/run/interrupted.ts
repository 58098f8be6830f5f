/** The person asked the run to stop. */
export class Interrupted extends Error {}

/** A sweep was stopped by a person; what stands is kept. */
export class SweepInterrupted extends Interrupted {
  readonly folder: string;
  readonly done: number;
  readonly total: number;
  constructor(at: { readonly folder: string; readonly done: number; readonly total: number }) {
    super();
    this.folder = at.folder;
    this.done = at.done;
    this.total = at.total;
  }
}
