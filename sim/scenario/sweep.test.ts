import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadScenario, withSeed } from './load.ts';
import { type LoadedSweep, loadSweep } from './sweep.ts';

const SCENARIO = `schema: 1
name: small
seed: 5
dataset: { name: clusters, classes: 3 }
method: { name: g2t, learner: { name: opt-sgd } }
fleet: [{ board: nrf52840, count: 2, region: dublin, link: fibre }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
`;
const bytes = (text: string) => new TextEncoder().encode(text);

/** A sweep over SCENARIO; the sweep's own lines begin at line 5. */
function sweepOf(sweep: string, more: { set?: string[]; seed?: number; head?: string } = {}): LoadedSweep {
  const { head = '', ...options } = more;
  const text = `schema: 1\nname: many\nscenario: ../small.yaml\nsweep:\n${sweep.replace(/^/gm, '  ')}\n${head}`;
  const read = (file: string) => ({ file: file.replace('../', ''), bytes: bytes(SCENARIO) });
  return loadSweep({ file: 's.yaml', bytes: bytes(text), read, ...options });
}

const values = (sweep: LoadedSweep) => sweep.points.map((point) => point.values);

describe('a sweep', () => {
  it('meets every value of one axis with every value of the others, the last fastest', () => {
    const sweep = sweepOf(`names: { passes: method.learner.passes }
grid:
  passes: { from: 1, to: 100, steps: 3, scale: log }
  stop.horizon: [1 min, 2 min]
repeat: { seeds: 3 }`);
    expect(sweep.columns.map(({ name }) => name)).toEqual(['passes', 'stop.horizon']);
    expect(values(sweep)).toEqual(
      [1, 10, 100].flatMap((n) => [
        [n, '1 min'],
        [n, '2 min'],
      ]),
    );
    expect(sweep.seeds).toEqual([5, 6, 7]);
    const { scenario, canonical, set } = sweep.load(sweep.points[3]!);
    expect(scenario).toMatchObject({
      name: 'small',
      seed: 5,
      stop: { horizon: 120 },
      method: { learner: { passes: 10 } },
    });
    expect(set).toEqual(['method.learner.passes=10', 'stop.horizon="2 min"']);
    // The same run as g2t run would make of it.
    expect(loadScenario({ file: 'x', bytes: bytes(SCENARIO), set }).canonical).toBe(canonical);
  });

  it('has ranges in the unit of their ends, and whole numbers once', () => {
    expect(values(sweepOf('grid: { stop.horizon: { from: 1 s, to: 2 s, steps: 5 } }')).flat()).toEqual([
      '1 s',
      '1.25 s',
      '1.5 s',
      '1.75 s',
      '2 s',
    ]);
    expect(values(sweepOf('grid: { stop.horizon: { from: 500 ms, to: 2 s, steps: 2 } }')).flat()).toEqual([
      '0.5 s',
      '2 s',
    ]);
    const whole = '{ from: 1, to: 3, steps: 9, scale: log, whole: true }';
    expect(values(sweepOf(`grid: { method.learner.passes: ${whole} }`)).flat()).toEqual([1, 2, 3]);
  });

  it('has points as they are written, and expressions worked out for each', () => {
    const sweep = sweepOf(
      `names: { boards: fleet.0.count, each: none, total: none, classes: dataset.classes }
points:
  - { boards: 2, each: 10 s }
  - { boards: 5, each: 20 s }
expressions:
  stop.horizon: total + 1 s
  total: boards * each * classes
`,
      { head: '' },
    );
    expect(sweep.columns.map(({ name }) => name)).toEqual(['boards', 'each', 'stop.horizon', 'total']);
    expect(values(sweep)).toEqual([
      [2, '10 s', '61 s', '60 s'],
      [5, '20 s', '301 s', '300 s'],
    ]);
  });

  it('draws samples that hang on nothing but their seed and name', () => {
    const draw = (more: string, by = 'latin-hypercube') =>
      sweepOf(
        `names: { q: none, k: none }\nsample: { count: 8, by: ${by}, over: { fleet.0.count: { from: 1, to: 80, whole: true }${more} } }`,
      );
    const counts = (sweep: LoadedSweep) => sweep.points.map((point) => Number(point.values[0]));
    const alone = counts(draw(''));
    // One in each tenth of the range.
    expect(alone.map((count) => Math.ceil(count / 10)).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const more = draw(', q: { from: 1 ms, to: 1 s, scale: log }, k: [a, b]');
    expect(counts(more)).toEqual(alone);
    expect(more.points.filter((point) => point.values[2] === 'a')).toHaveLength(4);
    expect(counts(draw('', 'random'))).not.toEqual(alone);
    expect(Math.max(...counts(draw('', 'random')))).toBeLessThanOrEqual(80);
  });

  it('compares points with the first, or with those that it says', () => {
    const grid = 'grid: { fleet.0.count: [1, 2], stop.horizon: [1 s, 2 s] }';
    expect(sweepOf(grid).against).toEqual([0, 0, 0, 0]);
    expect(sweepOf(`${grid}\nagainst: { stop.horizon: 1 s }`).against).toEqual([0, 0, 2, 2]);
  });

  it('may stand in the scenario itself, which is the same scenario with it', () => {
    const text = `${SCENARIO}sweep: { grid: { fleet.0.count: [1, 2] }, repeat: { seeds: [3, 1] } }\n`;
    const read = () => {
      throw new Error('nothing else to read');
    };
    const sweep = loadSweep({
      file: 'a.yaml',
      bytes: bytes(text),
      read,
      set: ['sweep.repeat.seeds=4', 'dataset.classes=4'],
      seed: 9,
    });
    expect([sweep.name, sweep.seeds.length, sweep.seeds[0]]).toEqual(['small', 4, 9]);
    expect(sweep.load(sweep.points[1]!).scenario).toMatchObject({
      seed: 9,
      dataset: { classes: 4 },
      fleet: [{ count: 2 }],
    });
    const plain = loadScenario({ file: 'a.yaml', bytes: bytes(SCENARIO) });
    expect(loadScenario({ file: 'a.yaml', bytes: bytes(text) }).canonical).toBe(plain.canonical);
  });

  it('is another when anything that decides it is another', () => {
    const one = sweepOf('grid: { fleet.0.count: [1, 2] }').canonical;
    expect(sweepOf('grid:\n  fleet.0.count: [1, 2]').canonical).toBe(one);
    for (const other of ['grid: { fleet.0.count: [1, 3] }', 'grid: { fleet.0.count: [1, 2] }\nrepeat: { seeds: 2 }'])
      expect(sweepOf(other).canonical).not.toBe(one);
    expect(sweepOf('grid: { fleet.0.count: [1, 2] }', { set: ['stop.horizon=3 s'] }).canonical).not.toBe(one);
  });

  it('gives each seed the scenario that --seed would', () => {
    for (const name of ['quickstart', 'home-network', 'globe-1000', 'edge-mnist-case1']) {
      const file = { file: name, bytes: readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url)) };
      const changed = withSeed(loadScenario({ ...file, set: ['compare=[]'] }), 77);
      const read = loadScenario({ ...file, set: ['compare=[]'], seed: 77 });
      expect(changed.canonical).toBe(read.canonical);
      expect(changed.scenario).toEqual(read.scenario);
    }
  });
});

describe('a sweep that cannot be', () => {
  it.each([
    ['grid: {}', 's.yaml:5:9 sweep.grid: expected at least one name: values, got an empty group'],
    ['grid: { fleet.0.count: [] }', 's.yaml:5:26 sweep.grid.fleet.0.count: expected at least 1 entry, got none'],
    [
      'repeat: { seeds: 1 }',
      's.yaml:4:1 sweep: expected a grid, points, a sample, expressions or several seeds (repeat), got none of them',
    ],
    ['gird: { a: [1] }', 's.yaml:5:3 sweep.gird: unknown key; did you mean grid?'],
    [
      'grid: { fleet.0.count: { from: 1, to: 9, steps: 1000000000 } }',
      's.yaml:4:1 sweep: expected at most 1000000 runs, got 1000000000',
    ],
    [
      'grid: { fleet.0.count: { from: 1, to: 9, steps: 1000000 }, stop.horizon: { from: 1 s, to: 2 s, steps: 100 } }\nrepeat: { seeds: 10 }',
      's.yaml:4:1 sweep: expected at most 1000000 runs, got 1000000000 (1000000 × 100 × 10)',
    ],
    [
      'sample: { count: 1000000000, over: { fleet.0.count: [1, 2] } }',
      's.yaml:4:1 sweep: expected at most 1000000 runs, got 1000000000',
    ],
    ['grid: { fleet.0.count: [1, 0] }', 's.yaml:5:30 fleet.0.count: expected at least 1, got 0'],
    ['grid: { fleet.0.cuont: [1] }', 's.yaml:5:27 fleet.0.cuont: unknown key; did you mean count?'],
    ['grid: { fleet.3.count: [1] }', 's.yaml:5:27 fleet.3: expected a position from 0 to 0, got 3'],
    [
      'grid: { fleet.0.count: [2, 2] }',
      's.yaml:5:30 sweep.grid.fleet.0.count.1: expected values that differ, got 2 again',
    ],
    [
      'grid: { seed: [1, 2] }',
      's.yaml:5:11 sweep.grid.seed: expected a path other than seed: seeds come from sweep.repeat',
    ],
    [
      'grid: { stop.horizon: { from: 0 s, to: 2 s, steps: 2, scale: log } }',
      's.yaml:5:33 sweep.grid.stop.horizon.from: expected more than 0 with scale: log, got 0 s',
    ],
    [
      'grid: { stop.horizon: { from: 1 s, to: 2 kB, steps: 2 } }',
      's.yaml:5:42 sweep.grid.stop.horizon.to: expected the kind of `from` (1 s), got 2 kB',
    ],
    [
      'expressions: { stop.horizon: 3 * }',
      's.yaml:5:32 sweep.expressions.stop.horizon: expected an expression, got 3 * (unexpected end of expression (char 4))',
    ],
    [
      'expressions: { stop.horizon: 1 s / 0 }',
      's.yaml:5:32 sweep.expressions.stop.horizon: expected a finite number, got Infinity',
    ],
    [
      'names: { one: none }\nexpressions: { one: one + 1 }',
      's.yaml:6:23 sweep.expressions.one: expected an expression that does not refer to itself, got one -> one',
    ],
    [
      'names: { one: none, two: none }\nexpressions: { one: two, two: one }',
      's.yaml:6:23 sweep.expressions.one: expected an expression that does not refer to itself, got one -> two -> one',
    ],
    [
      'names: { passes: none }\ngrid: { passes: [1] }\nexpressions: { stop.horizon: pases * 1 s }',
      's.yaml:7:32 sweep.expressions.stop.horizon: expected names of the sweep (passes), got pases; did you mean passes?',
    ],
    [
      'names: { ms: stop.horizon }\ngrid: { ms: [1 s, 2 s] }',
      's.yaml:5:12 sweep.names.ms: expected a name that is no unit and no function',
    ],
    [
      'names: { accuracy: stop.horizon }\ngrid: { accuracy: [1 s, 2 s] }',
      's.yaml:6:11 sweep.grid.accuracy: expected another name, for accuracy is a column of the results',
    ],
    [
      'points: [{ fleet.0.count: 1 }, { stop.horizon: 1 s }]',
      's.yaml:5:34 sweep.points.1: expected the names of the first point (fleet.0.count), got stop.horizon',
    ],
    [
      'grid: { fleet.0.count: [1, 2] }\nagainst: { fleet.0.count: 3 }',
      's.yaml:6:12 sweep.against: expected a point of the sweep, got { fleet.0.count: 3 }, which is none',
    ],
    [
      'grid: { fleet.0.board: [nrf52840, native] }',
      's.yaml:5:37 fleet.0.board: expected a simulated board in a sweep, got native',
    ],
    ['repeat: { seeds: [1, 2, 1] }', 's.yaml:5:27 sweep.repeat.seeds.2: expected seeds that differ, got one again'],
    [
      'repeat: { until: { ci: acuracy, width: 1 % } }',
      's.yaml:5:26 sweep.repeat.until.ci: expected a number of the summary, such as accuracy or makespan_s, got acuracy; did you mean accuracy?',
    ],
    [
      'repeat: { until: { ci: makespan_s, width: 1 kB } }',
      's.yaml:5:45 sweep.repeat.until.width: expected a width above 0, such as 1 % or 2 s, got 1 kB',
    ],
  ])('%s', (sweep, message) => {
    let said = '';
    try {
      sweepOf(sweep);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toBe(message);
  });

  it('says so where it is none, or would be run as a scenario', () => {
    const read = () => ({ file: 'no', bytes: bytes('') });
    expect(() => loadSweep({ file: 'a.yaml', bytes: bytes(SCENARIO), read })).toThrow(
      'a.yaml:1:1: expected a sweep (a key `sweep`), got none; g2t run runs a scenario once',
    );
    const over = 'schema: 1\nname: x\nscenario: a.yaml\nsweep: { repeat: { seeds: 2 } }\n';
    expect(() => loadScenario({ file: 'x.yaml', bytes: bytes(over) })).toThrow(
      'x.yaml:4:1 sweep: expected a scenario, got a sweep over one; g2t sweep runs it',
    );
    const compares = `${SCENARIO}compare: [{ name: b, set: { fleet.0.count: 3 } }]\nsweep: { repeat: { seeds: 2 } }\n`;
    expect(() => loadSweep({ file: 'a.yaml', bytes: bytes(compares), read })).toThrow(
      'a.yaml: expected a scenario without `compare`, since each run of a sweep stands alone, got 1 variants; --set compare=[] leaves them out',
    );
  });
});
