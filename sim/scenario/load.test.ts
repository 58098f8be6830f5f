import { describe, expect, it } from 'vitest';
import { InputError } from '../kernel/errors.ts';
import type { ScenarioError } from './fault.ts';
import { loadScenario } from './load.ts';
import { MAX_FILE_BYTES } from './source.ts';

const GOOD = `schema: 1
name: small
dataset: { name: clusters, classes: 5 }
method:
  name: g2t
  learner: { name: opt-sgd, passes: 3 }
fleet:
  - { board: nrf52840, count: 3, region: dublin, link: home-wifi }
network:
  model: flow
  server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s }
  links:
    home-wifi:
      up: 5 Mbit/s
      down: 20 Mbit/s
      latency: { lognormal: { median: 12 ms, p95: 40 ms } }
      loss: 0.5 %
stop: { horizon: 2 h }
`;

function load(text: string | Uint8Array, options: { set?: string[]; seed?: number } = {}) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return loadScenario({ file: 'a.yaml', bytes, ...options });
}

function link(network: { readonly profiles: readonly { readonly name: string; readonly loss: number }[] }) {
  return network.profiles.find(({ name }) => name === 'home-wifi')!;
}

/** The message of the one error that loading gives. */
function refusal(text: string | Uint8Array, options: { set?: string[]; seed?: number } = {}): string {
  try {
    load(text, options);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
  throw new Error('accepted');
}

/** GOOD with one piece replaced. */
function but(piece: string, by: string): string {
  if (!GOOD.includes(piece)) throw new Error(`no ${piece} in the good scenario`);
  return GOOD.replace(piece, by);
}

describe('a good scenario', () => {
  it('is resolved: SI units, defaults', () => {
    const { scenario } = load(GOOD);
    expect(scenario.name).toBe('small');
    expect(scenario.seed).toBe(1);
    expect(scenario.stop).toEqual({ when: 'trained', horizon: 7200 });
    expect(scenario.measure.every).toBe(1);
    expect(scenario.isolation).toBe('pooled');
    expect(scenario.fleet[0]).toMatchObject({ board: 'nrf52840', count: 3, region: ['dublin'], holds: 'none' });
    expect(link(scenario.network)).toMatchObject({ up: 5e6, loss: 0.005 });
    expect(scenario.interventions).toEqual([]);
  });

  it('has one canonical text, whatever the order and spelling of its file', () => {
    const { canonical } = load(GOOD);
    const lines = GOOD.replace('loss: 0.5 %', 'loss: 0.50%').replace('2 h', '120 min').split('\n');
    const reordered = [...lines.slice(2), ...lines.slice(0, 2)].join('\n');
    expect(load(`# a comment\n${reordered}`).canonical).toBe(canonical);
    expect(load(GOOD, { seed: 1 }).canonical).toBe(canonical);
    expect(load(GOOD, { seed: 2 }).canonical).not.toBe(canonical);
    expect(load(GOOD, { set: ['stop.horizon=3 h'] }).canonical).not.toBe(canonical);
    expect(JSON.parse(canonical)).toMatchObject({ schema: 1, name: 'small' });
  });

  it('takes --set and --seed', () => {
    const { scenario } = load(GOOD, {
      set: [
        'network.links.home-wifi.loss=1 %',
        'fleet.0.count=7',
        'fleet[0].region=[dublin, tokyo]',
        'measure.every=5 s',
      ],
      seed: 42,
    });
    expect(link(scenario.network).loss).toBe(0.01);
    expect(scenario.fleet[0]).toMatchObject({ count: 7, region: ['dublin', 'tokyo'] });
    expect(scenario.measure.every).toBe(5);
    expect(scenario.seed).toBe(42);
  });

  it('reads held classes from 1, with ranges', () => {
    const { scenario } = load(but('link: home-wifi }', 'link: home-wifi, holds: [3-5, 1, 4] }'));
    expect(scenario.fleet[0]!.holds).toEqual([0, 2, 3, 4]);
  });

  it('keeps anchors and aliases', () => {
    const text = but('link: home-wifi }', 'link: home-wifi, routine: &r { busy: 20 %, burst: 2 s } }').replace(
      'network:',
      '  - { board: nrf52840, region: dublin, link: home-wifi, routine: *r }\nnetwork:',
    );
    expect(load(text).scenario.fleet[1]!.routine).toEqual({ busy: 0.2, burst: 2 });
  });

  it('turns a path into a place for faults found later', () => {
    const loaded = load(GOOD, { set: ['dataset.classes=4'] });
    expect(loaded.place('network.links.home-wifi.loss')).toBe('a.yaml:17:13 network.links.home-wifi.loss');
    expect(loaded.place(['fleet', 0])).toBe('a.yaml:8:5 fleet.0');
    expect(loaded.fault('fleet', 'no device fits').message).toBe('a.yaml:7:1 fleet: no device fits');
    expect(loaded.place('dataset.classes')).toBe('--set dataset.classes');
    expect(loaded.place('stop.when')).toBe('a.yaml:18:7 stop.when');
  });
});

describe('interventions', () => {
  const with_ = (lines: string) => `${GOOD}interventions:\n${lines}\n`;

  it('are read in order of time, each upon the one before', () => {
    const { scenario } = load(
      with_(
        '  - { at: 90 s, set: { network.links.home-wifi.loss: 2 % } }\n' +
          '  - { at: 60 s, set: { network.links.home-wifi.latency: 300 ms, network.server.up: 1 Mbit/s } }',
      ),
    );
    const [first, second] = scenario.interventions;
    expect(first).toMatchObject({ at: 60, paths: ['network.links.home-wifi.latency', 'network.server.up'] });
    expect(link(first!.network).loss).toBe(0.005);
    expect(first!.network.server.up).toBe(1e6);
    expect(link(second!.network).loss).toBe(0.02);
    expect(second!.network.server.up).toBe(1e6);
  });

  it.each([
    [
      'network.links.home-wifi.loss: 140 %',
      'a.yaml:20:54 interventions.0.set.network.links.home-wifi.loss: expected 0 % to 100 %, got 140 %',
    ],
    ['network.links.home-wfi.latency: 3 ms', /a.yaml:20:\d+ interventions.0.set.network.links.home-wfi.latency: /],
    ['network.links.home-wifi.los: 3 %', /unknown key; did you mean loss\?/],
    ['fleet.0.count: 3', /interventions.0.set.fleet.0.count: expected something that can change during a run/],
    ['network.model: simple', /expected something that can change/],
    ['network.server.latency: 3 ms', /set.network.server.latency: expected something that can change/],
    ['network.links.home-wifi.mobility: { dwell: 9 s }', /expected something that can change/],
    ['network.links.lab: { like: fibre }', /expected something that can change/],
    ['', /interventions.0.set: expected at least one path: value, got an empty group/],
  ])('are checked: %s', (change, message) => {
    const text = with_(`  - { at: 60 s, set: { ${change} } }`);
    if (typeof message === 'string') expect(refusal(text)).toBe(message);
    else expect(refusal(text)).toMatch(message);
  });
});

describe('every fault is one line with its place', () => {
  it.each<[string, string, string]>([
    ['loss: 0.5 %', 'loss: 140 %', 'a.yaml:17:13 network.links.home-wifi.loss: expected 0 % to 100 %, got 140 %'],
    [
      'loss: 0.5 %',
      'loss: 0.5',
      'a.yaml:17:13 network.links.home-wifi.loss: expected a share with its unit, such as 0.5 %, got the bare number 0.5',
    ],
    ['loss: 0.5 %', 'los: 1 %', 'a.yaml:17:7 network.links.home-wifi.los: unknown key; did you mean loss?'],
    ['loss: 0.5 %', 'loss: .nan', 'a.yaml:17:13 network.links.home-wifi.loss: expected a share such as 0.5 %, got NaN'],
    [
      'up: 5 Mbit/s',
      'up: 5 Mbit',
      'a.yaml:14:11 network.links.home-wifi.up: expected a rate such as 5 Mbit/s, got 5 Mbit (a size)',
    ],
    [
      'p95: 40 ms',
      'p95: 40',
      'a.yaml:16:51 network.links.home-wifi.latency.lognormal.p95: expected a time with its unit, such as 20 ms, got the bare number 40',
    ],
    [
      'board: nrf52840',
      'board: nrf52480',
      'a.yaml:8:14 fleet.0.board: expected nrf52840, stm32f103c8, samd21g18, esp32, smart-bulb, smart-speaker, raspberry-pi-3, raspberry-pi-4 or i7-8650u, got nrf52480; did you mean nrf52840?',
    ],
    [
      'region: dublin, link',
      'region: dublim, link',
      'a.yaml:8:42 fleet.0.region: expected one of 137 known names, or a list, got dublim; did you mean dublin?',
    ],
    [
      'link: home-wifi }',
      'link: home-wify }',
      'a.yaml:8:56 fleet.0.link: expected a name under network.links or a built-in profile, got home-wify; did you mean home-wifi?',
    ],
    ['count: 3', 'count: 0', 'a.yaml:8:31 fleet.0.count: expected at least 1, got 0'],
    ['count: 3', 'count: 1.5', 'a.yaml:8:31 fleet.0.count: expected a whole number, got 1.5'],
    ['count: 3', 'count: many', 'a.yaml:8:31 fleet.0.count: expected a number, got many'],
    ['count: 3', 'count: 2000000', 'a.yaml:8:31 fleet.0.count: expected at most 1000000, got 2000000'],
    ['classes: 5', 'classes: 1', 'a.yaml:3:37 dataset.classes: expected at least 2, got 1'],
    [
      'name: clusters, ',
      'name: cluster, ',
      'a.yaml:3:18 dataset.name: expected auslan, mnist, idx, csv or clusters, got cluster; did you mean clusters?',
    ],
    [
      'horizon: 2 h',
      'horizon: 105 d',
      'a.yaml:18:18 stop.horizon: expected more than 0 d and at most 104 d, got 105 d',
    ],
    [
      'horizon: 2 h',
      'when: finished',
      'a.yaml:18:15 stop.when: expected trained or horizon, or a group of keys, got finished',
    ],
    [
      'classes: 5 }',
      'classes: 5, splits: 3 }',
      'a.yaml:3:40 dataset.splits: unknown key; expected name, classes, features, rows, validation, test, separation, inactive, scale or seed',
    ],
    ['passes: 3', 'pases: 3', 'a.yaml:6:29 method.learner.pases: unknown key; did you mean passes?'],
    ['schema: 1', 'schema: 2', 'a.yaml:1:9 schema: expected 1, the scenario format that this g2t reads, got 2'],
    ['schema: 1\n', '', 'a.yaml:1:1 schema: expected 1, got nothing'],
    [
      'name: small',
      'name: Two Words',
      'a.yaml:2:7 name: expected lower-case letters, digits and single hyphens, got Two Words',
    ],
    [
      'name: small',
      'name: a/../b',
      'a.yaml:2:7 name: expected lower-case letters, digits and single hyphens, got a/../b',
    ],
    [
      'stop: {',
      'isolation: instances\nstop: {',
      'a.yaml:18:12 isolation: expected pooled or instance, got instances; did you mean instance?',
    ],
    ['stop: {', 'seed: -1\nstop: {', 'a.yaml:18:7 seed: expected at least 0, got -1'],
    ['stop: {', 'sede: 1\nstop: {', 'a.yaml:18:1 sede: unknown key; did you mean seed?'],
    [
      'server: { region: dublin, up',
      'server: { up',
      'a.yaml:11:11 network.server.region: expected one of 137 known names, got nothing; such as accra, addis-ababa, algiers, almaty',
    ],
  ])('%s -> %s', (piece, by, message) => {
    expect(refusal(but(piece, by))).toBe(message);
  });

  it('lists them all, in the order of the file', () => {
    const text = but('loss: 0.5 %', 'los: 140 %')
      .replace('count: 3', 'count: 0')
      .replace('schema: 1', 'schema: 1\nextra: 1');
    const lines = refusal(text).split('\n');
    expect(lines.map((line) => line.replace(/:\d+ .*/, ''))).toEqual(['a.yaml:2', 'a.yaml:9', 'a.yaml:18']);
  });

  it('shows twenty of very many', () => {
    const lines = refusal(GOOD + Array.from({ length: 30 }, (_, i) => `x${i}: 1\n`).join('')).split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('... and 10 more; g2t check lists them all');
  });

  it('says how many devices isolation allows', () => {
    const text = but('count: 3', 'count: 1001').replace('stop:', 'isolation: instance\nstop:');
    expect(refusal(text)).toBe(
      'a.yaml:18:12 isolation: expected at most 1000 devices with isolation: instance, got 1001',
    );
  });

  it('refuses an empty fleet', () => {
    const text = but('fleet:\n  - { board: nrf52840, count: 3, region: dublin, link: home-wifi }', 'fleet: []');
    expect(refusal(text)).toBe('a.yaml:7:8 fleet: expected at least 1 entry, got none');
  });
});

describe('files that are no scenario', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'a.yaml:1:1: expected a scenario, got an empty file'],
    ['only a comment', '# nothing\n', 'a.yaml:1:1: expected a scenario, got an empty file'],
    ['a list', '- a\n', 'a.yaml:1:1: expected a group of keys (schema, name, dataset, ...), got a list'],
    ['plain text', 'hello\n', 'a.yaml:1:1: expected a group of keys (schema, name, dataset, ...), got plain text'],
    ['tabs', 'schema: 1\nfleet:\n\t- b\n', 'a.yaml:3:1: expected spaces for indentation, got a tab'],
    ['a key twice', 'schema: 1\nname: a\nname: b\n', 'a.yaml:3:1: expected each key once, got name again'],
    ['a group as a key', 'schema: 1\n{}: 1\n', 'a.yaml:2:1: expected a key of plain text, got a group'],
    ['a list as a key', 'name: &a [1]\n*a : 2\n', 'a.yaml:2:1: expected a key of plain text, got a list'],
    ['two documents', 'schema: 1\n---\nschema: 1\n', 'a.yaml:2:1: expected one document, got a second one (---)'],
    ['open quote', 'name: "x\n', 'a.yaml:2:1: not YAML: missing closing "quote'],
    ['unknown alias', 'name: *x\n', 'a.yaml:1:7: expected an anchor &x before *x, found none'],
    ['unknown tag', 'name: !!foo x\n', 'a.yaml:1:7: not YAML: unresolved tag: tag:yaml.org,2002:foo'],
    [
      'not UTF-8',
      Uint8Array.from([0x61, 0x3a, 0x0a, 0x62, 0xff, 0x0a]),
      'a.yaml:2:2: expected UTF-8 text, got the byte 0xff',
    ],
    [
      'cut in mid character',
      Uint8Array.from([0x61, 0x3a, 0xe2, 0x82]),
      'a.yaml:1:3: expected UTF-8 text, got the byte 0xe2',
    ],
    ['UTF-16', Uint8Array.from([0xff, 0xfe, 0x61, 0]), 'a.yaml:1:1: expected UTF-8 text, got the byte 0xff'],
    ['very deep', `a: ${'['.repeat(20_000)}`, 'a.yaml:1:1: expected lists and maps at most 64 deep, got 20000'],
    [
      'very deep by dashes',
      `${'- '.repeat(20_000)}x`,
      'a.yaml:1:1: expected lists and maps at most 64 deep, got 20000',
    ],
    ['huge', new Uint8Array(MAX_FILE_BYTES + 1), 'a.yaml:1:1: expected a file of at most 4 MiB, got 4.0 MiB'],
  ])('%s', (_, text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('stops an alias bomb', () => {
    let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n';
    for (let i = 1; i < 10; i++)
      bomb += `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]\n`;
    expect(refusal(bomb)).toBe('a.yaml:1:1: expected at most 100 values from aliases (*name), got more');
    expect(refusal('a: &a [*a]\n')).toMatch(/^a.yaml:1:\d+.*expected/);
  });

  it('survives hostile keys', () => {
    expect(refusal(`${GOOD}__proto__: { polluted: 1 }\nconstructor: 1\n`)).toMatch(/__proto__: unknown key/);
    expect(refusal(GOOD, { set: ['__proto__.polluted=1'] })).toMatch(/^--set __proto__: unknown key/);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('--set', () => {
  it.each<[string, string]>([
    ['network.links.home-wifi.loss=140 %', '--set network.links.home-wifi.loss: expected 0 % to 100 %, got 140 %'],
    ['network.links.home-wifi.los=1 %', '--set network.links.home-wifi.los: unknown key; did you mean loss?'],
    ['netwrk.links=3', '--set netwrk: unknown key; did you mean network?'],
    ['fleet.1.count=3', '--set fleet.1: expected a position from 0 to 0, got 1'],
    ['fleet.first.count=3', '--set fleet.first: expected a position from 0 to 0, got first'],
    ['name.first=x', '--set name.first: expected a group of keys before .first, got small'],
    ['seed', '--set: expected path=value, got seed'],
    ['=3', '--set: expected path=value, got =3'],
    ['a..b=3', '--set: expected path=value, got a..b=3'],
    ['fleet=[', /./.source],
    ['stop.horizon=200 d', '--set stop.horizon: expected more than 0 d and at most 104 d, got 200 d'],
    ['stop.horizon=', '--set stop.horizon: expected a time such as 20 ms, got nothing'],
  ])('%s', (setting, message) => {
    const said = refusal(GOOD, { set: [setting] });
    if (message === '.') expect(said).toMatch(/^--set fleet: expected a YAML value, got \[/);
    else expect(said).toBe(message);
  });

  it('names --seed', () => {
    expect(refusal(GOOD, { seed: -1 })).toBe('--seed: expected at least 0, got -1');
    expect(refusal(GOOD, { seed: 1.5 })).toBe('--seed: expected a whole number, got 1.5');
  });
});

describe('ScenarioError', () => {
  it('keeps every fault with line and column', () => {
    try {
      load(but('loss: 0.5 %', 'loss: 140 %'));
    } catch (error) {
      expect((error as ScenarioError).faults).toEqual([
        {
          place: 'a.yaml:17:13',
          line: 17,
          column: 13,
          path: 'network.links.home-wifi.loss',
          message: 'expected 0 % to 100 %, got 140 %',
        },
      ]);
      expect((error as ScenarioError).exitCode).toBe(2);
      return;
    }
    throw new Error('accepted');
  });
});
