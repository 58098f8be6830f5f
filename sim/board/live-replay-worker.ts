import type { PoolAnswer, WatchedJob } from '../run/pool-job.ts';
import { answerTo, dataDir, foreign, stopped } from '../run/pool-thread.ts';
import type { Certificate } from './certificate.ts';
import { type LiveReplayJob, replayLive } from './live-replay.ts';

/** Replays the boards of one result. */
export default async function answer(job: LiveReplayJob & WatchedJob): Promise<PoolAnswer<Certificate>> {
  return await answerTo(job.record, (firmware) =>
    replayLive({ ...job, firmware, dataDir, foreign, cancelled: stopped, onProgress: () => {} }),
  );
}
