import { describe, expect, it } from 'vitest';
import { datasetOptions } from '../../data/options.ts';
import { resolveDataset } from '../../data/resolve.ts';
import { LEARNER } from '../../protocol/frame.ts';
import { smallWorld } from './fixture.ts';
import { checkLearner, kernelOf, learnerConfig, learnerOptions } from './learner.ts';
import { g2tOptions } from './options.ts';

const parse = (learner: Record<string, unknown>) => learnerOptions.parse(learner);
const NAMES = Object.keys(LEARNER);

describe('the options of a learner', () => {
  it('has defaults for every learner of the firmware', () => {
    const told = NAMES.map((name) => [name, learnerConfig(parse({ name }))]);
    expect(Object.fromEntries(told)).toEqual({
      'opt-sgd': { learner: 0, variant: 0, first: 1, second: 0 },
      svm: { learner: 1, variant: 0, first: 0.01, second: 0.1 },
      logistic: { learner: 2, variant: 0, first: 0.1, second: 0 },
      lda: { learner: 3, variant: 0, first: 0.1, second: 0 },
      sefr: { learner: 4, variant: 0, first: 0, second: 0 },
      'train-pp': { learner: 5, variant: 0, first: 0.01, second: 0 },
    });
    expect(NAMES.map((name) => parse({ name }).passes)).toEqual([30, 30, 30, 1, 1, 1]);
    expect(g2tOptions.parse({ name: 'g2t' }).learner).toEqual(parse({ name: 'opt-sgd' }));
  });

  it.each([
    [{ name: 'lda', passes: 2 }, 'expected 1: lda learns all there is in one pass'],
    [{ name: 'sefr', passes: 30 }, 'expected 1: sefr learns all there is in one pass'],
    [{ name: 'lda', lambda: 0 }, 'expected number to be >=0.0001'],
    [{ name: 'svm', eta: 0 }, 'expected number to be >=1e-9'],
    [{ name: 'train-pp', c: Number.POSITIVE_INFINITY }, 'expected number'],
    [{ name: 'logistic', lambda: 0.1 }, 'Unrecognized key: "lambda"'],
    [{ name: 'svm', variant: 'as-published' }, 'Unrecognized key: "variant"'],
    [{ name: 'perceptron' }, 'Invalid'],
  ])('refuses %j', (learner, message) => {
    const { error } = learnerOptions.safeParse(learner);
    expect(error?.issues[0]?.message).toContain(message);
  });

  it('takes the cost model of the published sketch for that alone', () => {
    expect(kernelOf(parse({ name: 'opt-sgd', variant: 'as-published' }))).toBe('as-published');
    for (const name of NAMES) expect(kernelOf(parse({ name }))).toBe('ours');
  });
});

describe('a task of every learner', () => {
  const run = (name: string, options: Record<string, unknown> = {}, holds?: 'all') => {
    const world = smallWorld({
      devices: 2,
      rows: 20,
      options: { learner: { name }, codec: 'dense', ...options },
      holds: holds === undefined ? ['none', 'none'] : [holds, holds],
    });
    expect(world.run()).toMatchObject({ finished: true });
    return world;
  };

  // SEFR has data of its own below.
  it.each(['opt-sgd', 'svm', 'logistic', 'lda', 'train-pp'])('%s tells the classes apart', (name) => {
    const { method } = run(name);
    // Five classes, twenty test rows.
    expect(method.scores().accuracy).toBeGreaterThanOrEqual(0.6);
  });

  it.each([
    ['svm', 24],
    ['train-pp', 24],
    ['opt-sgd', 28],
    ['logistic', 28],
    ['lda', 28],
  ])('%s uploads %i bytes of weights, and the server fills in a bias', (name, bytes) => {
    const world = run(name, { round: 'classifier' });
    expect(world.frames('weights')[0]!.bytes.length).toBe(20 + 9 + bytes);
    const { weights } = world.evaluation;
    expect(weights.length).toBe(10 * 7);
    const biases = weights.filter((_, at) => at % 7 === 0);
    if (bytes === 24) expect(biases.every((bias) => Object.is(bias, 0))).toBe(true);
    else expect(biases.some((bias) => bias !== 0)).toBe(true);
    // One feature of the data set is always 0.
    expect(weights.filter((weight, at) => at % 7 !== 0 && weight !== 0).length).toBe(50);
  });

  it('lda does not depend on how rows come but for their order', () => {
    const stream = run('lda', { rows: 'stream' }).evaluation.weights;
    const held = run('lda', {}, 'all').evaluation.weights;
    const size = Math.max(...stream.map(Math.abs));
    stream.forEach((weight, at) => {
      expect(Math.abs(weight - held[at]!)).toBeLessThan(1e-4 * size);
    });
    expect(run('lda', { rows: 'cache' }).evaluation.weights).toEqual(stream);
  });
});

describe('sefr', () => {
  const dataset = (scale: string) =>
    resolveDataset(
      datasetOptions.parse({ name: 'clusters', classes: 4, features: 6, rows: 20, test: 4, scale }),
      new Map(),
      1,
    );

  it('wants features that are not negative', () => {
    expect(() => checkLearner(parse({ name: 'sefr' }), dataset('standard'))).toThrow(
      /^method.learner: expected features of at least 0 for sefr \(dataset.scale: minmax makes them so\), got -\d.* in training row \d+, feature \d$/,
    );
    expect(() => checkLearner(parse({ name: 'sefr' }), dataset('minmax'))).not.toThrow();
    expect(() => checkLearner(parse({ name: 'svm' }), dataset('standard'))).not.toThrow();
    expect(() => smallWorld({ options: { learner: { name: 'sefr' } } })).toThrow('method.learner: expected features');
  });
});
