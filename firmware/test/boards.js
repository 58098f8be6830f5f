// The serial port for real: boards that are processes or emulated, driven through every learner, held against each other byte for byte.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { coreHash } from '../../wasm/compile.js';
import { BOARDS } from '../port/cortex-m/boards.js';
import { buildBoard, buildSuite, emulator, QEMU } from '../port/cortex-m/images.js';
import { boardStack, check as checkSizes, measure } from '../port/cortex-m/sizes.js';
import { buildNative } from '../port/native/build.js';
import { arduinoOnHost } from './arduino.js';
import { DeviceSession } from './device-session.js';
import { stackMonitor } from './stack-used.js';
import { openWire } from './wire.js';

/** What fits the smallest of the boards, 8 kB in all; LDA's state is what needs most. */
const DEVICE = { ram: 4096, receive: 1024, heldRows: 30 };

/** What a target says of itself and sends, through the whole session. */
async function drive({ command, args }, atEnd = async () => {}) {
  const wire = openWire(command, args);
  try {
    const session = new DeviceSession(wire);
    const info = await session.info();
    await session.begin(DEVICE);
    const learned = await session.everyLearner();
    await atEnd();
    return { info, ...learned };
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

/** The Arduino library's sketches, natively on a stub core. */
export async function arduinoSketches(check) {
  await arduinoOnHost(check, drive, await drive({ command: buildNative()['native-board'], args: [] }));
}

/** Every emulated board: the bytes and the counts of the one that is a process. */
export async function emulatedBoards(check) {
  const reference = await drive({ command: buildNative()['native-board'], args: [] });
  for (const [name, { machine, script }] of Object.entries(BOARDS)) {
    if (machine === undefined || script !== undefined) continue;
    const elf = buildBoard(name);
    await disturb({ command: QEMU, args: emulator(machine, elf) }, check);
    const monitor = stackMonitor();
    const target = { command: QEMU, args: emulator(machine, elf, monitor.chardev) };
    let used = 0;
    const got = await drive(target, async () => {
      used = await monitor.used(elf);
    });
    monitor.close();
    const bound = boardStack(name);
    check(used > 200 && used <= bound, `${name}: the stack stays within its bound`, `${used} of ${bound} B`);
    check(got.info.name === `qemu:${name}`, `${name} says its name`);
    check(got.info.firmware === reference.info.firmware, `${name} has the same sources`);
    check(got.digest === reference.digest, `${name} sends the same bytes`, `${got.digest}, not ${reference.digest}`);
    for (const [i, { learner, counter, uploads }] of got.counted.entries()) {
      check(uploads.join() === reference.counted[i].uploads.join(), `${name}, ${learner}: the same weights`);
      check(counter > 0, `${name}, ${learner}: instructions are counted`);
    }
  }
}

/**
 * The suite itself on emulated cores. The whole of it needs more RAM than any Cortex-M0 that QEMU has: ARMv6-M code runs as it is on the Cortex-M3 of
 * mps2-an385, and what fits 16 kB (no matrices in double precision, no data set, no frames of 8 KiB) on the micro:bit's own core.
 */
const SUITES = [
  { name: 'suite-m4f', machine: 'mps2-an386', core: 'm4f', script: 'suite-mps2', small: false },
  { name: 'suite-m3', machine: 'mps2-an385', core: 'm3', script: 'suite-mps2', small: false },
  { name: 'suite-m0', machine: 'mps2-an385', core: 'm0', script: 'suite-mps2', small: false },
  { name: 'suite-m0-small', machine: 'microbit', core: 'm0', script: 'suite-microbit', small: true },
];

const QUIET = ['-nographic', '-monitor', 'none', '-serial', 'null', '-semihosting-config', 'enable=on,target=native'];

/** `report(name, output, code)` takes each one's output. */
export function emulatedSuites(report) {
  for (const { name, machine, ...image } of SUITES) {
    const args = ['-M', machine, ...QUIET, '-kernel', buildSuite({ name, ...image })];
    const { stdout, stderr, status } = spawnSync(QEMU, args, { encoding: 'utf8', timeout: 300_000 });
    report(`${name} on ${machine}`, stdout + stderr, status);
  }
}

/** A bootloader's file, read back: magic words, addresses in order, the family, and the image whole. */
function checkUf2(check, name, family, origin) {
  const elf = buildBoard(name);
  const [file, image] = ['uf2', 'bin'].map((ending) => readFileSync(elf.replace(/elf$/, ending)));
  const blocks = Array.from({ length: file.length / 512 }, (_, i) => file.subarray(512 * i, 512 * (i + 1)));
  const good = blocks.every((block, i) => {
    const words = Array.from({ length: 8 }, (_, w) => block.readUInt32LE(4 * w));
    const expected = [0x0a324655, 0x9e5d5157, 0x2000, origin + 256 * i, 256, i, blocks.length, family];
    return words.join() === expected.join() && block.readUInt32LE(508) === 0x0ab16f30;
  });
  const data = Buffer.concat(blocks.map((block) => block.subarray(32, 288)));
  check(good && data.subarray(0, image.length).equals(image), `${name}.uf2 holds the image`);
  check(
    image.readUInt32LE(4) > origin && image.readUInt32LE(4) < origin + image.length,
    `${name} starts within itself`,
  );
}

/** The sizes of every image, and what must hold of them. */
export function boardSizes(check) {
  const { lines, note } = checkSizes(measure());
  if (note !== undefined) console.log(note);
  check(lines.length === 0, 'sizes of the boards', lines.join('\n'));
  for (const [name, { uf2, origin }] of Object.entries(BOARDS))
    if (uf2 !== undefined) checkUf2(check, name, uf2, origin);
}

/** The paper's case in the RAM of an STM32F103C8: 16 finished classifiers wait for their ACK, LDA still trains, and a cache that does not fit is refused. */
export async function smallestBoard(check) {
  const name = 'lm3s6965evb-20k';
  const wire = openWire(QEMU, emulator(BOARDS[name].machine, buildBoard(name)));
  try {
    const session = new DeviceSession(wire);
    const { memory } = await session.info();
    await session.begin({ ram: 256 + 2048 + memory, receive: 2048 });
    const { uploads, refused } = await session.fillOutbox(16);
    check(uploads === 17, '16 classifiers are held while a 17th trains', `${uploads} uploads`);
    check(refused, 'a task beyond the RAM is refused');
  } finally {
    wire.close();
  }
}
