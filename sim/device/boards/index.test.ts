import { describe, expect, it } from 'vitest';
import { InputError } from '../../kernel/errors.ts';
import { memoryOf, trainingBytes } from '../memory.ts';
import { BOARD_NAMES, BOARDS, boardName, boardNamed } from './index.ts';

describe('the registry of boards', () => {
  it('has the boards that scenarios may name', () => {
    for (const name of ['nrf52840', 'stm32f103c8', 'samd21g18', 'esp32', 'smart-bulb', 'smart-speaker']) {
      expect(boardName.parse(name)).toBe(name);
    }
    for (const name of ['raspberry-pi-3', 'raspberry-pi-4', 'i7-8650u']) expect(boardNamed(name).name).toBe(name);
    expect(new Set(BOARD_NAMES).size).toBe(BOARDS.length);
  });

  it('refuses an unknown name and lists the known', () => {
    expect(() => boardNamed('nrf5284')).toThrow(InputError);
    expect(() => boardNamed('nrf5284')).toThrow(/nrf52840.*got nrf5284/);
    expect(boardName.safeParse('toaster').success).toBe(false);
  });

  it.each(BOARDS)('$name: every figure is in range and has a source', (board) => {
    expect(board.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(Number.isInteger(board.kilohertz) && board.kilohertz >= 1000).toBe(true);
    expect(Number.isInteger(board.tls.kilohertz)).toBe(true);
    for (const watts of Object.values(board.power)) expect(watts).toBeGreaterThan(0);
    expect(board.power.idle).toBeLessThanOrEqual(board.power.compute + board.power.receive);
    for (const cycles of Object.values(board.own)) expect(cycles).toBeGreaterThan(0);
    for (const table of Object.values(board.costs)) {
      for (const cost of table) expect(cost >= 0 && Number.isFinite(cost)).toBe(true);
    }
    expect(Number.isInteger(board.asPublished.passes)).toBe(true);
    expect(board.tls.resumedCycles).toBeLessThan(board.tls.fullCycles);
    for (const source of Object.values(board.sources)) expect(source.length).toBeGreaterThan(10);
    expect(trainingBytes(board)).toBeGreaterThan(8 * 1024);
  });

  it('keeps TLS off a board that could not hold it beside training', () => {
    for (const board of BOARDS.filter(({ ramBytes }) => ramBytes <= 32_768)) {
      expect(board.tls.place).not.toBe('board');
      expect(board.ramBytes - board.systemBytes - 40_960).toBeLessThan(0);
    }
  });
});

describe('memoryOf', () => {
  const need = { features: 22, held: 16, cachedRows: 38, receiveBytes: 1024 };

  it('adds the parts and gives the margin', () => {
    const use = memoryOf(boardNamed('stm32f103c8'), need);
    expect(use.learner).toBe(240);
    expect(use.held).toBe(16 * 101);
    expect(use.cache).toBe(38 * 99);
    expect(use.needed).toBe(768 + 240 + 1616 + 3762 + 1024);
    expect(use.margin).toBe(20_480 - 3072 - use.needed);
    expect(use.fits).toBe(true);
  });

  it('says what does not fit', () => {
    const use = memoryOf(boardNamed('stm32f103c8'), { ...need, cachedRows: 675 });
    expect(use.fits).toBe(false);
    expect(use.margin).toBeLessThan(0);
    expect(memoryOf(boardNamed('nrf52840'), { ...need, cachedRows: 675 }).fits).toBe(true);
  });
});
