import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRIORITY, Simulation } from '../kernel/simulation.ts';
import { type Instant, LAST_INSTANT } from '../kernel/time.ts';
import { FlowNetwork } from './flow.ts';
import { Recorder, stillWeather, testConfig, testTransport } from './flow-fixture.ts';
import { HANDSHAKE, type NetworkConfig } from './network.ts';

const KEEPS_UP = Number.POSITIVE_INFINITY;

function world(config: NetworkConfig) {
  const simulation = new Simulation();
  const recorder = new Recorder(simulation);
  const network = new FlowNetwork(simulation, config, recorder);
  recorder.network = network;
  // The clock stands at the last event that was handled: a tick brings it to where the test wants it.
  const source = simulation.source('test', PRIORITY.measure);
  const tick = simulation.kind('test.tick', () => {});
  const run = (until: number = LAST_INSTANT) => {
    if (until < LAST_INSTANT) simulation.schedule(until, source, 0, tick, 0, 0);
    simulation.run(until as Instant);
  };
  return { simulation, network, recorder, run };
}

const ms = (ns: number) => ns / 1e6;

/** A connection is opened in 30 ms and what SYN, SYN-ACK and ACK take at 8 Mbit/s. */
const OPENING = 30 + (60 + 52 + 60) / 1000;

describe('a message on the flow network', () => {
  it('opens a connection by one round trip of TCP, then sends; the next needs none', () => {
    const { network, recorder, run } = world(testConfig({ devices: 1 }));
    network.send(0, true, 980, 20, KEEPS_UP, 1);
    run();
    expect(ms(recorder.facts[0]!.span)).toBeCloseTo(OPENING + 1.052 + 15, 4);
    network.send(0, true, 980, 20, KEEPS_UP, 2);
    run();
    expect(ms(recorder.facts[1]!.span)).toBeCloseTo(1.052 + 15, 4);
    expect(recorder.facts.map((fact) => fact.handshake)).toEqual([HANDSHAKE.full, HANDSHAKE.none]);
    expect(recorder.facts.map((fact) => fact.wireBytes)).toEqual([1052 + 52 + 172, 1052 + 52]);
  });

  it('adds TLS: a round trip, its bytes and what the device computes; less of it when a session is resumed', () => {
    const transport = {
      ...testTransport,
      tls: true,
      tlsRecordOverhead: 22,
      tlsFullUpBytes: 400,
      tlsFullDownBytes: 4100,
      tlsResumedUpBytes: 424,
      tlsResumedDownBytes: 200,
      tlsTicketLifetime: 1e12,
      idleTimeout: 1e9,
    };
    const { network, recorder, run } = world(
      testConfig({ devices: 1, transport, tlsFull: Float64Array.of(200e6), tlsResumed: Float64Array.of(20e6) }),
    );
    network.send(0, true, 1000, 0, KEEPS_UP, 1);
    run();
    run(5e9);
    network.send(0, true, 1000, 0, KEEPS_UP, 2);
    run();
    const message = 1.074 + 15;
    const full = (452 + 4100 + 3 * 52) / 1000;
    const resumed = (476 + 252) / 1000;
    expect(recorder.facts.map((fact) => fact.handshake)).toEqual([HANDSHAKE.full, HANDSHAKE.resumed]);
    expect(ms(recorder.facts[0]!.span)).toBeCloseTo(OPENING + 30 + full + 200 + message, 4);
    expect(ms(recorder.facts[1]!.span)).toBeCloseTo(OPENING + 30 + resumed + 20 + message, 4);
  });

  it('waits for the request when the server has something for a device without a connection', () => {
    const { network, recorder, run } = world(testConfig({ devices: 1 }));
    network.send(0, false, 1000, 0, KEEPS_UP, 1);
    run();
    expect(ms(recorder.facts[0]!.span)).toBeCloseTo(OPENING + 15 + 1.052 + 15, 4);
  });

  it('goes one after another with those of the same direction, at the pace of the receiver', () => {
    const { network, recorder, run } = world(testConfig({ devices: 1 }));
    network.send(0, true, 1, 0, KEEPS_UP, 0);
    run();
    const start = recorder.log[0]!.at;
    network.send(0, true, 1000, 0, 10_000, 1);
    network.send(0, true, 1000, 0, KEEPS_UP, 2);
    network.send(0, false, 1000, 0, KEEPS_UP, 3);
    run();
    expect(
      recorder.log.slice(1).map((ending) => [ending.tag, Math.round(ms(ending.at - start) * 1000) / 1000]),
    ).toEqual([
      [3, 16.052],
      [1, 115],
      [2, 116.052],
    ]);
  });

  it('takes slow start when it is longer than the initial window: 10, 20, 40 segments a round trip', () => {
    const fast = [{ up: 8e9, down: 8e9, loss: 0 }];
    const { network, recorder, run } = world(testConfig({ devices: 1, profiles: fast }));
    network.send(0, true, 1, 0, KEEPS_UP, 0);
    run();
    for (const segments of [10, 30, 70]) network.send(0, true, segments * 1448, 0, KEEPS_UP, segments);
    run();
    const [, ten, thirty, seventy] = recorder.log.map((ending) => ms(ending.at));
    expect(thirty! - ten!).toBeCloseTo(30 - 0 + 0.03, 1);
    expect(seventy! - thirty!).toBeGreaterThan(60);
    expect(seventy! - thirty!).toBeLessThan(60.2);
  });

  it('is as long as by TCP alone whatever the number of devices that do not share a full link', () => {
    const spans = [1, 50].map((devices) => {
      const { network, recorder, run } = world(testConfig({ devices, serverUp: 1e9, serverDown: 1e9 }));
      for (let device = 0; device < devices; device++) network.send(device, true, 200_000, 0, KEEPS_UP, 0);
      run();
      return recorder.facts.map((fact) => ms(fact.span));
    });
    for (const span of spans[1]!) expect(Math.abs(span / spans[0]![0]! - 1)).toBeLessThan(0.002);
  });
});

describe('shared links', () => {
  const shared = (devices: number, rate: number) =>
    testConfig({ devices, accessPoint: new Int32Array(devices), accessPointRate: Float64Array.of(rate) });

  it('send short messages first in, first out: on the mean they take half as long as the last', () => {
    const { network, recorder, run } = world(shared(20, 1e6));
    for (let device = 0; device < 20; device++) network.send(device, true, 1, 0, KEEPS_UP, 0);
    run();
    const start = Math.max(...recorder.log.map((ending) => ending.at));
    run(start + 1e9);
    for (let device = 0; device < 20; device++) network.send(device, true, 948, 0, KEEPS_UP, 1);
    run();
    const spans = recorder.facts.slice(20).map((fact) => ms(fact.span) - 15);
    expect(Math.max(...spans)).toBeCloseTo(20 * 8, 4);
    expect(spans.reduce((sum, span) => sum + span) / 20).toBeCloseTo(10.5 * 8, 4);
  });

  it('share long ones equally, both directions of an access point together', () => {
    const { network, recorder, run } = world(shared(2, 4e6));
    network.send(0, true, 1e6, 0, KEEPS_UP, 0);
    network.send(1, false, 1e6, 0, KEEPS_UP, 1);
    run();
    // 2 MB and headers at 4 Mbit/s: 4.14 s; each alone would be at 8 Mbit/s and take 1.1 s.
    for (const fact of recorder.facts) expect(fact.span / 1e9).toBeGreaterThan(4.0);
    for (const fact of recorder.facts) expect(fact.span / 1e9).toBeLessThan(4.4);
    expect(network.shared.sharing.flows(0)).toBe(0);
  });

  it('let a short message through beside a long one at its fair share', () => {
    const { network, recorder, run } = world(shared(2, 4e6));
    network.send(0, true, 5e6, 0, KEEPS_UP, 0);
    network.send(1, true, 1, 0, KEEPS_UP, 1);
    run(2e9);
    network.send(1, true, 9948, 0, KEEPS_UP, 2);
    run();
    const quick = recorder.facts.find((fact) => fact.tag === 2)!;
    // 10,312 B at 2 Mbit/s.
    expect(ms(quick.span)).toBeCloseTo(41.248 + 15, 0);
  });

  it('carry less while others use them, and messages in progress notice', () => {
    const weather = stillWeather();
    weather.congestion.steps[0] = [[1e9, 0.5]];
    const config = { ...shared(1, 4e6), weather };
    const { network, recorder, run } = world(config);
    network.send(0, true, 1e6, 0, KEEPS_UP, 0);
    run();
    const calm = world(shared(1, 4e6));
    calm.network.send(0, true, 1e6, 0, KEEPS_UP, 0);
    calm.run();
    const rest = calm.recorder.log[0]!.at - 1e9 - 15e6;
    expect(recorder.log[0]!.at - 15e6 - 1e9).toBeGreaterThan(1.9 * rest);
    expect(recorder.log[0]!.at - 15e6 - 1e9).toBeLessThan(2.05 * rest);
  });

  it('obey an intervention at once', () => {
    const { network, recorder, run } = world(testConfig({ devices: 1, serverUp: 1e9, serverDown: 8e6 }));
    network.send(0, true, 2e6, 0, KEEPS_UP, 0);
    run(1e9);
    network.setServerRates(1e9, 1e6);
    run();
    expect(recorder.log[0]!.at / 1e9).toBeGreaterThan(8);
    const other = world(testConfig({ devices: 1 }));
    other.network.send(0, true, 2e6, 0, KEEPS_UP, 0);
    other.run(1e9);
    other.network.setProfileRates(0, 1e6, 1e6);
    other.run();
    expect(other.recorder.log[0]!.at / 1e9).toBeGreaterThan(8);
  });
});

describe('loss', () => {
  it('makes messages longer by time-outs and costs bytes that are sent again', () => {
    const lossy = [{ up: 8e6, down: 8e6, loss: 0.05 }];
    const { network, recorder, run } = world(testConfig({ devices: 400, profiles: lossy }));
    for (let device = 0; device < 400; device++) network.send(device, true, 5000, 0, KEEPS_UP, 0);
    run();
    const spans = recorder.facts.map((fact) => ms(fact.span));
    const clean = OPENING + 5.208 + 15;
    expect(Math.min(...spans)).toBeCloseTo(clean, 3);
    // Four packets and a handshake of two, each lost in 5 % of all cases.
    const hit = spans.filter((span) => span > clean + 1).length;
    expect(hit / 400).toBeGreaterThan(0.18);
    expect(hit / 400).toBeLessThan(0.35);
    expect(network.totals.bytesLost.reduce((a, b) => a + b)).toBeGreaterThan(400 * 5000 * 0.02);
    expect(recorder.facts.some((fact) => fact.attempts > 1)).toBe(true);
  });

  it('bounds the pace of a long transfer', () => {
    const [lossless, lossy] = [0, 0.02].map((loss) => {
      const { network, recorder, run } = world(testConfig({ devices: 1, profiles: [{ up: 8e7, down: 8e7, loss }] }));
      network.send(0, true, 5e6, 0, KEEPS_UP, 0);
      run();
      return recorder.log[0]!.at;
    });
    expect(lossy! / lossless!).toBeGreaterThan(3);
  });

  it('does not reach for more random numbers because of it: a device draws from a stream of its own', () => {
    const run = (devices: number) => {
      const lossy = [{ up: 8e6, down: 8e6, loss: 0.1 }];
      const w = world(testConfig({ devices, profiles: lossy }));
      for (let device = 0; device < devices; device++) w.network.send(device, true, 20_000, 0, KEEPS_UP, device);
      w.run();
      return w.recorder.facts.find((fact) => fact.device === 3)!.span;
    };
    expect(run(4)).toBe(run(40));
  });
});

describe('a dropout', () => {
  it('cuts what is under way and waiting, and closes the connection', () => {
    const weather = stillWeather();
    weather.dropout.changes[0] = [500e6, 800e6];
    const { network, recorder, run } = world(testConfig({ devices: 1, weather }));
    network.send(0, true, 1e6, 0, KEEPS_UP, 1);
    network.send(0, true, 1000, 0, KEEPS_UP, 2);
    run(1e9);
    expect(recorder.log.map((ending) => [ending.what, ending.at, ending.tag])).toEqual([
      ['failed', 500e6, 1],
      ['failed', 500e6, 2],
    ]);
    const { bytesUp, bytesDown, bytesWasted, bytesDelivered } = network.totals;
    expect(bytesWasted[0]).toBe(bytesUp[0]! + bytesDown[0]!);
    expect(bytesWasted[0]).toBeGreaterThan(100_000);
    expect(bytesDelivered[0]).toBe(0);
    network.send(0, true, 1000, 0, KEEPS_UP, 3);
    run();
    expect(recorder.facts[2]!.handshake).toBe(HANDSHAKE.full);
    expect(network.active).toBe(0);
  });

  it('fails a message at once while it lasts', () => {
    const weather = stillWeather();
    weather.dropout.changes[0] = [0, 800e6];
    const { network, recorder, run } = world(testConfig({ devices: 1, weather }));
    network.send(0, true, 1000, 0, KEEPS_UP, 1);
    expect(recorder.log).toEqual([]);
    expect(network.nextOnline(0)).toBe(800e6);
    run();
    expect(recorder.log).toEqual([{ what: 'failed', at: 0, tag: 1, device: 0 }]);
  });

  it('comes at once when an intervention brings it', () => {
    const weather = stillWeather();
    const { network, recorder, run } = world(testConfig({ devices: 2, weather }));
    network.send(0, true, 1e6, 0, KEEPS_UP, 1);
    network.send(1, true, 1e6, 0, KEEPS_UP, 2);
    run(100e6);
    weather.dropout.changes[0] = [100e6];
    network.weatherChanged();
    expect(recorder.log.map((ending) => ending.tag)).toEqual([1]);
    run();
    expect(recorder.log.map((ending) => ending.what)).toEqual(['failed', 'delivered']);
  });
});

describe('whatever is sent', () => {
  const message = fc.record({
    device: fc.integer({ min: 0, max: 5 }),
    up: fc.boolean(),
    bytes: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 10_000, max: 400_000 })),
    sink: fc.constantFrom(KEEPS_UP, 20_000),
    pause: fc.constantFrom(0, 1e6, 50e6, 3e9),
    cancel: fc.boolean(),
  });
  const changes = fc
    .array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 8 })
    .map((times) => [...new Set(times)].sort((a, b) => a - b).map((time) => time * 1e6));

  it('ends once; every byte is delivered, lost or wasted; links carry what was sent (fixed seed 3)', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 40 }),
        fc.array(changes, { minLength: 6, maxLength: 6 }),
        (messages, dropouts) => {
          const weather = stillWeather();
          dropouts.forEach((times, device) => {
            weather.dropout.changes[device] = times;
          });
          weather.congestion.steps[0] = [
            [0, 0.2],
            [2e9, 0.7],
            [5e9, 0],
          ];
          const config = testConfig({
            devices: 6,
            profiles: [
              { up: 2e6, down: 8e6, loss: 0.02 },
              { up: 5e5, down: 1e6, loss: 0 },
            ],
            profile: Int32Array.of(0, 1, 0, 1, 0, 1),
            accessPoint: Int32Array.of(0, 0, -1, -1, -1, 0),
            accessPointRate: Float64Array.of(3e6),
            bottleneck: Int32Array.of(0, 0, 0, -1, -1, 0),
            bottleneckUp: Float64Array.of(4e6),
            bottleneckDown: Float64Array.of(4e6),
            serverUp: 1e7,
            serverDown: 1e7,
            weather,
          });
          const { simulation, network, recorder, run } = world(config);
          let cancelled = 0;
          let last = -1;
          // Some failures are answered by another message, from within the callback.
          let echoes = 0;
          recorder.react = (ending) => {
            if (ending.tag === last) last = -1;
            if (ending.what === 'failed' && echoes < 10) {
              echoes++;
              network.send(ending.device, true, 100, 0, KEEPS_UP, 1000 + echoes);
            }
          };
          messages.forEach((each, i) => {
            run(simulation.now + each.pause);
            const slot = network.send(each.device, each.up, each.bytes, 20, each.sink, i);
            last = i;
            run(simulation.now + 5e6);
            if (each.cancel && last === i) {
              network.cancel(slot);
              cancelled++;
            }
          });
          run();
          expect(recorder.log.length + cancelled).toBe(messages.length + echoes);
          expect(network.active).toBe(0);
          for (let device = 0; device < 6; device++) {
            const { bytesUp, bytesDown, bytesDelivered, bytesLost, bytesWasted } = network.totals;
            expect(bytesUp[device]! + bytesDown[device]!).toBe(
              bytesDelivered[device]! + bytesLost[device]! + bytesWasted[device]!,
            );
          }
          for (let link = 0; link < network.shared.links.count; link++) {
            expect(network.shared.sharing.flows(link)).toBe(0);
            expect(network.shared.links.pending[link]).toBe(0);
          }
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it('takes time by the device alone: the same alone or among a thousand that do not share', () => {
    const spanOf = (devices: number) => {
      const { network, recorder, run } = world(testConfig({ devices }));
      for (let device = 0; device < devices; device++) network.send(device, true, 3000, 0, KEEPS_UP, 0);
      run();
      return recorder.facts[0]!.span;
    };
    expect(spanOf(1000)).toBe(spanOf(1));
  });

  it('is counted once on the server link', () => {
    const { network, run } = world(testConfig({ devices: 10, serverUp: 1e8, serverDown: 1e8 }));
    for (let device = 0; device < 10; device++) {
      network.send(device, true, device % 2 === 0 ? 3000 : 300_000, 0, KEEPS_UP, 0);
    }
    run();
    const [up] = network.shared.links.path(0, true).links;
    const onLink = network.shared.links.queued[up!]! + network.shared.sharing.carried(up!);
    const sent = network.totals.bytesUp.reduce((a, b) => a + b);
    expect(Math.abs(onLink - sent)).toBeLessThan(0.1);
  });
});
