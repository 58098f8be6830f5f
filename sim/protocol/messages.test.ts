import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { CODEC, FRAME, HEADER_BYTES, MODE, PAYLOAD_BYTES, VARIANT } from './frame.ts';
import { readHeader, seal } from './header.ts';
import * as m from './messages.ts';
import { orderDraw, shuffleOrder } from './order.ts';
import { readOrder, rowBytes, writeData, writeOrder } from './rows.ts';

const SEED = { seed: 20_261_120, numRuns: 300 };
const u32 = fc.nat({ max: 0xffffffff });
const u16 = fc.nat({ max: 0xffff });
const u8 = fc.nat({ max: 0xff });
const float = fc.float({ noNaN: true });
const out = new Uint8Array(65_536);

/** Writes, seals, checks the header, and hands the frame back. */
function frame(write: () => number, type: number, device: number, round: number): Uint8Array {
  out.fill(0xaa);
  const length = write();
  seal(out, length);
  const bytes = out.slice(0, length);
  expect(readHeader(bytes)).toEqual({ type, device, round, length: length - HEADER_BYTES });
  return bytes;
}

describe('frames', () => {
  it('has the CRC of IEEE 802.3', () => {
    expect(crc32(0, new TextEncoder().encode('123456789'), 0, 9)).toBe(0xcbf43926);
  });

  it('lays TASK out as algorithms section B.4 says', () => {
    const task = {
      id: 0x01020304,
      positive: 11,
      negative: 33,
      features: 22,
      rows: 38,
      passes: 5,
      mode: MODE.cache,
      seed: 0,
    };
    const bytes = frame(() => m.writeTask(out, 9, 2, task), FRAME.task, 9, 2);
    expect([...bytes.subarray(20)]).toEqual([4, 3, 2, 1, 11, 0, 33, 0, 22, 0, 38, 0, 0, 0, 5, 1]);
    expect([...bytes.subarray(0, 16)]).toEqual([0x47, 0x32, 1, 3, 9, 0, 0, 0, 2, 0, 0, 0, 16, 0, 0, 0]);
  });

  it('brings every message back', () => {
    fc.assert(
      fc.property(u32, u32, u32, u16, u8, float, fc.boolean(), (device, round, a, b, c, f, flag) => {
        const hello = {
          ramBytes: a,
          flashBytes: round,
          megahertz: b,
          fpu: flag,
          receiveBytes: 2 ** (c % 17),
          benchMicroseconds: f,
        };
        expect(m.readHello(frame(() => m.writeHello(out, device, hello), FRAME.hello, device, 0))).toEqual(hello);
        const config = {
          ...{
            learner: 0,
            variant: VARIANT.normalised,
            codec: CODEC.sparse,
            first: f,
            second: 0.5,
            thresholdBase: b,
          },
          ...{
            thresholdLimit: b,
            qualityFloor: f,
            referenceMicroseconds: a,
            referenceBytes: round,
            holdMilliseconds: a,
          },
          ackMilliseconds: device,
        };
        const configFrame = frame(() => m.writeConfig(out, device, round, config), FRAME.config, device, round);
        expect(m.readConfig(configFrame)).toEqual(config);
        const mode = flag ? c | MODE.seeded : c & ~MODE.seeded;
        const task = {
          id: a,
          positive: b,
          negative: b,
          features: b,
          rows: round,
          passes: c,
          mode,
          seed: flag ? device : 0,
        };
        const taskFrame = frame(() => m.writeTask(out, device, round, task), FRAME.task, device, round);
        expect(m.readTask(taskFrame)).toEqual(task);
        expect(taskFrame.length - HEADER_BYTES).toBe(flag ? PAYLOAD_BYTES.taskMost : PAYLOAD_BYTES.task);
        const refusal = { task: a, reason: c, needsBytes: round, ramBytes: device };
        expect(m.readRefuse(frame(() => m.writeRefuse(out, device, refusal), FRAME.refuse, device, 0))).toEqual(
          refusal,
        );
        const sizes = { rttMicroseconds: a, transferMicroseconds: round, bytes: a, failed: b };
        const link = { ...sizes, delivered: flag, isUpload: !flag };
        expect(m.readLink(frame(() => m.writeLink(out, device, round, link), FRAME.link, device, round))).toEqual(link);
        const ack = { upload: a };
        expect(m.readAck(frame(() => m.writeAck(out, device, round, ack), FRAME.ack, device, round))).toEqual(ack);
        frame(() => m.writePing(out, device, round), FRAME.ping, device, round);
        frame(() => m.writePong(out, device, round), FRAME.pong, device, round);
        frame(() => m.writeFlush(out, device, round), FRAME.flush, device, round);
      }),
      SEED,
    );
  });

  it('brings rows and orders back', () => {
    const rows = Float32Array.of(1, -2, Number.NaN, 4, 5.5, -0);
    const bytes = frame(() => writeData(out, 1, 7, rows, Uint8Array.of(1, 0)), FRAME.data, 1, 7);
    expect(bytes.length - HEADER_BYTES).toBe(2 * rowBytes(3));
    const view = new DataView(bytes.buffer);
    expect([0, 1, 2].map((j) => view.getFloat32(20 + 4 * j, true))).toEqual([1, -2, Number.NaN]);
    expect([bytes[32], view.getFloat32(33, true), bytes[45]]).toEqual([1, 4, 0]);
    const order = frame(() => writeOrder(out, 1, 7, [9, 1, 65_535, 3], 1, 2), FRAME.order, 1, 7);
    expect([...readOrder(order)]).toEqual([1, 65_535]);
  });

  it('answers any bytes with a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(typeof readHeader(bytes)).toBe('string');
        if (bytes.length > 3) bytes.set([0x47, 0x32, 1]);
        expect(typeof readHeader(bytes)).toBe('string');
      }),
      SEED,
    );
  });

  it('notices every flipped bit', () => {
    const bytes = frame(() => m.writeAck(out, 3, 4, { upload: 5 }), FRAME.ack, 3, 4);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >>> 3]! ^= 1 << (bit & 7);
      expect(typeof readHeader(bytes)).toBe('string');
      bytes[bit >>> 3]! ^= 1 << (bit & 7);
    }
    expect(readHeader(bytes, 23)).toBe('too-short');
    expect(readHeader(out, 30)).toBe('bad-length');
  });

  it('draws the seeded order that firmware draws', () => {
    // The same values as in firmware/test/test_order.c.
    expect([orderDraw(0, 0, 0), orderDraw(1, 0, 0), orderDraw(7, 3, 5)]).toEqual([0, 0x688990c0, 0x30a6abd8]);
    const order = Uint16Array.from({ length: 500 }, (_, i) => i);
    shuffleOrder(order, 42, 1);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(order.filter((row, i) => row === i).length).toBeLessThan(10);
  });
});
