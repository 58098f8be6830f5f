import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../kernel/time.ts';
import { PooledHost } from './host.ts';
import { type DeviceSpec, type FirmwareHost, INBOX_BYTES, STATUS, WORK } from './host-types.ts';
import { IsolatedHost, MAX_INSTANCES } from './isolated-host.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../wasm/g2t.wasm', import.meta.url)));
const at = (us: number): Instant => (us * 1000) as Instant;
const FEATURES = 22;
const ROWS = 38;
const spec: DeviceSpec = {
  ramBytes: 60_000,
  flashBytes: 1_000_000,
  receiveBytes: 8192,
  megahertz: 64,
  fpu: true,
  benchMicroseconds: 40,
};

/** A sealed frame in the inbox, from a payload of bytes (the frames themselves are tested in sim/protocol). */
function put(host: FirmwareHost, device: number, type: number, round: number, payload: ArrayLike<number>): number {
  const inbox = host.inbox;
  inbox.set([0x47, 0x32, 1, type, device & 255, (device >> 8) & 255, 0, 0, round & 255, round >> 8, 0, 0]);
  inbox.set(payload, 20);
  host.seal(20 + payload.length);
  return 20 + payload.length;
}

/** alpha 1, momentum 0.5, W_0 and W_max 64, T_hold 60 s. */
const CONFIG = new Uint8Array(36);
const view = new DataView(CONFIG.buffer);
view.setFloat32(4, 1, true);
view.setFloat32(8, 0.5, true);
view.setUint16(12, 1, true);
view.setUint16(14, 64, true);
view.setFloat32(16, 1 / 64, true);
view.setUint32(20, 24_096, true);
view.setUint32(24, 512, true);
view.setUint32(28, 60_000, true);

function task(id: number, mode: number, seed: readonly number[] = []): number[] {
  return [id & 255, id >> 8, 0, 0, 1, 0, 0, 0, FEATURES, 0, mode === 10 ? 0 : ROWS, 0, 0, 0, 3, mode, ...seed];
}

const VALUES = Float32Array.from({ length: 400 * FEATURES }, (_, i) => Math.fround(Math.sin(i * 78.233) * 1.5));
const CLASSES = Uint16Array.from({ length: 400 }, (_, r) => (r * 7) % 3);

/** Everything that comes out of a few devices doing a bit of all, as one text. */
function story(host: FirmwareHost, devices: number): string {
  const lines: string[] = [];
  const note = (what: string, device: number, status: number): void => {
    lines.push(
      `${what} ${device} ${status} ${[...host.work]} ${host.deadline(device)} ${host.held(device)} ${host.busy(device)}`,
    );
    for (let n = host.poll(device, at(9)); n > 0; n = host.poll(device, at(9))) {
      lines.push(`${Buffer.from(host.outbox.subarray(0, n)).toString('hex')} ${[...host.work]}`);
    }
  };
  const set = host.writeRows(VALUES, FEATURES, CLASSES);
  for (let d = 0; d < devices; d++) {
    const device = host.add({ ...spec, ramBytes: 14_000 + 1000 * d });
    note('config', device, host.deliver(device, put(host, device, 2, 0, CONFIG), at(d)));
    note('task', device, host.deliver(device, put(host, device, 3, 0, task(40 + d, 9, [d, 0, 0, 1])), at(d)));
  }
  for (let d = 0; d < devices; d++) {
    for (let k = 0; k < ROWS; k++) host.rowNumbers[k] = (d * 13 + k) % 400;
    const length = host.compose({ dataSet: set, device: d, task: 40 + d, from: 0, count: ROWS, positive: 1 });
    lines.push(Buffer.from(host.inbox.subarray(0, length)).toString('hex'));
    note('data', d, host.deliver(d, length, at(20 + d)));
    host.hold(
      d,
      set,
      Uint32Array.from({ length: 60 }, (_, i) => (i * 3 + d) % 400),
    );
    note('held', d, host.deliver(d, put(host, d, 3, 0, task(90 + d, 10, [7, d, 0, 0])), at(30 + d)));
    note('timer', d, host.timer(d, at(70_000_000)));
    note('ack', d, host.deliver(d, put(host, d, 7, 0, [0, 0, 0, 0]), at(70_000_001)));
    note('ping', d, host.deliver(d, put(host, d, 8, 5, []), at(70_000_002)));
  }
  return lines.join('\n');
}

describe('firmware hosts', () => {
  it('behave the same pooled and isolated, in one instance and in many', () => {
    const pooled = new PooledHost(module);
    const isolated = new IsolatedHost(module);
    const told = story(pooled, 4);
    expect(story(isolated, 4)).toBe(told);
    expect(told.match(/^ping/gm)?.length).toBe(4);
    expect(pooled.instances).toBe(1);
    expect(isolated.instances).toBe(4);
    expect(isolated.memoryBytes).toBeGreaterThan(3 * 65_536);
  });

  it('keeps isolated devices in memories of their own', () => {
    const isolated = new IsolatedHost(module);
    isolated.add(spec);
    isolated.add(spec);
    isolated.deliver(0, put(isolated, 0, 2, 0, CONFIG), at(0));
    const first = isolated.work;
    isolated.deliver(1, put(isolated, 1, 8, 0, []), at(0));
    expect(isolated.work.buffer).not.toBe(first.buffer);
    expect([first[WORK.bytesReceived], isolated.work[WORK.bytesReceived]]).toEqual([56, 20]);
  });

  it('refuses an instance too many', () => {
    const isolated = new IsolatedHost(module);
    for (let i = 0; i < MAX_INSTANCES; i++) isolated.add(spec);
    expect(() => isolated.add(spec)).toThrow(
      'Expected at most 1000 devices with isolation: instance, got 1001 or more',
    );
  });

  it('counts the work of each call', () => {
    const host = new PooledHost(module);
    const device = host.add(spec);
    const set = host.writeRows(VALUES, FEATURES, CLASSES);
    host.deliver(device, put(host, device, 2, 0, CONFIG), at(0));
    host.deliver(device, put(host, device, 3, 0, task(1, 0)), at(0));
    for (let k = 0; k < ROWS; k++) host.rowNumbers[k] = k;
    const length = host.compose({ dataSet: set, device, task: 1, from: 0, count: ROWS, positive: 1 });
    expect(length).toBe(20 + ROWS * (4 * FEATURES + 1));
    expect(host.deliver(device, length, at(0))).toBe(STATUS.ok);
    expect(host.work[WORK.rows]).toBe(ROWS);
    expect(host.work[WORK.multiplyAdds]).toBe(ROWS * FEATURES);
    expect(host.work[WORK.updatedWeights]).toBe((FEATURES + 1) * host.work[WORK.updates]!);
    expect(host.work[WORK.updates]).toBeGreaterThan(0);
    expect(host.work[WORK.bytesReceived]).toBe(length);
    expect(host.work[WORK.bytesChecked]).toBe(length - 4);
    expect(host.work[WORK.bytesCopied]).toBe(length - 20);
    expect(host.work[WORK.frames]).toBe(1);
  });

  it('keeps its views when memory grows', () => {
    const host = new PooledHost(module);
    const before = host.memoryBytes;
    for (let i = 0; i < 5000; i++) host.add({ ...spec, ramBytes: 10_000_000 });
    host.writeRows(VALUES, FEATURES, CLASSES);
    for (let d = 0; d < 400; d++) {
      host.deliver(d, put(host, d, 2, 0, CONFIG), at(0));
      const big = task(1, 1);
      big[11] = 16;
      expect(host.deliver(d, put(host, d, 3, 0, big), at(0))).toBe(STATUS.ok);
      expect(host.busy(d)).toBe(true);
    }
    expect(host.memoryBytes).toBeGreaterThan(before + 400 * 4096 * 96);
    expect(host.work[WORK.frames]).toBe(1);
    expect(host.inbox.length).toBe(INBOX_BYTES);
    expect(host.poll(4999, at(0))).toBe(36);
    expect([host.outbox[3], host.outbox[4]]).toEqual([1, 4999 & 255]);
  });

  it('holds a hundred thousand devices in a hundred megabytes', () => {
    const host = new PooledHost(module);
    for (let i = 0; i < 100_000; i++) host.add(spec);
    expect(host.memoryBytes).toBeLessThan(30e6);
    for (let i = 0; i < 100_000; i += 1) host.deliver(i, put(host, i & 0xffff, 8, 0, []), at(0));
    expect(host.memoryBytes).toBeLessThan(30e6);
  });

  it('gives the memory of finished tasks to the next ones', () => {
    const host = new PooledHost(module);
    for (let i = 0; i < 200; i++) host.add(spec);
    const set = host.writeRows(VALUES, FEATURES, CLASSES);
    for (let k = 0; k < ROWS; k++) host.rowNumbers[k] = k;
    const run = (): void => {
      for (let d = 0; d < 200; d++) {
        host.deliver(d, put(host, d, 2, 0, CONFIG), at(0));
        host.deliver(d, put(host, d, 3, 0, task(1, 9, [0, 0, 0, 0])), at(0));
        host.deliver(d, host.compose({ dataSet: set, device: d, task: 1, from: 0, count: ROWS, positive: 1 }), at(0));
        let upload = 0;
        for (let n = host.poll(d, at(0)); n > 0; n = host.poll(d, at(0)))
          if (host.outbox[3] === 6) upload = host.outbox[8]!;
        host.deliver(d, put(host, d, 7, 0, [upload, 0, 0, 0]), at(0));
        expect(host.held(d)).toBe(0);
      }
    };
    run();
    const once = host.memoryBytes;
    for (let i = 0; i < 20; i++) run();
    expect(host.memoryBytes).toBe(once);
  });

  it('scores rows with the sum of four lanes', () => {
    const host = new PooledHost(module);
    for (const features of [1, 3, 4, 22, 65]) {
      const count = 77;
      const rows = VALUES.slice(0, count * features);
      const set = host.writeRows(rows, features, CLASSES.slice(0, count));
      const w = VALUES.slice(1000, 1001 + features);
      host.predict(set, Float32Array.of(9, 9, ...w), 2, 5, count - 5);
      for (let r = 5; r < count; r++) {
        const lane = new Float32Array(4);
        for (let j = 0; j < features; j++) {
          lane[j & 3] = lane[j & 3]! + Math.fround(rows[r * features + j]! * w[j + 1]!);
        }
        const sum = Math.fround(Math.fround(lane[0]! + lane[1]!) + Math.fround(lane[2]! + lane[3]!));
        const z = Math.fround(sum + w[0]!);
        expect(host.scores[r - 5]).toBe(z);
        expect((host.bits[(r - 5) >>> 5]! >>> ((r - 5) & 31)) & 1).toBe(z > 0 ? 1 : 0);
      }
    }
  });

  it('says what is wrong with a device or a call', () => {
    const host = new PooledHost(module);
    expect(() => host.add({ ...spec, receiveBytes: 1000 })).toThrow('Expected the receive buffer to be a power of two');
    expect(() => host.add({ ...spec, ramBytes: 2 ** 32 })).toThrow("Expected a device's RAM to be a whole number");
    expect(() => host.deliver(0, 20, at(0))).toThrow('Expected a device below 0');
    const device = host.add(spec);
    expect(host.deliver(device, 0, at(0))).toBe(STATUS['too-short']);
    expect(host.deliver(device, 9000, at(0))).toBe(STATUS['too-long']);
    expect(host.deliver(device, put(host, 7, 8, 0, []), at(0))).toBe(STATUS['wrong-device']);
  });
});
