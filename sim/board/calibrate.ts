import type { Board } from '../device/board.ts';
import { BOARD_FILE_SCHEMA, CYCLE_KEYS, type CycleKey } from '../device/board-file.ts';
import { BOARDS, boardNamed } from '../device/boards/index.ts';
import { CYCLES_AN_INSTRUCTION } from '../device/boards/instructions.ts';
import { WORK } from '../device/host-types.ts';
import { modelOfTarget, type Target, targetName } from '../device/target.ts';
import { InputError, RunError } from '../kernel/errors.ts';
import { type Bench, LARGE, measure, type Observation, SMALL } from './experiments.ts';
import type { Fit, FittedCost } from './fit.ts';
import { OPERATIONS, operationFit } from './operations.ts';
import type { Counter } from './packets.ts';

/** The operations of a board's cost model that each key of a board file prices. */
const WORK_OF_KEY = {
  'multiply-add': 'multiplyAdds',
  'updated-weight': 'updatedWeights',
  update: 'updates',
  row: 'rows',
  'byte-received': 'bytesReceived',
  'byte-copied': 'bytesCopied',
  'byte-checked': 'bytesChecked',
  'byte-encoded': 'bytesEncoded',
  frame: 'frames',
  scan: 'scans',
  rewritten: 'rewritten',
  operation: 'operations',
  division: 'divisions',
  function: 'functions',
} as const satisfies Record<CycleKey, keyof typeof WORK>;

/** One operation, measured and as a board file has it. */
export interface CalibratedCost {
  readonly key: CycleKey;
  /** In the counter's unit; undefined for what no call shows (bytes received). */
  readonly measured: FittedCost | undefined;
  /** Cycles for one unit of the counter. */
  readonly ratio: number;
  /** What the board file says. */
  readonly cycles: number;
  /** What the base says. */
  readonly base: number;
}

export interface Calibration {
  readonly target: string;
  readonly counter: Counter;
  readonly firmware: string;
  readonly base: Board;
  /** The clock of the new board, kHz. */
  readonly kilohertz: number;
  readonly costs: readonly CalibratedCost[];
  /** What calls take beside counted operations, in the counter's unit: any call, one that begins a task. */
  readonly beside: readonly FittedCost[];
  readonly fit: Fit;
  /** The call with the largest error, in words. */
  readonly worst: string;
  /** Why a unit of the counter is so many cycles. */
  readonly explained: string;
}

export interface CalibrateOptions {
  readonly target: Target;
  readonly bench: Bench;
  /** The board whose other figures hold; found by the target where left out. */
  readonly base?: string | undefined;
  readonly seed?: number | undefined;
  readonly report?: ((done: number, of: number) => void) | undefined;
}

/** A process's clock is read so often, and the least taken: other work on the machine only adds. */
const PROCESS_REPEATS = 12;
/** Calls shorter than this say little by a process's clock, ns. */
const PROCESS_FLOOR_NS = 3000;

/**
 * Measures what the operations of the firmware cost on a target, by whole calls of the real firmware over a grid of tasks.
 * @throws InputError without a base where the target tells none; RunError where the board cannot count.
 */
export async function calibrate(options: CalibrateOptions): Promise<Calibration> {
  const { target, bench } = options;
  const { info } = bench;
  const name = targetName(target);
  if (info.counter === 'none')
    throw new RunError(`${name}: expected a board that counts cycles or time, this one does not`);
  const base = baseOf(target, options.base, info.name);
  const isProcess = info.counter === 'ns';
  const observations = await measure(bench, {
    extent: isProcess ? LARGE : SMALL,
    seed: options.seed ?? 1,
    repeats: isProcess ? PROCESS_REPEATS : 1,
    ...(options.report === undefined ? {} : { report: options.report }),
  });
  const kilohertz = info.counter === 'cycles' ? Math.round(info.clockHz / 1000) : base.kilohertz;
  return calibrationOf({ target, info, base, kilohertz, observations });
}

/** What the observations say; apart from how they were made. */
export function calibrationOf(given: {
  readonly target: Target;
  readonly info: Pick<Bench['info'], 'counter' | 'firmware'>;
  readonly base: Board;
  readonly kilohertz: number;
  readonly observations: readonly Observation[];
}): Calibration {
  const { target, info, base, kilohertz, observations } = given;
  const { ratioOf, explained } = unitOf(target, info.counter, base, kilohertz);
  const otherwise = base.costs.ours.map((cycles, index) => cycles / ratioOf(nameOf(index)));
  const floor = info.counter === 'ns' ? PROCESS_FLOOR_NS : undefined;
  const fit = operationFit(observations, otherwise, floor);
  const of = (column: string) => fit.costs.find((cost) => cost.column === column);
  const costs = (Object.keys(CYCLE_KEYS) as CycleKey[]).map((key): CalibratedCost => {
    const work = WORK_OF_KEY[key];
    const ratio = ratioOf(work);
    const measured = of(work);
    const inBase = base.own[CYCLE_KEYS[key]];
    // A frame comes or goes by a call: what any call takes is part of it.
    const beside = key === 'frame' ? of('call')!.cost : 0;
    const cycles = measured === undefined ? inBase : rounded((measured.cost + beside) * ratio);
    return { key, measured, ratio, cycles, base: inBase };
  });
  const worst = observations[fit.largest.sample]!;
  return {
    target: targetName(target),
    counter: info.counter,
    firmware: info.firmware,
    base,
    kilohertz,
    costs,
    beside: fit.costs.slice(OPERATIONS.length),
    fit,
    worst: worst.what,
    explained,
  };
}

const NAMES = Object.keys(WORK) as (keyof typeof WORK)[];
const nameOf = (index: number): keyof typeof WORK => NAMES.find((name) => WORK[name] === index)!;
const rounded = (cycles: number): number => Number(cycles.toPrecision(4));

/** What a unit of the counter is in cycles of the new board. */
function unitOf(target: Target, counter: Counter, base: Board, kilohertz: number) {
  if (counter === 'ns') {
    const ratio = kilohertz / 1e6;
    const explained = `ns of this machine as cycles at ${kilohertz / 1e6} GHz, the clock of ${base.name}`;
    return { ratioOf: () => ratio, explained };
  }
  const ratios =
    target.kind === 'qemu' && counter === 'instructions' ? CYCLES_AN_INSTRUCTION[target.machine] : undefined;
  if (ratios === undefined) {
    const explained =
      counter === 'cycles' ? 'cycles as the core counts them' : 'instructions taken for cycles, one each';
    return { ratioOf: () => 1, explained };
  }
  return {
    ratioOf: (name: keyof typeof WORK) => ratios.of[name] ?? ratios.all,
    explained: `instructions of the emulator times the cycles an instruction of ${ratios.core} (ARM's published timings; boards/instructions.ts)`,
  };
}

function baseOf(target: Target, asked: string | undefined, boardSays: string): Board {
  if (asked !== undefined) return boardNamed(asked);
  if (target.kind === 'native') return boardNamed('i7-8650u');
  if (target.kind === 'qemu') return boardNamed(modelOfTarget(target));
  const found = BOARDS.find(({ name }) => boardSays.includes(name));
  if (found !== undefined) return found;
  throw new InputError(
    `--board: expected the board whose memory, power and price hold (the one at ${targetName(target)} calls itself ${boardSays}), got nothing`,
  );
}

/** The board file of a calibration, as text. @param name the new board's. */
export function boardFileText(name: string, calibration: Calibration): string {
  const { base, kilohertz, costs, fit, target, firmware } = calibration;
  const lines = costs.map(({ key, cycles, measured, base: inBase }) => {
    const why =
      measured === undefined
        ? `of ${base.name}: no call shows it`
        : measured.how === 'kept'
          ? `of ${base.name}: ${measured.with.length > 0 ? `goes with ${measured.with.join(', ')}` : 'never counted'}`
          : `${base.name} has ${inBase}${measured.how === 'bound' ? '; not seen beside the others' : ''}`;
    return `  ${`${key}: ${cycles}`.padEnd(26)}# ${why}`;
  });
  return [
    `# A board file: its path can stand at board: in a scenario's fleet, and after g2t board predict.`,
    `schema: ${BOARD_FILE_SCHEMA}`,
    `name: ${name}`,
    `base: ${base.name}  # memory, power, price, TLS and the as-published kernel`,
    `clock: ${kilohertz / 1000} MHz`,
    '# Cycles of each operation that the firmware counts.',
    'cycles:',
    ...lines,
    `source: "g2t calibrate --target ${target}: ${calibration.explained}; ${fit.samples} calls, R2 ${fit.r2.toFixed(4)}, median error ${(100 * fit.medianError).toFixed(1)} %; firmware ${firmware.slice(0, 12)}"`,
    '',
  ].join('\n');
}
