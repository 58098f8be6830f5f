import { z } from 'zod';
import type { Board } from '../device/board.ts';
import { BOARD_PATH, boardFile, boardOfChoice } from '../device/board-file.ts';
import { BOARD_NAMES, boardName, boardNamed } from '../device/boards/index.ts';
import { modelOfTarget, readTarget, TARGET, TARGET_FORMS, type Target } from '../device/target.ts';
import { quantity } from '../kernel/quantity.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { MAX_SECONDS } from '../kernel/time.ts';
import { LIMITS } from '../net/limits.ts';
import { accessPointUse } from '../net/options.ts';
import { REGION_NAMES } from '../net/regions.ts';

/** The most devices that a run can have: what one WASM memory of 4 GiB holds. */
export const MAX_DEVICES = 1_000_000;

const region = z.enum(REGION_NAMES);

/** Class numbers from 1, as data sets and papers count them; "1-15" is all from 1 to 15. */
const classRange = z
  .union([z.int().min(1), z.string().regex(/^[1-9]\d*-[1-9]\d*$/, 'expected a class number or a range such as 1-15')])
  .transform((entry, context): readonly number[] => {
    if (typeof entry === 'number') return [entry - 1];
    const [first, last] = entry.split('-').map(Number) as [number, number];
    if (last >= first && last <= 65_536) return Array.from({ length: last - first + 1 }, (_, i) => first - 1 + i);
    context.issues.push({ code: 'custom', message: 'expected a range that rises, such as 1-15', input: entry });
    return z.NEVER;
  });

const dealt = z.strictObject({
  classes: z.int().min(2).max(65_535).describe('How many classes each device holds'),
  by: z
    .enum(['cover', 'random'])
    .default('cover')
    .describe(
      'cover: so that every two classes lie together on some device if there are enough; random: drawn for each',
    ),
});

const holds = z
  .union([z.enum(['none', 'all']), z.array(classRange).min(1), dealt])
  .transform((held) => (Array.isArray(held) ? [...new Set(held.flat())].sort((a, b) => a - b) : held));

/** A simulated board by name, or one that takes part itself: its frames are its own, its computing time is measured, the rest is modelled. */
const board = z
  .string()
  .superRefine((text, context) => {
    if ((BOARD_NAMES as readonly string[]).includes(text) || readTarget(text) !== undefined) return;
    const names = `${BOARD_NAMES.slice(0, -1).join(', ')} or ${BOARD_NAMES.at(-1)}`;
    const isPath = BOARD_PATH.test(text);
    const expected = isPath ? 'a board file that can be read from here' : TARGET.test(text) ? TARGET_FORMS : names;
    context.addIssue(`expected ${expected}, got ${text}${isPath ? '' : didYouMean(text, BOARD_NAMES)}`);
  })
  .meta({
    description: `A board by name (g2t board list shows them), a board file by its path (./my-board.yaml, beside the scenario), or a real or emulated one that takes part: ${TARGET_FORMS}`,
    anyOf: [{ enum: BOARD_NAMES }, { pattern: TARGET.source }, { pattern: BOARD_PATH.source }],
  });

/** One kind of device: `count` of them, alike in everything but their place and their weather. */
export const groupOptions = z.strictObject({
  board: z.union([board, boardFile]),
  model: boardName
    .optional()
    .describe(
      'For a real or emulated board: the board whose radio, power, RAM and TLS stand for it; by its core if left out',
    ),
  count: z.int().min(1).max(MAX_DEVICES).prefault(1).describe('How many devices'),
  region: z
    .union([region, z.array(region).min(1)])
    .transform((names) => (typeof names === 'string' ? [names] : names))
    .describe('Region by name; of a list, device 1 takes the first, device 2 the second, and so on in turn'),
  link: z.string().min(1).describe('Access link: a name under network.links, or a built-in profile'),
  'access-point': accessPointUse.optional(),
  routine: z
    .strictObject({
      busy: quantity('share', { min: 0, max: 0.99 }).describe(
        'Share of the time that the device needs for its own work',
      ),
      burst: quantity('time', LIMITS.condition).describe('Mean length of a period of that work'),
    })
    .refine(({ busy, burst }) => busy === 0 || burst / busy <= MAX_SECONDS, {
      path: ['burst'],
      error: 'expected burst / busy, the time from one period of work to the next, to be at most 104 d',
    })
    .optional()
    .describe("The device's own work, which goes before training; none if left out"),
  holds: holds
    .prefault('none')
    .describe(
      'Rows that the devices hold themselves, so that they need not be sent: none, all, a list of classes (from 1), or { classes: N }',
    ),
});

export type FleetGroup = z.output<typeof groupOptions>;

/** The target of a group of real or emulated boards; undefined for simulated ones. */
export function targetOf({ board }: FleetGroup): Target | undefined {
  return typeof board === 'string' ? readTarget(board) : undefined;
}

/** What tables call a group's boards: a name, or a target. */
export function boardText({ board }: FleetGroup): string {
  return typeof board === 'string' ? board : board.name;
}

/** The board that the simulator models for a group. */
export function modelOf(group: FleetGroup): Board {
  const target = targetOf(group);
  return target === undefined ? boardOfChoice(group.board) : boardNamed(group.model ?? modelOfTarget(target));
}

export const fleetOptions = z
  .array(groupOptions)
  .min(1)
  .describe('The devices, group by group; ids count through in this order');
