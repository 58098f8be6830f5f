import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PooledHost } from '../device/host.ts';
import { WORK, WORK_COUNT } from '../device/host-types.ts';
import { coldStream } from '../kernel/random.ts';
import type { Instant } from '../kernel/time.ts';
import { DEFAULT_CONFIG } from '../protocol/config.ts';
import { dimension, type ParamsFields, paramsSize, writeMirror, writeParams } from '../protocol/exchange.ts';
import { type Setup, writeSetup } from '../protocol/exchange-messages.ts';
import { EXCHANGE_KIND, EXCHANGE_MODEL, LEARNER, MODE } from '../protocol/frame.ts';
import { writeConfig, writeTask } from '../protocol/messages.ts';
import { writeData } from '../protocol/rows.ts';
import { firmware, spec } from './fixture.ts';
import { Foresight } from './foresight.ts';

const RECEIVE = 1024;
const at = 1e6 as Instant;

/** A device of its own, with frames shown as the fleet shows them. */
function bench() {
  const host = new PooledHost(firmware);
  const device = host.add({ ...spec, ramBytes: 10_000_000, flashBytes: 10_000_000, receiveBytes: RECEIVE });
  const foresight = new Foresight(1, (of) => host.heldRows(of));
  return {
    host,
    foresight,
    give: (length: number): void => {
      host.seal(length);
      foresight.note(device, host.inbox);
      expect(host.deliver(device, length, at)).toBe(0);
    },
    /** @returns how many multiply-adds were foreseen, and counted. */
    compare: (length: number, isData = false): [number, number] => {
      host.seal(length);
      if (!isData) foresight.note(device, host.inbox);
      const foreseen = foresight.foresee(device, host.inbox, length);
      expect(host.deliver(device, length, at)).toBe(0);
      for (let i = 0; i < WORK_COUNT; i++) expect(foresight.least[i]).toBeLessThanOrEqual(host.work[i]!);
      return [foreseen, host.work[WORK.multiplyAdds]!];
    },
  };
}

const exchanges = fc.record({
  model: fc.constantFrom(...Object.values(EXCHANGE_MODEL)),
  kind: fc.constantFrom(...Object.values(EXCHANGE_KIND)),
  classes: fc.integer({ min: 2, max: 6 }),
  features: fc.integer({ min: 1, max: 90 }),
  rows: fc.integer({ min: 1, max: 60 }),
  batch: fc.integer({ min: 0, max: 70 }),
  tau: fc.integer({ min: 1, max: 5 }),
  flags: fc.integer({ min: 0, max: 3 }),
  last: fc.boolean(),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

describe('foresight', () => {
  it('never exceeds what an exchange counts, and misses little of it', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(exchanges, ({ model, kind, features, rows, batch, tau, flags, last, seed, ...given }) => {
        const { host, give, compare } = bench();
        const draw = coldStream(seed, 'rows');
        const classes = model === EXCHANGE_MODEL.softmax ? given.classes : 2;
        const values = Float32Array.from({ length: rows * features }, () => draw() * 4 - 2);
        const labels = Uint16Array.from({ length: rows }, () => Math.floor(draw() * classes));
        const all = Uint32Array.from({ length: rows }, (_, r) => r);
        host.hold(0, host.writeRows(values, features, labels), all);
        const setup: Setup = {
          ...{ model, kind, flags, classes, features, batch, eta: 0.1, lambda: 0.01, significance: 0.01, seed },
        };
        give(writeSetup(host.inbox, 0, 0, setup));
        const d = dimension(model, classes, features);
        const { frames } = paramsSize(setup, d, RECEIVE);
        for (let round = 0; round < 3; round++) {
          const w = Float32Array.from({ length: d }, () => draw() - 0.5);
          const fields: ParamsFields = {
            tau: tau + round,
            version: round,
            last: last && round === 2,
            previousIsMin: round === 1,
          };
          const chunk = (index: number) => writeParams(host.inbox, 0, round, setup, fields, w, RECEIVE, index);
          for (let index = 0; index < frames - 1; index++) expect(compare(chunk(index))[0]).toBe(0);
          const [foreseen, counted] = compare(chunk(frames - 1));
          // What is left out: the incumbent's loss, and the control's distances.
          expect(foreseen).toBeGreaterThanOrEqual(counted / (kind === EXCHANGE_KIND.adaptive ? 3 : 1));
          expect(foreseen).toBeGreaterThan(0);
          host.poll(0, at);
        }
        if (kind !== EXCHANGE_KIND.gaia) return;
        const [foreseen, counted] = compare(writeMirror(host.inbox, 0, 4, 1, tau, [0], [0.5], 0, 1));
        expect(foreseen).toBe(counted);
        expect(compare(writeMirror(host.inbox, 0, 5, 1, 0, [0], [0.5], 0, 1))).toEqual([0, 0]);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  const tasks = fc.record({
    learner: fc.constantFrom(...Object.values(LEARNER)),
    features: fc.integer({ min: 1, max: 30 }),
    rows: fc.integer({ min: 1, max: 40 }),
    passes: fc.integer({ min: 1, max: 6 }),
    source: fc.constantFrom(MODE.stream, MODE.cache, MODE.cache | MODE.seeded),
    variant: fc.integer({ min: 0, max: 2 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  });

  it('never exceeds what the last rows of a task count', { timeout: 60_000 }, () => {
    let large = 0;
    fc.assert(
      fc.property(tasks, ({ learner, features, rows, source, seed, ...given }) => {
        const { host, give, compare } = bench();
        const draw = coldStream(seed, 'rows');
        // These two make one pass.
        const passes = learner === LEARNER.lda || learner === LEARNER.sefr ? 1 : given.passes;
        const variant = learner === LEARNER['opt-sgd'] ? given.variant : 0;
        give(writeConfig(host.inbox, 0, 0, { ...DEFAULT_CONFIG, learner, variant, first: 0.1, second: 0.01 }));
        const task = { id: 1, positive: 0, negative: 1, features, rows, passes, mode: source, seed };
        give(writeTask(host.inbox, 0, 0, task));
        const perFrame = Math.floor((RECEIVE - 20) / (4 * features + 1));
        for (let from = 0; from < rows; from += perFrame) {
          const count = Math.min(perFrame, rows - from);
          const values = Float32Array.from({ length: count * features }, () => draw() * 4 - 2);
          const labels = Uint8Array.from({ length: count }, () => (draw() < 0.5 ? 1 : 0));
          const length = writeData(host.inbox, 0, 1, values, labels);
          if (from + count < rows) give(length);
          else if (compare(length, true)[0] > 0) large++;
        }
      }),
      { seed: 7, numRuns: 300 },
    );
    expect(large).toBeGreaterThan(20);
  });
});
