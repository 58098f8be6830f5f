import { join } from 'node:path';
import { type InputFile, joinInputs } from '../data/input-file.ts';
import type { DatasetOptions } from '../data/options.ts';
import { InputError } from '../kernel/errors.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { LoadedSweep } from '../scenario/sweep.ts';
import { type DataInputs, inputsForSweep, inputsInFolder, recordedInputs } from './data-files.ts';

/** All files that a scenario and its variants read. @throws InputError where one is missing */
export function inputsOf(loaded: LoadedScenario, dataInputs: DataInputs): InputFile[] {
  return joinInputs([loaded.inputs, ...datasetsOf(loaded).map(dataInputs)]);
}

/** The data sets of a scenario and its variants. */
export function datasetsOf(loaded: LoadedScenario): DatasetOptions[] {
  return [loaded, ...loaded.variants.map((variant) => variant.loaded)].map(({ scenario }) => scenario.dataset);
}

/** What was made of files before. */
export interface Made {
  /** For messages: "the result", "the sweep". */
  readonly what: string;
  readonly inputs: readonly InputFile[];
  readonly datasets: readonly DatasetOptions[];
}

/**
 * Checks that a data folder holds the very files that something was made with.
 * @param dataInputs what is in the folder.
 * @throws InputError that names the first file that differs, what was expected and what came.
 */
export function checkData({ what, inputs, datasets }: Made, folder: string, dataInputs = inputsInFolder(folder)): void {
  const recorded = recordedInputs(inputs, what);
  for (const options of datasets) expectInputs(recorded(options), dataInputs(options), { folder, what });
}

/**
 * Checks that a data folder holds the files that a result was made with.
 * @returns all files that it was made with.
 */
export function checkResultData(
  manifest: { readonly inputs?: readonly InputFile[] | undefined },
  loaded: LoadedScenario,
  folder: string,
): readonly InputFile[] {
  const inputs = manifest.inputs ?? [];
  checkData({ what: 'the result', inputs, datasets: datasetsOf(loaded) }, folder);
  return inputs;
}

/** Checks that a data folder holds the files that a sweep was begun with. @throws InputError */
export function checkSweepData(
  {
    inputs,
    sweep: { datasets },
  }: { readonly inputs: readonly InputFile[]; readonly sweep: Pick<LoadedSweep, 'datasets'> },
  folder: string,
): void {
  checkData({ what: 'the sweep', inputs, datasets }, folder, inputsForSweep(datasets, inputsInFolder(folder)));
}

/** A file is not the one that something was made of: that says nothing of whether it can be made again. */
export class ChangedInputError extends InputError {}

/** @throws ChangedInputError that names the first file whose content or presence differs from what is expected. */
export function expectInputs(
  expected: readonly InputFile[],
  found: readonly InputFile[],
  { folder, what }: { readonly folder: string; readonly what: string },
): void {
  const difference = changedInput(expected, found);
  if (difference === undefined) return;
  const { file, was, is } = difference;
  const wanted =
    was === undefined
      ? `no file there, as when ${what} was made`
      : `the file that ${what} was made with (${inWords(was)})`;
  throw new ChangedInputError(`${join(folder, file)}: expected ${wanted}, got ${inWords(is)}`);
}

/** A file that two lists of inputs have not alike; `was` or `is` is undefined where one lacks it. */
export interface InputDifference {
  readonly file: string;
  readonly was: InputFile | undefined;
  readonly is: InputFile | undefined;
}

export function changedInput(before: readonly InputFile[], now: readonly InputFile[]): InputDifference | undefined {
  const keyed = (inputs: readonly InputFile[]) =>
    new Map(inputs.map((input) => [`${input.kind} ${input.file}`, input]));
  const [all, others] = [keyed(before), keyed(now)];
  for (const { kind, file } of joinInputs([before, now])) {
    const [was, is] = [all, others].map((inputs) => inputs.get(`${kind} ${file}`));
    if (was?.sha256 !== is?.sha256 || (was === undefined) !== (is === undefined)) return { file, was, is };
  }
  return undefined;
}

/** "another base.csv (SHA-256 ... then, SHA-256 ... now)". @param when what the two lists are of */
export function differenceInWords(
  { file, was, is }: InputDifference,
  when: readonly [string, string] = ['then', 'now'],
): string {
  return `another ${file} (${inWords(was)} ${when[0]}, ${inWords(is)} ${when[1]})`;
}

function inWords(input: InputFile | undefined): string {
  if (input === undefined) return 'none';
  return input.sha256 === null ? 'one that cannot be read' : `SHA-256 ${input.sha256}`;
}
