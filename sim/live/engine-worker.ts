import { parentPort, workerData } from 'node:worker_threads';
import { G2tError, InputError } from '../kernel/errors.ts';
import { loadFirmware } from '../run/inputs.ts';
import { loadScenario } from '../scenario/load.ts';
import { LiveEngine } from './engine.ts';
import type { Command, CommandAnswer } from './messages.ts';
import { saveSession } from './save.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';

/** The thread of the simulation: it answers when asked, between two slices of its work, and says nothing otherwise. */
const port = parentPort!;
const setup = workerData as WorkerSetup;
const startedAt = performance.now();
const firmware = loadFirmware();
const base = loadScenario(setup);
const engine = new LiveEngine({ base, firmware, dataDir: setup.dataDir, speed: setup.speed });

/** The run that the server was told of. */
let told = 0;
/** One command after another, though saving waits for the disk. */
let queue: Promise<unknown> = Promise.resolve();

function say(message: FromWorker): void {
  port.postMessage(message);
}

/** Goes on where there is something to do and nobody does. */
let working = false;
function wake(): void {
  if (working) return;
  working = true;
  const step = (): void => {
    const wait = engine.slice();
    if (wait === undefined) working = false;
    else if (wait === 0) setImmediate(step);
    else setTimeout(step, wait);
  };
  step();
}

async function act(command: Command): Promise<CommandAnswer> {
  switch (command.do) {
    case 'play':
      engine.play();
      return {};
    case 'pause':
      engine.pause();
      return {};
    case 'step':
      engine.step(command.by);
      return {};
    case 'speed':
      engine.setSpeed(command.speed);
      return {};
    case 'watch':
      engine.watch(command.device);
      return {};
    case 'set':
      engine.turn(command.knobs);
      return {};
    case 'restart': {
      const { seed, dataCase, method } = command;
      engine.begin({ seed, dataCase, method });
      return {};
    }
    case 'save': {
      const runs = engine.runs();
      if (runs.length === 0) throw new InputError('nothing has happened yet: there is nothing to save');
      const { outDir, version } = setup;
      return saveSession(runs, { outDir, name: base.scenario.name, firmware, version, startedAt });
    }
  }
}

async function answer(message: ToWorker & { readonly kind: 'command' }): Promise<void> {
  let answer: CommandAnswer;
  try {
    answer = await act(message.command);
  } catch (error) {
    if (!(error instanceof G2tError)) throw error;
    answer = { error: error.message };
  }
  say({ kind: 'answer', id: message.id, answer });
  wake();
}

port.on('message', (message: ToWorker) => {
  if (message.kind === 'command') {
    queue = queue.then(() => answer(message));
    return;
  }
  const { info } = engine;
  if (info === undefined) return;
  const snapshot = engine.snapshot();
  say({ kind: 'snapshot', snapshot, ...(info.generation === told ? {} : { info }) });
  told = info.generation;
});

try {
  engine.begin();
  say({ kind: 'ready' });
} catch (error) {
  if (!(error instanceof G2tError)) throw error;
  say({ kind: 'refused', message: error.message, exitCode: error.exitCode });
}
