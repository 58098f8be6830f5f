import { type G2tError, InputError, RunError } from '../kernel/errors.ts';

/** Whose fault a file system error is, and what to tell a person about it. */
const FAULTS: { readonly [code: string]: { readonly text: string; readonly input: boolean } } = {
  ENOENT: { text: 'no such file or folder', input: true },
  EISDIR: { text: 'it is a folder', input: true },
  ENOTDIR: { text: 'a part of the path is a file, not a folder', input: true },
  EACCES: { text: 'permission denied', input: true },
  EPERM: { text: 'permission denied', input: true },
  EROFS: { text: 'the file system is read-only', input: true },
  ENAMETOOLONG: { text: 'the name is too long', input: true },
  ELOOP: { text: 'its symbolic links go in a circle', input: true },
  ENOSPC: { text: 'the disk is full', input: false },
  EDQUOT: { text: 'the disk quota is used up', input: false },
  EMFILE: { text: 'too many files are open', input: false },
  EIO: { text: 'the disk reported an error', input: false },
};

export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}

/**
 * A file system error as one clear line: `cannot <doing> <path>: <why>`. An InputError where the path that was given is
 * wrong, a RunError where the machine failed.
 */
export function fileFault(doing: string, path: string, cause: unknown): G2tError {
  const code = codeOf(cause);
  const known = FAULTS[code];
  const why = known?.text ?? (cause instanceof Error ? cause.message : String(cause));
  const message = `cannot ${doing} ${path}: ${why}`;
  return known?.input === true ? new InputError(message, { cause }) : new RunError(message, { cause });
}
