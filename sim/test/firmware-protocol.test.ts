import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PooledHost } from '../device/host.ts';
import { type DeviceSpec, STATUS } from '../device/host-types.ts';
import { instantiate } from '../device/wasi.ts';
import type { Instant } from '../kernel/time.ts';
import { DEFAULT_CONFIG } from '../protocol/config.ts';
import * as x from '../protocol/exchange.ts';
import { writeSetup } from '../protocol/exchange-messages.ts';
import {
  CODEC,
  EXCHANGE_FLAG,
  EXCHANGE_KIND,
  EXCHANGE_MODEL,
  FRAME,
  LEARNER,
  MODE,
  REFUSAL,
} from '../protocol/frame.ts';
import { readHeader, seal } from '../protocol/header.ts';
import * as m from '../protocol/messages.ts';
import { shuffleOrder } from '../protocol/order.ts';
import { writeData, writeOrder } from '../protocol/rows.ts';
import { decodeClassifier, decodeWeights, encodeClassifier } from '../protocol/weights.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../wasm/g2t.wasm', import.meta.url)));
const SEED = { seed: 20_261_122, numRuns: 400 };
const at = 0 as Instant;
const spec: DeviceSpec = {
  ramBytes: 40_000,
  flashBytes: 100_000,
  receiveBytes: 8192,
  megahertz: 64,
  fpu: true,
  benchMicroseconds: 40.5,
};

interface Codec {
  memory: WebAssembly.Memory;
  g2t_codec_room(n: number, bytes: number): number;
  g2t_codec_weights(): number;
  g2t_codec_bytes(): number;
  g2t_codec_encode(choice: number, id: number, n: number): number;
  g2t_codec_decode(bytes: number, capacity: number): number;
  g2t_codec_found(): number;
}

const codec = instantiate(module).exports as unknown as Codec;

function firmwareEncode(choice: number, id: number, w: Uint32Array): Uint8Array {
  codec.g2t_codec_room(w.length, 0);
  new Uint32Array(codec.memory.buffer, codec.g2t_codec_weights(), w.length).set(w);
  const length = codec.g2t_codec_encode(choice, id, w.length);
  return new Uint8Array(codec.memory.buffer, codec.g2t_codec_bytes(), length).slice();
}

/** What the firmware makes of the bytes: its status, and on success all it read. */
function firmwareDecode(bytes: Uint8Array, capacity: number): [number, number[], number[]] {
  codec.g2t_codec_room(capacity, bytes.length);
  new Uint8Array(codec.memory.buffer, codec.g2t_codec_bytes(), bytes.length).set(bytes);
  const status = codec.g2t_codec_decode(bytes.length, capacity);
  if (status !== 0) return [status, [], []];
  const found = [...new Uint32Array(codec.memory.buffer, codec.g2t_codec_found(), 3)];
  const w = [...new Uint32Array(codec.memory.buffer, codec.g2t_codec_weights(), found[1]!)];
  return [status, found, w];
}

function mirrorDecode(bytes: Uint8Array, capacity: number): [number, number[], number[]] {
  const w = new Float32Array(capacity);
  const found = { id: 0, count: 0, end: 0 };
  const answer = decodeClassifier(bytes, 0, bytes.length, w, 0, found);
  if (answer !== 'ok') return [STATUS[answer], [], []];
  return [0, [found.id, found.count, found.end], [...new Uint32Array(w.buffer, 0, found.count)]];
}

function host(): PooledHost {
  const one = new PooledHost(module);
  one.add(spec);
  return one;
}

function send(one: PooledHost, length: number): number {
  seal(one.inbox, length);
  return one.deliver(0, length, at);
}

function receive(one: PooledHost): Uint8Array {
  const length = one.poll(0, at);
  return one.outbox.slice(0, length);
}

describe('the mirror and the firmware', () => {
  it('encode any weights to the same bytes', () => {
    const words = fc.array(fc.oneof(fc.constantFrom(0, 0, 0x80000000, 0x7fc00001, 1), fc.nat({ max: 0xffffffff })), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(words, fc.constantFrom(...Object.values(CODEC)), (list, choice) => {
        const w = Uint32Array.from(list);
        expect(encodeClassifier(choice, 77, new Float32Array(w.buffer))).toEqual(firmwareEncode(choice, 77, w));
      }),
      SEED,
    );
  });

  it('make the same of any bytes', () => {
    let good = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat({ max: 255 }), fc.nat({ max: 2 }), fc.nat({ max: 2 })), {
          minLength: 5,
          maxLength: 80,
          size: 'max',
        }),
        fc.nat({ max: 4 }),
        fc.nat({ max: 12 }),
        fc.boolean(),
        (list, mode, n, heading) => {
          const bytes = Uint8Array.from(list);
          if (heading && bytes.length >= 9) bytes.set([mode, 1, 2, 3, 4, n, 0, 0, 0]);
          const answer = mirrorDecode(bytes, 32);
          expect(answer).toEqual(firmwareDecode(bytes, 32));
          if (answer[0] === 0) good++;
        },
      ),
      { ...SEED, numRuns: 3000 },
    );
    expect(good).toBeGreaterThan(50);
  });

  it('write the same HELLO, PONG and REFUSE', () => {
    const one = host();
    const out = new Uint8Array(64);
    const same = (length: number): void => {
      seal(out, length);
      expect(receive(one)).toEqual(out.slice(0, length));
    };
    same(m.writeHello(out, 0, spec));
    expect(send(one, m.writePing(one.inbox, 0, 1234))).toBe(0);
    same(m.writePong(out, 0, 1234));
    expect(send(one, m.writeConfig(one.inbox, 0, 0, DEFAULT_CONFIG))).toBe(0);
    const task = { id: 5, positive: 1, negative: 0, features: 22, rows: 5000, passes: 1, mode: MODE.cache, seed: 0 };
    expect(send(one, m.writeTask(one.inbox, 0, 0, task))).toBe(0);
    const needsBytes = one.taskBytes({
      learner: LEARNER['opt-sgd'],
      features: 22,
      rows: 5000,
      mode: MODE.cache,
      codec: 0,
      receiveBytes: 8192,
    });
    same(m.writeRefuse(out, 0, { task: 5, reason: REFUSAL.ram, needsBytes, ramBytes: spec.ramBytes }));
    expect(receive(one).length).toBe(0);
  });

  it('agree on a task from HELLO to ACK, a seeded order included', () => {
    const [features, rows, passes] = [5, 12, 4];
    const values = Float32Array.from({ length: rows * features }, (_, i) => Math.sin(i * 12.9898) * 2);
    const labels = Uint8Array.from({ length: rows }, (_, r) => r % 2);
    const results = [MODE.cache | MODE.seeded, MODE.cache].map((mode) => {
      const one = host();
      send(one, m.writeConfig(one.inbox, 0, 0, { ...DEFAULT_CONFIG, first: 0.25, second: 0.7 }));
      send(
        one,
        m.writeTask(one.inbox, 0, 0, { id: 3, positive: 1, negative: 0, features, rows, passes, mode, seed: 9 }),
      );
      expect(send(one, writeData(one.inbox, 0, 3, values, labels))).toBe(0);
      const order = Uint16Array.from({ length: rows }, (_, r) => r);
      for (let pass = 1; pass < passes && mode === MODE.cache; pass++) {
        shuffleOrder(order, 9, pass);
        expect(send(one, writeOrder(one.inbox, 0, 3, order, 0, rows))).toBe(0);
      }
      receive(one);
      const frame = receive(one);
      expect(readHeader(frame)).toMatchObject({ type: FRAME.weights, round: 0, device: 0 });
      expect(one.held(0)).toBe(1);
      expect(send(one, m.writeAck(one.inbox, 0, 0, { upload: 0 }))).toBe(0);
      expect(one.held(0)).toBe(0);
      return decodeWeights(frame, 20, frame.length);
    });
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toMatchObject([{ id: 3 }]);
  });

  it('agree on an exchange from SETUP to UPDATE, in chunks, of every kind', () => {
    const [features, rows] = [60, 30];
    const values = Float32Array.from({ length: rows * features }, (_, i) => Math.sin(i * 12.9898));
    const classes = Uint16Array.from({ length: rows }, (_, r) => r % 3);
    for (const kind of Object.values(EXCHANGE_KIND)) {
      const one = new PooledHost(module);
      one.add({ ...spec, receiveBytes: 256 });
      one.hold(
        0,
        one.writeRows(values, features, classes),
        Uint32Array.from({ length: rows }, (_, r) => r),
      );
      receive(one);
      const setup = {
        ...{
          model: EXCHANGE_MODEL.softmax,
          kind,
          flags: kind === EXCHANGE_KIND.gradient ? EXCHANGE_FLAG.versioned : 0,
        },
        ...{ classes: 3, features, batch: 8, eta: 0.125, lambda: 0.01, significance: 0.01, seed: 5 },
      };
      const d = x.dimension(setup.model, setup.classes, features);
      const w = Float32Array.from({ length: d }, (_, i) => Math.cos(i) * 0.1);
      expect(send(one, writeSetup(one.inbox, 0, 1, setup))).toBe(0);
      for (let round = 4; round < 6; round++) {
        const fields = { tau: 2, version: 77, previousIsMin: round === 5 };
        const { frames } = x.paramsSize(setup, d, 256);
        for (let i = 0; i < frames; i++) {
          expect(send(one, x.writeParams(one.inbox, 0, round, setup, fields, w, 256, i))).toBe(0);
        }
        const frame = receive(one);
        expect(readHeader(frame)).toMatchObject({ type: FRAME.update, round, device: 0 });
        const update = x.readUpdate(frame, setup, d)!;
        const adaptive = kind === EXCHANGE_KIND.adaptive;
        expect(update).toMatchObject({
          rows: kind === EXCHANGE_KIND.weights || adaptive ? rows : 0,
          version: kind === EXCHANGE_KIND.gradient ? 77 : kind === EXCHANGE_KIND.gaia ? round - 3 : 0,
          tau: adaptive ? 2 : 0,
        });
        expect([update.lossGlobal, update.lossMin, update.beta].map(Number.isNaN)).toEqual(
          adaptive ? [false, round === 4, round === 4] : [true, true, true],
        );
        if (update.vector < 0) continue;
        const got = new Float32Array(d);
        x.readVector(frame, update.vector, got);
        expect(got.some((value, i) => value !== w[i])).toBe(true);
        expect(got.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('refuse an exchange beyond the RAM with the bytes that the host foretold', () => {
    const one = host();
    const rows = 40;
    one.hold(0, one.writeRows(new Float32Array(rows * 500), 500, new Uint16Array(rows)), Uint32Array.of(1, 2, 3));
    receive(one);
    const setup = {
      ...{ model: EXCHANGE_MODEL.softmax, kind: EXCHANGE_KIND.adaptive, flags: 0, classes: 10, features: 500 },
      ...{ batch: 2, eta: 0.1, lambda: 0, significance: 0, seed: 1 },
    };
    expect(send(one, writeSetup(one.inbox, 0, 12, setup))).toBe(0);
    const needsBytes = one.exchangeBytes({ ...setup, rows: 3, receiveBytes: spec.receiveBytes });
    expect(needsBytes).toBeGreaterThan(5 * 4 * 5010);
    expect(m.readRefuse(receive(one))).toEqual({ task: 12, reason: REFUSAL.ram, needsBytes, ramBytes: spec.ramBytes });
  });

  it('answer any bytes with a status, never a trap', () => {
    const one = host();
    send(one, m.writeConfig(one.inbox, 0, 0, DEFAULT_CONFIG));
    const codes = new Set<number>(Object.values(STATUS));
    fc.assert(
      fc.property(
        fc.nat({ max: 18 }),
        fc.nat({ max: 4 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.boolean(),
        (type, round, payload, sealed) => {
          const inbox = one.inbox;
          m.writePing(inbox, 0, round);
          inbox[3] = type;
          inbox.set(payload, 20);
          if (sealed) seal(inbox, 20 + payload.length);
          expect(codes.has(one.deliver(0, 20 + payload.length, at))).toBe(true);
          while (one.poll(0, at) > 0);
        },
      ),
      { ...SEED, numRuns: 5000 },
    );
  });
});
