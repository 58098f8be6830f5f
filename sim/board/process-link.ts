import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { RunError } from '../kernel/errors.ts';
import { type Link, LinkEvents } from './link.ts';

/** How long a process may take to end after it was told to, ms. */
const ENDS_WITHIN_MS = 2000;
/** How much of what a process says on stderr is kept for an error. */
const SAID = 2000;

/** Processes that are still there: none outlives the program. */
const running = new Set<ChildProcessWithoutNullStreams>();
let watching = false;

function watch(child: ChildProcessWithoutNullStreams): void {
  running.add(child);
  child.on('exit', () => running.delete(child));
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const each of running) each.kill('SIGKILL');
  });
}

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What to tell a person who has no such command. */
  readonly missing: string;
  /** What the wire behind it carries; undefined where that does not matter. */
  readonly bytesPerSecond?: number | undefined;
  /** Whether it speaks for a board: why it ends is then what it says last, and the process is of no interest. */
  readonly speaks?: boolean;
}

/** A program that speaks the protocol on its standard input and output: the native board, or an emulator. @throws RunError */
export async function openProcess({ name, command, args, missing, bytesPerSecond, speaks }: Program): Promise<Link> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  watch(child);
  const events = new LinkEvents();
  let said = '';
  child.stdout.on('data', (bytes: Uint8Array) => events.arrived(bytes));
  child.stderr.on('data', (text: Uint8Array) => {
    said = (said + new TextDecoder().decode(text)).slice(-SAID);
  });
  // A pipe that breaks is followed by the process's end, which says more.
  child.stdin.on('error', () => {});
  const gone = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      const last = said.trim().split('\n').at(-1) ?? '';
      const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      events.ended(speaks === true && last !== '' ? last : `its process ${how}${last === '' ? '' : ` (${last})`}`);
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.on('spawn', resolve);
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? missing : `cannot start ${command}: ${cause.message}`;
      reject(new RunError(`${name}: ${why}`, { cause }));
    });
  });
  return {
    name,
    bytesPerSecond,
    process: child.pid,
    write: (bytes) => {
      if (!events.over) child.stdin.write(bytes);
    },
    onBytes: (take) => events.onBytes(take),
    onEnd: (end) => events.onEnd(end),
    close: async () => {
      events.closed();
      child.kill('SIGKILL');
      await Promise.race([gone, waited(ENDS_WITHIN_MS)]);
    },
  };
}

function waited(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
