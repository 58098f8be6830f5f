import { describe, expect, it } from 'vitest';
import { PooledHost } from '../../device/host.ts';
import { firmware, spec } from '../../fleet/fixture.ts';
import { type Instant, START } from '../../kernel/time.ts';
import { FRAME, HEADER } from '../../protocol/frame.ts';
import { readTask } from '../../protocol/messages.ts';
import { decodeClassifier } from '../../protocol/weights.ts';
import { pairCount } from '../pairs.ts';
import { S, smallWorld } from './fixture.ts';

type World = ReturnType<typeof smallWorld>;

/** What a firmware of its own makes of the frames that one task's stream brought to a device. */
function trainedAlone(world: World, task: number): Float32Array {
  const host = new PooledHost(firmware);
  const tasks = world.frames('task').filter(({ bytes }) => readTask(bytes).id === task);
  const { device } = tasks[0]!;
  for (let n = 0; n <= device; n++) host.add(spec);
  const give = (bytes: Uint8Array) => {
    host.inbox.set(bytes);
    expect(host.deliver(device, bytes.length, START)).toBe(0);
  };
  give(world.frames('config', device)[0]!.bytes);
  give(tasks[0]!.bytes);
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);
  for (const { bytes } of world.frames('data', device))
    if (view(bytes).getUint32(HEADER.round, true) === task) give(bytes);
  host.poll(device, START);
  const closing = new Uint8Array(20);
  if (host.held(device) === 1) {
    const flush = world.frames('task', device)[0]!.bytes.slice(0, 20);
    closing.set(flush);
    closing[HEADER.type] = FRAME.flush;
    host.inbox.set(closing);
    host.seal(20);
    host.deliver(device, 20, START);
  }
  const length = host.poll(device, 1 as Instant);
  const weights = new Float32Array(world.dataset.features + 1);
  const found = { id: 0, count: 0, end: 0 };
  expect(decodeClassifier(host.outbox.slice(0, length), 20, length, weights, 0, found)).toBe('ok');
  expect(found.id).toBe(task);
  return weights;
}

function weightsOf(world: World, pair: number): Float32Array {
  const size = world.dataset.features + 1;
  return world.evaluation.weights.slice(pair * size, (pair + 1) * size);
}

const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('a run of Globe2Train', () => {
  it.each(['stream', 'cache'])('trains every pair, with the very weights that the firmware computes (%s)', (rows) => {
    const world = smallWorld({ options: { rows } });
    const { finished, tasksDone, tasksTotal } = world.run();
    expect({ finished, tasksDone, tasksTotal }).toEqual({ finished: true, tasksDone: 10, tasksTotal: 10 });
    expect([...world.evaluation.trained]).toEqual(new Array(10).fill(1));
    for (let task = 0; task < 10; task++)
      expect(weightsOf(world, world.work.pair[task]!)).toEqual(trainedAlone(world, task));
    expect(new Set(world.work.pair).size).toBe(10);
    expect(world.method.scores().accuracy).toBeGreaterThan(0.3);
  });

  it.each(['stream', 'cache'])('sends rows no faster than a device takes their bytes in (%s)', (rows) => {
    const end = (nanosecondsPerByte: number) => {
      const world = smallWorld({ devices: 1, classes: 2, options: { rows }, nanosecondsPerByte });
      return { at: world.run().at, bytes: total(world.frames('data').map(({ bytes }) => bytes.length)) };
    };
    const slow = end(1e6);
    expect(slow.at - end(0).at).toBeGreaterThan(slow.bytes * 1e-3 * 0.95);
    expect(slow.at - end(0).at).toBeLessThan(slow.bytes * 1e-3 * 1.3);
  });

  it('describes its model so that a reader can use it on rows of their own', () => {
    const world = smallWorld({});
    world.run();
    const { description } = world.method.model();
    const { shift, factor } = world.dataset.scaling;
    expect(description).toMatchObject({
      classifiers: 10,
      scaling: { rule: 'standard', shift: [...shift], factor: [...factor] },
    });
  });

  it('sends rows every pass, once, or never', () => {
    const bytes = (rows: string) => {
      const world = smallWorld({
        options: { rows, redundancy: 1 },
        holds: ['all', 'all', 'all'].slice(0, 3) as 'all'[],
      });
      expect(world.run().finished).toBe(true);
      return { down: total(world.network.totals.bytesDown), data: world.frames('data').length };
    };
    const none = (rows: string) => {
      const world = smallWorld({ options: { rows, redundancy: 1 } });
      expect(world.run().finished).toBe(true);
      return { down: total(world.network.totals.bytesDown), data: world.frames('data').length };
    };
    const held = bytes('held');
    expect(held.data).toBe(0);
    // Ten tasks: TASK with its seed, CONFIG with the first two of each device; an ACK an upload.
    expect(held.down).toBeLessThanOrEqual(10 * 40 + 6 * 56 + 10 * 24);
    const once = none('cache');
    const always = none('stream');
    const pass = 10 * 2 * 8 * (4 * 6 + 1);
    expect(once.down).toBeGreaterThan(pass);
    expect(once.down).toBeLessThan(1.5 * pass);
    expect(always.down).toBeGreaterThan(3 * pass);
    expect(always.down).toBeLessThan(3.5 * pass);
  });

  it('trains on held rows what the device holds, and sends the rest', () => {
    const world = smallWorld({ devices: 2, holds: [[0, 1, 2], 'none'], options: { redundancy: 1 } });
    expect(world.run().finished).toBe(true);
    const sentTo0 = new Set(
      world.frames('data', 0).map(({ bytes }) => new DataView(bytes.buffer).getUint32(HEADER.round, true)),
    );
    for (const { bytes } of world.frames('task', 0)) {
      const { id, positive, negative } = readTask(bytes);
      expect(sentTo0.has(id)).toBe(positive > 2 || negative > 2);
    }
  });

  it('runs with the learner as published', () => {
    const learner = { name: 'opt-sgd', variant: 'as-published', momentum: 0.7, passes: 1 };
    const world = smallWorld({ options: { learner, rows: 'stream' } });
    expect(world.run().finished).toBe(true);
    const correct = smallWorld({ options: { learner: { ...learner, variant: 'correct' }, rows: 'stream' } });
    correct.run();
    expect(world.evaluation.weights).not.toEqual(correct.evaluation.weights);
    expect(weightsOf(world, world.work.pair[3]!)).toEqual(trainedAlone(world, 3));
  });

  it.each(['vote', 'wlw', 'ht', 'opt-ovo'])('combines by %s', (combine) => {
    const world = smallWorld({ classes: 4, options: { combine } });
    world.run();
    const { accuracy, macroF1 } = world.evaluation.combined(world.options);
    expect(accuracy).toBeGreaterThan(0.5);
    expect(accuracy).toBeLessThanOrEqual(1);
    expect(macroF1).toBeGreaterThan(0.4);
    if (combine === 'vote') expect({ accuracy, macroF1 }).toEqual(world.method.scores());
  });

  it('knows the age of each result, from the end of its training to its arrival', () => {
    const world = smallWorld({ devices: 1, options: { round: 'classifier', rows: 'cache' } });
    world.run();
    const { ages } = world.records;
    expect(ages.count).toBe(10);
    // Polling takes 1 us, the report of the stream 1 us; 10 ms of latency, 5 ms of propagation, 43 or so bytes at 8 Mbit/s.
    const spread = ages.spread()!;
    expect(spread.mean).toBeGreaterThan(0.015);
    expect(spread.max).toBeLessThan(0.0153);
    expect(total(world.records.ageSum)).toBeCloseTo(10 * spread.mean, 10);
  });
});

describe('who trains what', () => {
  it('goes by hand where it is told by hand, the same pair twice if told so', () => {
    const world = smallWorld({
      devices: 2,
      options: {
        allocate: 'manual',
        manual: [
          { device: 0, rounds: ['1-3', '4-5'] },
          { device: 1, rounds: ['1, 3'] },
        ],
        redundancy: 1,
      },
    });
    const { finished, tasksTotal } = world.run();
    expect({ finished, tasksTotal }).toEqual({ finished: true, tasksTotal: 5 });
    expect(world.work.pairs).toBe(4);
    const given = (device: number) =>
      world.frames('task', device).map(({ bytes }) => {
        const { positive, negative } = readTask(bytes);
        return `${positive + 1}-${negative + 1}`;
      });
    expect(given(0)).toEqual(['1-2', '1-3', '2-3', '4-5']);
    expect(given(1)).toEqual(['1-3']);
    expect(total(world.evaluation.trained)).toBe(4);
    expect([...world.records.tasksDone]).toEqual([4, 1]);
  });

  it('makes the same classifier of a pair by hand and by hardware, and takes copies by devices that have no round', () => {
    const byHand = smallWorld({
      devices: 3,
      classes: 3,
      rowTime: (device) => (device === 0 ? 1e9 : 1000),
      options: { allocate: 'manual', manual: [{ device: 0, rounds: ['1, 2', '1-3'] }], redundancy: 2 },
    });
    expect(byHand.run(3600 * S).finished).toBe(true);
    expect(byHand.records.tasksDone[0]).toBeLessThan(4);
    const byHardware = smallWorld({ classes: 3 });
    byHardware.run();
    expect(byHand.evaluation.weights).toEqual(byHardware.evaluation.weights);
  });

  it('goes by speed', () => {
    const world = smallWorld({
      classes: 10,
      specs: (device) => ({ benchMicroseconds: [10, 30, 60][device]! }),
      options: { redundancy: 1 },
    });
    world.run();
    expect([...world.records.tasksDone]).toEqual([30, 10, 5]);
  });

  it('gives nothing to a device that cannot hold a task, and refuses a fleet of such', () => {
    const small = { ramBytes: 900 };
    const world = smallWorld({ specs: (device) => (device === 1 ? small : {}) });
    expect(world.run().finished).toBe(true);
    expect([...world.records.tasksDone][1]).toBe(0);
    expect(() => smallWorld({ specs: () => small })).toThrow(
      /^fleet: expected a device with \d+ B of RAM for training, which a task of 16 rows of 6 features takes, got at most 900 B$/,
    );
  });
});

describe('rounds', () => {
  const uploads = (round: Record<string, unknown>) => {
    const world = smallWorld({
      devices: 2,
      classes: 6,
      options: { allocate: 'equal', redundancy: 1, hold: { w0: 64, by: 'count' }, ...round },
    });
    expect(world.run().finished).toBe(true);
    return { uploads: [...world.records.uploads], world };
  };

  it('end with each classifier, with a batch, or with the queue', () => {
    expect(uploads({ round: 'classifier' }).uploads).toEqual([8, 7]);
    expect(uploads({ round: 'batch', batch: 3 }).uploads).toEqual([3, 3]);
    expect(uploads({ round: 'queue' }).uploads).toEqual([1, 1]);
  });

  it('wait for all at a barrier', () => {
    const rounds = (barrier: boolean) => {
      const { world } = (() => {
        const w = smallWorld({
          devices: 2,
          classes: 6,
          rowTime: (device) => (device === 0 ? 40_000 : 4_000_000),
          options: {
            allocate: 'equal',
            redundancy: 1,
            round: 'batch',
            batch: 3,
            hold: { w0: 64, by: 'count' },
            barrier,
          },
        });
        expect(w.run().finished).toBe(true);
        return { world: w };
      })();
      const firstOf = (device: number, round: number) =>
        Math.min(
          ...world
            .frames('task', device)
            .filter((s) => new DataView(s.bytes.buffer).getUint32(HEADER.round, true) === round)
            .map(({ at }) => at),
        );
      const upload = (device: number, n: number) => world.frames('weights', device)[n]!.at;
      return { fastBegins: firstOf(0, 1), slowEnds: upload(1, 0) };
    };
    const free = rounds(false);
    expect(free.fastBegins).toBeLessThan(free.slowEnds);
    const held = rounds(true);
    expect(held.fastBegins).toBeGreaterThan(held.slowEnds);
  });

  it.each([1, 3, 4, 10])('gather W_t = %i classifiers an upload where W_t goes by count', (w0) => {
    const world = smallWorld({
      devices: 2,
      classes: 6,
      options: { allocate: 'equal', redundancy: 1, hold: { w0, by: 'count' } },
    });
    expect(world.run().finished).toBe(true);
    expect([...world.records.uploads]).toEqual([Math.ceil(8 / w0), Math.ceil(7 / w0)]);
    expect([...world.records.classifiersSent]).toEqual([8, 7]);
  });

  it('send what is held once it is T_hold old, whatever W_t says', () => {
    const uploads = (time: string) => {
      const world = smallWorld({
        devices: 1,
        classes: 4,
        rowTime: () => 50_000_000,
        specs: () => ({ benchMicroseconds: 50_000 }),
        options: { redundancy: 1, hold: { w0: 64, by: 'count', time } },
      });
      expect(world.run().finished).toBe(true);
      return world.records;
    };
    expect(uploads('1 h').uploads[0]).toBe(1);
    // A task takes 2.4 s, and the timer waits for the end of the task at hand: two results go together.
    const soon = uploads('1 s');
    expect(soon.uploads[0]).toBeGreaterThanOrEqual(3);
    expect(soon.ages.spread()!.max).toBeLessThan(2 * 2.4 + 0.2);
  });

  it('go on where results not yet acknowledged fill the memory: a task that is refused for now is sent again', () => {
    const need = new PooledHost(firmware).taskBytes({
      learner: 0,
      features: 6,
      rows: 16,
      mode: 0,
      codec: 0,
      receiveBytes: 1024,
    });
    const world = smallWorld({
      devices: 1,
      classes: 8,
      specs: () => ({ ramBytes: need + 150 }),
      options: { rows: 'stream', redundancy: 1, hold: { w0: 64, by: 'count', time: '5 s' } },
    });
    const { finished, tasksDone } = world.run(1000 * S);
    expect(world.frames('refuse').length).toBeGreaterThan(0);
    expect({ finished, tasksDone }).toEqual({ finished: true, tasksDone: pairCount(8) });
  });
});
