import { describe, expect, it } from 'vitest';
import { Simulation } from '../kernel/simulation.ts';
import { LAST_INSTANT } from '../kernel/time.ts';
import { Recorder, stillWeather, testConfig } from './flow-fixture.ts';
import { SimpleNetwork } from './simple.ts';

function world(config = testConfig({ devices: 2 })) {
  const simulation = new Simulation();
  const recorder = new Recorder(simulation);
  const network = new SimpleNetwork(simulation, config, recorder);
  recorder.network = network;
  return { simulation, network, recorder };
}

describe('the simple network', () => {
  it('takes latency + size / bandwidth, to the nanosecond', () => {
    // 10 ms access + 5 ms propagation + 1020 B at 8 Mbit/s = 16.02 ms.
    const { simulation, network, recorder } = world();
    network.send(0, true, 1000, 20, Number.POSITIVE_INFINITY, 7);
    simulation.run(LAST_INSTANT);
    expect(recorder.log).toEqual([{ what: 'delivered', at: 16_020_000, tag: 7, device: 0 }]);
    expect(network.totals.bytesUp[0]).toBe(1020);
    expect(network.totals.bytesDelivered[0]).toBe(1020);
  });

  it('is slowed by a receiver that consumes less than the link brings', () => {
    const { simulation, network, recorder } = world();
    network.send(1, false, 1000, 0, 10_000, 1);
    simulation.run(LAST_INSTANT);
    expect(recorder.log[0]!.at).toBe(15_000_000 + 100_000_000);
  });

  it('cuts a transfer when its device drops out, and counts its bytes as wasted', () => {
    const weather = stillWeather();
    weather.dropout.changes[0] = [12_000_000, 50_000_000];
    const { simulation, network, recorder } = world(testConfig({ devices: 2, weather }));
    network.send(0, true, 1000, 0, Number.POSITIVE_INFINITY, 1);
    network.send(1, true, 1000, 0, Number.POSITIVE_INFINITY, 2);
    simulation.run(LAST_INSTANT);
    expect(recorder.log.map((entry) => [entry.what, entry.at, entry.tag])).toEqual([
      ['failed', 12_000_000, 1],
      ['delivered', 16_000_000, 2],
    ]);
    expect(network.totals.bytesWasted[0]).toBe(1000);
    expect(network.totals.bytesDelivered[0]).toBe(0);
    expect(network.active).toBe(0);
  });

  it('refuses at once, by an event, when the device is offline, and says when it comes back', () => {
    const weather = stillWeather();
    weather.dropout.changes[0] = [0, 50_000_000];
    const { simulation, network, recorder } = world(testConfig({ devices: 2, weather }));
    network.send(0, true, 1000, 0, Number.POSITIVE_INFINITY, 1);
    expect(recorder.log).toEqual([]);
    expect(network.online(0)).toBe(false);
    expect(network.nextOnline(0)).toBe(50_000_000);
    simulation.run(LAST_INSTANT);
    expect(recorder.log).toEqual([{ what: 'failed', at: 0, tag: 1, device: 0 }]);
    expect(network.totals.bytesUp[0]).toBe(0);
  });

  it('forgets a cancelled transfer', () => {
    const { simulation, network, recorder } = world();
    network.cancel(network.send(0, true, 1000, 0, Number.POSITIVE_INFINITY, 1));
    const again = network.send(0, true, 500, 0, Number.POSITIVE_INFINITY, 2);
    simulation.run(LAST_INSTANT);
    expect(again).toBe(0);
    expect(recorder.log.map((entry) => entry.tag)).toEqual([2]);
  });

  it('plans anew when an intervention takes a device away', () => {
    const weather = stillWeather();
    const { simulation, network, recorder } = world(testConfig({ devices: 2, weather }));
    network.send(0, true, 1000, 0, Number.POSITIVE_INFINITY, 1);
    weather.dropout.changes[0] = [3_000_000];
    network.weatherChanged();
    simulation.run(LAST_INSTANT);
    expect(recorder.log).toEqual([{ what: 'failed', at: 3_000_000, tag: 1, device: 0 }]);
  });
});
