import type { SweepProgress } from '../run/sweep-run.ts';
import type { Io } from './io.ts';
import { newBar } from './progress.ts';

export interface SweepView {
  update(progress: SweepProgress): void;
  /** A line that stays. */
  say(line: string): void;
  /** Clears what would stand in the way of results or of an error. May be called again. */
  end(): void;
}

/** Plain lines are at least so far apart, ms of real time. */
const LINE_EVERY_MS = 5000;

/** A bar with the time left on a terminal, plain lines elsewhere, nothing when quiet; always on stderr. */
export async function sweepProgress(io: Io, { quiet }: { readonly quiet: boolean }): Promise<SweepView> {
  if (quiet) return { update: () => {}, say: () => {}, end: () => {} };
  const status = timer();
  if (!io.stderr.terminal) {
    let last = performance.now();
    return {
      update(progress) {
        const text = status(progress);
        if (performance.now() - last < LINE_EVERY_MS) return;
        last = performance.now();
        io.stderr.write(`sweep: ${text}\n`);
      },
      say: (line) => io.stderr.write(`sweep: ${line}\n`),
      end() {},
    };
  }
  const bar = await newBar(io, 'sweep');
  let started = false;
  return {
    update(state) {
      if (!started) bar.start(state.total, 0, { status: '' });
      started = true;
      bar.setTotal(state.total);
      bar.update(state.done, { status: status(state) });
    },
    say(line) {
      if (started) bar.stop();
      started = false;
      io.stderr.write(`sweep: ${line}\n`);
    },
    end() {
      if (started) bar.stop();
      started = false;
    },
  };
}

/** "90 of 200 runs, 12 s left": by the pace of the runs made so far, those that stood before left out. */
function timer(): (progress: SweepProgress) => string {
  const started = performance.now();
  return ({ done, failed, found, total }) => {
    const made = done - found;
    const runs = `${done} of ${total} runs${failed === 0 ? '' : `, ${failed} failed`}`;
    if (made === 0) return runs;
    const left = ((performance.now() - started) / 1000 / made) * (total - done);
    return `${runs}, ${inWords(left)} left`;
  };
}

/** 12 s, 3 min, 2 h 05 min: no finer than an estimate is. */
function inWords(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
