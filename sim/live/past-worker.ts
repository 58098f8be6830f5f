import { parentPort, workerData } from 'node:worker_threads';
import type { PastAnswer, PastQuestion } from './past-reader.ts';
import { PastRuns } from './past-runs.ts';

/** The thread that reads the results folder, by `PastReader`. */
const port = parentPort!;
const runs = new PastRuns(workerData as string);

port.on('message', async (question: PastQuestion) => port.postMessage(await answerTo(question)));

async function answerTo(question: PastQuestion): Promise<PastAnswer> {
  try {
    const found = question.kind === 'list' ? runs.list() : await runs.series(question.id);
    if (found === undefined) return { kind: 'nothing' };
    return { kind: 'found', json: new TextEncoder().encode(JSON.stringify(found)) };
  } catch {
    // Tables without the columns of a result, numbers out of all ranges: whatever is in it, it is no result.
    return { kind: 'failed', why: 'it cannot be read' };
  }
}
