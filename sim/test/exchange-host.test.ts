import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PooledHost } from '../device/host.ts';
import type { FirmwareHost } from '../device/host-types.ts';
import { IsolatedHost } from '../device/isolated-host.ts';
import type { Instant } from '../kernel/time.ts';
import * as x from '../protocol/exchange.ts';
import { writeSetup } from '../protocol/exchange-messages.ts';
import { EXCHANGE_KIND, EXCHANGE_MODEL } from '../protocol/frame.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../wasm/g2t.wasm', import.meta.url)));
const FEATURES = 21;
const ROWS = 200;
const RECEIVE = 256;
const VALUES = Float32Array.from({ length: ROWS * FEATURES }, (_, i) => Math.fround(Math.sin(i * 78.233) * 1.5));
const CLASSES = Uint16Array.from({ length: ROWS }, (_, r) => (r * 7 + (r >> 3)) % 4);
const at = (us: number): Instant => (us * 1000) as Instant;

/** Three rounds of three devices with rows of their own: every frame and every count of work, as one text. */
function story(host: FirmwareHost, model: number, kind: number): string {
  const lines: string[] = [];
  const classes = model === EXCHANGE_MODEL.softmax ? 4 : 2;
  const d = x.dimension(model, classes, FEATURES);
  const w = Float32Array.from({ length: d }, (_, i) => Math.cos(i) * 0.1);
  const set = host.writeRows(VALUES, FEATURES, CLASSES);
  const spec = { ramBytes: 60_000, flashBytes: 1_000_000, receiveBytes: RECEIVE, megahertz: 64, fpu: true };
  const deliver = (device: number, length: number, us: number): void => {
    host.seal(length);
    lines.push(`${device} ${host.deliver(device, length, at(us))} ${[...host.work]}`);
  };
  const setup = {
    ...{ model, kind, flags: 1, classes, features: FEATURES, batch: 10, eta: 0.1, lambda: 0.01 },
    ...{ significance: 0.01, seed: 9 },
  };
  if (kind === EXCHANGE_KIND.gradient) setup.flags = 2;
  for (let device = 0; device < 3; device++) {
    host.add({ ...spec, benchMicroseconds: 1 });
    host.hold(
      device,
      set,
      Uint32Array.from({ length: 50 + device }, (_, i) => (i * 3 + device) % ROWS),
    );
    host.poll(device, at(0));
    deliver(device, writeSetup(host.inbox, device, 1, setup), 1);
  }
  for (let round = 0; round < 3; round++) {
    for (let device = 0; device < 3; device++) {
      const fields = { tau: 2 + round, version: round, previousIsMin: round === 1 };
      const { frames } = x.paramsSize(setup, d, RECEIVE);
      for (let i = 0; i < frames; i++) {
        deliver(device, x.writeParams(host.inbox, device, round, setup, fields, w, RECEIVE, i), 10 + round);
      }
      const length = host.poll(device, at(15 + round));
      lines.push(Buffer.from(host.outbox.subarray(0, length)).toString('hex'));
      expect(length).toBeGreaterThan(20);
    }
    for (let i = 0; i < d; i++) w[i]! *= 0.75;
  }
  return lines.join('\n');
}

/** Loss and right predictions in float64. */
function reference(model: number, classes: number, w: Float32Array, rows: readonly number[]): [number, number] {
  const bias = model === EXCHANGE_MODEL.svm ? 0 : 1;
  let loss = 0;
  let right = 0;
  for (const row of rows) {
    const z = Array.from({ length: model === EXCHANGE_MODEL.softmax ? classes : 1 }, (_, c) => {
      const start = c * (FEATURES + bias);
      let sum = bias === 1 ? w[start]! : 0;
      for (let j = 0; j < FEATURES; j++) sum += w[start + bias + j]! * VALUES[row * FEATURES + j]!;
      return sum;
    });
    const label = CLASSES[row]!;
    const y = label % 2 === 1 ? 1 : -1;
    const short = Math.max(0, 1 - y * z[0]!);
    if (model === EXCHANGE_MODEL.svm) loss += (short * short) / 2;
    else if (model === EXCHANGE_MODEL.logistic) loss += Math.log(1 + Math.exp(-y * z[0]!));
    else loss += Math.log(z.reduce((sum, one) => sum + Math.exp(one), 0)) - z[label]!;
    if (model === EXCHANGE_MODEL.softmax) right += z.indexOf(Math.max(...z)) === label ? 1 : 0;
    else right += z[0]! > 0 === y > 0 ? 1 : 0;
  }
  return [loss, right];
}

describe('exchanges', () => {
  it.each(
    Object.entries(EXCHANGE_MODEL).flatMap(([name, model]) =>
      Object.entries(EXCHANGE_KIND).map(([how, kind]) => [name, how, model, kind] as const),
    ),
  )('of %s by %s are the same pooled and isolated', (_name, _how, model, kind) => {
    const told = story(new PooledHost(module), model, kind);
    expect(story(new IsolatedHost(module), model, kind)).toBe(told);
  });

  it('evaluate models as float64 does', () => {
    const host = new PooledHost(module);
    const set = host.writeRows(VALUES, FEATURES, CLASSES);
    const listed = [5, 199, 0, 17, 17, 60];
    host.rowNumbers.set(listed, 3);
    for (const model of Object.values(EXCHANGE_MODEL)) {
      const classes = model === EXCHANGE_MODEL.softmax ? 4 : 2;
      const w = Float32Array.from({ length: x.dimension(model, classes, FEATURES) }, (_, i) => Math.cos(i * i));
      const all = host.evaluate({ dataSet: set, first: 10, count: 190, listed: false }, model, classes, w);
      const [loss, right] = reference(
        model,
        classes,
        w,
        Array.from({ length: 190 }, (_, i) => 10 + i),
      );
      expect(Math.abs(all.loss / loss - 1)).toBeLessThan(1e-6);
      expect(all.right).toBe(right);
      expect(all.predicted.length).toBe(190);
      const some = host.evaluate({ dataSet: set, first: 3, count: 6, listed: true }, model, classes, w);
      const [someLoss, someRight] = reference(model, classes, w, listed);
      expect(Math.abs(some.loss / someLoss - 1)).toBeLessThan(1e-6);
      expect(some.right).toBe(someRight);
    }
  });
});
