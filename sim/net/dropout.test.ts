import { describe, expect, it } from 'vitest';
import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import { type DropoutModel, DropoutProcess } from './dropout.ts';

const S = 1e9;
const at = (seconds: number) => (seconds * S) as Instant;

function process(model: DropoutModel, devices = 1, seed = 1) {
  return new DropoutProcess({ seed, models: [model], profile: new Int32Array(devices) });
}

/** The instants before `horizon` at which a device turns, by asking nextChange again and again. */
function turns(dropout: DropoutProcess, device: number, horizon: number): number[] {
  const found: number[] = [];
  for (let now = 0 as Instant; ; ) {
    now = dropout.nextChange(device, now);
    if (now >= horizon) return found;
    found.push(now);
  }
}

const RENEWAL: DropoutModel = {
  kind: 'renewal',
  up: { kind: 'exponential', mean: 90 },
  down: { kind: 'weibull', scale: 10, shape: 0.7 },
};

describe('dropout', () => {
  it('none is always online, outage never', () => {
    const none = process({ kind: 'none' });
    expect(none.online(0, at(1e5))).toBe(true);
    expect(none.nextChange(0, at(1e5))).toBe(LAST_INSTANT);
    expect(process({ kind: 'outage' }).online(0, at(0))).toBe(false);
  });

  it('a duty cycle of the same phase is the given square wave', () => {
    const dropout = process({ kind: 'duty-cycle', period: 10, on: 0.3, phase: 'same' });
    expect(dropout.online(0, at(0))).toBe(true);
    expect(turns(dropout, 0, 25 * S)).toEqual([3 * S, 10 * S, 13 * S, 20 * S, 23 * S]);
    expect(dropout.online(0, at(29.999))).toBe(false);
    expect(dropout.online(0, at(30))).toBe(true);
  });

  it('a duty cycle of random phase keeps the period, and phases are uniform', () => {
    const devices = 2000;
    const dropout = process({ kind: 'duty-cycle', period: 10, on: 0.3, phase: 'random' }, devices);
    let online = 0;
    let early = 0;
    const [first, second, third, fourth] = turns(
      process({ kind: 'duty-cycle', period: 10, on: 0.3, phase: 'random' }),
      0,
      at(50),
    );
    expect(third! - first!).toBe(10 * S);
    expect(fourth! - second!).toBe(10 * S);
    for (let device = 0; device < devices; device++) {
      if (dropout.online(device, at(0))) online++;
      if (turns(dropout, device, 50 * S)[0]! < 3.5 * S) early++;
    }
    expect(Math.abs(online / devices - 0.3)).toBeLessThan(0.04);
    // Online with 0.3, and then off within 3.5 s surely; offline with 0.7, and back within 3.5 s with 3.5 of 7.
    expect(Math.abs(early / devices - 0.65)).toBeLessThan(0.04);
  });

  it('a trace is replayed, and repeated', () => {
    const off = [
      [2, 3],
      [5, 8],
    ] as const;
    expect(turns(process({ kind: 'trace', off }), 0, 100 * S)).toEqual([2, 3, 5, 8].map((s) => s * S));
    const again = process({ kind: 'trace', off, every: 8 });
    expect(turns(again, 0, 19 * S)).toEqual([2, 3, 5, 8, 10, 11, 13, 16, 18].map((s) => s * S));
    const begins = process({ kind: 'trace', off: [[0, 1]], every: 4 });
    expect(begins.online(0, at(0.5))).toBe(false);
    expect(turns(begins, 0, 10 * S)).toEqual([1, 4, 5, 8, 9].map((s) => s * S));
  });

  it('a renewal process has the availability and the mean spells of theory, from the first instant on', () => {
    const devices = 4000;
    const dropout = process(RENEWAL, devices);
    const downMean = 10 * 1.265823506; // scale x gamma(1 + 1/0.7)
    const availability = 90 / (90 + downMean);
    for (const seconds of [0, 1, 300]) {
      let online = 0;
      for (let device = 0; device < devices; device++) if (dropout.online(device, at(seconds))) online++;
      expect(Math.abs(online / devices - availability)).toBeLessThan(0.02);
    }
    let offline = 0;
    let spells = 0;
    const long = process(RENEWAL, 500);
    for (let device = 0; device < 500; device++) {
      const startsOn = long.online(device, at(0));
      const all = turns(long, device, 5000 * S);
      // The first turn ends what is left of a spell; whole spells offline begin at every other turn.
      for (let i = startsOn ? 0 : 1; i + 1 < all.length; i += 2) {
        offline += all[i + 1]! - all[i]!;
        spells++;
      }
    }
    expect(Math.abs(offline / spells / S / downMean - 1)).toBeLessThan(0.05);
  });

  it('the first spell of a constant renewal is what is left of one', () => {
    const devices = 4000;
    const constant = process(
      { kind: 'renewal', up: { kind: 'constant', value: 100 }, down: { kind: 'uniform', min: 0, max: 30 } },
      devices,
    );
    let upRest = 0;
    let ups = 0;
    let downRest = 0;
    let downs = 0;
    for (let device = 0; device < devices; device++) {
      const rest = constant.nextChange(device, at(0)) / S;
      if (constant.online(device, at(0))) {
        upRest += rest;
        ups++;
      } else {
        downRest += rest;
        downs++;
      }
    }
    // Mean residual life E[x^2] / (2 E[x]): 50 of a constant 100, 10 of a uniform from 0 to 30.
    expect(Math.abs(upRest / ups - 50)).toBeLessThan(2);
    expect(Math.abs(downRest / downs - 10)).toBeLessThan(1.2);
  });

  it('is a function of seed and device: not of how often it is asked, nor of the other devices', () => {
    const often = process(RENEWAL, 3);
    for (let s = 0; s < 3000; s += 0.5) {
      often.online(0, at(s));
      often.online(1, at(s));
    }
    const once = process(RENEWAL, 100);
    expect(once.nextChange(1, at(3000))).toBe(often.nextChange(1, at(3000)));
    expect(turns(process(RENEWAL, 1, 2), 0, 1000 * S)).not.toEqual(turns(process(RENEWAL, 1, 1), 0, 1000 * S));
  });

  it('online turns exactly at nextChange', () => {
    const dropout = process(RENEWAL, 2);
    let now = 0 as Instant;
    for (let i = 0; i < 200; i++) {
      const before = dropout.online(1, now);
      const next = dropout.nextChange(1, now);
      expect(dropout.online(1, (next - 1) as Instant)).toBe(before);
      expect(dropout.online(1, next)).toBe(!before);
      now = next;
    }
  });

  it('refuses to go back in time', () => {
    const dropout = process(RENEWAL);
    dropout.online(0, at(5000));
    expect(() => dropout.online(0, at(1))).toThrow('Expected device 0 not to be asked');
  });

  it('an outage can be forced and lifted, for one profile alone', () => {
    const dropout = new DropoutProcess({
      seed: 1,
      models: [{ kind: 'none' }, { kind: 'none' }],
      profile: Int32Array.of(0, 1),
    });
    dropout.change(1, { kind: 'outage' }, at(10));
    dropout.change(1, { kind: 'none' }, at(20));
    expect([dropout.online(0, at(15)), dropout.online(1, at(15))]).toEqual([true, false]);
    expect(dropout.online(1, at(20))).toBe(true);
    expect(() => dropout.change(1, { kind: 'none' }, at(19))).toThrow('not to precede');
  });

  it('a renewal that follows a renewal keeps the state; the spell is drawn anew', () => {
    const devices = 500;
    const before = process(RENEWAL, devices);
    const changed = process(RENEWAL, devices);
    changed.change(0, { ...RENEWAL, up: { kind: 'constant', value: 1 } } as DropoutModel, at(100));
    for (let device = 0; device < devices; device++) {
      const on = before.online(device, at(100));
      expect(changed.online(device, at(100))).toBe(on);
      if (on) expect(changed.nextChange(device, at(100))).toBeLessThanOrEqual(101 * S);
    }
  });

  it('spells of length 0 still let time go on', () => {
    const dropout = process({
      kind: 'renewal',
      up: { kind: 'uniform', min: 0, max: 1e-9 },
      down: { kind: 'constant', value: 1e-9 },
    });
    expect(turns(dropout, 0, 1000).length).toBeGreaterThan(300);
  });

  it('a million devices cost 23 bytes each and a microsecond or so to start', () => {
    const devices = 1_000_000;
    const dropout = new DropoutProcess({ seed: 1, models: [RENEWAL], profile: new Int32Array(devices) });
    let online = 0;
    for (let device = 0; device < devices; device++) if (dropout.online(device, at(0))) online++;
    expect(Math.abs(online / devices - 0.8767)).toBeLessThan(0.001);
  });
});
