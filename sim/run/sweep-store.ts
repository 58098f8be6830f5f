import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type InputFile, readInputs } from '../data/input-file.ts';
import { canonicalJson } from '../files/json.ts';
import { checkWritable, cleanFolder, writeFileWhole } from '../files/write.ts';
import { InputError } from '../kernel/errors.ts';
import { count, readChecked, words } from './checked-json.ts';
import { recordedInputs } from './data-files.ts';
import { changedInput, differenceInWords } from './input-check.ts';
import type { Firmware } from './inputs.ts';
import { BOARDS, readSweepFolder } from './scenario-files.ts';
import { type Shard, shardText } from './shard.ts';
import { idOf } from './store.ts';
import { type PlannedRun, type RunRecord, SweepPlan } from './sweep-plan.ts';
import { intactRecord, recordText, storedRecord } from './sweep-record.ts';

/** The file by which a folder is known to hold a sweep. */
export const SWEEP_MARKER = 'sweep.json';
const RUNS = 'runs';

/** `sweep.json`: which sweep the folder is of. The same for every shard. */
interface SweepMarker {
  readonly schema: 1;
  readonly kind: 'sweep';
  readonly id: string;
  readonly name: string;
  readonly firmware: { readonly sha256: string };
  readonly points: number;
  /** The most runs that there can be. */
  readonly runs: number;
  /** The files that its runs read; left out where they read none. */
  readonly inputs?: readonly InputFile[];
  /** The command line's part; sweep.yaml and scenario.yaml beside this file are the rest. */
  readonly set: readonly string[];
}

const markerSchema = z.looseObject({
  schema: z.literal(1),
  kind: z.literal('sweep'),
  id: words,
  name: words,
  firmware: z.looseObject({ sha256: words }),
  points: count,
  runs: count,
  // `readInputs` says what is wrong with them.
  inputs: z.custom<readonly InputFile[]>().optional(),
  set: z.array(words),
}) as unknown as z.ZodType<SweepMarker>;

/** The default folder of a sweep below `outDir`, or of one of its shards. */
export function sweepFolder(outDir: string, plan: SweepPlan, shard: Shard | undefined): string {
  const part = shard === undefined ? '' : `-shard-${shard.number}-of-${shard.of}`;
  return join(outDir, `${plan.sweep.name}-${plan.id.slice(0, 8)}${part}`);
}

/** Where the record of a run lies in a sweep's folder. */
export function recordFile(folder: string, id: string): string {
  return join(folder, RUNS, id.slice(0, 2), `${id}.json`);
}

/**
 * Makes a folder ready for a sweep: a new or empty one, or one in which the same sweep was begun. What killed processes left
 * half-written is cleaned away.
 * @param resume whether the sweep must have been begun.
 * @throws InputError for a folder that holds something else, which is not touched.
 */
export function openSweepFolder(folder: string, plan: SweepPlan, resume: boolean): void {
  checkWritable(folder);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
  const begun = names.includes(SWEEP_MARKER);
  if (!begun && resume) {
    throw new InputError(
      `--resume: expected a sweep that was begun in ${folder}, got ${names.length === 0 ? 'nothing there' : 'other files'}`,
    );
  }
  if (!begun && names.length > 0 && names.some((name) => !OURS.includes(name))) {
    throw new InputError(
      `${folder}: expected a new folder, or one of this sweep, got other files; give another with --out`,
    );
  }
  if (begun) checkSame(folder, readMarker(folder), plan);
  const { sweep } = plan;
  for (const each of [folder, join(folder, 'charts'), join(folder, BOARDS), ...runFolders(folder)]) cleanFolder(each);
  if (begun) return;
  writeFileWhole(join(folder, 'sweep.yaml'), sweep.text);
  if (sweep.scenario !== undefined) writeFileWhole(join(folder, 'scenario.yaml'), sweep.scenario.text);
  for (const [path, { bytes }] of sweep.boards) writeFileWhole(join(folder, BOARDS, path), bytes);
  const marker: SweepMarker = {
    schema: 1,
    kind: 'sweep',
    id: plan.id,
    name: sweep.name,
    firmware: { sha256: plan.firmware.sha256 },
    points: sweep.points.length,
    runs: plan.runs,
    ...(plan.inputs.length === 0 ? {} : { inputs: plan.inputs }),
    set: sweep.set,
  };
  writeFileWhole(join(folder, SWEEP_MARKER), canonicalJson(marker));
}

/** What a sweep writes before its marker: a folder with no more than this was left by one that was killed at once. */
const OURS = ['sweep.yaml', 'scenario.yaml', BOARDS];

function checkSame(folder: string, marker: SweepMarker, plan: SweepPlan): void {
  if (marker.id === plan.id) return;
  const changed = changedSinceBegun(plan, marker);
  if (changed !== undefined) {
    throw new InputError(
      `${folder}: expected a sweep that was begun with the files that are there now, got one with ${changed}; give another folder with --out`,
    );
  }
  const why =
    marker.firmware.sha256 === plan.firmware.sha256
      ? ''
      : `; the firmware is another (${marker.firmware.sha256.slice(0, 8)} then, ${plan.firmware.sha256.slice(0, 8)} now)`;
  throw new InputError(
    `${folder}: expected a folder of this sweep (${plan.sweep.name}, ${plan.id.slice(0, 8)}), got one of another (${marker.name}, ${marker.id.slice(0, 8)})${why}; give another with --out`,
  );
}

/** A file that two sweeps read with other content, in words: the first as it was for `before`. */
export function changedSinceBegun(
  { sweep, firmware, inputs }: SweepPlan,
  before: Pick<SweepMarker, 'id'> & { readonly inputs?: readonly InputFile[] | undefined },
): string | undefined {
  const difference = changedInput(before.inputs ?? [], inputs);
  if (difference === undefined) return undefined;
  const { was, is } = difference;
  // Another sweep may well read other files; the same one is not to.
  const isSame = idOf(sweep.canonical, firmware, before.inputs ?? []) === before.id;
  return isSame || (was !== undefined && is !== undefined) ? differenceInWords(difference) : undefined;
}

function readMarker(folder: string): SweepMarker {
  const file = join(folder, SWEEP_MARKER);
  const marker = readChecked(markerSchema, file);
  readInputs(marker.inputs, file);
  return marker;
}

function runFolders(folder: string): string[] {
  const runs = join(folder, RUNS);
  if (!existsSync(runs)) return [];
  const entries = readdirSync(runs, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(runs, name));
}

/** The ids of the runs whose records lie in a folder. */
export function recordedIds(folder: string): Set<string> {
  const files = runFolders(folder).flatMap((each) => readdirSync(each));
  return new Set(files.filter((name) => /^[0-9a-f]{32}\.json$/.test(name)).map((name) => basename(name, '.json')));
}

/** The record of a run, or undefined for one that is not there or not as it was written: it is made again. */
export function readRecord(folder: string, run: Pick<PlannedRun, 'id' | 'seed'>): RunRecord | undefined {
  return recordBy(intactRecord, folder, run);
}

/** The same, also where it was changed since: for whoever is to say so. */
export function readStoredRecord(folder: string, run: Pick<PlannedRun, 'id' | 'seed'>): RunRecord | undefined {
  return recordBy(storedRecord, folder, run);
}

function recordBy(
  read: (file: string) => RunRecord,
  folder: string,
  { id, seed }: Pick<PlannedRun, 'id' | 'seed'>,
): RunRecord | undefined {
  const file = recordFile(folder, id);
  if (!existsSync(file)) return undefined;
  try {
    const record = read(file);
    return record.id === id && record.seed === seed ? record : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

export function writeRecord(folder: string, record: RunRecord): void {
  writeFileWhole(recordFile(folder, record.id), recordText(record));
}

/**
 * Reads the sweep that a folder is of from what lies in it, with the files that it was begun with: whether they are still the
 * same is for the caller to check.
 * @throws InputError when it holds none, or one that this program would not run alike.
 */
export function openSweep(folder: string, firmware: Firmware): SweepPlan {
  const marker = readMarker(folder);
  const sweep = readSweepFolder(folder, marker.set);
  const plan = new SweepPlan(
    sweep,
    firmware,
    recordedInputs(readInputs(marker.inputs, join(folder, SWEEP_MARKER)), folder),
  );
  checkSame(folder, marker, plan);
  return plan;
}

/** Which shard a run that is missing belongs to, in words, when shards were this many. */
export function missingInWords(missing: readonly PlannedRun[], shards: number): string {
  const numbers = new Set(missing.map(({ index }) => (index % shards) + 1));
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => shardText({ number, of: shards }))
    .join(', ');
}
