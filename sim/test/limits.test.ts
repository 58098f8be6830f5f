import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { ScenarioError } from '../scenario/fault.ts';
import { runText, scenarioOf } from './scenario-run.ts';

// Scenarios at the edge of what can be simulated: refused with a number and a limit, or run to a result.

const BASE = `schema: 1
name: edge
dataset: { name: clusters, classes: 3, features: 4, rows: 20, test: 3 }
method: { name: g2t }
fleet: [{ board: esp32, count: 2, region: dublin, link: home-wifi }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
`;
const LINK = 'network.links.home-wifi';

/** What is said of a scenario; nothing where it is accepted. */
function faults(...set: string[]): string[] {
  try {
    scenarioOf(BASE, set);
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return error.faults.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
}

describe('an interval that is too short', () => {
  it.each([
    [`${LINK}.dropout={ up: TIME, down: 1 s }`],
    [`${LINK}.dropout={ up: 1 s, down: { exponential: TIME } }`],
    [`${LINK}.dropout={ duty-cycle: { period: TIME, on: 50 % } }`],
    [`${LINK}.dropout={ trace: { off: [[0 s, TIME]] } }`],
    [`${LINK}.dropout={ trace: { off: [[0 s, 1 s], [1.0000001 s, 2 s]] } }`],
    [`${LINK}.dropout={ trace: { off: [[1 ns, 2 ns]], every: TIME } }`],
    [`${LINK}.dropout={ trace: { off: [[0 s, 1 s]], every: 1.0000001 s } }`],
    [`${LINK}.mobility={ dwell: TIME }`],
    ['network.congestion={ markov: { states: [{ share: 1 %, hold: TIME }, { share: 2 %, hold: 1 s }] } }'],
    ['network.congestion={ diurnal: { mean: 10 %, swing: 1 %, step: TIME } }'],
    ['network.congestion={ trace: { points: [[0 s, 1 %], [TIME, 2 %]] } }'],
    ['network.congestion={ trace: { points: [[0 s, 1 %]], every: TIME } }'],
    ['network.transport.min-rto=TIME'],
    ['network.transport.syn-timeout=TIME'],
    ['measure.every=TIME'],
    ['fleet.0.routine={ busy: 50 %, burst: TIME }'],
    ['method={ name: adaptive-tau, learner: { name: softmax }, timing: { fixed: { step: TIME, aggregation: 1 s } } }'],
  ])('is refused: %s', (set) => {
    for (const time of ['1 ns', '100 ns']) {
      const said = faults(set.replace('TIME', time), 'partition=none').join('\n');
      expect(said).toMatch(/expected .*(at least|to) .*/);
    }
  });

  it('an intervention in the network is held to the same bounds', () => {
    const set = `interventions=[{ at: 1 s, set: { ${LINK}.dropout: { up: 1 ns, down: 1 ns } } }]`;
    expect(faults(set)[0]).toMatch(/expected a mean of at least 1 ms, got 1 ns/);
  });

  it.each([
    ['method.hold.time=1 ns'],
    ['network.transport={ idle-timeout: 0 s, ticket-lifetime: 0 s }'],
    [`${LINK}.mobility={ dwell: 100 ms, gap: 1 ns }`],
    ['stop.horizon=1 ns'],
  ])('%s makes no more events, and runs', async (set) => {
    const { summary } = await runText(BASE, [set]);
    expect(summary.events).toBeLessThan(10_000);
  });
});

describe('more work than any machine finishes', () => {
  it.each<[string, string[], string]>([
    [
      'tasks',
      ['dataset.classes=65535', 'dataset.rows=1'],
      'dataset: expected at most 10,000,000 tasks, got 2,147,385,345 (the pairs of 65,535 classes)',
    ],
    [
      'tasks by hand',
      ['method={ name: g2t, allocate: manual, manual: [{ device: 0, rounds: [1-5000] }] }'],
      'method.manual: expected at most 10,000,000 tasks, got 12,497,500',
    ],
    [
      'values',
      ['dataset.features=1000', 'dataset.rows=100000'],
      'dataset: expected at most 250,000,000 values in the data set, got 300,009,000 (300,009 rows of 1,000 features)',
    ],
    [
      'weights',
      [
        'dataset={ name: clusters, classes: 1000, features: 5000, rows: 2, test: 1 }',
        'partition={ by: iid }',
        'fleet.0.count=1000',
        'method={ name: fedavg, learner: { name: softmax } }',
      ],
      'dataset: expected at most 1,000,000,000 weights, got 5,006,001,000',
    ],
    [
      'rows on devices',
      [
        'dataset.rows=20000',
        'partition={ by: case, case: 3 }',
        'fleet.0.count=100000',
        'method={ name: fedavg, learner: { name: softmax } }',
      ],
      'fleet: expected at most 1,000,000,000 rows on devices, got 6,000,000,000 (100,000 devices, 60,000 training rows)',
    ],
    [
      'updates',
      [
        'partition={ by: iid }',
        'fleet.0.count=2000',
        'method={ name: ssgd, rounds: 1000000, learner: { name: softmax } }',
      ],
      'method.rounds: expected at most 1,000,000,000 updates, got 2,000,000,000 (1,000,000 rounds of 2,000 devices)',
    ],
    [
      'changes of network conditions',
      [`${LINK}.dropout={ up: 2 ms, down: 2 ms }`, 'fleet.0.count=1000'],
      'network: expected at most 10,000,000,000 changes of network conditions, got 43,200,000,000 (500,000 a second until the horizon of 1 d)',
    ],
    [
      'measurements',
      ['measure.every=1 ms', 'stop.horizon=104 d'],
      'measure.every: expected at most 100,000,000 measurements, got 8,985,600,000 (one every 1 ms until the horizon of 104 d)',
    ],
  ])('is refused with the number and the limit: %s', (_what, set, said) => {
    expect(
      faults(...set).some((fault) => fault.startsWith(said)),
      faults(...set).join('\n'),
    ).toBe(true);
  });

  it('rows on a device that the firmware cannot number are refused when they are placed', async () => {
    const set = [
      'dataset={ name: clusters, classes: 2, features: 1, rows: 40000, test: 1 }',
      'partition={ by: case, case: 3 }',
      'fleet.0.board=i7-8650u',
      'method={ name: ssgd, rounds: 1, learner: { name: svm } }',
    ];
    await expect(runText(BASE, set)).rejects.toThrow(
      /fleet: expected at most 65535 training rows on a device, got 80000/,
    );
  });
});

describe('a horizon at its limit', () => {
  const methods: Record<string, string> = {
    g2t: '{ name: g2t }',
    ssgd: '{ name: ssgd, rounds: 5, learner: { name: softmax } }',
    fedavg: '{ name: fedavg, rounds: 5, learner: { name: softmax } }',
    asgd: '{ name: asgd, updates: 20, learner: { name: softmax } }',
    gaia: '{ name: gaia, steps: 10, learner: { name: softmax } }',
    'adaptive-tau': '{ name: adaptive-tau, learner: { name: softmax } }',
  };
  const dropouts = [
    'none',
    'outage',
    '{ up: 20 d, down: { weibull: { scale: 50 d, shape: 0.3 } } }',
    '{ duty-cycle: { period: 1 d, on: 1 % } }',
    '{ trace: { off: [[1 d, 103 d]] } }',
  ];
  for (const [name, method] of Object.entries(methods)) {
    it.each(['simple', 'flow'])(
      `runs: ${name} on the network %s`,
      async (model) => {
        for (const dropout of dropouts) {
          const { summary } = await runText(BASE, [
            `method=${method}`,
            ...(name === 'g2t' ? [] : ['partition={ by: iid }']),
            `network.model=${model}`,
            `${LINK}.dropout=${dropout}`,
            'stop={ when: horizon, horizon: 104 d }',
            'measure.every=1 d',
          ]);
          expect(summary.stopped).toBe('horizon');
        }
      },
      60_000,
    );
  }

  it.each([
    'up: 1 bit/s, down: 1 bit/s',
    'latency: 1 h',
    'latency: { pareto: { min: 3 s, alpha: 1.001 } }',
    'loss: 90 %',
  ])(
    'runs on the worst link: %s',
    async (link) => {
      for (const model of ['simple', 'flow']) {
        const set = [`network.model=${model}`, `${LINK}={ ${link} }`, 'stop.horizon=104 d', 'measure.every=1 d'];
        expect((await runText(BASE, set)).summary.stopped).toMatch(/trained|horizon/);
      }
    },
    60_000,
  );
});

describe('training that diverges', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'g2t-diverge-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const methods = {
    ssgd: 'rounds: 60',
    fedavg: 'rounds: 40, tau: 5',
    asgd: 'updates: 150',
    gaia: 'steps: 60',
    'adaptive-tau': 'budget: { time: 1 s }',
  };
  const cases = Object.entries(methods).flatMap(([name, own]) =>
    ['svm', 'logistic', 'softmax'].map((learner) => [name, learner, own] as const),
  );

  it.each(cases)(
    'gives a result that says so: %s, %s',
    async (name, learner, own) => {
      const id = `${name}-${learner}`;
      const file = join(folder, `${id}.yaml`);
      const penalty = learner === 'svm' ? '' : ', lambda: 10';
      writeFileSync(
        file,
        `schema: 1
name: ${id}
dataset: { name: clusters, classes: 2, features: 4, rows: 20, test: 3 }
partition: { by: iid }
method: { name: ${name}, ${own}, learner: { name: ${learner}, eta: 100, batch: full${penalty} } }
fleet: [{ board: i7-8650u, count: 2, region: dublin, link: fibre }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
measure: { every: 50 ms }
stop: { horizon: 1 min }
`,
      );
      const { code, stderr } = await g2t(['run', file, '--out', folder, '--quiet']);
      expect([code, stderr]).toEqual([0, '']);
      const result = join(folder, readdirSync(folder).find((each) => each.startsWith(`${id}-`))!);
      const text = (path: string) => readFileSync(join(result, path), 'utf8');
      const report = text('report.html');
      expect(
        /Training diverged: since the measurement at [\d.]+ s|rounds? gave weights that are no numbers/.test(report),
      ).toBe(true);
      for (const path of ['summary.json', 'manifest.json', 'report.html', ...chartsOf(result)])
        expect(/\bNaN\b|\bInfinity\b/.test(text(path)), path).toBe(false);
    },
    30_000,
  );

  function chartsOf(result: string): string[] {
    return readdirSync(join(result, 'charts'))
      .filter((name) => name.endsWith('.json') || name.endsWith('.svg'))
      .map((name) => join('charts', name));
  }

  it.each(['name: svm, eta: 1e6', 'name: opt-sgd, alpha: 1e6, momentum: 1.49, passes: 255'])(
    'classifiers of g2t that are not finite are counted: %s',
    async (learner) => {
      const { summary, extras } = await runText(BASE, [`method.learner={ ${learner} }`]);
      expect(summary.stopped).toBe('trained');
      expect(extras.notes).toContainEqual(
        expect.stringMatching(
          /^Training diverged: \d of 3 classifiers .* not finite numbers; the first came at [\d.]+ s\.$/,
        ),
      );
    },
  );

  it('the line of the loss has a gap where it is no finite number', () => {
    const [result] = readdirSync(folder).filter((each) => each.startsWith('ssgd-svm-'));
    const spec = readFileSync(join(folder, result!, 'charts', 'convergence.vl.json'), 'utf8');
    expect(spec.replace(/\s/g, '')).toMatch(/"v":null/);
  });

  it('a report of the published kernel has dashes where the paper’s rounds are missing', async () => {
    const file = join(folder, 'as-published.yaml');
    const method = 'method: { name: g2t, learner: { name: opt-sgd, variant: as-published } }';
    writeFileSync(file, BASE.replace('method: { name: g2t }', method));
    expect(await g2t(['run', file, '--out', folder, '--quiet'])).toMatchObject({ code: 0, stderr: '' });
    const [result] = readdirSync(folder).filter((each) => each.startsWith('edge-'));
    const report = readFileSync(join(folder, result!, 'report.html'), 'utf8');
    expect(report.includes('The paper and this run')).toBe(true);
    expect(/\bNaN\b/.test(report)).toBe(false);
  });
});

it('a rate by a misspelled unit is refused with what was meant, in a file and on the command line', async () => {
  expect(faults(`${LINK}={ up: 10 mbps }`)).toEqual([
    `${LINK}.up: expected a rate such as 5 Mbit/s, got 10 mbps; did you mean Mbps?`,
  ]);
  const asked = await g2t(['transfer', '--rtt', '60ms', '--rate', '2 mbps', '--size', '10kB']);
  expect(asked).toMatchObject({
    code: 2,
    stderr: '--rate: expected a rate such as 5 Mbit/s, got 2 mbps; did you mean Mbps?\n',
  });
});
