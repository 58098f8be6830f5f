import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { findColumn, numbersOf, type Table, wordsOf } from '../metrics/table.ts';
import {
  boardProcesses,
  buildBoards,
  changeRecord,
  EMULATED,
  emulatorOnTerminal,
  hasGcc,
  hasQemu,
  LEARNERS,
  recorded,
  recordedFile,
  THREE,
  validated,
  withoutLast,
} from './board-fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-validate-'));
  buildBoards();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const TARGETS = [...(hasGcc ? ['native'] : []), ...(hasQemu ? EMULATED : [])];
const LIVE = THREE.replace('{ board: stm32f103c8,', '{ board: native, model: nrf52840,').replace(
  'record: frames\n',
  '',
);
const FMA = 'native:firmware/build/native-board-fma';

/** Replays at least three devices to every target, and expects every byte and weight to be the same. */
async function expectIdentical(result: string, targets: readonly string[] = TARGETS): Promise<void> {
  for (const target of targets) {
    const { code, stderr, certificate } = await validated(result, '--target', target);
    expect([target, code, stderr]).toEqual([target, 0, '']);
    expect(certificate.same && certificate.target.same_sources && certificate.record.fault === null).toBe(true);
    expect(certificate.devices.length).toBeGreaterThanOrEqual(3);
    for (const device of certificate.devices) {
      expect([target, device.device, device.outcome]).toEqual([target, device.device, 'identical']);
      expect(device.weights).toBeGreaterThan(0);
      expect(device.bytes_out).toBeGreaterThan(50);
      if (device.model !== null) expect(device.model.same).toBe(device.model.recorded);
    }
  }
}

const native = describe.skipIf(!hasGcc);
const everywhere = describe.skipIf(!hasGcc || !hasQemu);

everywhere('native, M0, M3 and M4F, bit for bit (needs gcc, gcc-arm-none-eabi and qemu-system-arm)', () => {
  it.skipIf(process.env['G2T_DATA'] === undefined)('auslan-complete, fewer signs', async () => {
    const set = ['dataset.classes=6', 'method.allocate=equal', 'method.learner.passes=10', 'record=frames'];
    await expectIdentical(await recordedFile(folder, 'scenarios/auslan-complete.yaml', set));
  });

  it.each(Object.entries(LEARNERS))('%s, 22 features', async (name, setting) => {
    const scale = name === 'sefr' ? ['dataset.scale=minmax'] : [];
    await expectIdentical(await recorded(folder, [setting, ...scale]));
  });
});

everywhere('a serial port (needs gcc, gcc-arm-none-eabi and qemu-system-arm)', () => {
  it('is the same to a board, be it a pseudo-terminal; one that goes away is told', async () => {
    const result = await recorded(folder, []);
    const { path, end } = await emulatorOnTerminal();
    try {
      await expectIdentical(result, [`serial:${path}`]);
      const text = LIVE.replace('board: native, model: nrf52840', `board: "serial:${path}"`);
      const live = await recorded(folder, ['name=live-serial'], text);
      const manifest = JSON.parse(readFileSync(join(live, 'manifest.json'), 'utf8'));
      expect(manifest.live).toMatchObject([{ device: 1, target: `serial:${path}`, frames_different: 0 }]);
    } finally {
      await end();
    }
    const { code, stderr } = await validated(result, '--target', `serial:${path}`);
    expect([code, stderr]).toEqual([
      2,
      `serial:${path}: expected a serial port, got nothing at ${path}; is the board plugged in?\n`,
    ]);
  });
});

const EXCHANGES = {
  ssgd: '{ name: ssgd, rounds: 4, learner: { name: softmax, eta: 0.1 } }',
  asgd: '{ name: asgd, updates: 60, learner: { name: softmax, eta: 0.1, batch: 8 } }',
  fedavg: '{ name: fedavg, rounds: 3, tau: 2, learner: { name: logistic, eta: 0.1, batch: 8 } }',
  'adaptive-tau': '{ name: adaptive-tau, budget: { time: 8 s }, learner: { name: svm, eta: 0.05 } }',
  gaia: '{ name: gaia, steps: 8, tau: 2, learner: { name: softmax, eta: 0.1 } }',
} as const;

native('the native board (needs gcc)', () => {
  it.each(['dense', 'bitmap', 'sparse', 'dgc'])('takes weights encoded as %s', async (codec) => {
    await expectIdentical(await recorded(folder, [`method.codec=${codec}`]), ['native']);
  });

  it('trains on rows that its devices hold, which lie with the host', async () => {
    const rows = ['method.rows=held', 'fleet.0.holds=all', 'fleet.1.holds=all', 'fleet.2.holds=all'];
    await expectIdentical(await recorded(folder, rows), ['native']);
  });

  it.each(Object.entries(EXCHANGES))('exchanges as %s does', async (name, method) => {
    const classes = name === 'fedavg' || name === 'adaptive-tau' ? 2 : 3;
    const set = [`method=${method}`, 'partition={ by: iid }', `dataset.classes=${classes}`, 'dataset.rows=30'];
    await expectIdentical(await recorded(folder, set), ['native']);
  });

  it('keeps what is held until its time, and calls the timer when the device did', async () => {
    const result = await recorded(folder, ['method.hold={ w0: 50, w-max: 64, time: 5 ms, by: count }']);
    await expectIdentical(result, ['native']);
    const { certificate } = await validated(result, '--target', 'native');
    expect(certificate.devices.some((each: { timers: number }) => each.timers > 0)).toBe(true);
  });

  it('leaves nothing running, whatever became of it', async () => {
    const result = await recorded(folder, []);
    const before = boardProcesses();
    await validated(result, '--target', 'native');
    await validated(result, '--target', 'native:/bin/true');
    expect(boardProcesses()).toEqual(before);
  });
});

describe('what a record is', () => {
  it('leaves the digest as it is', async () => {
    const argv = ['run', join(folder, 'scenario.yaml'), '--out', folder, '--json'];
    writeFileSync(join(folder, 'scenario.yaml'), THREE);
    const [with_, without] = [await g2t(argv), await g2t([...argv, '--set', 'record=none'])];
    expect(JSON.parse(with_.stdout).digest).toBe(JSON.parse(without.stdout).digest);
    const { code, stderr } = await g2t(['validate', JSON.parse(without.stdout).result, '--target', 'native']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /expected a result with recorded frames, got none; run the scenario with --set record=frames$/m,
    );
  });
});

/** A copy of a result, for tests that spoil it. */
let copies = 0;
function copyOf(result: string): string {
  const copy = join(folder, `copy-${copies++}`);
  cpSync(result, copy, { recursive: true });
  return copy;
}

/** Flips a bit of byte `offset` of the first recorded frame of a type. @returns its device and number there. */
function flipped(table: Table, type: string, offset: number): { readonly device: number; readonly frame: number } {
  const row = wordsOf(table, 'type').indexOf(type);
  const bytes = findColumn(table, 'bytes')!;
  if (bytes.type !== 'binary') throw new Error('not binary');
  bytes.bytes[bytes.offsets[row]! + offset]! ^= 16;
  const devices = numbersOf(table, 'device');
  const frame = devices.slice(0, row + 1).filter((each) => each === devices[row]).length;
  return { device: devices[row]!, frame };
}

native('what is not the same is told with the first difference (needs gcc)', () => {
  it.each([
    ['weights', 40, /byte 40: expected [0-9a-f ]+, got [0-9a-f ]+$/m],
    ['hello', 20, /byte 20: expected [0-9a-f ]+, got [0-9a-f ]+$/m],
    ['data', 70, /expected a frame that the firmware takes, got status bad-crc; the record does not check either/],
  ])('a flipped bit in a recorded %s frame', async (type, offset, words) => {
    const result = copyOf(await recorded(folder, []));
    let place = { device: -1, frame: -1 };
    await changeRecord(result, (table) => {
      place = flipped(table, type, offset);
      return table;
    });
    const { code, stderr, certificate } = await validated(
      result,
      '--target',
      'native',
      '--device',
      String(place.device),
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`the record is not whole: device ${place.device}, frame ${place.frame} `);
    expect(stderr).toContain(`first difference: device ${place.device}, frame ${place.frame} (${type}) at `);
    expect(stderr).toMatch(words);
    expect(certificate).toMatchObject({ same: false, first_difference: { ...place, type } });
  });

  it('a record that lost its end, or the end of its file', async () => {
    const result = await recorded(folder, []);
    const [rows, file] = [copyOf(result), copyOf(result)];
    await changeRecord(rows, (table) => withoutLast(table, 5));
    const { code, stderr } = await validated(rows, '--target', 'native');
    expect(code).toBe(1);
    expect(stderr).toMatch(/the record is not whole: the record ends after \d+ of \d+ rows/);
    const path = join(file, 'frames.arrow');
    truncateSync(path, readFileSync(path).length - 3000);
    const cut = await validated(file, '--target', 'native');
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringContaining('the record was cut short or changed')]);
  });

  it.each([LEARNERS['opt-sgd, normalised'], LEARNERS.logistic, LEARNERS.lda])(
    'a firmware built with FMA contraction: %s',
    async (learner) => {
      const result = await recorded(folder, [learner]);
      await expectIdentical(result, ['native']);
      const { code, stderr, certificate } = await validated(result, '--target', FMA);
      expect(code).toBe(1);
      expect(stderr).toMatch(/first difference: device \d+, frame \d+ \(weights\) at .*, byte \d+: expected .*, got /);
      expect(certificate.first_difference.offset).toBeGreaterThanOrEqual(20);
      expect(certificate.record.fault).toBeNull();
      expect(certificate.target.same_sources).toBe(true);
    },
  );

  it('a device that does not fit is said to be that, and no difference', async () => {
    // 10 classes of 200 features: gradients and weights take 16 kB, more than a micro:bit has.
    const method = '{ name: ssgd, rounds: 2, learner: { name: softmax, eta: 0.1 } }';
    const set = [`method=${method}`, 'partition={ by: iid }', 'dataset.classes=10', 'dataset.features=200'];
    const result = await recorded(folder, [...set, 'fleet.1.board=nrf52840', 'fleet.2.board=nrf52840']);
    await expectIdentical(result, ['native']);
    if (!hasQemu) return;
    const { code, stderr, certificate } = await validated(result, '--target', 'qemu:microbit', '--device', '0');
    expect([code, stderr, certificate.first_difference]).toEqual([1, '', null]);
    expect(certificate.devices[0]).toMatchObject({ outcome: 'does-not-fit' });
    expect(certificate.devices[0].refusal).toMatch(/setup.*refused by the firmware/);
  });
});

native('a board in the simulated fleet (needs gcc)', () => {
  it('trains, is marked, recorded, replayed and verified', async () => {
    const result = await recorded(folder, ['name=live'], LIVE);
    const manifest = JSON.parse(readFileSync(join(result, 'manifest.json'), 'utf8'));
    expect(manifest.live).toMatchObject([{ device: 1, target: 'native', counter: 'ns', frames_different: 0 }]);
    const summary = JSON.parse(readFileSync(join(result, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({ reproducible: false, tasks_done: 6 });
    expect(readFileSync(join(result, 'report.html'), 'utf8')).toContain('Device 1 was a board (native');
    const { code, certificate } = await validated(result, '--target', 'native');
    expect([code, certificate.devices.length, certificate.devices[0].outcome]).toEqual([0, 1, 'identical']);
    const verified = await g2t(['verify', result]);
    expect([verified.code, verified.stderr]).toEqual([0, '']);
    expect(verified.stdout).toMatch(/boards took part.*device 1 \(native\).*are the same, byte for byte/);
    const copy = copyOf(result);
    await changeRecord(copy, (table) => {
      flipped(table, 'weights', 40);
      return table;
    });
    const spoilt = await g2t(['verify', copy]);
    expect([spoilt.code, spoilt.stderr]).toEqual([1, expect.stringContaining('first difference: device 1, frame')]);
  });

  it('sends what the simulator’s firmware sends', async () => {
    const live = JSON.parse(readFileSync(join(await recorded(folder, ['name=live'], LIVE), 'model.json'), 'utf8'));
    const set = ['fleet.1.board=nrf52840'];
    const simulated = JSON.parse(
      readFileSync(join(await recorded(folder, set, LIVE.replace(', model: nrf52840', '')), 'model.json'), 'utf8'),
    );
    expect(live.classifiers).toBe(simulated.classifiers);
  });

  it('ends the run clearly when it goes away, and leaves nothing behind', async () => {
    const before = boardProcesses();
    writeFileSync(join(folder, 'gone.yaml'), LIVE.replace('board: native,', 'board: "native:/bin/true",'));
    const { code, stderr } = await g2t(['run', join(folder, 'gone.yaml'), '--out', join(folder, 'gone'), '--quiet']);
    expect([code, stderr]).toEqual([1, 'native:/bin/true: the board went away: its process ended with code 0\n']);
    expect(boardProcesses()).toEqual(before);
  });
});
