import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { checkWritable, writeFileWhole } from '../files/write.ts';
import { EXIT, InputError } from '../kernel/errors.ts';
import { folderOf } from './data-command.ts';
import type { Io } from './io.ts';
import { type Arguments, flag, positional, text } from './usage.ts';

/** Packs a result with all that it takes to make it again. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const folder = positional(args, 'result');
  const out = text(args, 'out') ?? `${basename(resolve(folder))}.tar.gz`;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new InputError(`bundle: expected the folder of a result or sweep, got ${folder}`);
  }
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw new InputError(`--out: expected a file to write, got the folder ${out}`);
  }
  checkWritable(resolve(out, '..'));
  const { bundleFolder } = await import('./bundle.ts');
  const bytes = await bundleFolder(folder, folderOf(args, io));
  writeFileWhole(out, bytes);
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify({ bundle: out, bytes: bytes.length })}\n`);
  else if (!flag(args, 'quiet')) io.stdout.write(`${out}: ${(bytes.length / 1e6).toFixed(2)} MB\n`);
  return EXIT.done;
}
