import { parentPort } from 'node:worker_threads';
import { main } from './app.ts';
import { standardError, standardOutput } from './output.ts';

// Runs one command in a thread; main.ts, which started it, tells it when the person wants it to stop.

const interrupt = new AbortController();
parentPort!.once('message', () => {
  interrupt.abort();
  parentPort!.postMessage('heard');
});
parentPort!.unref();

process.exitCode = await main(process.argv.slice(2), {
  stdout: standardOutput(),
  stderr: standardError(),
  env: process.env,
  interrupt: interrupt.signal,
});
