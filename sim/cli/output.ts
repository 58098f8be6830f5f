import { writeSync } from 'node:fs';
import { isatty, WriteStream } from 'node:tty';
import { codeOf, fileFault } from '../files/fault.ts';
import { RunError } from '../kernel/errors.ts';
import { escapeControls } from '../kernel/escape.ts';
import type { Io, Output } from './io.ts';

/** How long to wait for a reader that is slower than we are, where the descriptor does not wait by itself, ms. */
const RETRY_MS = 5;

/** Descriptors of the process. A thread's own standard streams pass what is written on later, and never are terminals. */
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/**
 * Opens standard output. A write returns when all is written, so a failure is known where it happens.
 * @throws RunError when it cannot be written: the disk is full, or its reader has closed it. A descriptor that was closed before the start
 *   cannot be told from /dev/null, which Node opens in its place.
 */
export function standardOutput(): Output {
  const write = (text: string) => {
    try {
      writeAll(STANDARD_OUTPUT, text);
    } catch (cause) {
      if (codeOf(cause) === 'EPIPE')
        throw new RunError('cannot write standard output: its reader has closed it', { cause });
      throw new RunError(fileFault('write', 'standard output', cause).message, { cause });
    }
  };
  return { ...terminalOf(STANDARD_OUTPUT), write };
}

/** Opens standard error. What cannot be written there is lost: there is nowhere left to say so, and the exit code still tells. */
export function standardError(): Output {
  const write = (text: string) => {
    try {
      writeAll(STANDARD_ERROR, text);
    } catch {}
  };
  return { ...terminalOf(STANDARD_ERROR), write };
}

/** Returns a view of the world whose outputs escape control characters: names and values come from other people's files. */
export function escaping(io: Io): Io {
  return { ...io, stdout: escapingOutput(io.stdout), stderr: escapingOutput(io.stderr) };
}

function escapingOutput(output: Output): Output {
  return { ...output, write: (text) => output.write(escapeControls(text)) };
}

function terminalOf(descriptor: number): Omit<Output, 'write'> {
  return isatty(descriptor) ? { terminal: new WriteStream(descriptor) } : {};
}

function writeAll(descriptor: number, text: string): void {
  let left: Uint8Array = Buffer.from(text);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(descriptor, left));
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
