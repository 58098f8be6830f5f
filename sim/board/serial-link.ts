import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SerialPort } from 'serialport';
import { InputError, RunError } from '../kernel/errors.ts';
import { type Link, LinkEvents } from './link.ts';
import { openProcess } from './process-link.ts';

/** Bits on the wire for a byte: start, eight, stop. */
const BITS_A_BYTE = 10;

/** What of serialport's options this program uses. */
export interface SerialOptions {
  readonly path: string;
  readonly baud: number;
}

/**
 * A board on a serial port, over the package `serialport`, which is loaded only here. A pseudo-terminal will do: it has no modem
 * lines, and that these cannot be set is no fault. @throws InputError when there is no such port, RunError when it does not open.
 */
export async function openSerial({ path, baud }: SerialOptions): Promise<Link> {
  const name = `serial:${path}`;
  expectPort(path);
  const Port = await loadPort(name);
  const port = new Port({ path, baudRate: baud, autoOpen: false });
  const events = new LinkEvents();
  port.on('data', (bytes: Uint8Array) => events.arrived(bytes));
  port.on('error', (error) => events.ended(`the port reported: ${error.message}`));
  port.on('close', () => events.ended('the port was closed: the board was unplugged'));
  await new Promise<void>((resolve, reject) => {
    port.open((cause) => {
      if (cause === null) resolve();
      else reject(new RunError(`${name}: ${whyNot(cause)}`, { cause }));
    });
  });
  // Boards with USB of their own send nothing before the line is up; where there is no such line there is nothing to do.
  await new Promise<void>((resolve) => port.set({ dtr: true, rts: true }, () => resolve()));
  return {
    name,
    bytesPerSecond: baud / BITS_A_BYTE,
    write: (bytes) => {
      if (!events.over && port.isOpen) port.write(bytes);
    },
    onBytes: (take) => events.onBytes(take),
    onEnd: (end) => events.onEnd(end),
    close: async () => {
      events.closed();
      if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
    },
  };
}

/** The compiled serial-bridge.ts, from the sources and from the compiled program alike. */
const BRIDGE = fileURLToPath(new URL('../../dist/board/serial-bridge.js', import.meta.url));

/** The same through a process of its own: the package works in the main thread of a process only. */
export async function openSerialApart({ path, baud }: SerialOptions): Promise<Link> {
  expectPort(path);
  return openProcess({
    name: `serial:${path}`,
    command: process.execPath,
    args: [BRIDGE, path, String(baud)],
    missing: `cannot start ${process.execPath}`,
    bytesPerSecond: baud / BITS_A_BYTE,
    speaks: true,
  });
}

function expectPort(path: string): void {
  if (!path.startsWith('/') || existsSync(path)) return;
  throw new InputError(`serial:${path}: expected a serial port, got nothing at ${path}; is the board plugged in?`);
}

async function loadPort(name: string): Promise<typeof SerialPort> {
  try {
    return (await import('serialport')).SerialPort;
  } catch (cause) {
    const why = 'the optional package serialport is not installed, or not for this machine; npm install serialport';
    throw new RunError(`${name}: ${why}`, { cause });
  }
}

function whyNot(error: Error): string {
  const { message } = error;
  if (/permission denied/i.test(message)) return 'permission denied; is this user in the group dialout?';
  if (/lock|busy/i.test(message)) return 'another program has the port open';
  return `the port does not open (${message.replace(/^Error:?\s*/, '')})`;
}
