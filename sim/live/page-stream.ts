import type { ServerResponse } from 'node:http';
import type { Cursor } from './history.ts';

/** Bytes that wait for a page to read them; past that it is told nothing until it has. */
const MOST_WAITING = 256 * 1024;
/** A page that has read nothing for so long is let go, ms: it may come back, and gets all of it anew. */
const LONGEST_SILENCE = 60_000;

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
    if (this.ready) this.#behindSince = now;
    return now - this.#behindSince > LONGEST_SILENCE;
  }

  send(event: string, data: unknown): void {
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(): void {
    this.#response.destroy();
  }
}
