import type { SingleBar } from 'cli-progress';
import { escapeControls } from '../kernel/escape.ts';
import { formatQuantity } from '../kernel/quantity.ts';
import type { Io } from './io.ts';

/** How far a run is, as the runner tells it now and then. */
export interface Progress {
  /** Simulated seconds since the start. */
  readonly simulatedSeconds: number;
  readonly events: number;
  readonly tasksDone: number;
  /** 0 when the method has no tasks. */
  readonly tasksTotal: number;
  /** What is counted; tasks when left out. */
  readonly unit?: 'tasks' | 'runs' | 'frames';
}

export interface ProgressView {
  update(progress: Progress): void;
  /** Clears what would stand in the way of results or of an error. */
  end(): void;
}

/** Plain lines are at least so far apart, seconds of real time. */
const LINE_EVERY_S = 5;

/** A bar on a terminal, plain lines elsewhere, nothing when quiet; always on stderr, for results go to stdout. */
export async function progressView(
  io: Io,
  options: { readonly quiet: boolean; readonly what: string },
): Promise<ProgressView> {
  if (options.quiet) return { update: () => {}, end: () => {} };
  return io.stderr.terminal ? bar(io, options.what) : lines(io, options.what);
}

function lines(io: Io, what: string): ProgressView {
  const rate = eventRate();
  let last = performance.now();
  return {
    update(progress) {
      if (performance.now() - last < LINE_EVERY_S * 1000) return;
      last = performance.now();
      io.stderr.write(`${what}: ${status(progress, rate(progress.events))}\n`);
    },
    end() {},
  };
}

/** A bar with a status behind it, on stderr, for a terminal; it goes when it is done. */
export async function newBar(io: Io, what: string): Promise<SingleBar> {
  const { default: progress } = await import('cli-progress');
  return new progress.SingleBar({
    stream: io.stderr.terminal!,
    format: `${escapeControls(what)} [{bar}] {percentage} %  {status}`,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    gracefulExit: false,
  });
}

async function bar(io: Io, what: string): Promise<ProgressView> {
  const rate = eventRate();
  const view = await newBar(io, what);
  let started = false;
  return {
    update(state) {
      const total = Math.max(state.tasksTotal, 1);
      if (!started) view.start(total, 0, { status: '' });
      started = true;
      view.setTotal(total);
      view.update(state.tasksDone, { status: status(state, rate(state.events)) });
    },
    end() {
      if (started) view.stop();
    },
  };
}

function status(
  { simulatedSeconds, tasksDone, tasksTotal, unit = 'tasks' }: Progress,
  eventsPerSecond: number,
): string {
  // A replay has no time of its own, and runs side by side have no common one.
  if (unit === 'frames') return `${tasksDone} of ${tasksTotal} frames`;
  if (unit === 'runs') return `${tasksDone} of ${tasksTotal} runs, ${shortCount(eventsPerSecond)} events/s`;
  const tasks = tasksTotal > 0 ? `${tasksDone} of ${tasksTotal} tasks, ` : '';
  return `${tasks}simulated ${formatQuantity(simulatedSeconds, 'time')}, ${shortCount(eventsPerSecond)} events/s`;
}

function eventRate(): (events: number) => number {
  let at = performance.now();
  let before = 0;
  let rate = 0;
  return (events) => {
    const now = performance.now();
    if (now > at + 200) {
      // Fewer events than before: the next run of a comparison has begun.
      rate = ((events < before ? events : events - before) * 1000) / (now - at);
      at = now;
      before = events;
    }
    return rate;
  };
}

/** 1234567 as "1.23 M". */
export function shortCount(n: number): string {
  if (n >= 1e9) return `${(n / 1e9).toPrecision(3)} G`;
  if (n >= 1e6) return `${(n / 1e6).toPrecision(3)} M`;
  if (n >= 1e4) return `${(n / 1e3).toPrecision(3)} k`;
  return String(Math.round(n));
}
