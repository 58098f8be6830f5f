import { describe, expect, it } from 'vitest';
import type { DeviceSpec } from '../device/host-types.ts';
import { FRAME, HEADER } from '../protocol/frame.ts';
import { FakeBoard, type Troubles } from './fixture.ts';
import { BoardReset, FrameTooLong, Session } from './session.ts';

const SPEC: DeviceSpec = {
  ramBytes: 20_000,
  flashBytes: 65_536,
  receiveBytes: 1024,
  megahertz: 72,
  fpu: false,
  benchMicroseconds: 91,
};
/** So short that tests are quick; a fake board answers at once. */
const QUICK = { open: 300, answer: 300, retry: 20 };

async function begun(troubles: Troubles = {}): Promise<{ board: FakeBoard; session: Session }> {
  const board = new FakeBoard(troubles);
  const session = await Session.open(board, QUICK);
  expect(await session.begin(3, SPEC, [])).toBe(0);
  return { board, session };
}

describe('a session with a board', () => {
  it('learns what the board is, begins a device, and gets what it says', async () => {
    const { session } = await begun();
    expect(session.info).toMatchObject({
      name: 'fake',
      counter: 'cycles',
      clockHz: 64_000_000,
      firmware: 'ab'.repeat(32),
    });
    const hello = await session.poll(0);
    expect(hello.frame[HEADER.type]).toBe(FRAME.hello);
    expect(hello.frame[HEADER.device]).toBe(3);
    expect(hello).toMatchObject({ status: 0, counter: 640, deadline: Number.POSITIVE_INFINITY });
    expect((await session.poll(0)).frame.length).toBe(0);
    expect((await session.frame(5, Uint8Array.of(1, 2, 3))).status).toBe(-1);
    expect(session.counts).toEqual({ packets: 5, repeated: 0, dropped: 0 });
  });

  it('sends again what is lost on either way, and the board does nothing twice', async () => {
    // Packets: INFO, BEGIN, then polls; 4 is lost on its way there, the answer to 6 on its way back, that to 8 broken.
    const { board, session } = await begun({ lostOut: [4], lostBack: [6], flipped: [8] });
    const frames = [];
    for (let n = 0; n < 4; n++) frames.push((await session.poll(n)).frame.length);
    expect(frames).toEqual([36, 0, 0, 0]);
    expect(board.calls).toBe(4);
    expect(session.counts).toMatchObject({ repeated: 3, dropped: 1 });
  });

  it('goes on through noise', async () => {
    const { session } = await begun({ noise: true });
    expect((await session.poll(0)).frame.length).toBe(36);
    expect(session.counts.dropped).toBeGreaterThanOrEqual(3);
  });

  it('gives up on a board that says nothing, and lets go of it', async () => {
    const board = new FakeBoard({ silent: true });
    await expect(Session.open(board, QUICK)).rejects.toThrow(
      'fake: the board does not answer: 0 s of waiting brought nothing',
    );
    expect(board.closed).toBe(true);
  });

  it('says when a board falls silent, was reset, or is unplugged, at any packet', async () => {
    const { session: reset } = await begun({ resetAt: [4] });
    await reset.poll(0);
    await expect(reset.poll(1)).rejects.toThrow(BoardReset);
    const { session: unplugged } = await begun({ unpluggedAt: 3 });
    await expect(unplugged.poll(0)).rejects.toThrow('fake: the board went away: the cable was pulled');
    await expect(unplugged.poll(1)).rejects.toThrow('the board went away');
    await expect(Session.open(new FakeBoard({ unpluggedAt: 1 }), QUICK)).rejects.toThrow('the board went away');
    const { session: silent } = await begun({ lostOut: Array.from({ length: 99 }, (_, n) => n + 3) });
    await expect(silent.poll(0)).rejects.toThrow('the board does not answer');
  });

  it('refuses a board of another protocol, and a frame longer than the board takes', async () => {
    await expect(Session.open(new FakeBoard({ protocol: 2 }), QUICK)).rejects.toThrow('speaks protocol 2, expected 1');
    const { session } = await begun({ maxBody: 100 });
    await expect(session.frame(0, new Uint8Array(90))).rejects.toThrow(FrameTooLong);
    expect((await session.frame(0, new Uint8Array(89))).status).toBe(-2);
  });
});
