import { z } from 'zod';
import { quantity } from '../kernel/quantity.ts';
import { type Board, defineBoard, type OwnCosts } from './board.ts';
import { boardName, boardNamed } from './boards/index.ts';

/** The version of the format of board files. */
export const BOARD_FILE_SCHEMA = 1;

/** The keys of `cycles`, and what they are of a board. */
export const CYCLE_KEYS = {
  'multiply-add': 'multiplyAdd',
  'updated-weight': 'updatedWeight',
  update: 'update',
  row: 'row',
  'byte-received': 'byteReceived',
  'byte-copied': 'byteCopied',
  'byte-checked': 'byteChecked',
  'byte-encoded': 'byteEncoded',
  frame: 'frame',
  scan: 'scan',
  rewritten: 'rewritten',
  operation: 'operation',
  division: 'division',
  function: 'function',
} as const satisfies Record<string, keyof OwnCosts>;

export type CycleKey = keyof typeof CYCLE_KEYS;

/** A device tells its clock in whole MHz of 16 bits. */
const MAX_CLOCK_HZ = 65_535e6;

const cycles = z.number().min(0).max(1e9);

/** A board of one's own: another's figures, but for what was measured. `g2t calibrate` writes such files. */
export const boardFile = z
  .strictObject({
    schema: z.literal(BOARD_FILE_SCHEMA).describe('Version of the format of board files'),
    name: z
      .string()
      .max(64)
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and single hyphens')
      .describe('The name in tables and charts'),
    base: boardName.describe('The board whose figures hold for all that is not in here: memory, power, price, TLS'),
    clock: quantity('frequency', { min: 1e6, max: MAX_CLOCK_HZ })
      .optional()
      .describe("The core's clock; the base's if left out"),
    cycles: z
      .strictObject(Object.fromEntries(Object.keys(CYCLE_KEYS).map((key) => [key, cycles.optional()])) as CycleShape)
      .describe("Cycles of our kernels for each counted operation; the base's where left out"),
    source: z.string().min(1).max(500).describe('Where the figures are from'),
  })
  .describe('A board of one’s own, as g2t calibrate writes it');

type CycleShape = Record<CycleKey, z.ZodOptional<z.ZodNumber>>;
export type BoardFile = z.output<typeof boardFile>;

/** The board that a file tells of. */
export function boardOfFile(file: BoardFile): Board {
  const { costs: _costs, ...base } = boardNamed(file.base);
  const own = { ...base.own };
  for (const [key, name] of Object.entries(CYCLE_KEYS)) own[name] = file.cycles[key as CycleKey] ?? own[name];
  return defineBoard({
    ...base,
    name: file.name,
    title: `${file.name} (${base.title})`,
    kilohertz: file.clock === undefined ? base.kilohertz : Math.round(file.clock / 1000),
    own,
    sources: { ...base.sources, own: file.source },
  });
}

/** A board by name or by file, as a scenario's group has it. */
export function boardOfChoice(choice: string | BoardFile): Board {
  return typeof choice === 'string' ? boardNamed(choice) : boardOfFile(choice);
}

/** The path of a board file. */
export const BOARD_PATH = /\.ya?ml$/;

/** Whether what stands at `board:` is the path of a board file. */
export function isBoardPath(text: unknown): text is string {
  return typeof text === 'string' && BOARD_PATH.test(text);
}
