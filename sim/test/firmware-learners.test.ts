import { describe, expect, it } from 'vitest';
import { rowWork } from '../device/cycles.ts';
import { PooledHost } from '../device/host.ts';
import { type DeviceSpec, type FirmwareHost, FUNCTION_FLOP, flopOf, WORK } from '../device/host-types.ts';
import { IsolatedHost } from '../device/isolated-host.ts';
import { finishWorkOf, learnerBytes } from '../device/learner-work.ts';
import type { Instant } from '../kernel/time.ts';
import type { G2tCloud } from '../method/g2t/cloud.ts';
import { DEFAULT_CONFIG } from '../protocol/config.ts';
import { CODEC, FRAME, HEADER, LEARNER, type LearnerName, MODE } from '../protocol/frame.ts';
import * as m from '../protocol/messages.ts';
import { shuffleOrder } from '../protocol/order.ts';
import { BIAS, decodeWeights } from '../protocol/weights.ts';
import { loadFirmware } from '../run/inputs.ts';
import { runText, SMALL_GLOBE } from './scenario-run.ts';

const { module } = loadFirmware();
const NAMES = Object.keys(LEARNER) as LearnerName[];
const at = 0 as Instant;
const FEATURES = 22;
const ROWS = 40;
const spec: DeviceSpec = {
  ramBytes: 60_000,
  flashBytes: 1_000_000,
  receiveBytes: 4096,
  megahertz: 64,
  fpu: true,
  benchMicroseconds: 40,
};
const X = Float32Array.from({ length: ROWS * FEATURES }, (_, i) => Math.fround(1 + Math.sin(i * 78.233 + (i % 7))));
const CLASSES = Uint16Array.from({ length: ROWS }, (_, r) => r % 2);
const PARAMETERS: Readonly<Record<LearnerName, readonly [number, number]>> = {
  'opt-sgd': [0.1, 0.5],
  svm: [0.01, 0.1],
  logistic: [0.1, 0],
  lda: [0.1, 0],
  sefr: [0, 0],
  'train-pp': [0.01, 0],
};

function passesOf(learner: LearnerName): number {
  return learner === 'lda' || learner === 'sefr' ? 1 : 3;
}

interface Trained {
  readonly weights: Float32Array;
  /** FLOP of the whole task. */
  readonly flop: number;
  /** Counts of the last frame delivered. */
  readonly work: Float64Array;
}

/** One task of class 1 against class 0 on device 0. @param order rows of each pass; undefined: the device's own, by the seed. */
function train(host: FirmwareHost, learner: LearnerName, source: number, order?: readonly Uint16Array[]): Trained {
  const [first, second] = PARAMETERS[learner];
  const set = host.writeRows(X, FEATURES, CLASSES);
  const device = host.add(spec);
  let flop = 0;
  const deliver = (length: number): void => {
    host.seal(length);
    expect(host.deliver(device, length, at)).toBe(0);
    flop += flopOf(host.work);
  };
  const config = { ...DEFAULT_CONFIG, learner: LEARNER[learner], codec: CODEC.dense, first, second };
  deliver(m.writeConfig(host.inbox, device, 0, config));
  if (source === MODE.held)
    host.hold(
      device,
      set,
      Uint32Array.from({ length: ROWS }, (_, r) => r),
    );
  const mode = source | (source === MODE.stream ? 0 : MODE.seeded);
  const task = { id: 5, positive: 1, negative: 0, features: FEATURES, rows: ROWS, passes: passesOf(learner), mode };
  deliver(m.writeTask(host.inbox, device, 0, { ...task, seed: 77 }));
  for (const rows of order ?? []) {
    host.rowNumbers.set(rows);
    deliver(host.compose({ dataSet: set, device, task: 5, from: 0, count: ROWS, positive: 1 }));
  }
  const work = host.work.slice();
  for (let length = host.poll(device, at); length > 0; length = host.poll(device, at)) {
    if (host.outbox[HEADER.type] !== FRAME.weights) continue;
    const decoded = decodeWeights(host.outbox.slice(0, length), 20, length);
    if (typeof decoded === 'string') throw new Error(`expected weights of ${learner}, got ${decoded}`);
    return { weights: decoded[0]!.weights, flop, work };
  }
  throw new Error(`expected weights of ${learner}`);
}

/** The orders that a seed stands for. @param from the pass from which it shuffles: 1 over a cache, 0 over the device's own rows. */
function orders(passes: number, from: number): Uint16Array[] {
  const order = Uint16Array.from({ length: ROWS }, (_, r) => r);
  return Array.from({ length: passes }, (_, pass) => {
    if (pass >= from) shuffleOrder(order, 77, pass);
    return order.slice();
  });
}

describe.each(NAMES)('%s', (learner) => {
  const passes = passesOf(learner);

  it('gives the same bits streamed, cached and held, pooled and isolated', () => {
    const hosts = [() => new PooledHost(module), () => new IsolatedHost(module)];
    const [pooled, isolated] = hosts.map((host) => ({
      cached: train(host(), learner, MODE.cache, orders(1, 1)),
      held: train(host(), learner, MODE.held),
      asCached: train(host(), learner, MODE.stream, orders(passes, 1)),
      asHeld: train(host(), learner, MODE.stream, orders(passes, 0)),
    }));
    expect(isolated).toEqual(pooled);
    expect(pooled!.cached.weights).toEqual(pooled!.asCached.weights);
    expect(pooled!.held.weights).toEqual(pooled!.asHeld.weights);
    expect(pooled!.cached.flop).toBe(pooled!.asCached.flop);
    expect(pooled!.held.weights.length).toBe(FEATURES + BIAS[learner]);
    expect(pooled!.held.weights.filter((weight) => weight !== 0).length).toBeGreaterThan(20);
  });

  it('takes the RAM that the boards’ planning says', () => {
    const host = new PooledHost(module);
    const sixteen = (bytes: number) => Math.ceil(bytes / 16) * 16;
    for (const features of [1, 4, 22, 65, 784]) {
      const padded = 4 * Math.ceil(features / 4);
      const shape = { learner: LEARNER[learner], features, rows: ROWS, mode: MODE.stream, codec: CODEC.dense };
      const result = sixteen(12 + 9 + 4 * (features + BIAS[learner]));
      const block = sixteen(sixteen(learnerBytes(learner, features)) + 4 * padded + 1);
      expect(host.taskBytes({ ...shape, receiveBytes: 1024 })).toBe(256 + 1024 + result + block);
    }
  });

  it('counts a row as planning does', () => {
    const { work } = train(new PooledHost(module), learner, MODE.stream, orders(passes, 1));
    const losses = { 'opt-sgd': WORK.updates, 'train-pp': WORK.divisions };
    let share = learner in losses ? work[losses[learner as keyof typeof losses]]! / ROWS : 1;
    if (learner === 'svm') share = (work[WORK.operations]! / ROWS - 3 * FEATURES - 2) / (2 * FEATURES + 1);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(1);
    expect(Number.isInteger(Math.round(share * ROWS * 1e6) / 1e6)).toBe(true);
    const row = rowWork(FEATURES, 'ours', share, learner);
    const end = finishWorkOf(learner, FEATURES);
    const trained = [WORK.rows, WORK.multiplyAdds, WORK.updatedWeights, WORK.updates, WORK.bytesCopied];
    for (const index of [...trained, WORK.rewritten, WORK.operations, WORK.divisions, WORK.functions])
      expect(work[index]!, `counter ${index}`).toBeCloseTo(row[index]! * ROWS + end[index]!, 6);
  });

  it('gives the same digest pooled and isolated, however rows come', async () => {
    const scale = ['dataset.scale=minmax', `method.learner={ name: ${learner} }`];
    const weights: Record<string, Float32Array> = {};
    for (const [source, set] of [
      ['stream', ['method.rows=stream']],
      ['cache', ['method.rows=cache']],
      ['held', ['fleet.0.holds=all', 'fleet.1.holds=all', 'fleet.2.holds=all']],
    ] as const) {
      const pooled = await runText(SMALL_GLOBE, [...scale, ...set]);
      const isolated = await runText(SMALL_GLOBE, [...scale, ...set, 'isolation=instance']);
      expect(isolated.digest).toBe(pooled.digest);
      expect(pooled.summary.tasks_done).toBe(28);
      // Eight classes; a plane through the origin (svm, train-pp) does poorly on features that are all positive.
      expect(pooled.summary.accuracy).toBeGreaterThan(0.3);
      weights[source] = (pooled.world.method as G2tCloud).evaluation.weights;
      expect((isolated.world.method as G2tCloud).evaluation.weights).toEqual(weights[source]);
    }
    // One pass in one order: the same bits streamed and cached.
    if (passes === 1) expect(weights['cache']).toEqual(weights['stream']);
  });
});

describe('FLOP', () => {
  const n = FEATURES;
  it.each([
    ['logistic', 3 * ROWS * (4 * n + 5 + FUNCTION_FLOP)],
    ['sefr', ROWS * n + 10 * n + 6],
  ] as const)('of %s are those of its equations', (learner, flop) => {
    expect(train(new PooledHost(module), learner, MODE.cache, orders(1, 1)).flop).toBe(flop);
  });

  it('of lda grow with the square of the features a row, with their cube at the end', () => {
    const { flop } = train(new PooledHost(module), 'lda', MODE.stream, orders(1, 1));
    const end = flop - ROWS * (n * (n + 1) + 4 * n + 1);
    expect(end).toBeGreaterThan(n ** 3 / 3);
    expect(end).toBeLessThan(n ** 3 / 3 + 8 * n * n);
  });
});
