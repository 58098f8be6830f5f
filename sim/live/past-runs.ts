import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArrow } from '../files/arrow.ts';
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
/** A file past this is not read for a page. */
const MOST_BYTES = 128 * 1024 * 1024;

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

  /** All there are, the newest first. */
  async list(): Promise<readonly PastRun[]> {
    const found = new Map<string, string>();
    const runs: { readonly run: PastRun; readonly at: number }[] = [];
    for (const folder of this.#folders()) {
      const path = join(this.#folder, folder);
      const run = describe(path, folder);
      if (run === undefined) continue;
      found.set(run.id, path);
      runs.push({ run, at: lstatSync(path).mtimeMs });
      if (runs.length >= MOST_RUNS) break;
    }
    this.#found = found;
    return runs.sort((a, b) => b.at - a.at || (a.run.folder < b.run.folder ? -1 : 1)).map(({ run }) => run);
  }

  /** What a run of the listing can be drawn from; undefined where there is no such, or it cannot be read. */
  async series(id: string): Promise<PastSeries | undefined> {
    if (this.#found.size === 0) await this.list();
    const path = this.#found.get(id);
    if (path === undefined) return undefined;
    const tables = await Promise.all(['metrics', 'rounds', 'timeline', 'devices'].map((name) => table(path, name)));
    const [metrics, rounds, timeline, devices] = tables;
    if (metrics === undefined || rounds === undefined) return undefined;
    const end = numbersOf(metrics, 'at_s').at(-1) ?? 0;
    return {
      id,
      end: Number(end),
      metrics: metricRows(metrics, MOST_POINTS),
      rounds: roundRows(rounds, MOST_POINTS),
      ...(timeline === undefined || devices === undefined
        ? { timeline: [], devices: [] }
        : { timeline: stretches(timeline), devices: chosen(timeline, devices) }),
    };
  }

  #folders(): string[] {
    const below = (folder: string): string[] =>
      entries(join(this.#folder, folder))
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(({ name }) => (folder === '' ? name : `${folder}/${name}`));
    return below('').flatMap((folder) => [folder, ...below(folder).filter((inner) => /\/run-\d+$/.test(inner))]);
  }
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** A plain file's bytes: no link, not too long; undefined otherwise. */
function plainFile(path: string): Uint8Array | undefined {
  try {
    const { size } = lstatSync(path);
    return lstatSync(path).isFile() && size <= MOST_BYTES ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function plainJson(path: string): unknown {
  const bytes = plainFile(path);
  try {
    return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function describe(path: string, folder: string): PastRun | undefined {
  const manifest = plainJson(join(path, MARKER)) as Partial<Manifest> | undefined;
  const summary = plainJson(join(path, 'summary.json')) as Partial<Summary> | undefined;
  if (typeof manifest?.digest !== 'string' || summary?.makespan_s === undefined) return undefined;
  const method = (manifest.scenario as { readonly method?: { readonly name?: string } } | undefined)?.method?.name;
  return {
    id: createHash('sha256').update(`${folder} ${manifest.digest}`).digest('hex').slice(0, 16),
    folder,
    name: String(manifest.name),
    seed: Number(manifest.seed),
    method: String(method ?? ''),
    devices: Number(summary.devices ?? 0),
    digest: manifest.digest,
    stopped: String(manifest.stopped),
    accuracy: orNull(summary.accuracy ?? undefined),
    makespan: orNull(summary.makespan_s ?? undefined),
  };
}

async function table(path: string, name: string): Promise<Table | undefined> {
  const bytes = plainFile(join(path, `${name}.arrow`));
  try {
    return bytes === undefined ? undefined : (await readArrow(bytes, name)).table;
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
  const ids = [...new Set(numbersOf(timeline, 'device'))];
  const [boards, regions] = [wordsOf(devices, 'board'), wordsOf(devices, 'region')];
  return ids.map((device) => {
    const name = regions[device] ?? '';
    return { device, board: boards[device] ?? '', region: REGION_NAMES.includes(name) ? regionOf(name) : null };
  });
}
