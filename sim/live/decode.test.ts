import { describe, expect, it } from 'vitest';
import { putF32, putU16, putU32 } from '../protocol/bytes.ts';
import { writeParams, writeSetup } from '../protocol/exchange.ts';
import { FRAME, HEADER_BYTES } from '../protocol/frame.ts';
import { putHeader } from '../protocol/header.ts';
import {
  DEFAULT_CONFIG,
  writeAck,
  writeConfig,
  writeData,
  writeHello,
  writeLink,
  writeOrder,
  writePing,
  writeRefusal,
  writeTask,
} from '../protocol/messages.ts';
import { encodeClassifier, writeWeights } from '../protocol/weights.ts';
import { inWords, setupOf, typeOf, weightsOf } from './decode.ts';

const out = new Uint8Array(4096);
const written = (length: number) => out.slice(0, length);
const said = (length: number) => [typeOf(out), inWords(written(length), undefined)];

const SETUP = {
  model: 0,
  kind: 2,
  flags: 1,
  classes: 2,
  features: 3,
  batch: 100,
  eta: 0.01,
  lambda: 0.1,
  significance: 0,
  seed: 7,
};

describe('frames in words', () => {
  it('of a classifier’s way', () => {
    const hello = {
      ramBytes: 1000,
      flashBytes: 2000,
      megahertz: 64,
      fpu: true,
      receiveBytes: 1024,
      benchMicroseconds: 6.5,
    };
    expect(said(writeHello(out, 1, hello))).toEqual(['HELLO', '64 MHz, FPU, RAM 1000 B, flash 2000 B, a step 6.5 us']);
    expect(said(writeConfig(out, 1, 0, DEFAULT_CONFIG))[1]).toMatch(/^learner opt-sgd, W0 1 to 64/);
    const task = { id: 9, positive: 1, negative: 2, features: 4, rows: 20, passes: 3, mode: 1, seed: 0 };
    expect(said(writeTask(out, 1, 0, task))[1]).toBe('task 9: class 1 against 2, 20 rows of 4, 3 passes, rows kept');
    expect(said(writeData(out, 1, 9, Float32Array.of(1, 2), Uint8Array.of(1)))[1]).toBe('task 9: 9 B of rows');
    expect(said(writeOrder(out, 1, 9, [2, 0, 1], 0, 3))[1]).toBe('task 9: order of 3 rows');
    expect(said(writeAck(out, 1, 0, 4))[1]).toBe('upload 4 is here');
    expect(said(writePing(out, 1, 0))).toEqual(['PING', '']);
    const refusal = { task: 9, reason: 1, needsBytes: 700, ramBytes: 600 };
    expect(said(writeRefusal(out, 1, refusal))[1]).toBe('task 9 refused (ram): needs 700 B, has 600 B');
    const report = {
      rttMicroseconds: 20_500,
      transferMicroseconds: 1000,
      bytes: 80,
      failed: 1,
      delivered: true,
      upload: 3,
    };
    expect(said(writeLink(out, 1, report))[1]).toBe('got through: 80 B in 1 ms, round trip 20.5 ms, 1 failed');
  });

  it('of an upload, with the weights of its last classifier', () => {
    const weights = Float32Array.of(0.5, 0, -2);
    const frame = written(writeWeights(out, 1, 6, [encodeClassifier(0, 3, weights), encodeClassifier(0, 8, weights)]));
    expect(inWords(frame, undefined)).toBe('upload 6: 2 classifiers, tasks 3, 8');
    expect(weightsOf(frame, undefined)).toEqual({ what: 'classifier 8', values: weights, stride: 3, bias: 1 });
  });

  it('of an exchange, with its weights', () => {
    const setup = setupOf(written(writeSetup(out, 1, 0, SETUP)))!;
    expect(said(HEADER_BYTES + 28)[1]).toBe(
      'svm of 3 features, 2 classes; adaptive; batch 100 rows, eta 0.01, lambda 0.1',
    );
    const w = Float32Array.of(1, 2, 3);
    const length = writeParams(out, 1, 5, setup, { tau: 12, last: true }, w, 1024, 0);
    expect(inWords(written(length), setup)).toBe('round 5: tau 12, the last, weights 0 to 2');
    let p = putHeader(out, FRAME.update, 1, 5, 8 * 3 + 27);
    putU32(out, p, 40);
    putU32(out, p + 4, 2500);
    putU16(out, p + 8, 12);
    putF32(out, p + 10, 0.25);
    putF32(out, p + 14, Number.NaN);
    out[p + 18] = 1;
    putF32(out, p + 19, 2);
    putF32(out, p + 23, 0.5);
    p += 27;
    for (const [n, value] of [4, 5, 6].entries()) putF32(out, p + 4 * n, value);
    const update = written(HEADER_BYTES + 51);
    expect(inWords(update, setup)).toBe('round 5: 12 steps on 40 rows in 2.5 ms, loss 0.25, beta 2, rho 0.5');
    expect(weightsOf(update, setup)).toEqual({ what: 'weights', values: Float32Array.of(4, 5, 6), stride: 3, bias: 0 });
  });
});
