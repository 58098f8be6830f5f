// How deep the stack of an emulated board has been: start.c paints it, QEMU's monitor shows what is left of the paint.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { symbols } from '../port/cortex-m/sizes.js';

const PAINT = 0xa5;
const PATIENCE_MS = 60_000;

/** A folder with a monitor's socket in it. `used(elf)` answers in bytes; `close` ends it. */
export function stackMonitor() {
  const folder = mkdtempSync(join(tmpdir(), 'g2t-monitor-'));
  const [socket, dump] = [join(folder, 'monitor'), join(folder, 'stack')];
  return {
    chardev: `unix:${socket},server=on,wait=off`,
    async used(elf) {
      const table = symbols(elf);
      const [from, to] = [table.get('stack_start').at, table.get('stack_end').at];
      const monitor = connect(socket);
      monitor.resume();
      monitor.write(`memsave ${from} ${to - from} "${dump}"\n`);
      const until = Date.now() + PATIENCE_MS;
      while (!existsSync(dump) || readFileSync(dump).length < to - from) {
        if (Date.now() > until) throw new Error('the monitor did not save the stack');
        await after(20);
      }
      monitor.end();
      const bytes = readFileSync(dump);
      return bytes.length - bytes.findIndex((byte) => byte !== PAINT);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
