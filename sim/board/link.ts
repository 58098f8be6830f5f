/** Bytes to a board and back, whatever carries them. */
export interface Link {
  /** How a person knows it: "qemu:microbit", "serial:/dev/ttyACM0". */
  readonly name: string;
  /** What it carries; undefined where that does not matter (a pipe). */
  readonly bytesPerSecond: number | undefined;
  /** The process behind it, where there is one. */
  readonly process?: number | undefined;
  /** Sends bytes. What was sent to a link that is gone is lost; `onEnd` tells. */
  write(bytes: Uint8Array): void;
  /** Called with whatever arrives, cut anywhere. Set once, before anything is written. */
  onBytes(take: (bytes: Uint8Array) => void): void;
  /** Called once when the link is gone, with why in words; at once where it is gone already. Not called by `close`. */
  onEnd(end: (why: string) => void): void;
  /** Lets go of the board: a process is ended, a port closed. May be called again. */
  close(): Promise<void>;
}

/** What the implementations of a link share: who listens, and that an end is told once. */
export class LinkEvents {
  #take: ((bytes: Uint8Array) => void) | undefined;
  #end: ((why: string) => void) | undefined;
  #why: string | undefined;
  #closed = false;

  /** Whether the link is gone, or was let go of. */
  get over(): boolean {
    return this.#closed || this.#why !== undefined;
  }

  onBytes(take: (bytes: Uint8Array) => void): void {
    this.#take = take;
  }

  onEnd(end: (why: string) => void): void {
    this.#end = end;
    if (this.#why !== undefined && !this.#closed) end(this.#why);
  }

  arrived(bytes: Uint8Array): void {
    if (!this.#closed) this.#take?.(bytes);
  }

  ended(why: string): void {
    if (this.over) return;
    this.#why = why;
    this.#end?.(why);
  }

  closed(): void {
    this.#closed = true;
  }
}
