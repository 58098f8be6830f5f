import { describe, expect, it } from 'vitest';
import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import { type CongestionModel, CongestionProcess } from './congestion.ts';

const HOUR = 3600;
const at = (seconds: number) => (seconds * 1e9) as Instant;
const GREENWICH = { latitude: 51.5, longitude: 0 };

function process(model: CongestionModel, longitude = 0, startOfDay = 0, seed = 1, name = 'link') {
  const place = { latitude: 0, longitude };
  return new CongestionProcess({ seed, startOfDay, links: [{ name, model, place }] });
}

const MARKOV: CongestionModel = {
  kind: 'markov',
  states: [
    { share: 0.1, hold: 60 },
    { share: 0.5, hold: 30 },
    { share: 0.9, hold: 10 },
  ],
};

describe('congestion', () => {
  it('a constant never changes', () => {
    const congestion = process({ kind: 'constant', share: 0.3 });
    expect(congestion.share(0, at(12345))).toBe(0.3);
    expect(congestion.nextChange(0, at(12345))).toBe(LAST_INSTANT);
  });

  it('diurnal: peaks at the local hour, repeats daily, and is held for a step', () => {
    const model = { kind: 'diurnal', mean: 0.4, swing: 0.3, peak: 21 * HOUR, step: HOUR } as const;
    const congestion = process(model);
    const day = Array.from({ length: 24 }, (_, hour) => congestion.share(0, at(hour * HOUR)));
    const next = Array.from({ length: 24 }, (_, hour) => congestion.share(0, at((24 + hour) * HOUR + 1)));
    for (let hour = 0; hour < 24; hour++) expect(next[hour]).toBeCloseTo(day[hour]!, 12);
    // Sampled in the middle of steps, so that the two hours around 21 h are alike.
    expect(Math.max(...day)).toBeCloseTo(0.4 + 0.3 * Math.cos((Math.PI * 0.5) / 12), 12);
    expect(day[20]).toBeCloseTo(day[21]!, 12);
    expect(day.reduce((sum, share) => sum + share, 0) / 24).toBeCloseTo(0.4, 12);
    expect(congestion.nextChange(0, at(50.5 * HOUR))).toBe(51 * HOUR * 1e9);
    expect(congestion.share(0, at(50.9 * HOUR))).toBe(congestion.share(0, at(50.95 * HOUR)));
  });

  it('diurnal: the peak moves with the longitude and the time of day at the start', () => {
    const model = { kind: 'diurnal', mean: 0.4, swing: 0.3, peak: 21 * HOUR, step: 60 } as const;
    const reference = process(model).share(0, at(15 * HOUR));
    expect(process(model, 90).share(0, at(9 * HOUR))).toBeCloseTo(reference, 12);
    expect(process(model, 0, 10 * HOUR).share(0, at(5 * HOUR))).toBeCloseTo(reference, 12);
  });

  it('a trace holds each value, and repeats', () => {
    const points = [
      [10, 0.2],
      [20, 0.6],
    ] as const;
    const once = process({ kind: 'trace', points });
    expect([5, 10, 19.9, 20, 1e6].map((s) => once.share(0, at(s)))).toEqual([0.2, 0.2, 0.2, 0.6, 0.6]);
    const again = process({ kind: 'trace', points, every: 30 });
    expect([5, 25, 35, 40, 52].map((s) => again.share(0, at(s)))).toEqual([0.2, 0.6, 0.6, 0.2, 0.6]);
    expect(again.nextChange(0, at(52))).toBe(60e9);
  });

  it('Markov: time in each state is in proportion to its holding time, holding times are exponential', () => {
    const congestion = process(MARKOV);
    const time = new Map<number, number>();
    const spells: number[] = [];
    let now = 0 as Instant;
    while (spells.length < 20_000) {
      const share = congestion.share(0, now);
      const next = congestion.nextChange(0, now);
      time.set(share, (time.get(share) ?? 0) + next - now);
      if (share === 0.5) spells.push((next - now) / 1e9);
      expect(congestion.share(0, (next - 1) as Instant)).toBe(share);
      now = next;
    }
    for (const [share, part] of [
      [0.1, 0.6],
      [0.5, 0.3],
      [0.9, 0.1],
    ] as const) {
      expect(Math.abs(time.get(share)! / now - part)).toBeLessThan(0.015);
    }
    const mean = spells.reduce((sum, spell) => sum + spell, 0) / spells.length;
    const longer = spells.filter((spell) => spell > 60).length / spells.length;
    expect(Math.abs(mean / 30 - 1)).toBeLessThan(0.03);
    expect(Math.abs(longer - Math.exp(-2))).toBeLessThan(0.01);
  });

  it('Markov: starts in the steady state, over many links', () => {
    const links = Array.from({ length: 2000 }, (_, i) => ({ name: `l${i}`, model: MARKOV, place: GREENWICH }));
    const congestion = new CongestionProcess({ seed: 3, links, startOfDay: 0 });
    const busy = links.filter((_, link) => congestion.share(link, at(0)) === 0.9).length;
    expect(Math.abs(busy / links.length - 0.1)).toBeLessThan(0.03);
  });

  it('is a function of seed and link name: not of how often it is asked, nor of the other links', () => {
    const often = process(MARKOV, 0, 0, 1, 'server');
    for (let s = 0; s < 5000; s++) often.share(0, at(s));
    const others = new CongestionProcess({
      seed: 1,
      startOfDay: 0,
      links: ['a', 'b', 'server'].map((name) => ({ name, model: MARKOV, place: GREENWICH })),
    });
    expect(others.nextChange(2, at(5000))).toBe(often.nextChange(0, at(5000)));
    expect(others.nextChange(1, at(5000))).not.toBe(often.nextChange(0, at(5000)));
  });

  it('can be changed at an instant, and refuses to go back in time', () => {
    const congestion = process(MARKOV);
    congestion.change(0, { kind: 'constant', share: 0.95 }, at(100));
    congestion.share(0, at(99.999));
    expect(congestion.share(0, at(100))).toBe(0.95);
    expect(() => congestion.share(0, at(50))).toThrow('Expected link 0 not to be asked');
    expect(() => congestion.change(0, MARKOV, at(99))).toThrow('not to precede');
    congestion.change(0, MARKOV, at(200));
    expect([0.1, 0.5, 0.9]).toContain(congestion.share(0, at(200)));
  });
});
