import { describe, expect, it } from 'vitest';
import { boardNamed } from './boards/index.ts';
import { modelOfTarget, readTarget, targetName } from './target.ts';

describe('a target', () => {
  it('is a process, an emulated board or a serial port, and is named again as it was written', () => {
    for (const text of [
      'native',
      'native:/tmp/x',
      'qemu:microbit',
      'qemu:mps2-an386',
      'serial:/dev/ttyACM0',
      'serial:COM3',
    ])
      expect(targetName(readTarget(text)!)).toBe(text);
    expect(readTarget('serial:/dev/ttyACM0')).toEqual({ kind: 'serial', path: '/dev/ttyACM0', baud: 115_200 });
    expect(readTarget('serial:/dev/ttyUSB1@921600')).toEqual({ kind: 'serial', path: '/dev/ttyUSB1', baud: 921_600 });
  });

  it('is nothing else', () => {
    for (const text of ['', 'qemu', 'qemu:', 'qemu:raspi', 'serial', 'serial:', 'nrf52840', 'Native', 'tty:/dev/x'])
      expect(readTarget(text), text).toBeUndefined();
  });

  it('has a board that there is for what is not measured', () => {
    for (const text of [
      'native',
      'qemu:microbit',
      'qemu:stm32vldiscovery',
      'qemu:lm3s6965evb',
      'qemu:mps2-an386',
      'serial:x',
    ])
      expect(boardNamed(modelOfTarget(readTarget(text)!)).name).toBeTruthy();
  });
});
