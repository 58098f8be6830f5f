#!/usr/bin/env node
import { Worker } from 'node:worker_threads';
import { UnfinishedWrites } from '../files/unfinished.ts';
import { cleanLeftovers } from '../files/write.ts';
import { EXIT } from '../kernel/errors.ts';

// The command runs in a thread of its own, so that this one hears an interrupt whatever the command is doing.

/** How long a command has to hear that it is interrupted, and from then on to end by itself, ms. */
const GRACE_MS = 400;
/** How long its threads have to stop after that; only a call into the operating system can hold one up, ms. */
const STOP_MS = 550;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

// The command writes by the descriptors; what Node and worker threads say of themselves comes here, and may find them closed.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const unfinished = new UnfinishedWrites();
const command = new Worker(new URL('./command-thread.js', import.meta.url), { argv: process.argv.slice(2) });
let isInterrupted = false;
let timer: NodeJS.Timeout | undefined;

for (const signal of SIGNALS) {
  process.on(signal, () => {
    // A second Ctrl-C does not wait for the command to tidy up.
    if (isInterrupted) void end();
    else {
      isInterrupted = true;
      command.postMessage('interrupt');
      endLater();
    }
  });
}

function endLater(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void end(), GRACE_MS).unref();
}

/** Ends the command's threads wherever they are, and removes what they were writing. */
async function end(): Promise<void> {
  setTimeout(() => {
    cleanUp();
    // Without a listener this signal ends the process at once, which a shell calls 130 as well.
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, 'SIGINT');
  }, STOP_MS);
  await command.terminate();
  // Notices of what was being written have come by now; they are read in this thread's next turn.
  setImmediate(() => {
    cleanUp();
    process.exit(EXIT.interrupted);
  });
}

function cleanUp(): void {
  for (const target of unfinished.targets) cleanLeftovers(target);
}

// The command has heard of the interrupt, and tidies up.
command.on('message', endLater);

command.on('error', (error: NodeJS.ErrnoException) => {
  const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  process.stderr.write(
    isMemory
      ? 'the run needs more memory than Node allows; NODE_OPTIONS=--max-old-space-size=MiB allows more\n'
      : `g2t: internal error: ${error.message}\n`,
  );
});
command.on('exit', (code) => {
  // An interrupted command that was ended answers with the code of that end.
  if (process.exitCode === undefined) process.exitCode = isInterrupted ? EXIT.interrupted : code;
});
