import { coldStream } from '../kernel/random.ts';
import { TableBuilder } from '../metrics/builder.ts';
import { Distribution } from '../metrics/distribution.ts';
import { IMPROVEMENTS_TABLE, METRICS_TABLE, ROUNDS_TABLE } from '../metrics/tables.ts';
import { fixture } from './fixture.ts';
import type { RivalRun, Rivals } from './result.ts';

/** A made-up method: how good it gets and how fast, what it sends, and how stale its updates are. */
interface Made {
  readonly label: string;
  readonly best: number;
  readonly seconds: number;
  readonly bytesPerSecond: number;
  readonly ratio: number;
  /** Mean version lag; null without versions. */
  readonly lag: number | null;
  readonly age: number;
}

const METHODS: readonly Made[] = [
  { label: 'g2t', best: 0.91, seconds: 40, bytesPerSecond: 3e4, ratio: 0.6, lag: null, age: 0.4 },
  { label: 'ssgd', best: 0.86, seconds: 600, bytesPerSecond: 9e4, ratio: 14, lag: 0, age: 1.1 },
  { label: 'asgd', best: 0.84, seconds: 420, bytesPerSecond: 2e5, ratio: 17, lag: 199, age: 2.2 },
  { label: 'fedavg', best: 0.88, seconds: 300, bytesPerSecond: 5e4, ratio: 2.4, lag: 0, age: 6 },
  { label: 'adaptive-tau', best: 0.89, seconds: 240, bytesPerSecond: 6e4, ratio: 2.1, lag: 0, age: 5 },
  { label: 'gaia', best: 0.61, seconds: 500, bytesPerSecond: 4e4, ratio: 3.3, lag: 4, age: 3 },
];

/** A made-up comparison of six methods, for the tests of its charts and table. */
export function rivalsFixture(): Rivals {
  return { runs: METHODS.map(run), byMethod: true };
}

function run(made: Made): RivalRun {
  const draw = coldStream(5, made.label);
  const metrics = new TableBuilder(METRICS_TABLE, made.lag === null ? [] : ['loss']);
  const { at } = metrics;
  const improvements = new TableBuilder(IMPROVEMENTS_TABLE);
  let best = 0;
  for (let t = 1; t <= made.seconds; t++) {
    const progress = 1 - Math.exp((-5 * t) / made.seconds);
    metrics.set(at.at_s, t);
    metrics.set(at.tasks_done, t);
    const accuracy = Math.min(made.best, made.best * progress * (1 - 0.02 * draw()) + 0.004);
    metrics.set(at.accuracy, accuracy);
    metrics.set(at.bytes_up, made.bytesPerSecond * t * 0.5);
    metrics.set(at.bytes_down, made.bytesPerSecond * t * 0.5);
    metrics.set(at.energy_j, 1.5 * t);
    metrics.set(at.online, 200);
    if (at.loss >= 0) metrics.set(at.loss, 0.6 * (1.1 - made.best * progress));
    metrics.endRow();
    if (accuracy <= best) continue;
    best = accuracy;
    improvements.set(improvements.at.at_s, t);
    improvements.set(improvements.at.tasks_done, t);
    improvements.set(improvements.at.accuracy, accuracy);
    improvements.set(improvements.at.bytes_up, made.bytesPerSecond * t * 0.5);
    improvements.set(improvements.at.bytes_down, made.bytesPerSecond * t * 0.5);
    improvements.set(improvements.at.energy_j, 1.5 * t);
    improvements.endRow();
  }
  const staleness = made.lag === null ? null : new Distribution();
  const ages = new Distribution();
  const rounds = new TableBuilder(ROUNDS_TABLE, ['staleness']);
  for (let n = 0; n < 500; n++) {
    ages.add(made.age * Math.exp(1.2 * (draw() + draw() - 1)));
    if (staleness === null) continue;
    const lag = Math.round(made.lag! * (0.8 + 0.4 * draw()));
    staleness.add(lag);
    for (const { name } of ROUNDS_TABLE.columns) if (rounds.at[name] >= 0) rounds.set(rounds.at[name], 1);
    rounds.set(rounds.at.staleness, lag);
    rounds.endRow();
  }
  const { summary } = fixture({ devices: 200, makespanSeconds: made.seconds });
  return {
    label: made.label,
    summary: {
      ...summary,
      accuracy: made.best,
      macro_f1: made.best - 0.01,
      staleness: staleness?.spread() ?? null,
      age_s: ages.spread(),
      comm_to_comp: { time: made.ratio, bytes_per_flop: made.ratio / 30 },
      bytes_up: made.bytesPerSecond * made.seconds * 0.5,
      bytes_down: made.bytesPerSecond * made.seconds * 0.5,
      energy_j: 1.5 * made.seconds,
    },
    tables: {
      rounds: rounds.build(),
      metrics: metrics.build(),
      improvements: improvements.build(),
      ages: ages.quantiles(),
    },
  };
}
