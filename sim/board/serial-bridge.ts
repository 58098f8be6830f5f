import { openSerial } from './serial-link.ts';

// A process of its own between a serial port and this program's standard input and output: node serial-bridge.js PATH BAUD.
// The package serialport works in the main thread of a process only, and the boards of a run have a thread of their own.

const [path, baud] = process.argv.slice(2) as [string, string];

function leave(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

try {
  const link = await openSerial({ path, baud: Number(baud) });
  link.onBytes((bytes) => process.stdout.write(bytes));
  link.onEnd(leave);
  process.stdin.on('data', (bytes: Uint8Array) => link.write(bytes));
  process.stdin.on('end', async () => {
    await link.close();
    process.exit(0);
  });
} catch (error) {
  leave(error instanceof Error ? error.message.replace(`serial:${path}: `, '') : String(error));
}
