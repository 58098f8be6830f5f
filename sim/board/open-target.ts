import { BOARDS } from '../device/boards/index.ts';
import { coreOfBoard, type Target, targetName } from '../device/target.ts';
import type { Patience } from './session.ts';
import { Session } from './session.ts';
import { openTarget } from './targets.ts';
import type { OpenTarget } from './validate.ts';

/** A session with a target, which names itself in certificates. */
export type SessionTarget = OpenTarget & { readonly session: Session };

/** Connects to a target and asks what it is. @throws RunError, InputError */
export async function openSession(target: Target, patience?: Patience): Promise<SessionTarget> {
  const session = await Session.open(await openTarget(target), patience);
  const { name, counter, clockHz, memory, firmware } = session.info;
  return {
    session,
    about: {
      target: targetName(target),
      board: name,
      core: coreOfBoard(name, BOARDS) ?? null,
      counter,
      clock_hz: clockHz,
      memory,
      firmware,
    },
    get wire() {
      return session.counts;
    },
    begin: (device, spec, rows) => session.begin(device, spec, rows),
    frame: (us, bytes) => session.frame(us, bytes),
    timer: (us) => session.timer(us),
    poll: (us) => session.poll(us),
  };
}
