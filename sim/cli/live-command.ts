import { readDocument } from '../files/read.ts';
import { EXIT, InputError } from '../kernel/errors.ts';
import { openLive } from '../live/live.ts';
import { loadFirmware } from '../run/inputs.ts';
import { scenarioOf } from './check-command.ts';
import { folderOf } from './data-command.ts';
import type { Io } from './io.ts';
import { type Arguments, positional, text, wholeNumber } from './usage.ts';
import { packageVersion } from './version.ts';

const MOST_PORT = 65_535;
const SPEEDS = { least: 0.001, most: 1e6 } as const;

/** Serves the live page of a scenario until Ctrl-C. */
export async function run(args: Arguments, io: Io): Promise<number> {
  // Faults of the firmware and the scenario are told before anything is served.
  loadFirmware();
  const { scenario, set, inputs } = scenarioOf(args);
  const port = wholeNumber(args, 'port', { min: 0, max: MOST_PORT, otherwise: 0 })!;
  const file = positional(args, 'scenario');
  const live = await openLive(
    {
      file,
      bytes: readDocument(file),
      // What board files say is among it.
      set,
      inputs,
      seed: scenario.seed,
      dataDir: folderOf(args, io),
      outDir: text(args, 'out') ?? 'results',
      speed: speedOf(text(args, 'speed') ?? '1'),
      version: packageVersion(),
    },
    port,
  );
  try {
    io.stdout.write(`${live.url}\n`);
    io.stderr.write(`${scenario.name} is ready at the address above; Ctrl-C ends it\n`);
    await new Promise<void>((resolve) => {
      if (io.interrupt.aborted) resolve();
      else io.interrupt.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await live.close();
  }
  return EXIT.interrupted;
}

/** Simulated seconds a second; null for as fast as it goes. */
function speedOf(written: string): number | null {
  if (written === 'max') return null;
  const speed = Number(written);
  if (speed >= SPEEDS.least && speed <= SPEEDS.most) return speed;
  throw new InputError(`--speed: expected max or ${SPEEDS.least} to ${SPEEDS.most}, got ${written}`);
}
