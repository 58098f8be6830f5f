import type { z } from 'zod';
import { BOARD_NAMES } from '../../device/boards/index.ts';
import { PROFILE_NAMES } from '../../net/profiles.ts';
import { scenarioOptions } from '../../scenario/schema.ts';
import type { Chance } from './chance.ts';
import { CSV_FILES, IDX_FILES } from './data-files.ts';
import { type Drawing, defOf, draw, NONE, type Path, type Special } from './draw.ts';
import { schemaAt } from './schema-at.ts';

/** The name that links and access points of a drawn scenario have, so that fleets can use them. */
const OWN_LINKS = ['own', 'home-wifi', 'lte-m'];
const SHARED = 'shared';

/** A boards' name, a link's name, a file's: what stands for something elsewhere. By path, the first that fits; steps into lists are `*`. */
const SPECIALS: readonly (readonly [RegExp, Special])[] = [
  [/^name$/, () => 'swarm'],
  [/^sweep$/, () => NONE],
  [/^fleet\.\*\.board$/, drawBoard],
  [/^fleet\.\*\.model$/, () => NONE],
  [/^fleet\.\*\.link$/, ({ chance }) => (chance.yes(0.5) ? 'own' : chance.pick([...OWN_LINKS, ...PROFILE_NAMES]))],
  [/^fleet\.\*\.holds$/, drawHolds],
  [/^network\.links\.key$/, ({ chance }) => chance.pick(OWN_LINKS)],
  [/^network\.links\.[^.]+\.like$/, ({ chance }) => chance.pick(PROFILE_NAMES)],
  [/^(network\.access-points\.key)$/, () => SHARED],
  [/^method\.manual\.\*\.rounds\.\*$/, ({ chance }) => classList(chance)],
  [/^dataset$/, drawDataset],
  [/^interventions\.\*\.set$/, drawIntervention],
  [/^compare$/, drawCompare],
];

/** By path: least and most usually, and most with extreme values. Numbers that cost time, kept small; of lists, their length. */
const RANGES: readonly (readonly [RegExp, number, number, number])[] = [
  [/^seed$/, 0, 1000, Number.MAX_SAFE_INTEGER],
  [/^fleet$/, 1, 3, 4],
  [/^fleet\.\*\.count$/, 1, 4, 12],
  [/^fleet\.\*\.region$/, 1, 3, 3],
  [/^dataset\.classes$/, 2, 6, 24],
  [/^dataset\.features$/, 1, 20, 600],
  [/^dataset\.rows$/, 1, 12, 60],
  [/^dataset\.(test|validation)$/, 0, 5, 40],
  [/^dataset\.(train-rows|test-rows)$/, 10, 60, 60],
  [/^dataset\.rows\.resample$/, 1, 3, 12],
  [/^method\.(rounds|steps)$/, 1, 12, 60],
  [/^method\.updates$/, 1, 40, 200],
  [/^method\.(tau|tau-max)$/, 1, 8, 80],
  [/^method\.learner\.passes$/, 1, 5, 60],
  [/^method\.learner\.eta$/, 1e-3, 1, 1e6],
  [/^method\.(quorum|backup|manual\.\*\.device)$/, 0, 6, 12],
  [/^method\.batch$/, 2, 4, 24],
  [/^method\.manual(\.\*\.rounds)?$/, 1, 3, 4],
  [/^partition\.labels$/, 1, 4, 24],
  [/^stop\.horizon$/, 0.05, 200, 1e7],
  [/^stop\.when\.accuracy$/, 0.3, 1, 1],
  [/^measure\.every$/, 0.05, 5, 1e7],
  [/^interventions$/, 0, 3, 5],
  [/^interventions\.\*\.at$/, 0.01, 20, 1e7],
  [/^compare$/, 0, 2, 3],
  [/^network\.transport\./, 1, 1000, 1e6],
];

function generic(path: Path): string {
  return path.map((step) => (typeof step === 'number' ? '*' : step)).join('.');
}

export function specialAt(path: Path): Special | undefined {
  const text = generic(path);
  return SPECIALS.find(([at]) => at.test(text))?.[1];
}

export function rangeAt(path: Path, isExtreme: boolean): readonly [number, number] | undefined {
  const text = generic(path);
  const found = RANGES.find(([at]) => at.test(text));
  return found === undefined ? undefined : [found[1], isExtreme ? found[3] : found[2]];
}

/** A simulated board by name, or one of its own; real and emulated ones cannot be run again. */
function drawBoard(drawing: Drawing, schema: z.core.$ZodType, path: Path): unknown {
  if (drawing.chance.yes(0.8)) return drawing.chance.pick(BOARD_NAMES);
  const def = defOf(schema);
  if (def.type !== 'union') throw new Error('Expected fleet.board to be a name or a board of its own');
  return draw(def.options.find((option) => defOf(option).type === 'object')!, [...path, 'own'], drawing);
}

function classList(chance: Chance): string {
  const first = chance.whole(1, 3);
  return chance.yes(0.5) ? `1-${first + 1}` : `${first}, ${first + chance.whole(1, 2)}`;
}

function drawHolds({ chance, sparse }: Drawing): unknown {
  if (chance.yes(sparse)) return NONE;
  const lists = [['1-2'], [1, 2], ['1-3', 2], [1]];
  return chance.pick(['none', 'all', 'all', chance.pick(lists), { classes: 2 }, { classes: 2, by: 'random' }]);
}

/** A data set as its schema has it; of those in files, the files are the swarm's own. */
function drawDataset(drawing: Drawing, schema: z.core.$ZodType, path: Path): unknown {
  const { chance } = drawing;
  const def = defOf(schema);
  if (def.type !== 'union') throw new Error('Expected dataset to be one of several');
  const options = new Map(def.options.map((option) => [nameOf(option), option]));
  const name = chance.yes(0.6) ? 'clusters' : chance.pick([...options.keys()]);
  const { specialAt: special } = drawing;
  const drawn = draw(options.get(name)!, path, {
    ...drawing,
    specialAt: (at) => (at === path ? undefined : special(at)),
  });
  if (drawn === NONE) return NONE;
  const dataset = drawn as Record<string, unknown>;
  if (name === 'csv') {
    const { test, ...file } = chance.pick(CSV_FILES);
    const { header: _header, separator: _separator, label: _label, test: _test, ...rest } = dataset;
    return rest['split'] === undefined && test !== undefined && chance.yes(0.5)
      ? { ...rest, ...file, test }
      : { ...rest, ...file };
  }
  if (name === 'idx') return { ...dataset, ...IDX_FILES };
  if (name === 'mnist' || name === 'auslan') delete dataset['path'];
  if (name === 'auslan') {
    delete dataset['source'];
    dataset['classes'] ??= chance.whole(2, 6);
  }
  return dataset;
}

function nameOf(option: z.core.$ZodType): string {
  const def = defOf(option);
  const inner = def.type === 'object' ? defOf(def.shape['name']!) : undefined;
  if (inner?.type !== 'literal') throw new Error('Expected each data set to have a name');
  return String(inner.values[0]);
}

const CHANGEABLE = [
  'method.tau',
  ...['up', 'down', 'loss', 'latency', 'delay', 'dropout'].map((key) => `network.links.own.${key}`),
  'network.links.home-wifi.latency',
  'network.server.up',
  'network.server.down',
  'network.server.congestion',
  'network.congestion',
];

function drawIntervention(drawing: Drawing): unknown {
  return drawChanges(drawing.chance.shuffled(CHANGEABLE).slice(0, drawing.chance.whole(1, 2)), drawing);
}

/** A value of its schema for each path; NONE without any. */
function drawChanges(paths: readonly string[], drawing: Drawing): unknown {
  const changes: Record<string, unknown> = {};
  for (const path of paths) {
    const value = drawAt(path, drawing);
    if (value !== NONE) changes[path] = value;
  }
  return Object.keys(changes).length === 0 ? NONE : changes;
}

function drawAt(path: string, drawing: Drawing): unknown {
  const steps = path.split('.');
  const schema = schemaAt(scenarioOptions, steps, undefined, drawing.chance);
  return schema === undefined ? NONE : draw(schema, steps, { ...drawing, sparse: 0 });
}

/** Paths that a variant may set: every key of the scenario, and every key of one of its groups. */
function anyPath(chance: Chance): string {
  const { shape } = scenarioOptions;
  const key = chance.pick(
    Object.keys(shape).filter((name) => !['schema', 'name', 'compare', 'sweep', 'description', 'fleet'].includes(name)),
  );
  const inner = schemaAt(scenarioOptions, [key], undefined, chance);
  const def = inner === undefined ? undefined : defOf(inner);
  return def?.type === 'object' && chance.yes(0.8) ? `${key}.${chance.pick(Object.keys(def.shape))}` : key;
}

function drawCompare(drawing: Drawing, _schema: z.core.$ZodType, path: Path): unknown {
  const { chance } = drawing;
  if (chance.yes(Math.max(0.7, drawing.sparse))) return NONE;
  const [least, most] = drawing.rangeAt(path, false)!;
  return Array.from({ length: chance.whole(Math.max(1, least), most) }, (_, index) => {
    const changed = anyPath(chance);
    const name = `variant ${index + 1}`;
    const against = index > 0 && chance.yes(0.3) ? { against: 'variant 1' } : {};
    if (chance.yes(0.3)) {
      const values = [drawAt(changed, drawing), drawAt(changed, drawing)].filter((value) => value !== NONE);
      const text = values.map((value) => JSON.stringify(value));
      if (new Set(text).size === 2) return { name: `${name} {${changed}}`, ...against, each: { [changed]: values } };
    }
    const set = drawChanges([changed], drawing);
    return { name, ...against, set: set === NONE ? { seed: 5 } : set };
  });
}
