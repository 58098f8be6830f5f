// One device behind a wire, driven through all its learners: what it sends, so that targets can be held against each other.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DEVICE = 5;
const LEARNERS = ['opt-sgd', 'svm', 'logistic', 'lda', 'sefr', 'train-pp'];
const ONE_PASS = new Set(['lda', 'sefr']);
const [CONFIG, TASK, DATA, REFUSE] = [2, 3, 4, 10];
export const FEATURES = 22;
const ROWS = 40;

function frame(type, round, payload) {
  const head = Buffer.alloc(20);
  head.writeUInt16LE(0x3247, 0);
  head[2] = 1;
  head[3] = type;
  head.writeUInt32LE(DEVICE, 4);
  head.writeUInt32LE(round, 8);
  head.writeUInt32LE(payload.length, 12);
  head.writeUInt32LE(crc32(payload, crc32(head.subarray(0, 16))), 16);
  return Buffer.concat([head, payload]);
}

function config(learner) {
  const p = Buffer.alloc(36);
  p[0] = learner;
  p.writeFloatLE(0.1, 4);
  p.writeFloatLE(0.5, 8);
  p.writeUInt16LE(1, 12);
  p.writeUInt16LE(64, 14);
  p.writeFloatLE(1 / 64, 16);
  p.writeUInt32LE(24096, 20);
  p.writeUInt32LE(512, 24);
  return frame(CONFIG, 0, p);
}

/** Rows by DATA, once a pass. */
function task(id, rows, passes, mode) {
  const p = Buffer.alloc(mode & 8 ? 20 : 16);
  p.writeUInt32LE(id, 0);
  p.writeUInt16LE(1, 4);
  p.writeUInt16LE(FEATURES, 8);
  p.writeUInt32LE(rows, 10);
  p[14] = passes;
  p[15] = mode;
  if (mode & 8) p.writeUInt32LE(99, 16);
  return frame(TASK, 0, p);
}

/** Any fixed numbers from 0.1 to 1.1: none of them exact in a product. */
const value = (row, feature) =>
  Math.fround((((row * 7919 + feature * 104729 + row * feature * 31) % 1000) + 100) / 1000);
const label = (row) => (row * 7 + Math.floor(row / 3)) & 1;

function features(row) {
  const p = Buffer.alloc(4 * FEATURES);
  for (let j = 0; j < FEATURES; j++) p.writeFloatLE(value(row, j), 4 * j);
  return p;
}

function data(id, from, count) {
  const rows = [];
  for (let row = from; row < from + count; row++) rows.push(features(row), Buffer.from([label(row)]));
  return frame(DATA, id, Buffer.concat(rows));
}

export class DeviceSession {
  #wire;
  #now = 0;
  #sent = createHash('sha256');

  constructor(wire) {
    this.#wire = wire;
  }

  async info() {
    const { kind, fields } = await this.#wire.ask(0x01);
    if (kind !== 0x81) throw new Error(`expected an answer to INFO, got kind ${kind}`);
    return {
      counter: fields[1],
      clock: fields.readUInt32LE(2),
      maxBody: fields.readUInt32LE(6),
      memory: fields.readUInt32LE(10),
      firmware: fields.subarray(14, 46).toString('hex'),
      name: fields.subarray(47, 47 + fields[46]).toString(),
    };
  }

  async begin({ ram, receive, heldRows = 0 }) {
    const p = Buffer.alloc(28);
    p.writeUInt32LE(DEVICE, 0);
    p.writeUInt32LE(ram, 4);
    p.writeUInt32LE(1 << 20, 8);
    p.writeUInt32LE(receive, 12);
    p.writeFloatLE(40.5, 16);
    p.writeUInt16LE(64, 20);
    p.writeUInt32LE(heldRows, 24);
    const { kind, fields } = await this.#wire.ask(0x02, p);
    if (kind !== 0x82 || fields.readInt32LE(0) !== 0) throw new Error(`BEGIN: kind ${kind}, ${fields.toString('hex')}`);
  }

  /** A frame, or with none a POLL; rows are answered as they are asked for. */
  async #call(kind, bytes = Buffer.alloc(0)) {
    const now = Buffer.alloc(8);
    now.writeBigUInt64LE(BigInt((this.#now += 1000)));
    let answer = await this.#wire.ask(kind, Buffer.concat([now, bytes]));
    let rows = 0;
    while (answer.kind === 0x86) {
      const index = answer.fields.readUInt32LE(0);
      const wanted = answer.fields.readUInt16LE(4);
      const class_ = Buffer.from([label(index), 0]);
      answer = await this.#wire.ask(0x06, wanted === FEATURES ? Buffer.concat([class_, features(index)]) : class_);
      rows++;
    }
    if (answer.kind !== (kind | 0x80))
      throw new Error(
        `expected 0x${(kind | 0x80).toString(16)}, got 0x${answer.kind.toString(16)} ${answer.fields.toString('hex')}`,
      );
    const { fields } = answer;
    const counts = Array.from({ length: fields[20] }, (_, i) => fields.readBigUInt64LE(21 + 8 * i));
    const out = fields.subarray(21 + 8 * fields[20]);
    return { status: fields.readInt32LE(0), counter: Number(fields.readBigUInt64LE(4)), counts, out, rows };
  }

  /** A frame that must be good; what it counted. */
  async frame(bytes) {
    const answer = await this.#call(0x03, bytes);
    if (answer.status !== 0) throw new Error(`expected status 0, got ${answer.status}`);
    return answer;
  }

  /** All frames that are due, folded into the digest too. */
  async drain() {
    const frames = [];
    for (;;) {
      const { out } = await this.#call(0x05);
      if (out.length === 0) return frames;
      frames.push(out);
      this.#sent.update(out);
    }
  }

  /** HELLO, then a task of every learner (rows by DATA, rows by ROW): the digest of all bytes it sent, and counts a learner. */
  async everyLearner() {
    const counted = [];
    await this.drain();
    for (const [number, name] of LEARNERS.entries()) {
      const passes = ONE_PASS.has(name) ? 1 : 3;
      await this.frame(config(number));
      await this.frame(task(10 + number, ROWS, passes, 0));
      let counter = 0;
      for (let row = 0; row < passes * ROWS; row += 10) {
        const rows = await this.frame(data(10 + number, row % ROWS, 10));
        counter += rows.counter;
        this.#sent.update(rows.counts.join());
      }
      await this.frame(task(20 + number, 0, 1, 2 | 8));
      const uploads = await this.drain();
      counted.push({ learner: name, counter, uploads: uploads.map((bytes) => bytes.subarray(20).toString('hex')) });
    }
    return { counted, digest: this.#sent.digest('hex') };
  }

  /** `count` tasks whose uploads nobody acknowledges, then LDA, then a cache as large as the RAM. */
  async fillOutbox(count) {
    await this.drain();
    let uploads = 0;
    for (let n = 0; n <= count; n++) {
      await this.frame(config(n < count ? 0 : LEARNERS.indexOf('lda')));
      await this.frame(task(n, ROWS, 1, 0));
      for (let row = 0; row < ROWS; row += 10) await this.frame(data(n, row, 10));
      uploads += (await this.drain()).length;
    }
    await this.frame(task(99, 60_000, 1, 1));
    const [refusal] = await this.drain();
    return { uploads, refused: refusal?.[3] === REFUSE };
  }
}
