/*
 * Chooses the settings of `auslan-complete` inside samples 1 to 18 of each sign, then measures the choice on samples 19 to
 * 27, and prints the tables of sim/data/auslan-settings.md.
 *
 *   npm run build && node scripts/auslan-settings.js PART [DATA_DIR]      (some minutes a part on one core)
 *
 * PART is `learner` (momentum and step), `passes`, `combine` (the ways to combine) or `test`; the later ones go on from
 * CHOSEN. Training is the firmware's Opt-SGD in float32 (four lanes, every operation rounded), written out here because
 * the study trains some thousand models and needs neither network nor devices.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readAuslanCsv } from '../dist/data/auslan.js';
import { makeRows } from '../dist/data/dataset.js';
import { tableOf } from '../dist/data/recordings.js';
import { fitScale, scaleRows } from '../dist/data/scale.js';
import { coldStream, shuffle } from '../dist/kernel/random.js';
import { couple, planeScales } from '../dist/method/combine/coupling.js';
import { applyOptOvo, fitOptOvo, OPT_OVO_DEFAULTS } from '../dist/method/combine/opt-ovo.js';
import { OutputTable } from '../dist/method/combine/outputs.js';
import { VoteTally } from '../dist/method/combine/vote.js';
import { pairCount } from '../dist/method/pairs.js';
import { score } from '../dist/metrics/scores.js';

const CLASSES = 95;
const PAIRS = pairCount(CLASSES);
/** Seeds differ by 0.01 and settings by 0.002, so that it takes many to tell settings apart. */
const LEARNER_SEEDS = 40;
const TEST_SEEDS = 10;
const COMBINE_SEEDS = 3;
/** What the parts `learner`, `passes` and `combine` chose. */
const CHOSEN = {
  learner: { momentum: 0.3, normalised: true, alpha: 1 },
  passes: 30,
  combinations: [
    { combine: 'vote' },
    { combine: 'opt-ovo', threshold: 0.6, groupLimit: 8, smoothing: 0.01 },
    { combine: 'wlw', slope: 10 },
    { combine: 'ht', slope: 16 },
  ],
};
const PASSES = [2, 5, 10, 20, 30, 50, 100];
const { fround } = Math;

if (!['learner', 'passes', 'combine', 'test'].includes(process.argv[2])) {
  console.error('usage: node scripts/auslan-settings.js learner|passes|combine|test [DATA_DIR]');
  process.exit(2);
}
const directory = process.argv[3] ?? process.env.G2T_DATA ?? 'data';
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
  const uniform = coldStream(seed, 'auslan-settings.rows');
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
function optOvo({ part, known, outputs }, spec) {
  const model = fitOptOvo(known, part.train.y, CLASSES, { ...OPT_OVO_DEFAULTS, ...spec });
  return score(part.test.y, applyOptOvo(model, outputs).predicted, CLASSES);
}

function coupled({ part, weights, scores }, method, slope) {
  const { train: rows, test } = part;
  const scale = planeScales(weights, rows.x, rows.features);
  const all = { classes: CLASSES, rows: test.count, scores, trained: new Uint8Array(PAIRS).fill(1), scale };
  return score(test.y, couple(all, method, { from: 'margin', slope, clip: 0.02 }).predicted, CLASSES);
}

/** All classifiers of a part with all that the combinations need. */
function modelOf(part, seed) {
  const [weights] = train(part.train, CHOSEN.learner, [CHOSEN.passes], seed);
  const scores = scoresOf(weights, part.test);
  const known = outputsOf(scoresOf(weights, part.train), part.train);
  return { part, weights, scores, known, outputs: outputsOf(scores, part.test) };
}

function combine(model, { combine: name, ...spec }) {
  if (name === 'vote') return vote(model.scores, model.part.test);
  return name === 'opt-ovo' ? optOvo(model, spec) : coupled(model, name, spec.slope);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const standardError = (values) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1));
const seeds = (count) => Array.from({ length: count }, (_, seed) => seed + 1);
const line = (...cells) => console.log(`| ${cells.join(' | ')} |`);
function heading(...cells) {
  line(...cells);
  line(...cells.map(() => '---'));
}
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

const votes = (part, learner, passes, seed) =>
  train(part.train, learner, passes, seed).map((weights) => vote(scoresOf(weights, part.test), part.test).accuracy);

const nameOf = ({ momentum, normalised }, passes) =>
  `momentum ${momentum}, step ${normalised ? 'normalised' : 'plain'}, ${passes} passes`;
const wordsOf = (option) =>
  Object.entries(option)
    .map(([key, value]) => (key === 'combine' ? value : `${key} ${value}`))
    .join(', ');

/** A row for each number of passes. Test rows are only shown: nothing is chosen by them. */
function showLearner(learner, passes, count) {
  const byWeek = seeds(count).map((seed) => weeks.map((part) => votes(part, learner, passes, seed)));
  const inner = seeds(TEST_SEEDS).map((seed) => votes(later, learner, passes, seed));
  const test = seeds(TEST_SEEDS).map((seed) => votes(final, learner, passes, seed));
  for (const [p, pass] of passes.entries()) {
    const each = byWeek.map((ofSeed) => mean(ofSeed.map((ofWeek) => ofWeek[p])));
    const others = [inner, test].map((part) => mean(part.map((ofSeed) => ofSeed[p])));
    line(nameOf(learner, pass), ...[mean(each), standardError(each), ...others].map(show));
  }
}

const PARTS = {
  learner() {
    heading('learner', 'weeks 1-6 in turn', '+-', 'samples 13-18', 'test');
    for (const momentum of [0, 0.3, 0.5, 0.7, 0.9]) {
      for (const normalised of [false, true]) {
        showLearner({ momentum, normalised, alpha: 1 }, [CHOSEN.passes], LEARNER_SEEDS);
      }
    }
  },
  passes() {
    heading('learner', 'weeks 1-6 in turn', '+-', 'samples 13-18', 'test');
    showLearner(CHOSEN.learner, PASSES, TEST_SEEDS);
  },
  combine() {
    const options = [{ combine: 'vote' }];
    for (const threshold of [0.9, 0.7, 0.6, 0.5]) {
      for (const groupLimit of [4, 8]) {
        for (const smoothing of [1, 0.1, 0.01]) options.push({ combine: 'opt-ovo', threshold, groupLimit, smoothing });
      }
    }
    for (const slope of [5, 7, 10, 14, 20]) options.push({ combine: 'wlw', slope });
    for (const slope of [10, 16, 24, 32]) options.push({ combine: 'ht', slope });
    const models = [later, ...weeks].map((part) => seeds(COMBINE_SEEDS).map((seed) => modelOf(part, seed)));
    heading('combination', 'weeks 1-6 in turn', 'samples 13-18');
    for (const option of options) {
      const [inner, ...byWeek] = models.map((same) => mean(same.map((model) => combine(model, option).accuracy)));
      line(wordsOf(option), show(mean(byWeek)), show(inner));
    }
  },
  test() {
    heading('combination', 'mean', 'least', 'most', 'macro-F1');
    const models = seeds(TEST_SEEDS).map((seed) => modelOf(final, seed));
    for (const option of [...CHOSEN.combinations, { combine: 'opt-ovo' }]) {
      const scored = models.map((model) => combine(model, option));
      const accuracy = scored.map((each) => each.accuracy);
      const macroF1 = mean(scored.map((each) => each.macroF1));
      line(wordsOf(option), ...[mean(accuracy), Math.min(...accuracy), Math.max(...accuracy), macroF1].map(show));
    }
  },
};

PARTS[process.argv[2]]();
