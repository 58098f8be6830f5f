import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cleanScratchFolders } from '../files/scratch.ts';
import { EXIT } from '../kernel/errors.ts';
import type { Io } from './io.ts';
import { withEngine } from './run-command.ts';
import { type Arguments, flag, positional, quantityOption } from './usage.ts';

/** Runs a result, a sweep, or what a bundle holds, again; a difference is exit code 1. */
export async function verify(args: Arguments, io: Io): Promise<number> {
  const result = positional(args, 'result');
  cleanScratchFolders();
  const isBundle = statSync(result, { throwIfNoEntry: false })?.isFile() === true;
  const foreign = {
    trust: flag(args, 'trust'),
    callSeconds: quantityOption(args, 'timeout', 'time', { min: 0.1 }),
    say: (line: string) => void io.stderr.write(`verify: ${line}\n`),
  };
  const outcome = await withEngine(args, io, 'verify', async (engine, options) => {
    const { SWEEP_MARKER } = await import('../run/sweep-store.ts');
    if (isBundle) return (await import('./bundle.ts')).verifyBundle(result, { ...options, ...foreign });
    if (existsSync(join(result, SWEEP_MARKER)))
      return (await import('./verify-sweep.ts')).verifySweepFolder(result, options);
    return engine.verifyResult(result, options);
  });
  for (const note of outcome.notes ?? []) if (!flag(args, 'quiet')) io.stderr.write(`verify: ${note}\n`);
  const { same, expected, digest, difference } = outcome;
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify(outcome)}\n`);
  else if (same) {
    const what = outcome.replayed ?? `the same, digest ${digest}`;
    if (!flag(args, 'quiet')) io.stdout.write(`${result}: ${what}\n`);
  } else if (outcome.replayed !== undefined) io.stderr.write(`${result}: ${outcome.replayed} differ: ${difference}\n`);
  else {
    const digests =
      expected === digest ? `the run is the same, digest ${digest}` : `expected digest ${expected}, got ${digest}`;
    io.stderr.write(`${result}: ${digests}\n`);
    if (difference !== null) io.stderr.write(`first difference: ${difference}\n`);
  }
  return same ? EXIT.done : EXIT.failed;
}

/** The first event in which two runs differ; differing is exit code 1. */
export async function diff(args: Arguments, io: Io): Promise<number> {
  const a = positional(args, 'result');
  const b = positional(args, 'other');
  const outcome = await withEngine(args, io, 'diff', (engine, options) => engine.diffResults(a, b, options));
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify(outcome)}\n`);
  else if (outcome.same) {
    if (!flag(args, 'quiet')) io.stdout.write('the same\n');
  } else io.stdout.write(`${outcome.difference ?? 'they differ'}\n`);
  return outcome.same ? EXIT.done : EXIT.failed;
}
