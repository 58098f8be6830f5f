import type { Socket } from 'node:net';

/** What a connection does: waits for the rest of a request, gets an answer, or carries a page's stream. */
type Use = 'waiting' | 'answering' | 'streaming';

/**
 * Keeps the number of connections below a limit without turning newcomers away: the oldest that waits for a request is closed for a new one, else the
 * oldest that is being answered. So connections that never complete a request cannot keep others out. Streams are counted elsewhere.
 */
export class Connections {
  readonly #most: number;
  readonly #uses = new Map<Socket, Use>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#uses.size;
  }

  add(socket: Socket): void {
    this.#uses.set(socket, 'waiting');
    socket.once('close', () => this.#uses.delete(socket));
    if (this.#uses.size > this.#most) (this.#oldest('waiting', socket) ?? this.#oldest('answering', socket))?.destroy();
  }

  /** Notes what a connection does from now on; it counts as its newest in that use. */
  use(socket: Socket, use: Use): void {
    if (!this.#uses.delete(socket)) return;
    this.#uses.set(socket, use);
  }

  #oldest(use: Use, except: Socket): Socket | undefined {
    for (const [socket, its] of this.#uses) if (its === use && socket !== except) return socket;
    return undefined;
  }
}
