import { type MessagePort, workerData } from 'node:worker_threads';
import { G2tError } from '../kernel/errors.ts';
import type { LiveAnswer, LiveCall, LiveSetup, OpenBoard } from './live-calls.ts';
import { openSession, type SessionTarget } from './open-target.ts';
import { PATIENCE } from './session.ts';

// The thread that owns the boards of a run: their wires need an event loop, and the simulation has none to spare.

const { setup, port } = workerData as { readonly setup: LiveSetup; readonly port: MessagePort };
/** A simulation that waits cannot be interrupted, so it waits for less long than a validation would. */
const LIVE_PATIENCE = { ...PATIENCE, answer: 60_000 };
const boards = new Map<number, SessionTarget>();

port.on('message', async (call: LiveCall) => {
  port.postMessage(await answerTo(call));
  Atomics.store(setup.answered, 0, 1);
  Atomics.notify(setup.answered, 0);
  if (call.kind === 'close') port.close();
});

/** All that goes wrong is part of the answer. */
async function answerTo(call: LiveCall): Promise<LiveAnswer> {
  try {
    return await done(call);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const exitCode = error instanceof G2tError ? error.exitCode : undefined;
    return { kind: 'failed', message, exitCode, stack: stack ?? message };
  }
}

async function done(call: LiveCall): Promise<LiveAnswer> {
  switch (call.kind) {
    case 'open':
      return { kind: 'opened', boards: await open() };
    case 'close':
      await Promise.all(Array.from(boards.values(), ({ session }) => session.close()));
      return { kind: 'closed' };
    case 'begin': {
      const { device, spec, rows } = call;
      return { kind: 'began', status: await boards.get(device)!.begin(device, spec, rows) };
    }
    case 'frame':
      return { kind: 'called', answer: await boards.get(call.device)!.frame(call.us, call.bytes) };
    default:
      return { kind: 'called', answer: await boards.get(call.device)![call.kind](call.us) };
  }
}

async function open(): Promise<OpenBoard[]> {
  const opened: OpenBoard[] = [];
  for (const { device, target } of setup.boards) {
    const board = await openSession(target, LIVE_PATIENCE);
    boards.set(device, board);
    const { info, process } = board.session;
    opened.push({ device, info, process });
  }
  return opened;
}
