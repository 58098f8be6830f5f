import { hostname } from 'node:os';
import { digestText } from '../kernel/digest.ts';
import { codeOf } from './fault.ts';

/** This machine in the names of temporary files. */
export const HOST = digestText(hostname()).slice(0, 6);

/** Returns whether a process of this machine has ended. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (cause) {
    return codeOf(cause) === 'ESRCH';
  }
}
