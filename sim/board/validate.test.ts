import { describe, expect, it } from 'vitest';
import { sealOf } from '../run/frame-check.ts';
import { loadDataset, loadFirmware } from '../run/inputs.ts';
import { replayInputs } from '../run/replay-inputs.ts';
import { runToEnd } from '../run/run.ts';
import { loadScenario } from '../scenario/load.ts';
import { differencesInWords, verdictInWords } from './certificate.ts';
import { FakeBoard, type Troubles } from './fixture.ts';
import { FrameRecord } from './record.ts';
import { BoardReset, Session } from './session.ts';
import { SimulatedTarget } from './simulated-target.ts';
import { defaultDevices, type OpenTarget, type RecordedRun, validate } from './validate.ts';

const TEXT = `schema: 1
name: small
seed: 1
dataset: { name: clusters, classes: 5, features: 5, rows: 6, test: 2 }
method: { name: g2t, allocate: equal, learner: { name: opt-sgd, passes: 2 }, redundancy: 1 }
fleet:
  - { board: nrf52840, count: 2, region: dublin, link: home-wifi }
  - { board: samd21g18, count: 3, region: dublin, link: home-wifi }
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
stop: { when: trained, horizon: 1 h }
record: frames
`;

async function recordedRun(set: readonly string[] = []): Promise<RecordedRun> {
  const loaded = loadScenario({ file: 'small.yaml', bytes: new TextEncoder().encode(TEXT), set });
  const dataset = loadDataset(loaded.scenario.dataset, 'data', 1);
  const firmware = loadFirmware();
  const { tables, digest, world } = await runToEnd({ loaded, dataset, firmware: firmware.module });
  const frames = tables.frames!;
  return {
    folder: 'nowhere',
    loaded,
    record: new FrameRecord(frames, sealOf(frames)),
    inputs: replayInputs({ loaded, dataset, firmware, live: [] }),
    live: [],
    name: 'small',
    digest,
    core: firmware.core,
    model: world.method.model().table,
  };
}
const run = await recordedRun();

async function fakeTarget(troubles: Troubles): Promise<OpenTarget> {
  const session = await Session.open(new FakeBoard(troubles), { open: 300, answer: 300, retry: 20 });
  return {
    about: new SimulatedTarget(loadFirmware()).about,
    begin: (device, spec, rows) => session.begin(device, spec, rows),
    frame: (us, bytes) => session.frame(us, bytes),
    timer: (us) => session.timer(us),
    poll: (us) => session.poll(us),
  };
}

const options = { devices: [0, 2, 3], cancelled: () => false, onProgress: () => {} };

describe('validation', () => {
  it('takes the first device of each group, and three at least', () => {
    expect(defaultDevices(run)).toEqual([0, 1, 2]);
  });

  it('takes devices that trained, where others did not', async () => {
    const one = await recordedRun(['dataset.classes=2', 'method.redundancy=1']);
    const { recorded, trained } = one.record;
    expect([recorded.length > 1, trained.length]).toEqual([true, 1]);
    expect(defaultDevices(one)).toEqual(trained);
    const certificate = await validate(one, new SimulatedTarget(loadFirmware()), { ...options, devices: recorded });
    expect(certificate).toMatchObject({ same: true });
    expect(verdictInWords(certificate).filter((line) => line.endsWith('its frames alone were compared'))).toHaveLength(
      recorded.length - 1,
    );
  });

  it('fails where no weights were compared', async () => {
    const none = await recordedRun(['stop={ when: horizon, horizon: 20 ms }']);
    expect([none.record.recorded.length > 0, none.record.trained]).toEqual([true, []]);
    const devices = defaultDevices(none);
    const certificate = await validate(none, new SimulatedTarget(loadFirmware()), { ...options, devices });
    expect(certificate).toMatchObject({ same: false, first_difference: null, weights: 0 });
    expect(differencesInWords(certificate)).toEqual([
      expect.stringMatching(/^no weights were compared: devices [\d, ]+ sent none/),
    ]);
    const empty = await validate(none, new SimulatedTarget(loadFirmware()), { ...options, devices: [] });
    expect(empty.same).toBe(false);
    expect(differencesInWords(empty)).toEqual(['no weights were compared: the record holds no device']);
  });

  it('fails where the record holds nothing of a device', async () => {
    const { rows, devices, fault } = run.record;
    const steps = (device: number) => (device === 4 ? [] : run.record.steps(device));
    const without = { ...run, record: { rows, devices, fault, steps } as unknown as FrameRecord };
    const certificate = await validate(without, new SimulatedTarget(loadFirmware()), { ...options, devices: [0, 4] });
    expect(certificate).toMatchObject({
      same: false,
      devices: [{ outcome: 'identical' }, { outcome: 'not-compared' }],
    });
    expect(differencesInWords(certificate)).toEqual([
      'device 4: nothing was compared, since the record holds none of its frames',
    ]);
  });

  it('finds the simulator’s firmware the same as itself, in memory and over a wire', async () => {
    for (const target of [new SimulatedTarget(loadFirmware()), await fakeTarget({ lostOut: [5, 9], flipped: [12] })]) {
      const certificate = await validate(run, target, options);
      expect(certificate).toMatchObject({ same: true, resets: 0, partial: false, first_difference: null });
      expect(certificate.devices.map(({ outcome }) => outcome)).toEqual(['identical', 'identical', 'identical']);
      expect(certificate.devices.every(({ weights, model }) => weights > 0 && model!.recorded === model!.same)).toBe(
        true,
      );
      expect(certificate.devices.some(({ model }) => model!.recorded > 0)).toBe(true);
    }
  });

  it('begins a board again that was reset in mid session, and gives up when that goes on', async () => {
    const certificate = await validate(run, await fakeTarget({ resetAt: [6] }), options);
    expect(certificate).toMatchObject({ same: true, resets: 1 });
    const again = Array.from({ length: 99 }, (_, n) => n + 6);
    await expect(validate(run, await fakeTarget({ resetAt: again }), options)).rejects.toThrow(BoardReset);
  });

  it('tells what a board does not take for its size from what it does otherwise', async () => {
    const certificate = await validate(run, await fakeTarget({ maxBody: 60 }), options);
    expect(certificate).toMatchObject({ same: false, first_difference: null });
    expect(certificate.devices[0]).toMatchObject({ outcome: 'does-not-fit', difference: null });
    expect(certificate.devices[0]!.refusal).toMatch(/the board takes frames of at most 49 bytes, this one has \d+$/);
  });

  it('replays the first frames only where it is told to', async () => {
    const certificate = await validate(run, await fakeTarget({}), { ...options, limit: 3 });
    // The first three frames of a device bring no weights.
    expect(certificate).toMatchObject({ same: false, partial: true, weights: 0 });
    expect(differencesInWords(certificate)).toEqual([
      'no weights were compared: the first frames of devices 0, 2, 3 bring none; give more with --frames',
    ]);
    for (const device of certificate.devices) {
      expect(device.frames_in + device.frames_out).toBe(3);
      expect(device.left_out).toBeGreaterThan(0);
    }
  });

  it('says of a device that starts otherwise in which byte', async () => {
    const target = new SimulatedTarget(loadFirmware());
    const other: OpenTarget = {
      about: target.about,
      begin: (device, spec, rows) => target.begin(device, { ...spec, flashBytes: spec.flashBytes + 256 }, rows),
      frame: (us, bytes) => target.frame(us, bytes),
      timer: (us) => target.timer(us),
      poll: (us) => target.poll(us),
    };
    const { first_difference: first } = await validate(run, other, options);
    expect(first).toMatchObject({ device: 0, frame: 1, type: 'hello', direction: 'up', offset: 25 });
  });
});
