import { describe, expect, it } from 'vitest';
import { putF32, putU16, putU32 } from '../protocol/bytes.ts';
import { DEFAULT_CONFIG } from '../protocol/config.ts';
import { writeParams } from '../protocol/exchange.ts';
import { writeSetup } from '../protocol/exchange-messages.ts';
import { FRAME, HEADER_BYTES, LEARNER } from '../protocol/frame.ts';
import { putHeader } from '../protocol/header.ts';
import {
  writeAck,
  writeConfig,
  writeHello,
  writeLink,
  writePing,
  writeRefuse,
  writeTask,
} from '../protocol/messages.ts';
import { writeData, writeOrder } from '../protocol/rows.ts';
import { encodeClassifier, writeWeights } from '../protocol/weights.ts';
import { inWords, settingsAfter, typeOf, weightsOf } from './decode.ts';

const out = new Uint8Array(4096);
const written = (length: number) => out.slice(0, length);
const UNKNOWN = { setup: undefined, learner: undefined };
const said = (length: number) => [typeOf(out), inWords(written(length), UNKNOWN)];

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
    expect(said(writeHello(out, 1, hello))).toEqual([
      'HELLO',
      'RAM 1000 B, flash 2000 B, clock 64 MHz, FPU, receive buffer 1024 B, a training step 0.0065 ms',
    ]);
    expect(said(writeConfig(out, 1, 0, DEFAULT_CONFIG))[1]).toBe(
      'learner opt-sgd, codec smallest, W0 1, W_max 64, q_min 0.01563',
    );
    const task = { id: 9, positive: 1, negative: 2, features: 4, rows: 20, passes: 3, mode: 1, seed: 0 };
    expect(said(writeTask(out, 1, 0, task))[1]).toBe('task 9, class 1, against 2, features 4, rows 20, passes 3');
    expect(said(writeData(out, 1, 9, Float32Array.of(1, 2), Uint8Array.of(1)))[1]).toBe('task 9, 9 B of rows');
    expect(said(writeOrder(out, 1, 9, [2, 0, 1], 0, 3))[1]).toBe('task 9, 3 row numbers');
    expect(said(writeAck(out, 1, 0, { upload: 4 }))[1]).toBe('upload 4');
    expect(said(writePing(out, 1, 0))).toEqual(['PING', '']);
    const refusal = { task: 9, reason: 1, needsBytes: 700, ramBytes: 600 };
    expect(said(writeRefuse(out, 1, refusal))[1]).toBe('task 9, refused for ram, needs 700 B, has 600 B');
    const report = {
      rttMicroseconds: 20_500,
      transferMicroseconds: 1000,
      bytes: 80,
      failed: 1,
      delivered: true,
      isUpload: true,
    };
    expect(said(writeLink(out, 1, 3, report))[1]).toBe(
      'round trip 20.5 ms, transfer 1 ms, size 80 B, failed attempts 1, delivered, is upload',
    );
  });

  it('of an upload, with the weights of its last classifier', () => {
    const weights = Float32Array.of(0.5, 0, -2);
    const frame = written(writeWeights(out, 1, 6, [encodeClassifier(0, 3, weights), encodeClassifier(0, 8, weights)]));
    expect(inWords(frame, UNKNOWN)).toBe('upload 6, 2 classifiers: tasks 3, 8');
    expect(weightsOf(frame, UNKNOWN)).toBeUndefined();
    const found = { what: 'classifier 8', values: weights, stride: 3 };
    for (const [learner, bias] of Object.entries({ 'opt-sgd': 1, svm: 0, 'train-pp': 0, lda: 1 })) {
      const config = { ...DEFAULT_CONFIG, learner: LEARNER[learner as keyof typeof LEARNER] };
      const settings = settingsAfter(written(writeConfig(out, 1, 0, config)), UNKNOWN);
      expect(weightsOf(frame, settings)).toEqual({ ...found, bias });
    }
  });

  it('of an exchange, with its weights', () => {
    const setup = settingsAfter(written(writeSetup(out, 1, 0, SETUP)), UNKNOWN);
    expect(said(HEADER_BYTES + 28)[1]).toBe(
      'model svm, kind adaptive, classes 2, features 3, batch 100, eta 0.01, lambda 0.1',
    );
    const w = Float32Array.of(1, 2, 3);
    const length = writeParams(out, 1, 5, setup.setup!, { tau: 12, last: true }, w, 1024, 0);
    expect(inWords(written(length), setup)).toBe('round 5, tau 12, the last, 3 parameters');
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
    expect(inWords(update, setup)).toBe(
      'round 5, rows 40, time 2.5 ms, steps 12, loss 0.25, beta 2, rho 0.5, 6 parameters',
    );
    expect(weightsOf(update, setup)).toEqual({ what: 'weights', values: Float32Array.of(4, 5, 6), stride: 3, bias: 0 });
  });
});
