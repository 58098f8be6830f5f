import { describe, expect, it } from 'vitest';
import { boardNamed } from './boards/index.ts';
import { energyOf } from './energy.ts';
import { deviceSpec } from './memory.ts';

describe('energyOf', () => {
  const times = { compute: 10, transmit: 1, receive: 2, idle: 100 };

  it('sums power times time over the states', () => {
    expect(energyOf(boardNamed('esp32'), times)).toBeCloseTo(1.62 + 0.627 + 0.644 + 0.3, 12);
  });

  it('gives the 2.54 J of the paper for its 14.5 s of computing, and 222 J for the laptop’s 12 s', () => {
    const none = { transmit: 0, receive: 0, idle: 0 };
    expect(energyOf(boardNamed('samd21g18'), { compute: 14.5, ...none }, 'paper')).toBeCloseTo(2.5375, 9);
    expect(energyOf(boardNamed('i7-8650u'), { compute: 12, ...none }, 'paper')).toBeCloseTo(222, 9);
  });

  it('refuses a negative time', () => {
    expect(() => energyOf(boardNamed('esp32'), { ...times, idle: -1 })).toThrow(/at least 0 s/);
  });
});

describe('deviceSpec', () => {
  it('is what HELLO can say', () => {
    const spec = deviceSpec(boardNamed('i7-8650u'), { kernel: 'ours', features: 22, receiveBytes: 2048 });
    expect(spec.ramBytes).toBe(0x7fff_ffff);
    expect(spec.megahertz).toBe(1900);
    const small = deviceSpec(boardNamed('stm32f103c8'), { kernel: 'as-published', features: 22, receiveBytes: 1024 });
    expect(small).toMatchObject({ ramBytes: 17_408, flashBytes: 65_536, megahertz: 72, fpu: false });
    expect(small.benchMicroseconds).toBeGreaterThan(470);
    expect(small.benchMicroseconds).toBeLessThan(535);
  });
});
