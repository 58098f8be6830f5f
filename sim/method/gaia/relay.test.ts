import { describe, expect, it } from 'vitest';
import { GaiaRelay } from './relay.ts';

function taken(relay: GaiaRelay, device: number): Record<number, number> {
  const count = relay.take(device);
  return Object.fromEntries(Array.from({ length: count }, (_, k) => [relay.indices[k]!, relay.changes[k]!]));
}

describe('the relay of changes', () => {
  it('gives each device what others sent, added up, once', () => {
    const relay = new GaiaRelay(3, 4);
    relay.add(0, 1, 0.5);
    relay.add(1, 1, 0.25);
    relay.add(1, 3, -1);
    expect(taken(relay, 0)).toEqual({ 1: 0.25, 3: -1 });
    expect(taken(relay, 0)).toEqual({});
    expect(taken(relay, 1)).toEqual({ 1: 0.5 });
    relay.add(0, 3, 0.5);
    expect(taken(relay, 2)).toEqual({ 1: 0.75, 3: -0.5 });
    expect(taken(relay, 1)).toEqual({ 3: 0.5 });
    expect([...relay.total]).toEqual([0, 0.75, 0, -0.5]);
  });

  it('has nothing left for a device that was sent the whole', () => {
    const relay = new GaiaRelay(2, 2);
    relay.add(0, 0, 1);
    relay.knowsAll(1);
    expect(taken(relay, 1)).toEqual({});
    expect(taken(relay, 0)).toEqual({});
  });

  it('takes no rounding for a change', () => {
    const relay = new GaiaRelay(2, 1);
    for (let n = 0; n < 1000; n++) {
      relay.add(0, 0, Math.fround(0.1 + n / 7));
      relay.add(1, 0, Math.fround(-0.3 / (n + 1)));
      taken(relay, 0);
      taken(relay, 1);
    }
    expect(taken(relay, 0)).toEqual({});
    expect(taken(relay, 1)).toEqual({});
  });
});
