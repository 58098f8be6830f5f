import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as x from './exchange.ts';
import { readSetup, writeSetup } from './exchange-messages.ts';
import { EXCHANGE_FLAG, EXCHANGE_KIND, EXCHANGE_MODEL, FRAME, HEADER, HEADER_BYTES } from './frame.ts';
import { readHeader, seal } from './header.ts';

const out = new Uint8Array(65_536);

describe('exchange messages', () => {
  it('brings SETUP back', () => {
    const u16 = fc.nat({ max: 0xffff });
    const u32 = fc.nat({ max: 0xffffffff });
    const float = fc.float({ noNaN: true });
    fc.assert(
      fc.property(u16, u16, u32, u32, float, float, float, (classes, features, batch, seed, eta, lambda, v) => {
        const setup = { model: 2, kind: 3, flags: 1, classes, features, batch, eta, lambda, significance: v, seed };
        const length = writeSetup(out, 3, 9, setup);
        seal(out, length);
        expect(readHeader(out, length)).toEqual({ type: FRAME.setup, device: 3, round: 9, length: 28 });
        expect(readSetup(out)).toEqual(setup);
      }),
      { seed: 20_261_120, numRuns: 200 },
    );
  });

  it('cuts a model into chunks that fit and join', () => {
    const kinds = [
      { kind: EXCHANGE_KIND.gradient, flags: 0 },
      { kind: EXCHANGE_KIND.gradient, flags: EXCHANGE_FLAG.versioned },
      { kind: EXCHANGE_KIND.weights, flags: 0 },
      { kind: EXCHANGE_KIND.adaptive, flags: 0 },
    ];
    for (const [k, setup] of kinds.entries()) {
      for (const d of [1, 20, 21, 25, 26, 27, 51, 52, 100, 785]) {
        const w = Float32Array.from({ length: d }, (_, i) => i + 0.5);
        const got = new Float32Array(d);
        const extra = x.paramsFieldBytes(setup);
        expect(extra).toBe([0, 4, 2, 3][k]);
        let bytes = 0;
        let frames = 0;
        for (let next = 0; ; frames++) {
          const length = x.writeParams(out, 1, 7, setup, { tau: 5, version: 5 }, w, 128, frames);
          if (length === 0) {
            expect(next).toBe(d);
            break;
          }
          expect(length).toBeLessThanOrEqual(128);
          bytes += length;
          expect(out[20]! | (out[21]! << 8)).toBe(4 * next);
          const at = HEADER_BYTES + 4 + (frames === 0 ? extra : 0);
          const count = (length - at) / 4;
          x.readVector(out, at, got.subarray(next, next + count));
          next += count;
          if (frames === 0 && extra > 0) expect(out[24]).toBe(5);
        }
        expect(x.paramsSize(setup, d, 128)).toEqual({ frames, bytes });
        expect(got).toEqual(w);
      }
    }
  });

  it('knows how many parameters a model has', () => {
    expect(x.dimension(EXCHANGE_MODEL.svm, 2, 784)).toBe(784);
    expect(x.dimension(EXCHANGE_MODEL.logistic, 2, 784)).toBe(785);
    expect(x.dimension(EXCHANGE_MODEL.softmax, 95, 22)).toBe(2185);
  });

  it('refuses an UPDATE of another length', () => {
    out.fill(0);
    for (const kind of Object.values(EXCHANGE_KIND)) {
      for (const length of [0, 3, 5, 43, 45]) {
        out[HEADER.length] = length;
        expect(x.readUpdate(out, { kind, flags: 0 }, 10)).toBeUndefined();
      }
    }
    // An adaptive one that is as long as one with control, and says that it is not.
    out[HEADER.length] = 107;
    expect(x.readUpdate(out, { kind: EXCHANGE_KIND.adaptive, flags: 0 }, 10)).toBeUndefined();
    out[38] = 1;
    const update = x.readUpdate(out, { kind: EXCHANGE_KIND.adaptive, flags: 0 }, 10)!;
    expect([update.vector, update.gradient]).toEqual([47, 87]);
  });

  it('writes MIRROR as pairs', () => {
    const length = x.writeMirror(out, 1, 4, 300, 2, [9, 1, 2], [0, 0.5, -1], 1, 2);
    expect(length).toBe(44);
    expect([...out.subarray(20, 44)]).toEqual([
      44, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63, 2, 0, 0, 0, 0, 0, 128, 191,
    ]);
    expect(x.mirrorCapacity(44)).toBe(2);
  });
});
