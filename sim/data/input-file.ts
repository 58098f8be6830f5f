import { z } from 'zod';
import { InputError } from '../kernel/errors.ts';
import { staysBelow } from '../kernel/path.ts';

const inputFile = z.strictObject({
  kind: z.enum(['data', 'board']),
  file: z.string().min(1).refine(staysBelow),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

/**
 * A file that a run reads beside its scenario, as manifests, ids and digests know it.
 *
 * - `kind`: `data`, a file of a data set, named from the data folder; `board`, a board file, named from the scenario's folder
 * - `file`: its path with '/' between steps
 * - `sha256`: of the bytes on disk, in hex; null in the plan of a sweep for a file that could not be read
 */
export type InputFile = Readonly<z.output<typeof inputFile>>;

/** Input files as they stand in a manifest, a sweep's marker or a job; none where nothing stands. @throws InputError */
export function readInputs(value: unknown, place: string): readonly InputFile[] {
  const read = z.array(inputFile).safeParse(value ?? []);
  if (read.success) return read.data;
  throw new InputError(
    `${place}: expected inputs to be a list of files, each with kind (data or board), file and sha256, got something else`,
  );
}

/** Joins lists of input files: each file once, ordered by kind and path. */
export function joinInputs(lists: Iterable<readonly InputFile[]>): InputFile[] {
  const all = new Map<string, InputFile>();
  for (const list of lists) for (const input of list) all.set(`${input.kind} ${input.file}`, input);
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, input]) => input);
}

/** The inputs as text that is hashed into ids and digests, a line a file; empty for none. */
export function inputsText(inputs: readonly InputFile[]): string {
  return inputs.map(({ kind, file, sha256 }) => `${kind} ${sha256 ?? 'unreadable'}  ${file}\n`).join('');
}

/** The inputs that lie beside a scenario, whose content is part of it once it is loaded. */
export function besideOf(inputs: readonly InputFile[]): InputFile[] {
  return inputs.filter(({ kind }) => kind !== 'data');
}
