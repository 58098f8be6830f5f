import { describe, expect, it } from 'vitest';
import { boardFile, boardOfChoice, boardOfFile, CYCLE_KEYS, isBoardPath } from './board-file.ts';
import { boardNamed } from './boards/index.ts';
import { WORK } from './host-types.ts';

const WRITTEN = { schema: 1, name: 'mine', base: 'stm32f103c8', cycles: { row: 7 }, source: 'by hand' };

describe('a board file', () => {
  it('is its base, but for what it says', () => {
    const base = boardNamed('stm32f103c8');
    const board = boardOfFile(boardFile.parse({ ...WRITTEN, clock: '48 MHz' }));
    expect(board).toMatchObject({ name: 'mine', kilohertz: 48_000, ramBytes: base.ramBytes, tls: base.tls });
    expect(board.own).toEqual({ ...base.own, row: 7 });
    expect(board.costs.ours[WORK.rows]).toBe(7);
    expect(board.costs['as-published']).toEqual(base.costs['as-published']);
    expect(board.sources.own).toBe('by hand');
    expect(boardOfFile(boardFile.parse(WRITTEN)).kilohertz).toBe(72_000);
    expect(boardOfFile(boardFile.parse({ ...WRITTEN, clock: '65.535 GHz' })).kilohertz).toBe(65_535_000);
  });

  it('has a key for every cost of a board', () => {
    expect(Object.values(CYCLE_KEYS).sort()).toEqual(Object.keys(boardNamed('nrf52840').own).sort());
  });

  it.each([
    { ...WRITTEN, base: 'toaster' },
    { ...WRITTEN, cycles: { rows: 7 } },
    { ...WRITTEN, cycles: { row: -1 } },
    { ...WRITTEN, clock: 48 },
    // More MHz than the 16 bits in which a device tells its clock.
    { ...WRITTEN, clock: '65.536 GHz' },
    { ...WRITTEN, name: 'My Board' },
    { ...WRITTEN, schema: 2 },
  ])('refuses %o', (written) => {
    expect(boardFile.safeParse(written).success).toBe(false);
  });

  it('stands where a name stands', () => {
    expect(boardOfChoice('esp32')).toBe(boardNamed('esp32'));
    expect(boardOfChoice(boardFile.parse(WRITTEN)).name).toBe('mine');
    expect(['./a.yaml', 'b.yml', 'esp32', 3].map(isBoardPath)).toEqual([true, true, false, false]);
  });
});
