/*
 * Chooses the settings of `auslan-complete` inside samples 1 to 18 of each sign, then measures them once on samples 19 to
 * 27, and prints the tables of sim/data/auslan-settings.md.
 *
 *   npm run build && node scripts/auslan-settings.js [DATA_DIR]      (about a quarter of an hour on one core)
 *
 * Training is the firmware's Opt-SGD in float32 (four lanes, every operation rounded), written out here because the study
 * trains some thousand models and needs neither network nor devices.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readAuslanCsv } from '../dist/data/auslan.js';
import { makeRows } from '../dist/data/dataset.js';
import { tableOf } from '../dist/data/recordings.js';
import { fitScale, scaleRows } from '../dist/data/scale.js';
import { Streams, shuffle } from '../dist/kernel/random.js';
import { couple, planeScales } from '../dist/method/combine/coupling.js';
import { applyOptOvo, fitOptOvo, OPT_OVO_DEFAULTS } from '../dist/method/combine/opt-ovo.js';
import { OutputTable } from '../dist/method/combine/outputs.js';
import { VoteTally } from '../dist/method/combine/vote.js';
import { pairCount } from '../dist/method/pairs.js';
import { score } from '../dist/metrics/scores.js';

const CLASSES = 95;
const PAIRS = pairCount(CLASSES);
const LEARNER_SEEDS = 10;
const COMBINE_SEEDS = 3;
const PASSES = [10, 30, 100];
const { fround } = Math;

const directory = process.argv[2] ?? process.env.G2T_DATA ?? 'data';
const packed = readFileSync(join(directory, 'auslan.csv.gz'));
const table = tableOf(readAuslanCsv(gunzipSync(packed), 'auslan.csv.gz'), 'mean', CLASSES);

/** A split by sample number, standardised on its training part. */
function split(trains, tests) {
  const pick = (wanted) => Uint32Array.from(table.y.keys()).filter((row) => wanted(table.sample[row]));
  const scaling = fitScale(table, pick(trains), 'standard');
  const rowsOf = (rows) =>
    makeRows(
      scaleRows(table, rows, scaling),
      Uint16Array.from(rows, (row) => table.y[row]),
      table.features,
      CLASSES,
    );
  return { train: rowsOf(pick(trains)), test: rowsOf(pick(tests)) };
}

/** z = w0 + x.w in four lanes; `at` and `from` are where the row and the classifier begin. */
function dot(x, at, w, from, n) {
  let s0 = fround(0);
  let s1 = fround(0);
  let s2 = fround(0);
  let s3 = fround(0);
  let q = 0;
  for (; q + 3 < n; q += 4) {
    s0 = fround(s0 + fround(x[at + q] * w[from + q]));
    s1 = fround(s1 + fround(x[at + q + 1] * w[from + q + 1]));
    s2 = fround(s2 + fround(x[at + q + 2] * w[from + q + 2]));
    s3 = fround(s3 + fround(x[at + q + 3] * w[from + q + 3]));
  }
  if (q < n) s0 = fround(s0 + fround(x[at + q] * w[from + q]));
  if (q + 1 < n) s1 = fround(s1 + fround(x[at + q + 1] * w[from + q + 1]));
  if (q + 2 < n) s2 = fround(s2 + fround(x[at + q + 2] * w[from + q + 2]));
  return fround(fround(s0 + s1) + fround(s2 + s3));
}

/** The step of each row: alpha, or alpha / (1 + alpha |x|^2) when normalised. */
function steps({ x, count, features }, alpha, normalised) {
  return Float32Array.from({ length: count }, (_, row) =>
    normalised
      ? fround(fround(alpha) / fround(1 + fround(fround(alpha) * dot(x, row * features, x, row * features, features))))
      : alpha,
  );
}

/** All classifiers after each number of passes in `passes`: for each, (features + 1) weights a classifier, bias first. */
function train(rows, { momentum, normalised, alpha }, passes, seed) {
  const { features: n, x, byClass, first } = rows;
  const models = passes.map(() => new Float32Array(PAIRS * (n + 1)));
  const streams = new Streams(seed, 'auslan-settings.rows', PAIRS);
  const step = steps(rows, alpha, normalised);
  const m = fround(momentum);
  const w = new Float32Array(n + 1);
  const u = new Float32Array(n + 1);
  let pair = 0;
  for (let i = 0; i < CLASSES; i++) {
    for (let j = i + 1; j < CLASSES; j++, pair++) {
      const positive = byClass.subarray(first[i], first[i + 1]);
      const list = Uint32Array.of(...positive, ...byClass.subarray(first[j], first[j + 1]));
      const order = Uint16Array.from(list.keys());
      const uniform = streams.source(pair);
      w.fill(0);
      u.fill(0);
      let mistakes = 1;
      for (let pass = 1; pass <= passes.at(-1); pass++) {
        // A pass without a mistake changes nothing, nor does any after it.
        if (mistakes > 0) {
          shuffle(order, uniform);
          mistakes = 0;
          for (const place of order) {
            const row = list[place];
            const z = fround(dot(x, row * n, w, 1, n) + w[0]);
            const error = (z > 0 ? 1 : 0) - (place < positive.length ? 1 : 0);
            if (error === 0) continue;
            mistakes++;
            const a = step[row];
            u[0] = fround(fround(m * u[0]) - fround(a * error));
            w[0] = fround(w[0] + u[0]);
            for (let q = 0; q < n; q++) {
              u[q + 1] = fround(fround(m * u[q + 1]) - fround(fround(a * x[row * n + q]) * error));
              w[q + 1] = fround(w[q + 1] + u[q + 1]);
            }
          }
        }
        const kept = passes.indexOf(pass);
        if (kept >= 0) models[kept].set(w, pair * (n + 1));
      }
    }
  }
  return models;
}

/** Scores of every classifier on every row, classifier by classifier. */
function scoresOf(weights, { x, count, features: n }) {
  const scores = new Float32Array(PAIRS * count);
  for (let pair = 0; pair < PAIRS; pair++) {
    const from = pair * (n + 1);
    for (let row = 0; row < count; row++) {
      scores[pair * count + row] = fround(dot(x, row * n, weights, from + 1, n) + weights[from]);
    }
  }
  return scores;
}

function vote(scores, rows) {
  const tally = new VoteTally(CLASSES, rows.y);
  let pair = 0;
  for (let i = 0; i < CLASSES; i++) {
    for (let j = i + 1; j < CLASSES; j++, pair++) tally.add(i, j, scores, pair * rows.count);
  }
  return { accuracy: tally.accuracy, macroF1: tally.macroF1() };
}

function outputsOf(scores, rows) {
  const outputs = new OutputTable(PAIRS, rows.count);
  for (let pair = 0; pair < PAIRS; pair++) outputs.set(pair, scores, pair * rows.count);
  return outputs;
}

/** Opt-OVO with its tables from the rows it was trained on. */
function optOvo({ train: known, test }, weights, scores, spec) {
  const model = fitOptOvo(outputsOf(scoresOf(weights, known), known), known.y, CLASSES, {
    ...OPT_OVO_DEFAULTS,
    ...spec,
  });
  return score(test.y, applyOptOvo(model, outputsOf(scores, test)).predicted, CLASSES);
}

function coupled({ train: known, test }, weights, scores, method, slope) {
  const trained = new Uint8Array(PAIRS).fill(1);
  const scale = planeScales(weights, known.x, known.features);
  const all = { classes: CLASSES, rows: test.count, scores, trained, scale };
  return score(test.y, couple(all, method, { from: 'margin', slope, clip: 0.02 }).predicted, CLASSES);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const standardError = (values) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1));
const seeds = (count) => Array.from({ length: count }, (_, seed) => seed + 1);
const line = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const show = (value) => value.toFixed(4);

const weekOf = (sample) => Math.ceil(sample / 3);
const weeks = [1, 2, 3, 4, 5, 6].map((week) =>
  split(
    (sample) => sample <= 18 && weekOf(sample) !== week,
    (sample) => weekOf(sample) === week,
  ),
);
const later = split(
  (sample) => sample <= 12,
  (sample) => sample > 12 && sample <= 18,
);
const final = split(
  (sample) => sample <= 18,
  (sample) => sample > 18,
);

// 1. The learner, by vote.
const learners = [];
for (const momentum of [0, 0.3, 0.5, 0.7, 0.9]) {
  for (const alpha of [0, 0.1, 1, 10]) {
    learners.push({ momentum, normalised: alpha > 0, alpha: alpha > 0 ? alpha : 1 });
  }
}
const nameOf = ({ momentum, normalised, alpha }, passes) =>
  [momentum, normalised ? `normalised, alpha ${alpha}` : 'plain', passes].join(' | ');
const votes = (part, learner, seed) =>
  train(part.train, learner, PASSES, seed).map((w) => vote(scoresOf(w, part.test), part.test).accuracy);

const results = learners.map((learner) => {
  const byWeek = seeds(LEARNER_SEEDS).map((seed) => weeks.map((part) => votes(part, learner, seed)));
  const inner = seeds(LEARNER_SEEDS).map((seed) => votes(later, learner, seed));
  const rows = PASSES.map((passes, p) => {
    const each = byWeek.map((ofSeed) => mean(ofSeed.map((ofWeek) => ofWeek[p])));
    return {
      learner,
      passes,
      cv: mean(each),
      error: standardError(each),
      inner: mean(inner.map((ofSeed) => ofSeed[p])),
    };
  });
  process.stderr.write('.');
  return rows;
});
const best = results.flat().reduce((a, b) => (b.cv > a.cv ? b : a));
const family = results.find((rows) => rows.includes(best));
const chosen = family.find((row) => row.cv >= best.cv - best.error);

// 2. The combinations, on the chosen learner.
const options = [];
for (const threshold of [0.9, 0.7, 0.6, 0.5]) {
  for (const groupLimit of [4, 8]) {
    for (const smoothing of [1, 0.1, 0.01]) options.push({ combine: 'opt-ovo', threshold, groupLimit, smoothing });
  }
}
for (const slope of [5, 7, 10, 14, 20]) options.push({ combine: 'wlw', slope });
for (const slope of [10, 16, 24, 32]) options.push({ combine: 'ht', slope });
const combine = (part, weights, scores, { combine: name, ...spec }) =>
  name === 'vote'
    ? vote(scores, part.test)
    : name === 'opt-ovo'
      ? optOvo(part, weights, scores, spec)
      : coupled(part, weights, scores, name, spec.slope);
const trained = [later, ...weeks].map((part) =>
  seeds(COMBINE_SEEDS).map((seed) => {
    const [weights] = train(part.train, chosen.learner, [chosen.passes], seed);
    return { part, weights, scores: scoresOf(weights, part.test) };
  }),
);
const combinations = [{ combine: 'vote' }, ...options].map((option) => {
  const byPart = trained.map((models) =>
    mean(models.map(({ part, weights, scores }) => combine(part, weights, scores, option).accuracy)),
  );
  process.stderr.write('.');
  return { option, inner: byPart[0], cv: mean(byPart.slice(1)) };
});
const picked = ['vote', 'opt-ovo', 'wlw', 'ht'].map((name) =>
  combinations.filter(({ option }) => option.combine === name).reduce((a, b) => (b.cv > a.cv ? b : a)),
);

// 3. Only now the test rows.
const tested = seeds(LEARNER_SEEDS).map((seed) => {
  const [weights] = train(final.train, chosen.learner, [chosen.passes], seed);
  const scores = scoresOf(weights, final.test);
  return picked.map(({ option }) => combine(final, weights, scores, option));
});
const untuned = seeds(LEARNER_SEEDS).map((seed) => {
  const [weights] = train(final.train, chosen.learner, [chosen.passes], seed);
  return optOvo(final, weights, scoresOf(weights, final.test), {});
});
process.stderr.write('\n');

console.log(`chosen learner: ${nameOf(chosen.learner, chosen.passes)}\n`);
line(
  'combination',
  'settings',
  'weeks 1-6 left out in turn',
  '1-12 to 13-18',
  'test accuracy',
  'least',
  'most',
  'test macro-F1',
);
line(...new Array(8).fill('---'));
for (const [k, { option, cv, inner }] of picked.entries()) {
  const { combine: name, ...spec } = option;
  const accuracy = tested.map((each) => each[k].accuracy);
  const f1 = mean(tested.map((each) => each[k].macroF1));
  const settings = Object.entries(spec).map((entry) => entry.join(' '));
  line(
    name,
    settings.join(', '),
    show(cv),
    show(inner),
    show(mean(accuracy)),
    show(Math.min(...accuracy)),
    show(Math.max(...accuracy)),
    show(f1),
  );
}
console.log(`\nopt-ovo with its general defaults: test ${show(mean(untuned.map(({ accuracy }) => accuracy)))}\n`);
line('momentum', 'step', 'passes', 'weeks 1-6 left out in turn', '+-', '1-12 to 13-18', 'test accuracy');
line(...new Array(7).fill('---'));
for (const rows of results) {
  const test = seeds(LEARNER_SEEDS).map((seed) => votes(final, rows[0].learner, seed));
  for (const [p, { learner, passes, cv, error, inner }] of rows.entries()) {
    line(nameOf(learner, passes), show(cv), show(error), show(inner), show(mean(test.map((ofSeed) => ofSeed[p]))));
  }
}
console.log('');
line('combination', 'weeks 1-6 left out in turn', '1-12 to 13-18');
line('---', '---', '---');
for (const { option, cv, inner } of combinations) {
  line(
    Object.entries(option)
      .map(([key, value]) => (key === 'combine' ? value : `${key} ${value}`))
      .join(', '),
    show(cv),
    show(inner),
  );
}
