import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readArrowGuarded } from '../files/guarded-arrow.ts';
import { readBytes } from '../files/read.ts';
import { InputError, RunError } from '../kernel/errors.ts';
import type { Table } from '../metrics/table.ts';
import { checkResultData } from '../run/input-check.ts';
import { DatasetShelf, type LoadedFirmware, type Origin } from '../run/inputs.ts';
import type { LiveDevice } from '../run/live.ts';
import { type ReplayInputs, replayInputs } from '../run/replay-inputs.ts';
import { readResultTable } from '../run/result-tables.ts';
import { openResult } from '../run/store.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { type Certificate, certificateOf } from './certificate.ts';
import { FrameRecord } from './record.ts';
import { type DeviceReplay, type ReplayTarget, replayDevice } from './replay.ts';
import { BoardReset, type WireCounts } from './session.ts';

/** A result whose frames were recorded, ready to be replayed. */
export interface RecordedRun {
  readonly folder: string;
  readonly loaded: LoadedScenario;
  readonly record: FrameRecord;
  readonly inputs: ReplayInputs;
  readonly live: readonly LiveDevice[];
  readonly name: string;
  readonly digest: string;
  /** SHA-256 of the sources of the firmware's core. */
  readonly core: string;
  /** The table `model`; undefined where it is gone. */
  readonly model: Table | undefined;
}

export interface OpenOptions extends Origin {
  readonly firmware: LoadedFirmware;
  /** Folder of the data sets. */
  readonly dataDir: string;
}

const HOW = 'run the scenario with --set record=frames';

/** @throws InputError where the folder holds no result, or one without recorded frames. */
export async function openRecorded(folder: string, options: OpenOptions): Promise<RecordedRun> {
  const { manifest, loaded } = openResult(folder);
  const files = checkResultData(manifest, loaded, options.dataDir);
  const path = join(folder, 'frames.arrow');
  if (manifest.record === undefined) {
    const got = existsSync(path) ? 'a record of another version' : 'none';
    throw new InputError(`${folder}: expected a result with recorded frames, got ${got}; ${HOW}`);
  }
  const record = new FrameRecord(await recordedTable(path), manifest.record);
  const live = manifest.live ?? [];
  const { dataset: wanted, seed } = loaded.scenario;
  const dataset = new DatasetShelf(options.dataDir, options).take(wanted, seed, files);
  const inputs = replayInputs({ loaded, dataset, firmware: options.firmware, live });
  const model = await readResultTable(folder, manifest, 'model');
  const { name, digest, firmware } = manifest;
  return { folder, loaded, record, inputs, live, name, digest, core: firmware.core, model };
}

/**
 * A record that cannot even be read was cut short or changed: that is what validation is to find, and no fault of usage. Its rows have
 * checks of their own, sealed in the manifest, that say where one was changed: more than a hash of the file could.
 */
async function recordedTable(path: string): Promise<Table> {
  const bytes = readBytes(path);
  try {
    return (await readArrowGuarded(bytes, path)).table;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RunError(`${path}: the record was cut short or changed: ${why}`, { cause });
  }
}

/** At most so many devices are replayed when none is named, and at least this many where there are. */
const MOST_KINDS = 6;
const LEAST = 3;

/**
 * The devices to replay when none is named: of those that trained, the first of each group of the fleet (of at most six groups), so that
 * every kind of board is there, and then others by id until they are three. Where none trained, the same of all that were recorded.
 */
export function defaultDevices({ record, inputs }: Pick<RecordedRun, 'record' | 'inputs'>): number[] {
  const { recorded, trained } = record;
  const candidates = trained.length > 0 ? trained : recorded;
  const groups = new Set<number>();
  const chosen = candidates.filter((device) => {
    const group = inputs.group[device]!;
    if (groups.has(group) || groups.size === MOST_KINDS) return false;
    groups.add(group);
    return true;
  });
  for (const device of candidates) if (chosen.length < LEAST && !chosen.includes(device)) chosen.push(device);
  return chosen.sort((a, b) => a - b);
}

/** A target that frames are replayed to, and what it is. */
export interface OpenTarget extends ReplayTarget {
  readonly about: TargetAbout;
  /** How it went over its wire so far; undefined where there is none. */
  readonly wire?: WireCounts | undefined;
}

export interface TargetAbout {
  readonly target: string;
  readonly board: string;
  readonly core: string | null;
  readonly counter: string;
  readonly clock_hz: number;
  readonly memory: number;
  readonly firmware: string;
}

export interface ValidateOptions {
  readonly devices: readonly number[];
  readonly limit?: number | undefined;
  readonly cancelled: () => boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** Replays devices one after another to a target. A board that was reset is begun again from the device's start, once. */
export async function validate(run: RecordedRun, target: OpenTarget, options: ValidateOptions): Promise<Certificate> {
  const { devices, limit, cancelled, onProgress } = options;
  const work = devices.map((device) => ({ input: run.inputs.of(device), steps: run.record.steps(device) }));
  const total = work.reduce((sum, { steps }) => sum + Math.min(steps.length, limit ?? steps.length), 0);
  const replays: DeviceReplay[] = [];
  let done = 0;
  let resets = 0;
  for (const { input, steps } of work) {
    const before = done;
    const once = () => {
      done = before;
      return replayDevice({ target, input, steps, limit, cancelled, onStep: () => onProgress(++done, total) });
    };
    try {
      replays.push(await once());
    } catch (error) {
      if (!(error instanceof BoardReset)) throw error;
      resets++;
      replays.push(await once());
    }
  }
  return certificateOf({
    run,
    about: target.about,
    wire: target.wire ?? null,
    replays,
    resets,
    partial: limit !== undefined,
  });
}
