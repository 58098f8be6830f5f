#!/usr/bin/env node
import { EXIT } from '../kernel/errors.ts';
import { main } from './app.ts';
import { standardError, standardOutput } from './output.ts';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  // A second Ctrl-C does not wait for the command to tidy up.
  if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
  interrupt.abort();
});

process.exitCode = await main(process.argv.slice(2), {
  stdout: standardOutput(process.stdout),
  stderr: standardError(process.stderr),
  env: process.env,
  interrupt: interrupt.signal,
});
