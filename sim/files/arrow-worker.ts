import { parentPort } from 'node:worker_threads';
import { InputError } from '../kernel/errors.ts';
import { loadArrow, readArrow } from './arrow.ts';
import type { ArrowAnswer, ArrowJob } from './guarded-arrow.ts';

// What the thread of `readArrowGuarded` runs: one table after another.

const port = parentPort!;

async function answerTo({ bytes, place }: ArrowJob): Promise<ArrowAnswer> {
  try {
    return await readArrow(bytes, place);
  } catch (error) {
    if (error instanceof InputError) return { fault: error.message.replace(/^.*?, got /, '') };
    return { fault: `something else (${error instanceof Error ? error.message : String(error)})` };
  }
}

port.on('message', async (job: ArrowJob) => {
  port.postMessage(await answerTo(job));
});
await loadArrow();
port.postMessage('ready');
