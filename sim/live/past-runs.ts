import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArrowGuarded } from '../files/guarded-arrow.ts';
import { sha256Of } from '../files/hash.ts';
import type { Summary } from '../metrics/summary.ts';
import { numbersOf, type Table, textOf, wordsOf } from '../metrics/table.ts';
import { REGION_NAMES } from '../net/regions.ts';
import { MARKER, type Manifest } from '../run/store.ts';
import { type PastRun, type PastSeries, STATES } from './messages.ts';
import { metricRows, regionOf, roundRows } from './onlook.ts';
import { orNull } from './wire.ts';

const MOST_RUNS = 500;
const MOST_POINTS = 3000;
const MOST_STRETCHES = 40_000;
const MOST_DEVICES = 512;
const MOST_TEXT = 200;
/** Tables and documents past this are not read for a page, bytes. */
const MOST_TABLE = 128 * 1024 * 1024;
const MOST_JSON = 16 * 1024 * 1024;
/** After so long a listing ends with what it has, ms. */
const LONGEST_LISTING = 3000;

/** Timeline states by the state of a device that is drawn for each. */
const DRAWN: Readonly<Record<string, (typeof STATES)[number]>> = {
  compute: 'computing',
  send: 'sending',
  receive: 'receiving',
  wait: 'waiting',
  offline: 'offline',
};

/**
 * The results that lie in the results folder: those directly in it and, for saved sessions, one level below. A page names
 * one by an id of the listing, never by a path; links are not followed, so that nothing outside the folder is read.
 */
export class PastRuns {
  readonly #folder: string;
  #found = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The newest, the last one first. */
  list(): readonly PastRun[] {
    const found = new Map<string, string>();
    const runs: PastRun[] = [];
    const until = performance.now() + LONGEST_LISTING;
    for (const folder of this.#folders()) {
      const path = join(this.#folder, folder);
      const run = describe(path, folder);
      if (run === undefined) continue;
      found.set(run.id, path);
      runs.push(run);
      if (runs.length >= MOST_RUNS || performance.now() > until) break;
    }
    this.#found = found;
    return runs;
  }

  /** What a run of the listing can be drawn from; undefined where there is no such, or it cannot be read. */
  async series(id: string): Promise<PastSeries | undefined> {
    if (this.#found.size === 0) this.list();
    const path = this.#found.get(id);
    if (path === undefined) return undefined;
    const hashes = hashesOf(path);
    const tables = await Promise.all(
      ['metrics', 'rounds', 'timeline', 'devices'].map((name) => table(path, name, hashes[`${name}.arrow`])),
    );
    const [metrics, rounds, timeline, devices] = tables;
    if (metrics === undefined || rounds === undefined) return undefined;
    try {
      return {
        id,
        end: Number(numbersOf(metrics, 'at_s').at(-1) ?? 0),
        metrics: metricRows(metrics, MOST_POINTS),
        rounds: roundRows(rounds, MOST_POINTS),
        ...(timeline === undefined || devices === undefined
          ? { timeline: [], devices: [] }
          : { timeline: stretches(timeline), devices: chosen(timeline, devices) }),
      };
    } catch {
      // A table of other columns than ours.
      return undefined;
    }
  }

  /** By date, the newest first. */
  #folders(): string[] {
    const below = (folder: string): string[] =>
      entries(join(this.#folder, folder))
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(({ name }) => (folder === '' ? name : `${folder}/${name}`));
    const all = below('').flatMap((folder) => [folder, ...below(folder).filter((inner) => /\/run-\d+$/.test(inner))]);
    const dated = all.map((folder) => ({ folder, at: changedAt(join(this.#folder, folder)) }));
    return dated.sort((a, b) => b.at - a.at || (a.folder < b.folder ? -1 : 1)).map(({ folder }) => folder);
  }
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** When it was last changed, ms; long ago where it has gone meanwhile. */
function changedAt(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** A plain file's bytes: no link, not too long; undefined otherwise. */
function plainFile(path: string, most: number): Uint8Array | undefined {
  try {
    const file = lstatSync(path);
    return file.isFile() && file.size <= most ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function plainJson(path: string): unknown {
  const bytes = plainFile(path, MOST_JSON);
  try {
    return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function describe(path: string, folder: string): PastRun | undefined {
  const manifest = plainJson(join(path, MARKER)) as Partial<Manifest> | null | undefined;
  const summary = plainJson(join(path, 'summary.json')) as Partial<Summary> | null | undefined;
  if (typeof manifest?.digest !== 'string' || typeof summary !== 'object' || summary === null) return undefined;
  const method = (manifest.scenario as { readonly method?: { readonly name?: unknown } | null } | null)?.method?.name;
  return {
    id: createHash('sha256').update(`${folder} ${manifest.digest}`).digest('hex').slice(0, 16),
    folder,
    name: words(manifest.name),
    seed: orNull(manifest.seed),
    method: words(method),
    devices: orNull(summary.devices),
    digest: words(manifest.digest),
    stopped: words(manifest.stopped),
    accuracy: orNull(summary.accuracy ?? undefined),
    makespan: orNull(summary.makespan_s ?? undefined),
  };
}

/** A text as a list shows it: what is none is empty, what is long is cut. */
function words(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST_TEXT) : '';
}

/** SHA-256 of a result's files, as its manifest has them; nothing for an earlier version, or where they are none. */
function hashesOf(path: string): Readonly<Record<string, unknown>> {
  const files = (plainJson(join(path, MARKER)) as Partial<Manifest> | null | undefined)?.files;
  return typeof files === 'object' && files !== null ? files : {};
}

async function table(path: string, name: string, hash: unknown): Promise<Table | undefined> {
  const bytes = plainFile(join(path, `${name}.arrow`), MOST_TABLE);
  try {
    // What was changed is not parsed.
    if (bytes !== undefined && typeof hash === 'string' && sha256Of(bytes) !== hash) return undefined;
    return bytes === undefined ? undefined : (await readArrowGuarded(bytes, name)).table;
  } catch {
    return undefined;
  }
}

function stretches(timeline: Table): PastSeries['timeline'] {
  const [devices, from, to] = ['device', 'start_s', 'end_s'].map((name) => numbersOf(timeline, name));
  const state = textOf(timeline, 'state');
  const numbers = state.words.map((word) => STATES.indexOf(DRAWN[word] ?? 'waiting'));
  const rows = Math.min(timeline.rows, MOST_STRETCHES);
  return Array.from({ length: rows }, (_, n) => [
    Number(devices![n]),
    numbers[state.codes[n]!]!,
    Number(from![n]),
    Number(to![n]),
  ]);
}

function chosen(timeline: Table, devices: Table): PastSeries['devices'] {
  const ids = [...new Set(numbersOf(timeline, 'device').subarray(0, MOST_STRETCHES))].slice(0, MOST_DEVICES);
  const [boards, regions] = [wordsOf(devices, 'board'), wordsOf(devices, 'region')];
  return ids.map((device) => {
    const name = regions[device] ?? '';
    return { device, board: boards[device] ?? '', region: REGION_NAMES.includes(name) ? regionOf(name) : null };
  });
}
