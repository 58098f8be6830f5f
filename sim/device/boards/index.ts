import { z } from 'zod';
import { InputError } from '../../kernel/errors.ts';
import type { Board } from '../board.ts';
import { esp32 } from './esp32.ts';
import { i78650u } from './i7-8650u.ts';
import { nrf52840 } from './nrf52840.ts';
import { raspberryPi3 } from './raspberry-pi-3.ts';
import { raspberryPi4 } from './raspberry-pi-4.ts';
import { samd21g18 } from './samd21g18.ts';
import { smartBulb } from './smart-bulb.ts';
import { smartSpeaker } from './smart-speaker.ts';
import { stm32f103c8 } from './stm32f103c8.ts';

/** Every board, in the order in which lists show them. A new board is one file and one line here. */
export const BOARDS = [
  nrf52840,
  stm32f103c8,
  samd21g18,
  esp32,
  smartBulb,
  smartSpeaker,
  raspberryPi3,
  raspberryPi4,
  i78650u,
] as const satisfies readonly Board[];

const BY_NAME: ReadonlyMap<string, Board> = new Map(BOARDS.map((board) => [board.name, board]));

export const BOARD_NAMES: readonly [string, ...string[]] = [BOARDS[0].name, ...BOARDS.slice(1).map(({ name }) => name)];

/** For scenarios and the command line. */
export const boardName = z.enum(BOARD_NAMES).describe('A board by name: g2t board list shows them.');

/** @throws InputError that names the boards there are. */
export function boardNamed(name: string): Board {
  const board = BY_NAME.get(name);
  if (!board) throw new InputError(`board: expected one of ${BOARD_NAMES.join(', ')}, got ${name}`);
  return board;
}
