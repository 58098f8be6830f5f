import { PooledHost } from '../device/host.ts';
import type { FirmwareHost } from '../device/host-types.ts';
import type { Instant } from '../kernel/time.ts';
import { loadFirmware } from '../run/inputs.ts';
import { encodePacket, PacketReader } from './cobs.ts';
import { type Link, LinkEvents } from './link.ts';
import { ANSWER, PACKET, type Packet, PROTOCOL, readPacket, writePacket } from './packets.ts';

/** For tests: what a board may suffer; all counted in packets that the host sent, from 1. */
export interface Troubles {
  /** Answers to nothing. */
  readonly silent?: boolean;
  /** Packets that are lost on their way to the board, and answers that are lost on the way back. */
  readonly lostOut?: readonly number[];
  readonly lostBack?: readonly number[];
  /** Answers in which a bit is flipped. */
  readonly flipped?: readonly number[];
  /** Noise before every answer. */
  readonly noise?: boolean;
  /** The board is reset before it takes this packet. */
  readonly resetAt?: readonly number[];
  readonly unpluggedAt?: number;
  readonly protocol?: number;
  readonly maxBody?: number;
  /** Working memory: the firmware is told that it has no more RAM than this. */
  readonly counter?: number;
}

const INFO = 0;

/** For tests: a board in this process. Its firmware is the simulator's; its wire is as bad as it is told. */
export class FakeBoard implements Link {
  readonly name = 'fake';
  readonly bytesPerSecond = undefined;
  /** Frames, timers and polls that were done; a repetition of a packet does nothing. */
  calls = 0;
  closed = false;
  readonly #troubles: Troubles;
  readonly #events = new LinkEvents();
  readonly #reader = new PacketReader();
  #host: FirmwareHost | undefined;
  #packets = 0;
  #last: { readonly kind: number; readonly sequence: number; readonly answer: Uint8Array } | undefined;

  constructor(troubles: Troubles = {}) {
    this.#troubles = troubles;
  }

  write(bytes: Uint8Array): void {
    const copy = bytes.slice();
    setImmediate(() => {
      const { silent, lostOut, unpluggedAt } = this.#troubles;
      this.#packets++;
      if (unpluggedAt === this.#packets) this.#events.ended('the cable was pulled');
      if (this.#events.over || silent === true || lostOut?.includes(this.#packets)) return;
      this.#reader.push(copy, (body) => this.#take(readPacket(body)!));
    });
  }

  onBytes(take: (bytes: Uint8Array) => void): void {
    this.#events.onBytes(take);
  }

  onEnd(end: (why: string) => void): void {
    this.#events.onEnd(end);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#events.closed();
  }

  #take(packet: Packet): void {
    const { noise, lostBack, flipped, resetAt } = this.#troubles;
    if (resetAt?.includes(this.#packets)) {
      this.#host = undefined;
      this.#last = undefined;
    }
    if (this.#last?.kind !== packet.kind || this.#last.sequence !== packet.sequence) {
      const { kind, fields } = this.#answer(packet);
      const answer = encodePacket(writePacket(kind, packet.sequence, fields));
      this.#last = { kind: packet.kind, sequence: packet.sequence, answer };
    }
    if (noise === true) this.#events.arrived(Uint8Array.of(7, 8, 9, 200, 0, 0));
    if (lostBack?.includes(this.#packets)) return;
    const bytes = this.#last.answer.slice();
    if (flipped?.includes(this.#packets)) bytes[2]! ^= 64;
    // Cut anywhere, as wires do.
    this.#events.arrived(bytes.subarray(0, 5));
    this.#events.arrived(bytes.subarray(5));
  }

  #answer({ kind, fields }: Packet): { readonly kind: number; readonly fields: Uint8Array } {
    const view = new DataView(fields.buffer, fields.byteOffset, fields.length);
    if (kind === PACKET.info) return { kind: kind | ANSWER, fields: this.#info() };
    if (kind === PACKET.begin) {
      this.#host = new PooledHost(loadFirmware().module);
      // Devices are numbered from 0 there: those before this one are there and do nothing.
      const spec = {
        ramBytes: view.getUint32(4, true),
        flashBytes: view.getUint32(8, true),
        receiveBytes: view.getUint32(12, true),
        benchMicroseconds: view.getFloat32(16, true),
        megahertz: view.getUint16(20, true),
        fpu: (view.getUint16(22, true) & 1) === 1,
      };
      this.#device = view.getUint32(0, true);
      for (let device = 0; device <= this.#device; device++) this.#host.add(spec);
      return { kind: kind | ANSWER, fields: new Uint8Array(4) };
    }
    if (this.#host === undefined) return { kind: 0xff, fields: Uint8Array.of(1) };
    this.calls++;
    const at = (Number(view.getBigUint64(0, true)) * 1000) as Instant;
    let status = 0;
    let out = new Uint8Array(0);
    if (kind === PACKET.frame) {
      const frame = fields.subarray(8);
      this.#host.inbox.set(frame);
      status = this.#host.deliver(this.#device, frame.length, at);
    } else if (kind === PACKET.timer) status = this.#host.timer(this.#device, at);
    else {
      const length = this.#host.poll(this.#device, at);
      out = this.#host.outbox.slice(0, length);
    }
    return { kind: kind | ANSWER, fields: this.#called(status, out) };
  }

  #device = 0;

  #info(): Uint8Array {
    const name = new TextEncoder().encode('fake');
    const fields = new Uint8Array(47 + name.length);
    const view = new DataView(fields.buffer);
    fields[INFO] = this.#troubles.protocol ?? PROTOCOL;
    fields[1] = 1;
    view.setUint32(2, 64_000_000, true);
    view.setUint32(6, this.#troubles.maxBody ?? 70_000, true);
    view.setUint32(10, 1 << 20, true);
    fields.fill(0xab, 14, 46);
    fields[46] = name.length;
    fields.set(name, 47);
    return fields;
  }

  #called(status: number, out: Uint8Array): Uint8Array {
    const work = this.#host!.work;
    const fields = new Uint8Array(21 + 8 * work.length + out.length);
    const view = new DataView(fields.buffer);
    view.setInt32(0, status, true);
    view.setBigUint64(4, BigInt(this.#troubles.counter ?? 640), true);
    const deadline = this.#host!.deadline(this.#device);
    view.setBigUint64(12, Number.isFinite(deadline) ? BigInt(deadline / 1000) : 0xffff_ffff_ffff_ffffn, true);
    fields[20] = work.length;
    work.forEach((count, i) => {
      view.setBigUint64(21 + 8 * i, BigInt(count), true);
    });
    fields.set(out, 21 + 8 * work.length);
    return fields;
  }
}
