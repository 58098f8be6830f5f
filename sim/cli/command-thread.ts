import { isatty, WriteStream } from 'node:tty';
import { parentPort } from 'node:worker_threads';
import { main } from './app.ts';
import type { Output } from './io.ts';

// Runs one command in a thread; main.ts, which started it, tells it when the person wants it to stop.

const interrupt = new AbortController();
parentPort!.once('message', () => interrupt.abort());
parentPort!.unref();

/** A thread's own standard streams are never terminals: its terminal is opened by its descriptor. */
function output(descriptor: 1 | 2, otherwise: Output): Output {
  return isatty(descriptor) ? new WriteStream(descriptor) : otherwise;
}

process.exitCode = await main(process.argv.slice(2), {
  stdout: output(1, process.stdout),
  stderr: output(2, process.stderr),
  env: process.env,
  interrupt: interrupt.signal,
});
