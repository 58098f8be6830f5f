import type { DeviceSpec } from '../device/host-types.ts';
import { RunError } from '../kernel/errors.ts';
import { coldStream } from '../kernel/random.ts';
import { getU32 } from '../protocol/bytes.ts';
import { DEFAULT_CONFIG } from '../protocol/config.ts';
import { CODEC, FRAME, HEADER, HEADER_BYTES, LEARNER, type LearnerName, MODE } from '../protocol/frame.ts';
import { seal } from '../protocol/header.ts';
import { writeAck, writeConfig, writePing, writeTask } from '../protocol/messages.ts';
import { rowBytes, writeData } from '../protocol/rows.ts';
import type { Answer } from './packets.ts';
import { FRAME_HEAD_BYTES } from './packets.ts';
import type { Session } from './session.ts';

/** One call of the firmware: what it took, as the board counts, and what the firmware counted meanwhile. */
export interface Observation {
  readonly what: string;
  readonly counter: number;
  /** By WORK index. */
  readonly work: Float64Array;
}

/** Whether a call took a TASK. */
export const isTaskStart = ({ what }: Observation): boolean => what.endsWith(': task');

/** One task from CONFIG to the acknowledged classifier. */
export interface Experiment {
  readonly learner: LearnerName;
  readonly codec: keyof typeof CODEC;
  readonly features: number;
  readonly rows: number;
  readonly passes: number;
  /** stream: each pass is sent; cache: sent once, later passes in an order drawn by the device. */
  readonly source: 'stream' | 'cache';
  /** apart: classes that a line parts, few errors; mixed: labels of chance, many. */
  readonly labels: 'apart' | 'mixed';
}

/** What the measurements need of a board's session. */
export type Bench = Pick<Session, 'info' | 'begin' | 'frame' | 'timer' | 'poll'>;

const DEVICE = 1;
/** Parameters of each learner that keep its weights of ordinary size. */
const SETTINGS: Readonly<Record<LearnerName, readonly [number, number]>> = {
  'opt-sgd': [0.5, 0.7],
  svm: [0.01, 0.1],
  logistic: [0.1, 0],
  lda: [0.1, 0],
  sefr: [0, 0],
  'train-pp': [1, 0],
};

/** How large the tasks are. */
export interface Extent {
  readonly features: readonly number[];
  readonly rows: number;
  readonly passes: number;
  /** Of the device, and so of the longest frame. */
  readonly receiveBytes: number;
}

/** For a microcontroller, whose counter is exact. */
export const SMALL: Extent = { features: [3, 10, 22, 56], rows: 12, passes: 6, receiveBytes: 512 };
/** For a process, whose clock is coarse beside a short call. */
export const LARGE: Extent = { features: [8, 22, 64, 160], rows: 150, passes: 20, receiveBytes: 16_384 };

/** Every learner at several numbers of features, from streams and from a cache, with many errors and with few. */
export function gridOf({ features, rows, passes }: Extent): readonly Experiment[] {
  const grid: Experiment[] = [];
  const codecs = ['dense', 'bitmap', 'sparse'] as const;
  for (const learner of Object.keys(LEARNER) as LearnerName[]) {
    const once = learner === 'lda' || learner === 'sefr';
    for (const [at, n] of features.entries()) {
      const base = { learner, features: n, codec: codecs[at % codecs.length]! };
      grid.push({ ...base, rows, passes: 1, source: 'stream', labels: 'mixed' });
      grid.push({ ...base, rows: rows - 3, passes: once ? 1 : passes, source: 'cache', labels: 'apart' });
      if (!once) grid.push({ ...base, rows: rows - 2, passes: passes - 1, source: 'cache', labels: 'mixed' });
    }
  }
  return grid;
}

/**
 * Runs the experiments of an extent, each on a device begun anew, and gives every call of the firmware.
 * @param repeats how often; of each call the least is kept, for a clock that other work on the machine disturbs.
 * @throws RunError when the board's firmware does not do what it is asked.
 */
export async function measure(
  bench: Bench,
  options: {
    readonly extent: Extent;
    readonly seed: number;
    readonly repeats: number;
    readonly report?: (done: number, of: number) => void;
  },
): Promise<readonly Observation[]> {
  const all: Observation[] = [];
  const experiments = gridOf(options.extent);
  let done = 0;
  for (const [index, experiment] of experiments.entries()) {
    let least: Observation[] | undefined;
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      const calls = await runOne(bench, experiment, options.extent.receiveBytes, options.seed + index);
      least =
        least === undefined ? calls : least.map((call, i) => (call.counter <= calls[i]!.counter ? call : calls[i]!));
    }
    all.push(...(least ?? []));
    options.report?.(++done, experiments.length);
  }
  return all;
}

async function runOne(
  bench: Bench,
  experiment: Experiment,
  receiveBytes: number,
  seed: number,
): Promise<Observation[]> {
  const run = new Run(
    bench,
    receiveBytes,
    `${experiment.learner}, ${experiment.features} features, ${experiment.source}`,
  );
  const ram = Math.min(bench.info.memory, 0x7fff_ffff);
  const spec: DeviceSpec = {
    ramBytes: ram,
    flashBytes: 65_536,
    receiveBytes,
    megahertz: 0,
    fpu: false,
    benchMicroseconds: 0,
  };
  const status = await bench.begin(DEVICE, spec, []);
  if (status !== 0) throw new RunError(`${bench.info.name}: begin of a device: expected status 0, got ${status}`);
  await run.poll('hello');
  await run.poll('nothing to send');
  if (experiment.learner === 'opt-sgd') {
    await run.timer();
    await run.frame('ping', (out) => writePing(out, DEVICE, 1));
    await run.poll('pong');
    await run.garbage(40 + (seed % 7) * 60);
  }
  await run.config(experiment);
  await run.train(experiment, seed);
  return run.observations;
}

class Run {
  readonly observations: Observation[] = [];
  readonly #bench: Bench;
  readonly #name: string;
  readonly #out: Uint8Array;
  #us = 0;

  constructor(bench: Bench, receiveBytes: number, name: string) {
    this.#bench = bench;
    this.#out = new Uint8Array(receiveBytes);
    this.#name = name;
  }

  async poll(what: string): Promise<Answer> {
    return this.#record(what, await this.#bench.poll((this.#us += 1000)));
  }

  async timer(): Promise<void> {
    this.#record('timer', await this.#bench.timer((this.#us += 1000)));
  }

  /** @param write puts a frame into the buffer and says how long it is. */
  async frame(what: string, write: (out: Uint8Array) => number): Promise<void> {
    const answer = await this.#give(what, write);
    if (answer.status !== 0) throw new RunError(`${this.#name}: ${what}: expected status 0, got ${answer.status}`);
  }

  /** Bytes that are no frame: taken in, not checked. */
  async garbage(length: number): Promise<void> {
    const bytes = new Uint8Array(length).fill(0x55);
    this.#record('no frame', await this.#bench.frame((this.#us += 1000), bytes));
  }

  async config({ learner, codec }: Experiment): Promise<void> {
    const [first, second] = SETTINGS[learner];
    const config = { ...DEFAULT_CONFIG, learner: LEARNER[learner], codec: CODEC[codec], first, second };
    await this.frame('config', (out) => writeConfig(out, DEVICE, 1, config));
  }

  /** A task; where the board's memory is too small for it, the calls up to its refusal. */
  async train(experiment: Experiment, seed: number): Promise<void> {
    const { features, rows, passes, source } = experiment;
    const mode = (source === 'stream' ? MODE.stream : MODE.cache | MODE.seeded) | MODE.last;
    const task = { id: 7, positive: 0, negative: 1, features, rows, passes, mode, seed };
    await this.frame('task', (out) => writeTask(out, DEVICE, 1, task));
    const refused = await this.poll('nothing to send');
    if (refused.frame[HEADER.type] === FRAME.refuse) return;
    const most = Math.min(this.#out.length, this.#bench.info.maxBody - FRAME_HEAD_BYTES) - HEADER_BYTES;
    const each = Math.max(1, Math.floor(most / rowBytes(features)));
    const data = rowsOf(experiment, seed);
    const sent = source === 'stream' ? passes : 1;
    for (let pass = 0; pass < sent; pass++) {
      for (let from = 0; from < rows; ) {
        // One alone, then as many as fit: what a frame costs and what a row costs are told apart.
        const count = Math.min(from === 0 ? 1 : each, rows - from);
        const x = data.x.slice(from * features, (from + count) * features);
        const y = data.y.slice(from, from + count);
        await this.frame('rows', (out) => writeData(out, DEVICE, task.id, x, y));
        from += count;
      }
    }
    const { frame } = await this.poll('weights');
    if (frame[HEADER.type] !== FRAME.weights)
      throw new RunError(`${this.#name}: expected a finished classifier, got none`);
    const upload = getU32(frame, HEADER.round);
    await this.frame('ack', (out) => writeAck(out, DEVICE, 1, { upload }));
  }

  async #give(what: string, write: (out: Uint8Array) => number): Promise<Answer> {
    const length = write(this.#out);
    seal(this.#out, length);
    return this.#record(what, await this.#bench.frame((this.#us += 1000), this.#out.slice(0, length)));
  }

  #record(what: string, answer: Answer): Answer {
    this.observations.push({ what: `${this.#name}: ${what}`, counter: answer.counter, work: answer.work });
    return answer;
  }
}

/** Rows of both classes in turn; a fifth of the features is always 0, so that codecs find zeros. Values are not negative (SEFR). */
function rowsOf({ features, rows, labels }: Experiment, seed: number) {
  const draw = coldStream(seed, 'calibrate rows');
  const x = new Float32Array(rows * features);
  const y = new Uint8Array(rows);
  for (let r = 0; r < rows; r++) {
    y[r] = r % 2;
    for (let f = 0; f < features; f++) {
      if (f % 5 === 4) continue;
      const shift = labels === 'apart' && f % 2 === r % 2 ? 1 : 0;
      x[r * features + f] = draw() + shift;
    }
  }
  return { x, y };
}
