import { describe, expect, it } from 'vitest';
import { CubicWindow } from './tcp-cubic.ts';

/** Round trips of 0.1 s in which every segment of the window is acknowledged by itself. */
function rounds(window: CubicWindow, count: number, from: { now: number; sent: number }, delay = 0.1): void {
  for (let round = 0; round < count; round++) {
    const segments = Math.floor(window.cwnd);
    for (let i = 1; i <= segments; i++) {
      const now = from.now + (i * delay) / segments;
      window.sample(now, delay);
      window.grow(now, 1, from.sent + i, from.sent + 2 * segments);
    }
    from.now += delay;
    from.sent += segments;
  }
}

describe('CubicWindow', () => {
  it('doubles a round trip in slow start', () => {
    const window = new CubicWindow();
    window.start(10, 0, 0);
    rounds(window, 2, { now: 0, sent: 0 });
    expect(window.cwnd).toBe(40);
  });

  it('leaves slow start when the delay has doubled', () => {
    const window = new CubicWindow();
    window.start(10, 0, 0);
    const clock = { now: 0, sent: 0 };
    rounds(window, 1, clock, 0.1);
    rounds(window, 1, clock, 0.19);
    expect(window.ssthresh).toBe(Number.POSITIVE_INFINITY);
    rounds(window, 1, clock, 0.25);
    expect(window.ssthresh).toBeLessThan(80);
  });

  it('falls to 0.7 of itself on a loss, never below 2', () => {
    const window = new CubicWindow();
    window.start(100, 0, 0);
    window.reduce();
    expect(window.ssthresh).toBe(70);
    window.cwnd = 2;
    window.reduce();
    expect(window.ssthresh).toBe(2);
  });

  it('comes back to where it lost after K = cbrt(0.3 W / 0.4) s, slowly around there, and goes beyond', () => {
    const window = new CubicWindow();
    window.start(100, 0, 0);
    window.reduce();
    window.cwnd = window.ssthresh;
    const clock = { now: 10, sent: 1000 };
    const k = Math.cbrt(30 / 0.4);
    rounds(window, Math.round((0.5 * k) / 0.1), clock);
    const half = window.cwnd;
    rounds(window, Math.round((0.5 * k) / 0.1), clock);
    expect(half).toBeGreaterThan(90);
    expect(window.cwnd).toBeGreaterThanOrEqual(96);
    expect(window.cwnd).toBeLessThanOrEqual(104);
    rounds(window, Math.round(k / 0.1), clock);
    expect(window.cwnd).toBeGreaterThan(115);
  });
});
