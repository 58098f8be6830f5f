import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countOn, TARGETS } from '../../firmware/published/count.js';
import { cyclesOf, decode, FLASH } from '../../firmware/published/timing.js';
import { datasetOptions } from '../data/options.ts';
import { COUNTED, EXP_WAYS } from '../device/boards/published.ts';
import { UPDATE_SHARE } from '../device/learner-work.ts';
import { loadDataset } from '../run/inputs.ts';

const answers = (name: string) => spawnSync(name, ['--version']).status === 0;
const tools = answers('arm-none-eabi-gcc') && answers('qemu-system-arm');

describe.skipIf(!tools)(
  'the count of the as-published kernel (skipped: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)',
  () => {
    it.each(Object.keys(TARGETS) as (keyof typeof COUNTED)[])('is what the boards have: %s', (name) => {
      const counted = countOn(name);
      const shipped = COUNTED[name];
      // Another compiler release may place an instruction elsewhere.
      const near = (ours: number, theirs: number) => expect(Math.abs(theirs / ours - 1)).toBeLessThan(0.03);
      for (const way of ['zero', 'near', 'middle', 'far'] as const)
        near(shipped.predict[way], counted.predict[way].cycles);
      near(shipped.update, counted.update.cycles);
      near(shipped.multiplyAdd, counted.multiplyAdd.cycles);
      near(shipped.weight, counted.weight.cycles);
    });
  },
);

describe('ARM timings', () => {
  const step = (text: string, rest: object = {}) => ({ decoded: decode(text), size: 2, address: 0, ...rest });
  const taken = { taken: true, target: { address: 8, size: 2 } };

  it.each([
    ['m0plus', 'muls\tr0, r1', {}, 1],
    ['m0plus', 'ldr\tr3, [pc, #12]', {}, 2],
    ['m0plus', 'push\t{r4, r5, r6, lr}', {}, 5],
    ['m0plus', 'pop\t{r4, r5, r6, pc}', taken, 7],
    ['m0plus', 'bne.n\t12 <loop>', taken, 2],
    ['m0plus', 'bne.n\t12 <loop>', {}, 1],
    ['m0plus', 'bl\t1c4 <exp>', taken, 3],
    ['m3', 'umull\tr4, r5, r0, r2', {}, 4],
    ['m3', 'mla\tr0, r1, r2, r3', {}, 2],
    ['m3', 'str.w\tr0, [r1, #4]', {}, 1],
    ['m3', 'ldmia.w\tsp!, {r4, r5, r6, pc}', taken, 7],
    ['m3', 'bx\tlr', taken, 3],
    ['m3', 'b.w\t12 <loop>', { taken: true, target: { address: 6, size: 4 } }, 3],
    ['m4', 'umull\tr4, r5, r0, r2', {}, 1],
    ['m4', 'vfma.f32\ts15, s13, s14', {}, 3],
    ['m4', 'vdiv.f32\ts0, s0, s1', {}, 14],
    ['m4', 'vldmia\tr1!, {s8-s11}', {}, 5],
    ['m4', 'it\tne', { before: { size: 2, decoded: decode('cmp\tr0, #0') } }, 0],
    ['m4', 'ldr\tr1, [r2, #4]', { before: { size: 2, decoded: decode('ldr\tr0, [r2, #0]') } }, 1],
  ])('%s: %s', (core, text, rest, cycles) => {
    expect(cyclesOf(core, step(text, rest))).toBe(cycles);
  });

  it('waits for flash: not where it is cached, a line ahead in sequence, the whole read after a branch', () => {
    const at = (address: number) => step('adds\tr0, r1', { address });
    expect(FLASH.cached().wait(0, at(0))).toBe(0);
    const sam = FLASH.samd21();
    expect([0, 2, 4, 6, 8, 10, 0].map((address) => sam.wait(0, at(address)))).toEqual([1, 0, 0, 0, 1, 0, 0]);
    expect([64, 0].map((address) => sam.wait(0, at(address)))).toEqual([1, 1]);
    const stm = FLASH.stm32f103();
    expect(stm.wait(0, at(0))).toBe(2);
    // The next 8 bytes were asked for when the first came: they are there four instructions later.
    expect([3, 4, 5].map((now, i) => stm.wait(now, at(2 * (i + 1))))).toEqual([0, 0, 0]);
    expect(stm.wait(6, at(8))).toBe(0);
    expect(stm.wait(30, at(400))).toBe(2);
  });
});

const folder = process.env['G2T_DATA'] ?? '';

describe.skipIf(!existsSync(join(folder, 'auslan.csv.gz')))(
  'what the published training asks of exp (skipped: set G2T_DATA to a data folder that holds auslan.csv.gz)',
  () => {
    it('is what the boards have', () => {
      const options = { name: 'auslan', rows: 'mean', split: { by: 'all' }, scale: 'none' };
      const { train } = loadDataset(datasetOptions.parse(options), folder, 1);
      const byClass = (c: number) =>
        Array.from({ length: train.count }, (_, r) => r)
          .filter((r) => train.y[r] === c)
          .map((r) => train.x.subarray(22 * r, 22 * r + 22));
      const rows = Array.from({ length: 95 }, (_, c) => byClass(c));
      expect(rows.every((own) => own.length === 27)).toBe(true);
      const one = [trained(rows.slice(0, 15), 1), trained(rows.slice(15, 35), 1), trained(rows.slice(35, 60), 1)];
      const several = [trained(rows.slice(90, 95), 4), trained(rows.slice(65, 75), 4), trained(rows.slice(75, 90), 3)];
      compare(one, EXP_WAYS.onePass);
      compare(several, EXP_WAYS.severalPasses);
      const update = [...one, ...several].reduce((sum, ways) => sum + ways.update, 0) / 6;
      expect(Math.abs(update - UPDATE_SHARE['opt-sgd'])).toBeLessThan(0.06);
    });
  },
);

type Ways = Record<'zero' | 'near' | 'middle' | 'far', number>;

function compare(groups: readonly Ways[], shipped: Ways) {
  for (const way of ['zero', 'near', 'middle', 'far'] as const) {
    const mean = groups.reduce((sum, ways) => sum + ways[way], 0) / groups.length;
    expect(Math.abs(mean - shipped[way]), way).toBeLessThan(0.06);
  }
}

/** The as-published learner over all pairs of a group, momentum 0.7, alpha 1: how often each way and an update is taken. */
function trained(classes: readonly (readonly Float32Array[])[], passes: number): Ways & { update: number } {
  const ways = { zero: 0, near: 0, middle: 0, far: 0, update: 0 };
  const own = classes.flatMap((rows, c) => rows.map((x) => ({ x, c })));
  let seed = 1;
  const below = (n: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 4_294_967_296) * n);
  };
  let steps = 0;
  for (let i = 0; i < classes.length; i++) {
    for (let j = i + 1; j < classes.length; j++) {
      const rows = own.filter(({ c }) => c === i || c === j);
      const w = new Float32Array(23);
      const u = new Float32Array(23);
      for (let pass = 0; pass < passes; pass++) {
        for (let k = rows.length - 1; k > 0; k--) {
          const other = below(k + 1);
          [rows[k], rows[other]] = [rows[other]!, rows[k]!];
        }
        rows.forEach(({ x, c }, k) => {
          const z = x.reduce((sum, value, f) => sum + value * w[f]!, 0) + (rows[k + 1]?.x[0] ?? 0) * w[22]!;
          steps++;
          ways[wayOf(Math.abs(z))]++;
          const error = (z > 0 ? 1 : 0) - (c === i ? 1 : 0);
          if (error === 0) return;
          ways.update++;
          for (let f = 0; f < 23; f++) {
            u[f] = 0.7 * u[f]! - (f === 0 ? 1 : x[f - 1]!) * error;
            w[f] = w[f]! + u[f]!;
          }
        });
      }
    }
  }
  return Object.fromEntries(Object.entries(ways).map(([way, count]) => [way, count / steps])) as typeof ways;
}

function wayOf(z: number): keyof Ways {
  if (z === 0) return 'zero';
  if (z < Math.LN2 / 2) return 'near';
  return z < 1.5 * Math.LN2 ? 'middle' : 'far';
}
