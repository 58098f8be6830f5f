import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InputError } from '../kernel/errors.ts';
import type { Table } from '../metrics/table.ts';
import type { ArrowMetadata } from './arrow.ts';

/** A table for the thread to read. */
export interface ArrowJob {
  readonly bytes: Uint8Array;
  readonly place: string;
}

/** What it answers: the table, or what is wrong with the file. */
export type ArrowAnswer =
  | { readonly table: Table; readonly metadata: ArrowMetadata; readonly fault?: undefined }
  | { readonly fault: string };

/** A thread loads compiled code, from the sources and from the compiled program alike. */
const WORKER = fileURLToPath(new URL('../../dist/files/arrow-worker.js', import.meta.url));
/** The longest time that a table may take, ms of real time: this, and more for a large file. Whole ones take 20 ms a megabyte. */
const LIMIT = { base: 10_000, perMegabyte: 1000 } as const;
const MEMORY_MB = 4096;

let worker: { readonly thread: Worker; readonly ready: Promise<void> } | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads an Arrow file as `readArrow` does, in a thread of its own with a limit of time and memory: one changed byte in a file can keep
 * the Arrow library busy for ever. The thread stays for further tables, and does not keep the program from ending.
 * @throws InputError when it is no Arrow file of ours, or one that cannot be read within the limit.
 */
export function readArrowGuarded(
  bytes: Uint8Array,
  place: string,
): Promise<{ readonly table: Table; readonly metadata: ArrowMetadata }> {
  // One after the other, so that each has the whole of its time.
  const read = last.then(() => readNext(bytes, place));
  last = read.catch(() => {});
  return read;
}

async function readNext(bytes: Uint8Array, place: string) {
  worker ??= start();
  const { thread, ready } = worker;
  thread.ref();
  let timer: NodeJS.Timeout | undefined;
  let forget = () => {};
  try {
    await ready;
    const milliseconds = LIMIT.base + (LIMIT.perMegabyte * bytes.length) / 1e6;
    const answer = await new Promise<ArrowAnswer>((resolve) => {
      const onError = (error: Error) => resolve({ fault: `a file that ends its reader (${error.message})` });
      thread.once('message', resolve);
      thread.once('error', onError);
      forget = () => thread.off('message', resolve).off('error', onError);
      timer = setTimeout(
        () => resolve({ fault: `one that takes longer than ${Math.round(milliseconds / 1000)} s to read` }),
        milliseconds,
      );
      thread.postMessage({ bytes, place } satisfies ArrowJob);
    });
    if (answer.fault === undefined) return answer;
    throw new InputError(`cannot read ${place}: expected a whole Arrow file, got ${answer.fault}`);
  } catch (error) {
    // Whatever it is at, the next table gets a thread that is not.
    worker = undefined;
    thread.terminate().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
    forget();
    thread.unref();
  }
}

function start() {
  if (!existsSync(WORKER)) throw new InputError(`cannot read ${WORKER}: not built; run \`npm run build\``);
  const thread = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB }, execArgv: [] });
  const ready = new Promise<void>((resolve, reject) => {
    thread.once('message', () => resolve());
    // It stays: an error of a thread that nobody listens to would end the program.
    thread.on('error', reject);
  });
  ready.catch(() => {});
  return { thread, ready };
}
