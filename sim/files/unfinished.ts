import { BroadcastChannel } from 'node:worker_threads';

/** What a thread tells when it begins to write a file or folder whole, and when that is done or has failed. */
interface Notice {
  readonly target: string;
  readonly isWritten: boolean;
}

/** Reaches all threads of this process and none of another. */
function openChannel(): BroadcastChannel {
  const channel = new BroadcastChannel('globe2train.unfinished');
  channel.unref();
  return channel;
}

let notices: BroadcastChannel | undefined;

/** Tells the threads that listen that a file or folder is about to be written, or no longer is. */
export function announce(target: string, isWritten: boolean): void {
  notices ??= openChannel();
  const notice: Notice = { target, isWritten };
  notices.postMessage(notice);
}

/** Knows what the other threads are writing, for the thread that may have to end them in the middle of it. */
export class UnfinishedWrites {
  readonly #counts = new Map<string, number>();

  constructor() {
    openChannel().onmessage = (event) => {
      const { target, isWritten } = (event as unknown as { readonly data: Notice }).data;
      this.#counts.set(target, (this.#counts.get(target) ?? 0) + (isWritten ? -1 : 1));
    };
  }

  /** Absolute paths of the files and folders of which a temporary sibling may lie there. */
  get targets(): string[] {
    return [...this.#counts].filter(([, count]) => count > 0).map(([target]) => target);
  }
}
