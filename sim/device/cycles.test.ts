import { describe, expect, it } from 'vitest';
import { boardNamed } from './boards/index.ts';
import {
  cyclesOf,
  fitCycles,
  handshakeTimes,
  microsecondsPerFit,
  nanosecondsPerByteTaken,
  recordCycles,
  rowWork,
  workTime,
} from './cycles.ts';
import { WORK, WORK_COUNT } from './host-types.ts';

const nrf = boardNamed('nrf52840');
const stm = boardNamed('stm32f103c8');

describe('cyclesOf', () => {
  it('adds counts times costs and rounds up once', () => {
    const work = new Float64Array(WORK_COUNT);
    work[WORK.bytesCopied] = 1;
    expect(cyclesOf(nrf, 'ours', work)).toBe(1);
    work[WORK.bytesCopied] = 3;
    work[WORK.multiplyAdds] = 2;
    expect(cyclesOf(nrf, 'ours', work)).toBe(14);
    expect(cyclesOf(nrf, 'ours', new Float64Array(WORK_COUNT))).toBe(0);
  });

  it('charges every counter of our kernels', () => {
    for (let i = 0; i < WORK_COUNT; i++) {
      const work = new Float64Array(WORK_COUNT);
      work[i] = 1;
      expect(cyclesOf(nrf, 'ours', work), `counter ${i}`).toBeGreaterThan(0);
    }
  });

  it('charges the as-published kernel for training alone, times its passes', () => {
    const { predict22, update22, passes } = stm.asPublished;
    const work = new Float64Array(WORK_COUNT);
    work[WORK.exps] = 1;
    work[WORK.multiplyAdds] = 23;
    expect(cyclesOf(stm, 'as-published', work)).toBe(Math.ceil(predict22 * passes));
    work[WORK.updatedWeights] = 23;
    expect(cyclesOf(stm, 'as-published', work)).toBe(Math.ceil((predict22 + update22) * passes));
    for (const free of [WORK.bytesReceived, WORK.bytesCopied, WORK.bytesChecked, WORK.bytesEncoded, WORK.frames]) {
      work[free] = 1e6;
    }
    expect(cyclesOf(stm, 'as-published', work)).toBe(Math.ceil((predict22 + update22) * passes));
  });

  it('becomes time at the clock, rounded up to ns', () => {
    const work = new Float64Array(WORK_COUNT);
    work[WORK.multiplyAdds] = 1;
    expect(workTime(nrf, 'ours', work)).toBe(94);
  });
});

describe('the step of a learner', () => {
  it('counts as the firmware does, with an average update', () => {
    const work = rowWork(22, 'as-published', 0.5);
    expect([...work]).toEqual([23, 11.5, 0.5, 1, 0, 89, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    expect(cyclesOf(stm, 'as-published', work)).toBe(Math.ceil(fitCycles(stm, 'as-published', 22, 0.5)));
  });

  it('orders the boards of the paper as the published rates do', () => {
    const rate = (name: string) => microsecondsPerFit(boardNamed(name), 'as-published', 22);
    expect(rate('nrf52840')).toBeLessThan(rate('stm32f103c8'));
    expect(rate('stm32f103c8')).toBeLessThan(rate('samd21g18'));
  });
});

describe('TLS', () => {
  it('takes the published times of its parts', () => {
    const { full, resumed } = handshakeTimes(nrf);
    expect(full).toBe(1_417_187_500);
    expect(resumed).toBe(451_562_500);
  });

  it('knows what a byte costs before it is used: taken, checked, decrypted', () => {
    const { byteReceived, byteChecked } = nrf.own;
    expect(nanosecondsPerByteTaken(nrf, 'ours', false)).toBe(((byteReceived + byteChecked) * 1e6) / 64_000);
    const decrypted = nanosecondsPerByteTaken(nrf, 'ours', true) - nanosecondsPerByteTaken(nrf, 'ours', false);
    expect(decrypted).toBeCloseTo((nrf.tls.cyclesPerByte * 1e6) / 64_000, 9);
    expect(nanosecondsPerByteTaken(nrf, 'as-published', false)).toBe(0);
  });

  it('costs the CPU a byte only where it ends on the board', () => {
    expect(recordCycles(nrf, 100)).toBe(6000);
    expect(recordCycles(stm, 100)).toBe(0);
  });
});
