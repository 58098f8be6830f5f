import { type Certificate, differencesInWords } from '../board/certificate.ts';
import { ConnectedBoards } from '../board/live.ts';
import { LIVE_REPLAY_WORKER, type LiveReplayJob, replayLive } from '../board/live-replay.ts';
import { type Firmware, loadFirmware } from '../run/inputs.ts';
import type { LiveBoards, LiveDevice } from '../run/live.ts';
import { RunPool } from '../run/pool.ts';
import { openResult } from '../run/store.ts';
import type { GuardLimits } from '../run/watchdog.ts';
import { modelOf } from '../scenario/fleet-options.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { EngineOptions, VerifyOutcome } from './engine.ts';

/** Makes a run with the boards that its scenario names connected, and lets go of them however it ends. */
export async function withBoards<T>(
  loaded: LoadedScenario,
  make: (boards: LiveBoards | undefined) => Promise<T>,
): Promise<{ readonly made: T; readonly live: readonly LiveDevice[] | undefined }> {
  const { fleet } = loaded.scenario;
  const boards = await ConnectedBoards.open(loaded, (group) => modelOf(fleet[group]!).kilohertz);
  try {
    const made = await make(boards);
    return { made, live: boards?.facts() };
  } finally {
    await boards?.close();
  }
}

const TIMES: Readonly<Record<string, string>> = {
  cycles: 'its time is its cycles at its clock',
  instructions: 'its time is its instructions, one a cycle of its model’s clock',
  ns: 'its time is that of the process on this machine',
  none: 'it counts nothing, and its time is its model’s',
};

/** What a reader of the run should know of its boards, a sentence each. */
export function liveNotes(live: readonly LiveDevice[]): string[] {
  return live.map(({ device, target, board, counter, frames_different: other }) => {
    const differs = other === 0 ? '' : ` ${other} of its frames are not what the simulator’s firmware would have sent.`;
    return `Device ${device} was a board (${target}, ${board}), so that this run cannot be repeated by its digest: its frames are its own, ${TIMES[counter]}, all else is modelled.${differs}`;
  });
}

type LiveOptions = EngineOptions & {
  readonly firmware?: Firmware | undefined;
  readonly limits?: Partial<GuardLimits> | undefined;
};

/** A run with boards cannot be made again: what the boards did is replayed to the simulator's firmware instead. */
export async function verifyLive(
  folder: string,
  live: readonly LiveDevice[],
  options: LiveOptions,
): Promise<VerifyOutcome> {
  const { digest } = openResult(folder).manifest;
  const certificate = await replayed(folder, live, options);
  const { devices, record, weights } = certificate;
  // A board that was given nothing to train is held to its frames.
  const same =
    record.fault === null &&
    devices.every(({ outcome, model }) => outcome === 'identical' && model?.same === model?.recorded);
  const frames = devices.reduce((sum, each) => sum + each.frames_in + each.frames_out, 0);
  const names = live.map(({ device, target }) => `device ${device} (${target})`).join(', ');
  const whose = options.firmware?.kind === 'foreign' ? 'the foreign' : 'the simulator’s';
  const did = `boards took part, so that no run has this digest again: ${names}; their ${frames} frames${weights === 0 ? ', which bring no weights,' : ''} replayed to ${whose} firmware`;
  const difference = same ? null : differencesInWords(certificate).join('; ');
  return {
    same,
    expected: digest,
    digest,
    difference,
    replayed: same ? `${did} are the same, byte for byte` : did,
  };
}

/** Replays what boards did, in a guarded thread where the firmware is foreign. */
async function replayed(folder: string, live: readonly LiveDevice[], options: LiveOptions): Promise<Certificate> {
  const { firmware = loadFirmware(), limits, dataDir, cancelled, onProgress } = options;
  const job: LiveReplayJob = { folder, devices: live.map(({ device }) => device) };
  if (firmware.kind === 'built') {
    return await replayLive({
      ...job,
      firmware,
      dataDir,
      cancelled,
      onProgress: (done, total) =>
        onProgress({ simulatedSeconds: 0, events: done, tasksDone: done, tasksTotal: total, unit: 'frames' }),
    });
  }
  const pool = await RunPool.open({ firmware, limits, dataDir, workers: 1 });
  const look = setInterval(() => {
    if (cancelled()) pool.cancel();
  }, 100);
  try {
    return await pool.do<LiveReplayJob, Certificate>({ worker: LIVE_REPLAY_WORKER, job, what: folder });
  } finally {
    clearInterval(look);
    await pool.close();
  }
}
