// The files that are mutated, and the commands that read them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packArchive, unpackArchive } from '../../dist/files/archive.js';
import { sha256Of } from '../../dist/files/hash.js';
import { mutateBytes, mutateJson, mutateText, oneOf } from './mutations.js';

const SCENARIO = `schema: 1
name: tiny
seed: 1
dataset: { name: csv, path: rows.csv }
method: { name: g2t, learner: { name: logistic } }
fleet: [{ board: ./board.yaml, count: 2, region: london, link: home-wifi }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
stop: { when: trained, horizon: 1 h }
record: frames
`;
const IMAGES = SCENARIO.replace(
  /dataset: .*/,
  `dataset:
  name: idx
  train: { images: images.idx, labels: labels.idx }
  test: { images: images.idx, labels: labels.idx }`,
).replace('record: frames\n', '');
const SWEEP = `schema: 1
name: few
scenario: tiny.yaml
set: { record: none }
sweep:
  grid: { method.redundancy: [1, 2] }
  repeat: { seeds: 2 }
`;
const BOARD = `schema: 1
name: mine
base: stm32f103c8
cycles: { row: 7, multiply-add: 12.5 }
source: by hand
`;

function idx(sizes, content) {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.writeUInt32BE(0x0800 + sizes.length, 0);
  sizes.forEach((size, n) => {
    head.writeUInt32BE(size, 4 + 4 * n);
  });
  return Buffer.concat([head, Buffer.from(content)]);
}

/** Makes what is mutated, in a folder of its own. @param g2t runs a command to its end. */
export async function makeMaterials(folder, g2t) {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const rows = Array.from({ length: 24 }, (_, n) => `${n % 2},${(n * 7) % 5},"c ${n % 2}"`);
  writeFileSync(join(data, 'rows.csv'), `x,y,label\n${rows.join('\n')}\n`);
  writeFileSync(
    join(data, 'images.idx'),
    idx(
      [12, 2, 2],
      Array.from({ length: 48 }, (_, n) => (n * 37) % 256),
    ),
  );
  writeFileSync(
    join(data, 'labels.idx'),
    idx(
      [12],
      Array.from({ length: 12 }, (_, n) => n % 3),
    ),
  );
  writeFileSync(join(folder, 'board.yaml'), BOARD);
  writeFileSync(join(folder, 'tiny.yaml'), SCENARIO);
  writeFileSync(join(folder, 'images.yaml'), IMAGES);
  writeFileSync(join(folder, 'sweep.yaml'), SWEEP);
  await g2t(['run', join(folder, 'tiny.yaml'), '--data', data, '--out', join(folder, 'results'), '--quiet']);
  const [result] = readdirSync(join(folder, 'results'));
  cpSync(join(folder, 'results', result), join(folder, 'result'), { recursive: true });
  await g2t([
    'sweep',
    join(folder, 'sweep.yaml'),
    '--data',
    data,
    '--out',
    join(folder, 'swept'),
    '--workers',
    '1',
    '--quiet',
  ]);
  await g2t(['bundle', join(folder, 'result'), '--data', data, '--out', join(folder, 'bundle.tar.gz'), '--quiet']);
  // Charts and reports are drawn, and never read; a folder with fewer files is copied sooner.
  for (const name of ['results', 'result/charts', 'result/report.html', 'swept/charts'])
    rmSync(join(folder, name), { recursive: true });
}

/** Files below a folder of which the name is as wanted. */
const named = (folder, pattern) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => pattern.test(name))
    .sort();

/** A document is changed by its values or by its bytes. */
function mutate(name, bytes, uniform) {
  const byValue = uniform() < 0.7;
  if (byValue && name.endsWith('.json')) return mutateJson(bytes, uniform);
  if (byValue && /\.(ya?ml|csv)$/.test(name)) return mutateText(bytes, uniform);
  return mutateBytes(bytes, uniform);
}

function mutateIn(folder, pattern, uniform) {
  const name = oneOf(uniform, named(folder, pattern));
  const path = join(folder, name);
  const { bytes, what } = mutate(name, readFileSync(path), uniform);
  writeFileSync(path, bytes);
  return `${name}: ${what}`;
}

/** A file in a bundle changed, with sums that are right again: what a stranger could send. */
async function mutateInBundle(file, uniform) {
  const files = await unpackArchive(readFileSync(file), file);
  const names = [...files.keys()].filter((name) => /^(bundle\.json|result\/.*\.(json|yaml|arrow))$/.test(name));
  const name = oneOf(uniform, uniform() < 0.4 ? ['bundle.json', 'result/manifest.json'] : names);
  const { bytes, what } = mutate(name, Buffer.from(files.get(name)), uniform);
  files.set(name, bytes);
  if (name !== 'bundle.json') {
    const marker = JSON.parse(Buffer.from(files.get('bundle.json')).toString());
    marker.files[name] = sha256Of(bytes);
    files.set('bundle.json', Buffer.from(JSON.stringify(marker)));
  }
  writeFileSync(file, await packArchive(files));
  return `${name} in the bundle: ${what}`;
}

/**
 * What is mutated: how often of a hundred, how, and the commands that read it then. `folder` holds a copy of all materials.
 * `codes`: the exit codes that a command may end with.
 */
export const SUBJECTS = [
  {
    name: 'result',
    share: 24,
    mutate: (folder, uniform) =>
      mutateIn(join(folder, 'result'), uniform() < 0.5 ? /^manifest\.json$/ : /\.(json|yaml|arrow)$/, uniform),
    commands: (folder) => [
      ['verify', join(folder, 'result'), '--data', join(folder, 'data'), '--quiet'],
      ['diff', join(folder, 'result'), join(folder, 'result'), '--data', join(folder, 'data'), '--quiet'],
    ],
  },
  {
    name: 'tables of a result without hashes',
    share: 4,
    mutate(folder, uniform) {
      const file = join(folder, 'result', 'manifest.json');
      const { files: _, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify(manifest));
      return mutateIn(join(folder, 'result'), /^(metrics|rounds|timeline|devices)\.arrow$/, uniform);
    },
    // The live page's list of past runs.
    commands: (folder) => [['past-runs', folder]],
  },
  {
    name: 'sweep',
    share: 14,
    mutate(folder, uniform) {
      const which = uniform();
      if (which < 0.4) return mutateIn(join(folder, 'swept', 'runs'), /\.json$/, uniform);
      if (which < 0.6) return mutateIn(join(folder, 'swept'), /^(sweep|summary)\.json$/, uniform);
      return mutateIn(join(folder, 'swept'), /^([a-z]+\.(yaml|arrow|parquet)|boards\/.*\.yaml)$/, uniform);
    },
    commands: (folder) => [
      ['merge', join(folder, 'swept'), '--out', join(folder, 'merged'), '--quiet'],
      [
        'sweep',
        join(folder, 'sweep.yaml'),
        '--data',
        join(folder, 'data'),
        '--out',
        join(folder, 'swept'),
        '--workers',
        '1',
        '--quiet',
      ],
      ['verify', join(folder, 'swept'), '--data', join(folder, 'data'), '--workers', '1', '--quiet'],
    ],
  },
  {
    name: 'bundle',
    share: 24,
    mutate(folder, uniform) {
      const file = join(folder, 'bundle.tar.gz');
      if (uniform() < 0.75) return mutateInBundle(file, uniform);
      const { bytes, what } = mutateBytes(readFileSync(file), uniform);
      writeFileSync(file, bytes);
      return `bundle.tar.gz: ${what}`;
    },
    commands: (folder) => [['verify', join(folder, 'bundle.tar.gz'), '--data', join(folder, 'data'), '--quiet']],
  },
  {
    name: 'scenario or sweep',
    share: 16,
    // What `check` lets through may take long: the swarm runs such scenarios.
    mutate: (folder, uniform) => mutateIn(folder, /^(tiny|images|sweep)\.yaml$/, uniform),
    commands: (folder) => ['tiny.yaml', 'images.yaml', 'sweep.yaml'].map((name) => ['check', join(folder, name)]),
  },
  {
    name: 'board',
    share: 6,
    mutate: (folder, uniform) => mutateIn(folder, /^board\.yaml$/, uniform),
    commands: (folder) => [
      ['board', 'predict', join(folder, 'board.yaml'), '--features', '4', '--classes', '3', '--rows', '10'],
      ['check', join(folder, 'tiny.yaml')],
    ],
  },
  {
    name: 'data',
    share: 12,
    mutate: (folder, uniform) => mutateIn(join(folder, 'data'), /\.(csv|idx)$/, uniform),
    commands: (folder) =>
      ['tiny.yaml', 'images.yaml'].map((name) => [
        'run',
        join(folder, name),
        '--data',
        join(folder, 'data'),
        '--out',
        join(folder, 'made'),
        '--quiet',
      ]),
  },
];

/** A subject, the more often the greater its share. */
export function drawSubject(uniform) {
  let at = uniform() * SUBJECTS.reduce((sum, { share }) => sum + share, 0);
  return SUBJECTS.find(({ share }) => (at -= share) < 0) ?? SUBJECTS.at(-1);
}

/** A folder with all materials as they were made. */
export function freshCopy(materials, folder) {
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  cpSync(materials, folder, { recursive: true });
}
