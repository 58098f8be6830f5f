import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { InputFile } from '../data/input-file.ts';
import type { DatasetOptions } from '../data/options.ts';
import { packArchive, unpackArchive } from '../files/archive.ts';
import { filesBelow, readBelow } from '../files/below.ts';
import { sha256Of } from '../files/hash.ts';
import { canonicalJson } from '../files/json.ts';
import { MOST_BYTES, readBytes } from '../files/read.ts';
import type { Content } from '../files/write.ts';
import { InputError } from '../kernel/errors.ts';
import { staysBelow } from '../kernel/path.ts';
import { parseChecked, words } from './checked-json.ts';
import { recordedInputs } from './data-files.ts';
import { hashesSchema } from './manifest-schema.ts';

/** The file by which an archive is known to be a bundle. */
const MARKER = 'bundle.json';
const WASM = 'wasm/g2t.wasm';
/** Where a result or sweep lies in its bundle. */
export const INSIDE = 'result';

/** What is in a bundle, and what it needs beside it. */
export interface BundleMarker {
  readonly schema: 1;
  readonly kind: 'bundle';
  /** Folder of the result or sweep that was packed. */
  readonly name: string;
  readonly holds: 'result' | 'sweep';
  readonly versions: { readonly globe2train: string };
  readonly firmware: { readonly sha256: string };
  /** Files of data sets that the runs read. They belong to others and are not in here. */
  readonly data: readonly { readonly dataset: string; readonly file: string; readonly sha256: string }[];
  /** SHA-256 of all other files, by name. */
  readonly files: { readonly [name: string]: string };
}

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 of 64 hex digits');

const bundleSchema: z.ZodType<BundleMarker> = z.looseObject({
  schema: z.literal(1),
  kind: z.literal('bundle'),
  name: words,
  holds: z.enum(['result', 'sweep']),
  versions: z.looseObject({ globe2train: words }),
  firmware: z.looseObject({ sha256: hash }),
  data: z.array(z.looseObject({ dataset: words, file: words, sha256: hash })),
  files: hashesSchema,
});

/** The package, from the sources or from the compiled program alike. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The firmware's sources and what builds it, from the package's root; images of boards that lie there too are left out. */
const SOURCES = [
  'firmware/README.md',
  'firmware/include',
  'firmware/src',
  'firmware/port',
  'firmware/test',
  'wasm/build.js',
  'wasm/compile.js',
];

/**
 * Packs a result's or sweep's folder with the firmware it ran and that firmware's sources.
 * @param wanted the firmware that the folder's marker names.
 * @throws InputError where the built firmware is another, since its runs could not be made again.
 */
export async function packBundle(subject: {
  readonly folder: string;
  readonly name: string;
  readonly holds: BundleMarker['holds'];
  readonly datasets: readonly DatasetOptions[];
  /** The files that it was made with, which the data folder holds unchanged. */
  readonly inputs: readonly InputFile[];
  readonly wanted: string;
  readonly version: string;
}): Promise<Uint8Array> {
  const { folder, name, holds, wanted } = subject;
  const files = new Map<string, Content>();
  for (const file of shownBelow(folder)) files.set(`${INSIDE}/${file}`, readBelow(folder, file, MOST_BYTES.file));
  const wasm = readBytes(join(ROOT, WASM));
  if (sha256Of(wasm) !== wanted) {
    throw new InputError(
      `${folder}: expected the firmware that it ran (${wanted.slice(0, 8)}) to be the built one, got ${sha256Of(wasm).slice(0, 8)}; run it again, then bundle it`,
    );
  }
  files.set(WASM, wasm);
  for (const source of SOURCES.flatMap(sourceFiles)) files.set(source, readBytes(join(ROOT, source)));
  files.set('README.md', readme(name, holds));
  const marker: BundleMarker = {
    schema: 1,
    kind: 'bundle',
    name,
    holds,
    versions: { globe2train: subject.version },
    firmware: { sha256: wanted },
    data: dataOf(subject.datasets, subject.inputs),
    files: Object.fromEntries([...files].map(([file, content]) => [file, sha256Of(content)])),
  };
  files.set(MARKER, canonicalJson(marker));
  return packArchive(files);
}

/** A bundle that was read: its sums are good. */
export interface Bundle {
  readonly marker: BundleMarker;
  /** The result's or sweep's files, by their names in its folder. */
  readonly result: ReadonlyMap<string, Uint8Array>;
  /** The module of its firmware: not looked at yet. */
  readonly wasm: Uint8Array;
}

/** @throws InputError for an archive that is none, damaged or changed. */
export async function openBundle(path: string): Promise<Bundle> {
  const files = await unpackArchive(readBytes(path), path);
  const written = files.get(MARKER);
  if (written === undefined)
    throw new InputError(`${path}: expected a bundle (with ${MARKER}, schema: 1), got another archive`);
  const marker = parseChecked(bundleSchema, written, `${path}: ${MARKER}`);
  for (const [name, sha256] of Object.entries(marker.files)) {
    const content = files.get(name);
    if (content === undefined) throw new InputError(`${path}: expected ${name} in it, got nothing`);
    if (sha256Of(content) !== sha256)
      throw new InputError(`${path}: ${name} in it was changed, its SHA-256 is another`);
  }
  const more = [...files.keys()].find((name) => name !== MARKER && marker.files[name] === undefined);
  if (more !== undefined) throw new InputError(`${path}: expected only what ${MARKER} names, got ${more} too`);
  const wasm = files.get(WASM);
  if (wasm === undefined || sha256Of(wasm) !== marker.firmware.sha256)
    throw new InputError(`${path}: expected ${WASM} to be the firmware that ${MARKER} names`);
  const inside = [...files].filter(([name]) => name.startsWith(`${INSIDE}/`));
  return {
    marker,
    result: new Map(inside.map(([name, content]) => [name.slice(INSIDE.length + 1), content])),
    wasm,
  };
}

/** @throws InputError where a data file is missing, or not the one that the runs of the bundle read. */
export function checkBundleData(path: string, { data }: BundleMarker, dataDir: string): void {
  for (const { dataset, file, sha256 } of data) {
    if (!staysBelow(file))
      throw new InputError(`${path}: expected data files inside the data folder, got ${JSON.stringify(file)}`);
    const found = join(dataDir, file);
    if (!existsSync(found)) {
      throw new InputError(
        `${path}: needs ${file} (data set ${dataset}, SHA-256 ${sha256}), which is not part of the bundle, got nothing at ${found}; give its folder with --data DIR or G2T_DATA`,
      );
    }
    const got = sha256Of(readBelow(dataDir, file, MOST_BYTES.data));
    if (got !== sha256)
      throw new InputError(`${found}: expected the file that the bundle was made with (SHA-256 ${sha256}), got ${got}`);
  }
}

function dataOf(datasets: readonly DatasetOptions[], inputs: readonly InputFile[]): BundleMarker['data'] {
  const recorded = recordedInputs(inputs, 'the bundle');
  const all = new Map<string, BundleMarker['data'][number]>();
  for (const options of datasets) {
    for (const { file, sha256 } of recorded(options))
      if (sha256 !== null) all.set(file, { dataset: options.name, file, sha256 });
  }
  return [...all.values()];
}

function sourceFiles(source: string): string[] {
  const path = join(ROOT, source);
  return statSync(path).isDirectory() ? shownBelow(path).map((file) => `${source}/${file}`) : [source];
}

/** Files below a folder, hidden ones left out. */
function shownBelow(folder: string): string[] {
  return filesBelow(folder).filter((name) => !name.split('/').some((step) => step.startsWith('.')));
}

function readme(name: string, holds: BundleMarker['holds']): string {
  return `# ${name}

A ${holds} of the Globe2Train simulator with all that it takes to make it again, but for data sets of others.

- \`${INSIDE}/\`: the ${holds} as it was written: scenario, seeds, digests, tables, charts
- \`wasm/g2t.wasm\`: the firmware that the simulated devices ran; \`firmware/\`, \`wasm/\`: its sources and how it is built
- \`${MARKER}\`: versions, the SHA-256 of every file in here, and of the data files that the runs read, which are not in here

\`g2t verify BUNDLE\` unpacks it, runs everything again with this firmware, and compares. Where \`${MARKER}\` names data files, give the
folder that holds them: \`g2t verify BUNDLE --data DIR\`.
`;
}
