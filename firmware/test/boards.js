// The serial port for real: boards that are processes or emulated, driven through every learner, held against each other byte for byte.

import { coreHash } from '../../wasm/compile.js';
import { BOARDS } from '../port/cortex-m/boards.js';
import { buildBoard, emulator, QEMU } from '../port/cortex-m/images.js';
import { buildNative } from '../port/native/build.js';
import { DeviceSession } from './device-session.js';
import { openWire } from './wire.js';

/** What fits the smallest of the boards, 8 kB in all; LDA's state is what needs most. */
const DEVICE = { ram: 4096, receive: 1024, heldRows: 30 };

/** What a target says of itself and sends, through the whole session. */
async function drive({ command, args }) {
  const wire = openWire(command, args);
  try {
    const session = new DeviceSession(wire);
    const info = await session.info();
    await session.begin(DEVICE);
    return { info, ...(await session.everyLearner()) };
  } finally {
    wire.close();
  }
}

/** Noise, a packet sent twice, one before BEGIN and an unknown one: each is answered as the protocol says, and the session goes on. */
async function disturb({ command, args }, check) {
  const wire = openWire(command, args);
  try {
    const poll = Buffer.alloc(8);
    const early = await wire.ask(0x05, poll);
    check(early.kind === 0xff && early.fields[0] === 1, 'POLL before BEGIN is error 1');
    const session = new DeviceSession(wire);
    await session.begin(DEVICE);
    wire.noise(Buffer.from([0, 0, 5, 1, 2, 3, 0, 255, 17, 0]));
    const hello = await wire.ask(0x05, poll);
    check(hello.kind === 0x85 && hello.fields.length === 21 + 120 + 36, 'HELLO is polled after noise');
    const again = await wire.ask(0x05, poll, { repeat: true });
    check(again.fields.equals(hello.fields), 'a repeated packet gets the same answer');
    const none = await wire.ask(0x05, poll);
    check(none.fields.length === 21 + 120, 'HELLO is sent once');
    const unknown = await wire.ask(0x44);
    check(unknown.kind === 0xff && unknown.fields[0] === 2, 'an unknown kind is error 2');
  } finally {
    wire.close();
  }
}

/** The board that is a process, and its twin that rounds otherwise; `check(good, what)` counts. */
export async function nativeBoards(check) {
  const built = buildNative();
  const plain = { command: built['native-board'], args: [] };
  await disturb(plain, check);
  const reference = await drive(plain);
  check(reference.info.firmware === coreHash().toString('hex'), 'INFO says the hash of the sources');
  const fused = await drive({ command: built['native-board-fma'], args: [] });
  check(fused.info.firmware === reference.info.firmware, 'the contracted build has the same sources');
  for (const name of ['svm', 'logistic', 'lda', 'train-pp']) {
    const [a, b] = [reference, fused].map(({ counted }) => counted.find(({ learner }) => learner === name));
    check(a.uploads.join() !== b.uploads.join(), `${name}: contraction changes the weights`);
  }
  return reference;
}

/** Every emulated board: the bytes and the counts of the one that is a process. */
export async function emulatedBoards(check) {
  const reference = await drive({ command: buildNative()['native-board'], args: [] });
  for (const [name, { machine, script }] of Object.entries(BOARDS)) {
    if (machine === undefined || script !== undefined) continue;
    const target = { command: QEMU, args: emulator(machine, buildBoard(name)) };
    await disturb(target, check);
    const got = await drive(target);
    check(got.info.name === `qemu:${name}`, `${name} says its name`);
    check(got.info.firmware === reference.info.firmware, `${name} has the same sources`);
    check(got.digest === reference.digest, `${name} sends the same bytes`, `${got.digest}, not ${reference.digest}`);
    for (const [i, { learner, counter, uploads }] of got.counted.entries()) {
      check(uploads.join() === reference.counted[i].uploads.join(), `${name}, ${learner}: the same weights`);
      check(counter > 0, `${name}, ${learner}: instructions are counted`);
    }
  }
}
