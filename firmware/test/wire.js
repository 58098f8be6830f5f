// A host for the suite at the other end of a board's wire (port/serial): packets to a process's standard input, answers from its output. The
// simulator's own, with time-outs for every way a board can fail, is sim/board.
import { spawn } from 'node:child_process';
import { crc32 } from 'node:zlib';

const PATIENCE_MS = 60_000;
const REPEAT_MS = 1_000;

function stuffed(body) {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(body));
  const out = [];
  let block = [];
  const end = () => {
    out.push(block.length + 1, ...block);
    block = [];
  };
  for (const byte of Buffer.concat([body, crc])) {
    if (block.length === 254) end();
    if (byte === 0) end();
    else block.push(byte);
  }
  end();
  return Buffer.from([...out, 0]);
}

/** The body of what came between two zeros; undefined where it does not check. */
function unstuffed(packet) {
  const out = [];
  for (let at = 0; at < packet.length; ) {
    const code = packet[at];
    out.push(...packet.subarray(at + 1, at + code));
    at += code;
    if (code < 255 && at < packet.length) out.push(0);
  }
  const whole = Buffer.from(out);
  if (whole.length < 7) return undefined;
  const body = whole.subarray(0, -4);
  return crc32(body) === whole.readUInt32LE(body.length) ? body : undefined;
}

/** Opens a board that is a process; `ask` sends a packet and resolves to the answer's kind and fields. */
export function openWire(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let pending = Buffer.alloc(0);
  let said = '';
  let sequence = 100;
  let arrived = () => {};
  let gone = false;
  const queue = [];
  child.stdout.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (let zero = pending.indexOf(0); zero >= 0; zero = pending.indexOf(0)) {
      const body = unstuffed(pending.subarray(0, zero));
      pending = pending.subarray(zero + 1);
      if (body !== undefined) queue.push(body);
    }
    arrived();
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.on('error', (error) => {
    said += error.message;
  });
  child.on('close', () => {
    gone = true;
    arrived();
  });
  child.stdin.on('error', () => {});

  /** The answer that repeats the number; late ones to a packet that was sent twice are dropped. */
  function taken() {
    while (queue.length > 0) {
      const body = queue.shift();
      if (body.readUInt16LE(1) === sequence) return body;
    }
    return undefined;
  }

  /** Sends the packet again and again: a board that is still starting loses what comes before its UART is on. */
  async function exchange(packet, what) {
    const until = Date.now() + PATIENCE_MS;
    for (let again = Date.now(); ; ) {
      if (gone) throw new Error(`${command} ended in the middle of ${what}: ${said}`);
      if (Date.now() > until)
        throw new Error(`${command} did not answer ${what} within ${PATIENCE_MS / 1000} s: ${said}`);
      if (Date.now() >= again) {
        child.stdin.write(packet);
        again = Date.now() + REPEAT_MS;
      }
      let timer;
      await new Promise((resolve) => {
        arrived = resolve;
        timer = setTimeout(resolve, again - Date.now());
      });
      clearTimeout(timer);
      const body = taken();
      if (body !== undefined) return body;
    }
  }

  async function ask(kind, fields = Buffer.alloc(0), { repeat = false } = {}) {
    if (!repeat) sequence = (sequence + 1) & 0xffff;
    const head = Buffer.from([kind, sequence & 0xff, sequence >> 8]);
    const body = await exchange(stuffed(Buffer.concat([head, fields])), `packet 0x${kind.toString(16)}`);
    return { kind: body[0], fields: body.subarray(3) };
  }

  return {
    ask,
    /** Bytes as they are. */
    noise: (bytes) => child.stdin.write(bytes),
    close: () => {
      child.stdin.end();
      child.kill();
    },
  };
}
