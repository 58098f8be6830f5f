import { describe, expect, it } from 'vitest';
import { WORK } from '../device/host-types.ts';
import { numbersOf, wordsOf } from '../metrics/table.ts';
import { getU32 } from '../protocol/bytes.ts';
import { DEFAULT_CONFIG } from '../protocol/config.ts';
import { FRAME, HEADER, MODE, REFUSAL } from '../protocol/frame.ts';
import { seal } from '../protocol/header.ts';
import { readLink, readRefuse, writeAck, writeConfig, writePing, writeTask } from '../protocol/messages.ts';
import { writeData } from '../protocol/rows.ts';
import { MS, scriptedFleet, type Way } from './fixture.ts';

const NEVER = Number.POSITIVE_INFINITY;
const FEATURES = 4;
/** Bytes of a frame of two rows. */
const DATA_BYTES = 20 + 2 * (4 * FEATURES + 1);

const config = (inbox: Uint8Array) => writeConfig(inbox, 0, 0, DEFAULT_CONFIG);
const task =
  (id: number, rows: number, more = MODE.last as number) =>
  (inbox: Uint8Array) =>
    writeTask(inbox, 0, 0, {
      id,
      positive: 0,
      negative: 1,
      features: FEATURES,
      rows,
      passes: 1,
      mode: MODE.stream | more,
      seed: 0,
    });
const data = (id: number) => (inbox: Uint8Array) =>
  writeData(inbox, 0, id, Float32Array.of(1, 2, 3, 4, -1, -2, 0.5, 1), Uint8Array.of(1, 0));
const ping = (inbox: Uint8Array) => writePing(inbox, 0, 7);
const STREAM_BYTES = 56 + 36 + 2 * DATA_BYTES;

/** A stream of CONFIG, TASK and two frames of two rows each, begun at 10 ms. */
function oneTask(given: {
  cost?: (device: number, work: Float64Array) => number;
  way?: Way;
  routine?: { busy: number; burst: number };
}) {
  const way = given.way ?? { first: 5 * MS, last: 105 * MS };
  const world = scriptedFleet({
    script: ({ up, bytes }) => (!up && bytes > 0 ? way : { first: MS, last: MS }),
    ...(given.cost === undefined ? {} : { cost: given.cost }),
    ...(given.routine === undefined ? {} : { routine: [given.routine] }),
  });
  world.client.streams.set(5, [config, task(3, 4), data(3), data(3)]);
  world.client.onFrame = (device, type, bytes) => {
    if (type === FRAME.hello) world.fleet.stream(device, 5, STREAM_BYTES, NEVER);
    if (type !== FRAME.weights) return 0;
    const length = writeAck(world.fleet.reply, device, 0, { upload: getU32(bytes, HEADER.round) });
    seal(world.fleet.reply, length);
    return length;
  };
  world.fleet.start(world.client);
  world.run();
  return world;
}

/** When the last byte of the n-th frame of the stream arrives, ms, for a way of 5 to 105 ms begun at `start`. */
function arrivals(start: number): number[] {
  let sent = 0;
  return [56, 36, DATA_BYTES, DATA_BYTES].map((bytes) => {
    sent += bytes;
    return Math.ceil((start + 5) * MS + (100 * MS * sent) / STREAM_BYTES) / MS;
  });
}

describe('a device is one server', () => {
  it('says HELLO when it is turned on, once its work for that is done', () => {
    const { times, client, network } = oneTask({});
    expect(times(true)[0]).toBe('0 hello');
    expect(network.sent[0]).toMatchObject({ at: MS, up: true, bytes: 36 });
    expect(client.log[0]).toBe('2 frame hello of 0');
  });

  it('takes the frames of a stream at the times when their last bytes arrived', () => {
    // Work is a tenth of the time between two frames: each is taken as it comes.
    const { seen } = oneTask({});
    const taken = seen.filter(({ out, type }) => !out && type !== 'link' && type !== 'ack').map(({ at }) => at / MS);
    expect(taken).toEqual(arrivals(2));
  });

  it('lets frames wait while it works: work starts at max(arrival, busy until)', () => {
    const cost = () => 40 * MS;
    const { seen } = oneTask({ cost });
    const taken = seen.filter(({ out, type }) => !out && type !== 'link' && type !== 'ack').map(({ at }) => at / MS);
    // HELLO leaves at 40 ms, its empty answer is there at 42 ms and the LINK report of it takes until 82 ms.
    let free = 82;
    const expected = arrivals(41).map((arrival) => {
      const start = Math.max(arrival, free);
      free = start + 40;
      return start;
    });
    expect(taken).toEqual(expected);
    expect(expected[1]).toBeGreaterThan(arrivals(41)[1]!);
  });

  it('sends a result only when the work for it is done, and takes its acknowledgement', () => {
    const { seen, network, client, host, fleet } = oneTask({});
    const last = seen.filter(({ type }) => type === 'data').at(-1)!.at;
    const weights = seen.find(({ type }) => type === 'weights')!;
    // The last row's work, the LINK report of the stream, then the frame is polled for 1 ms.
    expect(weights.at).toBe(last + 2 * MS);
    const upload = network.sent.find(({ up, bytes }) => up && bytes === weights.bytes.length)!;
    expect(upload.at).toBe(weights.at + MS);
    expect(client.log).toContain(`${(upload.at + MS) / MS} frame weights of 0`);
    expect(seen.at(-1)).toMatchObject({ type: 'ack', out: false });
    expect(host.held(0)).toBe(0);
    expect(fleet.busyUntil(0)).toBe(seen.at(-1)!.at + MS);
  });

  it('answers before what the client streams upon a frame: a long stream does not hold an acknowledgement up', () => {
    const { network, client, fleet, run } = scriptedFleet({ script: () => ({ first: MS, last: MS }) });
    client.streams.set(1, []);
    client.onFrame = () => 0;
    client.onAnswered = (device) => fleet.stream(device, 1, 5000, Number.POSITIVE_INFINITY);
    fleet.start(client);
    run(5 as never);
    run((2.5 * MS) as never);
    expect(network.sent.filter(({ up }) => !up).map(({ bytes }) => bytes)).toEqual([0, 5000]);
  });

  it('tells the client when the work on a stream ends, and half a round trip later that it was taken', () => {
    const { client, seen } = oneTask({ way: { first: 5 * MS, last: 105 * MS, rtt: 8 * MS } });
    const last = seen.filter(({ type }) => type === 'data').at(-1)!.at / MS;
    expect(client.log).toContain(`107 worked 5 of 0 until ${last + 1}`);
    expect(client.log).toContain(`${last + 4} drained 5 of 0`);
  });

  it('answers a PING when its turn comes', () => {
    const world = scriptedFleet({
      script: ({ up, bytes }) => (!up && bytes === 20 ? { first: MS, last: MS } : { first: MS, last: 2 * MS }),
      cost: (_device, work) => (work[WORK.rows]! > 0 ? 500 * MS : 0),
    });
    world.client.streams.set(1, [config, task(3, 2), data(3)]);
    world.client.streams.set(2, [ping]);
    world.client.onFrame = (device, type) => {
      if (type !== FRAME.hello) return 0;
      world.fleet.stream(device, 1, 56 + 36 + DATA_BYTES, NEVER);
      world.fleet.stream(device, 2, 20, NEVER);
      return 0;
    };
    world.fleet.start(world.client);
    world.run(5000 * MS);
    // The stream begins at 2 ms and is there at 4 ms; the PING at 3 ms, before the training begins.
    expect(world.times(true)).toEqual(['0 hello', '3 pong', '504 weights']);
    world.fleet.stream(0, 1, 56 + 36 + DATA_BYTES, NEVER);
    world.run(600 * MS);
    world.fleet.stream(0, 2, 20, NEVER);
    world.run(10_000 * MS);
    // The second training takes 500 ms from 510 ms on: what arrives meanwhile waits for its end, and for what it leaves to say.
    expect(world.times(true).slice(3)).toEqual(['1010 weights', '1010 pong']);
  });

  it('sends the result of each task when that is done, not when all tasks that have arrived are', () => {
    const world = scriptedFleet({
      script: () => ({ first: MS, last: MS }),
      cost: (_device, work) => (work[WORK.rows]! > 0 ? 500 * MS : 0),
    });
    for (const stream of [1, 2, 3]) world.client.streams.set(stream, [config, task(stream, 2), data(stream)]);
    world.client.onFrame = (device, type) => {
      if (type !== FRAME.hello) return 0;
      for (const stream of [1, 2, 3]) world.fleet.stream(device, stream, 56 + 36 + DATA_BYTES, NEVER);
      return 0;
    };
    world.fleet.start(world.client);
    world.run();
    expect(world.times(true)).toEqual(['0 hello', '502 weights', '1002 weights', '1502 weights']);
    expect(world.client.log.filter((line) => line.includes('drained'))).toEqual([
      '3 drained 1 of 0',
      '503 drained 2 of 0',
      '1003 drained 3 of 0',
    ]);
  });

  it('does its routine work first', () => {
    const plain = oneTask({});
    const busy = oneTask({ routine: { busy: 0.5, burst: 0.02 } });
    const end = (world: ReturnType<typeof oneTask>) => world.seen.find(({ type }) => type === 'weights')!.at;
    expect(end(busy)).toBeGreaterThan(end(plain));
    // Work is counted, not the time that it was kept waiting.
    expect(busy.fleet.accounts.compute[0]).toBe(plain.fleet.accounts.compute[0]);
  });

  it('shows in the timeline what it computed and sent, and what was in vain, but not its routine work', () => {
    const { timeline, fleet } = oneTask({ routine: { busy: 0.5, burst: 0.02 } });
    const table = timeline.finish(1e12);
    const states = wordsOf(table, 'state');
    const [from, to] = [numbersOf(table, 'start_s'), numbersOf(table, 'end_s')];
    let computed = 0;
    states.forEach((state, row) => {
      if (state === 'compute') computed += to[row]! - from[row]!;
    });
    expect(computed).toBeCloseTo(fleet.accounts.compute[0]! / 1e9, 9);
    const failing = scriptedFleet({ script: () => ({ first: 7 * MS, last: 7 * MS, fails: true }) });
    failing.fleet.start(failing.client);
    failing.run((50 * MS) as never);
    expect(wordsOf(failing.timeline.finish(50 * MS), 'state')).toEqual(['compute', 'send', 'wait']);
  });
});

describe('the link', () => {
  it('is never asked to carry more than the way into the device', () => {
    const world = scriptedFleet({ script: () => ({ first: MS, last: MS }), ingress: 1000 });
    world.client.streams.set(1, [ping]);
    world.client.onFrame = (device, type) => {
      if (type === FRAME.hello) world.fleet.stream(device, 1, 20, 5000);
      if (type === FRAME.pong) world.fleet.stream(device, 1, 20, 500);
      return 0;
    };
    world.fleet.start(world.client);
    world.run(20 * MS);
    const down = world.network.sent.filter(({ up, bytes }) => !up && bytes === 20).map(({ sink }) => sink);
    expect(down.slice(0, 2)).toEqual([1000, 500]);
    expect(world.network.sent.filter(({ up }) => up).every(({ sink }) => sink === NEVER)).toBe(true);
  });

  it('is reported to the firmware: round trip, bytes, time, failed attempts, and which upload it was', () => {
    let failures = 0;
    const world = scriptedFleet({
      script: ({ up, bytes }): Way => {
        if (!up) return { first: 2 * MS, last: (bytes > 0 ? 6 : 4) * MS };
        // Longer than HELLO is WEIGHTS alone: its first attempt fails.
        if (bytes > 36 && failures++ === 0) return { first: MS, last: MS, fails: true };
        return { first: 3 * MS, last: 7 * MS, rtt: 6 * MS };
      },
    });
    world.client.streams.set(5, [config, task(3, 2), data(3)]);
    world.client.onFrame = (device, type) => {
      if (type === FRAME.hello) world.fleet.stream(device, 5, 56 + 36 + DATA_BYTES, NEVER);
      return 0;
    };
    world.fleet.start(world.client);
    world.run();
    expect(failures).toBe(2);
    const links = world.seen
      .filter(({ type }) => type === 'link')
      .map(({ bytes }) => ({ ...readLink(bytes), round: getU32(bytes, HEADER.round) }));
    expect(links).toHaveLength(3);
    expect(links[0]).toMatchObject({ rttMicroseconds: 6000, transferMicroseconds: 4000, bytes: 36, failed: 0 });
    expect(links[0]!.isUpload).toBe(false);
    expect(links[1]).toMatchObject({ transferMicroseconds: 4000, bytes: 56 + 36 + DATA_BYTES, failed: 0 });
    const upload = world.seen.find(({ type }) => type === 'weights')!.bytes;
    expect(links[2]).toMatchObject({ rttMicroseconds: 6000, bytes: upload.length, failed: 1, delivered: true });
    expect(links[2]).toMatchObject({ isUpload: true, round: getU32(upload, HEADER.round) });
  });

  it('lets the firmware hold results longer when it is bad', () => {
    const threshold = (rtt: number) => {
      const world = oneTask({ way: { first: 5 * MS, last: 105 * MS, rtt: rtt * MS } });
      return world.host.threshold(0);
    };
    expect(threshold(10)).toBe(1);
    expect(threshold(1000)).toBeGreaterThan(1);
  });
});

describe('failure', () => {
  it('tries an exchange again, waiting longer each time, and the client sees it once', () => {
    const world = scriptedFleet({
      script: (_sent, number) => ({ first: MS, last: MS, fails: number < 5 }),
      cost: () => 0,
    });
    world.fleet.start(world.client);
    world.run();
    const at = world.network.sent.filter(({ up }) => up).map((sent) => sent.at / MS);
    expect(at).toHaveLength(6);
    const waits = at.slice(1).map((time, n) => time - at[n]! - 1);
    // 100 ms doubles up to 400 ms; half of each wait is jitter.
    const longest = [100, 200, 400, 400, 400];
    waits.forEach((wait, n) => {
      expect(wait).toBeGreaterThanOrEqual(longest[n]! / 2);
      expect(wait).toBeLessThanOrEqual(longest[n]!);
    });
    expect(new Set(waits.slice(2)).size).toBe(3);
    expect(world.client.log).toEqual([`${at[5]! + 1} frame hello of 0`]);
    expect(world.fleet.accounts.failures[0]).toBe(5);
    expect(world.fleet.accounts.lost[0]).toBe(5 * MS);
  });

  it('begins again with a short wait after something got through', () => {
    let pinged = 0;
    const world = scriptedFleet({
      cost: () => 0,
      script: (sent, number) => {
        if (!sent.up && sent.bytes === 20) return { first: MS, last: 9 * MS, fails: ++pinged < 3 };
        return { first: MS, last: MS, fails: number < 3 };
      },
    });
    world.client.streams.set(1, [ping]);
    world.client.onFrame = (device, type) => {
      if (type === FRAME.hello) world.fleet.stream(device, 1, 20, NEVER);
      return 0;
    };
    world.client.onLost = (device, stream) => world.fleet.stream(device, stream, 20, NEVER);
    world.fleet.start(world.client);
    world.run();
    const pings = world.network.sent.filter(({ up, bytes }) => !up && bytes === 20).map(({ at }) => at / MS);
    expect(pings).toHaveLength(3);
    for (const wait of [pings[1]! - pings[0]!, pings[2]! - pings[1]!]) expect(wait).toBeLessThanOrEqual(111);
  });

  it('asks the client again when only the answer got lost', () => {
    const world = scriptedFleet({
      script: (sent, number) => ({ first: MS, last: MS, fails: !sent.up && number === 1 }),
      cost: () => 0,
    });
    world.fleet.start(world.client);
    world.run();
    expect(world.client.log.map((line) => line.replace(/^\S+ /, ''))).toEqual(['frame hello of 0', 'frame hello of 0']);
  });

  it('waits for the device to be back before it tries again', () => {
    const world = scriptedFleet({
      script: (_sent, number) => ({ first: 0, last: 0, fails: number === 0 }),
      cost: () => 0,
    });
    world.network.backAt[0] = 5000 * MS;
    world.fleet.start(world.client);
    world.run();
    const again = world.network.sent[1]!.at / MS;
    expect(again).toBeGreaterThanOrEqual(5050);
    expect(again).toBeLessThanOrEqual(5100);
  });

  it('knocks after broken streams, and says of each that it was lost, before it says who is back', () => {
    const world = scriptedFleet({
      cost: () => 0,
      script: ({ up, bytes }) => ({ first: MS, last: bytes + MS, fails: !up && bytes > 0 }),
    });
    world.client.streams.set(1, [ping]);
    world.client.onFrame = (device, type) => {
      if (type !== FRAME.hello) return 0;
      for (const stream of [1, 2, 3]) world.fleet.stream(device, stream, 10 + stream, NEVER);
      return 0;
    };
    world.fleet.start(world.client);
    world.run();
    const knocks = world.network.sent.filter(({ up, bytes }) => up && bytes === 0);
    expect(knocks).toHaveLength(1);
    const said = world.client.log.map((line) => line.replace(/^\S+ /, ''));
    expect(said.slice(0, 1)).toEqual(['frame hello of 0']);
    expect(said.slice(1, 4)).toEqual(['lost 1 of 0', 'lost 2 of 0', 'lost 3 of 0']);
    expect(said.slice(4)).toEqual(['connected 0']);
    // Nothing of a broken stream reached the firmware.
    expect(world.seen.filter(({ out, type }) => !out && type !== 'link')).toEqual([]);
  });

  it('goes on with the rest of a stream whose task the firmware refused', () => {
    const world = scriptedFleet({ script: () => ({ first: MS, last: MS }), spec: { ramBytes: 4096 } });
    world.client.streams.set(5, [config, task(3, 60_000, MODE.cache), data(3), data(3)]);
    world.client.onFrame = (device, type) => {
      if (type === FRAME.hello) world.fleet.stream(device, 5, STREAM_BYTES, NEVER);
      return 0;
    };
    world.fleet.start(world.client);
    world.run();
    const refusal = world.seen.find(({ type }) => type === 'refuse')!;
    expect(readRefuse(refusal.bytes)).toMatchObject({ task: 3, reason: REFUSAL.ram });
    expect(world.client.log.some((line) => line.endsWith('frame refuse of 0'))).toBe(true);
  });

  it('takes any other complaint of the firmware for a fault of the run', () => {
    const world = scriptedFleet({ script: () => ({ first: MS, last: MS }) });
    world.client.streams.set(5, [config, task(3, 4), data(3), data(3), data(3)]);
    world.client.onFrame = (device, type) => {
      if (type === FRAME.hello) world.fleet.stream(device, 5, STREAM_BYTES + DATA_BYTES, NEVER);
      return 0;
    };
    world.fleet.start(world.client);
    expect(() => world.run()).toThrow(/^device 0 at .* s: firmware status /);
  });
});

describe('the books', () => {
  it('count computing as work, FLOP and rows, and communication while any transfer is under way', () => {
    const { fleet, seen } = oneTask({});
    const { accounts } = fleet;
    expect(accounts.rows[0]).toBe(4);
    expect(accounts.flop[0]).toBeGreaterThan(4 * 2 * FEATURES);
    // One ms a call: every frame in and out.
    expect(accounts.compute[0]).toBe(seen.length * MS);
    // HELLO up and down overlaps the stream that its frame began; then WEIGHTS up and its ACK down.
    expect(accounts.communication[0]).toBe((1 + 105) * MS + (1 + 105) * MS);
    expect(accounts.communicationUntil(0, 10 * MS)).toBe(accounts.communication[0]);
    expect(accounts.sending[0]).toBe(0);
    expect(accounts.receiving[0]).toBe(2 * 100 * MS);
  });
});
