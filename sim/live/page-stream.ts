import type { ServerResponse } from 'node:http';
import type { Cursor } from './history.ts';

/** Bytes that wait for a page to read them; past that it is told nothing until it has. */
const MOST_WAITING = 256 * 1024;
/** A page that has read nothing for so long is let go, ms: it may come back, and gets all of it anew. The second while it is probed. */
const LONGEST_SILENCE = 60_000;
const LONGEST_PROBE = 1_000;
/** Between two probes of a page, ms. */
const PROBE_EVERY = 10_000;
/** A probe is comments, which a page skips: more than the system's own buffers hold. */
const PROBE = Buffer.alloc(1024 * 1024, `:${' '.repeat(1022)}\n`);
const PROBE_TIMES = 16;

/** What a page knows already. */
export interface Known {
  generation: number;
  metrics: Cursor | undefined;
  rounds: Cursor | undefined;
  message: number;
  watched: number;
  states: Uint8Array | undefined;
  /** When last something was sent that waited to be shown, by the number of the snapshot. */
  snapshot: number;
}

/** One page's stream of server-sent events. Nothing ever waits in line for it: it is told what is new when it can take it. */
export class PageStream {
  readonly known: Known = {
    generation: 0,
    metrics: undefined,
    rounds: undefined,
    message: 0,
    watched: -1,
    states: undefined,
    snapshot: 0,
  };
  readonly #response: ServerResponse;
  #behindSince = 0;
  #probedAt = Number.NEGATIVE_INFINITY;
  #patience = LONGEST_SILENCE;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    // A page whose connection broke asks again after a second.
    response.write('retry: 1000\n\n');
  }

  /** Whether it has read what it was sent. */
  get ready(): boolean {
    return !this.#response.destroyed && this.#response.writableLength < MOST_WAITING;
  }

  /** Whether it has not read for so long that it is best let go. @param now ms. */
  abandoned(now: number): boolean {
    if (this.ready) {
      this.#behindSince = now;
      this.#patience = LONGEST_SILENCE;
    }
    return now - this.#behindSince > this.#patience;
  }

  /** Finds out whether it still reads: soon it is ready again, or abandoned. What the system holds for it looks read from here. @param now ms. */
  probe(now: number): void {
    if (!this.ready || now - this.#probedAt < PROBE_EVERY) return;
    this.#probedAt = now;
    this.#behindSince = now;
    this.#patience = LONGEST_PROBE;
    for (let n = 0; n < PROBE_TIMES; n++) this.#response.write(PROBE);
  }

  send(event: string, data: unknown): void {
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(): void {
    this.#response.destroy();
  }
}
