import type { Board, Kernel } from '../device/board.ts';
import { boardOfFile, isBoardPath } from '../device/board-file.ts';
import { BOARDS, boardNamed } from '../device/boards/index.ts';
import { LEARNER_NAMES } from '../device/learner-work.ts';
import { predictBoard } from '../device/predict.ts';
import { readDocument } from '../files/read.ts';
import { EXIT, InputError } from '../kernel/errors.ts';
import { formatQuantity } from '../kernel/quantity.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { readBoardFile } from '../scenario/board-source.ts';
import type { Io } from './io.ts';
import { pairs, textTable } from './text-table.ts';
import { type Arguments, flag, positional, quantityOption, text, wholeNumber } from './usage.ts';

export async function list(args: Arguments, io: Io): Promise<number> {
  if (flag(args, 'json')) {
    io.stdout.write(`${JSON.stringify({ boards: BOARDS.map((board) => facts(board)) })}\n`);
    return EXIT.done;
  }
  const rows = (BOARDS as readonly Board[]).map((board) => [
    board.name,
    board.core,
    formatQuantity(board.kilohertz * 1000, 'frequency'),
    bytes(board.ramBytes),
    bytes(board.flashBytes),
    board.fpu,
    String(board.priceUsd),
  ]);
  io.stdout.write(textTable(['board', 'core', 'clock', 'RAM', 'flash', 'FPU', 'USD'], rows));
  return EXIT.done;
}

function facts(board: Board) {
  const { name, title, core, kilohertz, ramBytes, flashBytes, fpu, priceUsd, power, sources } = board;
  return {
    name,
    title,
    core,
    clock_hz: kilohertz * 1000,
    ram_bytes: ramBytes,
    flash_bytes: flashBytes,
    fpu,
    price_usd: priceUsd,
    power_w: power,
    sources,
  };
}

/** Memories come in powers of two. */
function bytes(size: number): string {
  if (!Number.isFinite(size) || size === 0) return '-';
  const power = size >= 1073741824 ? 3 : size >= 1048576 ? 2 : 1;
  const unit = [1, 1024, 1048576, 1073741824][power]!;
  return `${Number((size / unit).toPrecision(4))} ${['B', 'KiB', 'MiB', 'GiB'][power]}`;
}

const KERNELS: readonly Kernel[] = ['ours', 'as-published'];

/** Time, cycles and energy of training all pairs of k classes on a board, or of classifying a row with them. */
export async function predict(args: Arguments, io: Io): Promise<number> {
  const board = findBoard(positional(args, 'board'));
  const op = oneOf(args, 'op', ['train', 'infer'], 'train');
  const question = {
    board,
    learner: oneOf(args, 'learner', LEARNER_NAMES, 'opt-sgd'),
    features: wholeNumber(args, 'features', { min: 1, max: 65_534 }) ?? missing('features'),
    classes: wholeNumber(args, 'classes', { min: 2, max: 65_535 }) ?? missing('classes'),
    rows: wholeNumber(args, 'rows', { min: 1, max: 2_147_483_648 }) ?? (op === 'infer' ? 1 : missing('rows')),
    passes: wholeNumber(args, 'passes', { min: 1, max: 255 }) ?? 1,
    op,
    kernel: oneOf(args, 'kernel', KERNELS, 'ours'),
    updateShare: quantityOption(args, 'updates', 'share'),
  } as const;
  const { time_s, cycles, energy_j, parts, basis } = predictBoard(question);
  if (flag(args, 'json')) {
    io.stdout.write(`${JSON.stringify({ time_s, cycles, energy_j })}\n`);
    return EXIT.done;
  }
  io.stdout.write(
    pairs([
      ['board', `${board.title} (${board.core}, ${formatQuantity(board.kilohertz * 1000, 'frequency')})`],
      ['time', formatQuantity(time_s, 'time')],
      ['cycles', String(cycles)],
      ['energy', formatQuantity(energy_j, 'energy')],
      ['basis', basis],
    ]),
  );
  const shares = parts.map((part) => [
    part.name,
    String(Math.round(part.cycles)),
    `${((100 * part.cycles) / cycles).toFixed(1)} %`,
  ]);
  io.stdout.write(`\n${textTable(['part', 'cycles', 'share'], shares)}`);
  return EXIT.done;
}

/** @param name of a board, or the path of a board file. */
function findBoard(name: string): Board {
  if (isBoardPath(name)) return boardOfFile(readBoardFile(name, readDocument(name)));
  const names = BOARDS.map((board) => board.name);
  if (!(names as string[]).includes(name)) {
    throw new InputError(`expected one of ${names.join(', ')}, got ${name}${didYouMean(name, names)}`);
  }
  return boardNamed(name);
}

function oneOf<T extends string>(args: Arguments, name: string, values: readonly T[], otherwise: T): T {
  const written = text(args, name) ?? otherwise;
  const found = values.find((value) => value === written);
  if (found === undefined) {
    throw new InputError(`--${name}: expected ${values.join(' or ')}, got ${written}${didYouMean(written, values)}`);
  }
  return found;
}

function missing(name: string): never {
  throw new InputError(`--${name}: expected a whole number, got nothing`);
}
