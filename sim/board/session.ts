import type { DeviceSpec } from '../device/host-types.ts';
import type { HeldRow } from '../device/noting-host.ts';
import { RunError } from '../kernel/errors.ts';
import { encodePacket, PacketReader } from './cobs.ts';
import type { Link } from './link.ts';
import {
  ANSWER,
  type Answer,
  BOARD_ERROR,
  type BoardInfo,
  beginFields,
  errorCode,
  FRAME_HEAD_BYTES,
  PACKET,
  type Packet,
  PROTOCOL,
  readAnswer,
  readInfo,
  readPacket,
  readProtocol,
  readRowRequest,
  readStatus,
  rowFields,
  timedFields,
  writePacket,
} from './packets.ts';

/** The board lost its state in mid session: it was reset, or lost power. */
export class BoardReset extends RunError {}
/** A frame is longer than the board's buffer. */
export class FrameTooLong extends RunError {}

/** Wall-clock limits, ms. */
export interface Patience {
  /** For the first answer of a board that may be starting, or be reset by the opening of its port. */
  readonly open: number;
  /** For any other answer: training takes its time. */
  readonly answer: number;
  /** Before a packet is sent again, beside the time that it takes on the wire; twice as long each time. */
  readonly retry: number;
}

export const PATIENCE: Patience = { open: 20_000, answer: 300_000, retry: 2000 };
/** The longest wait before a packet is sent again, ms. */
const LONGEST_RETRY = 30_000;

/** How well a session went over its wire. */
export interface WireCounts {
  readonly packets: number;
  /** Packets that had to be sent again. */
  readonly repeated: number;
  /** Packets of the board that did not decode or check, and answers to what was not asked. */
  readonly dropped: number;
}

/** One board behind a link: stop and wait, each packet sent again until its answer is there. */
export class Session {
  readonly info: BoardInfo;
  readonly #wire: Wire;
  #rows: readonly HeldRow[] = [];

  private constructor(wire: Wire, info: BoardInfo) {
    this.#wire = wire;
    this.info = info;
  }

  get counts(): WireCounts {
    return this.#wire.counts;
  }

  /** The process behind the link, where there is one. */
  get process(): number | undefined {
    return this.#wire.process;
  }

  /** Asks the board who it is. Closes the link when that fails. @throws RunError */
  static async open(link: Link, patience: Patience = PATIENCE): Promise<Session> {
    const wire = new Wire(link, patience);
    try {
      const { fields } = await wire.ask(PACKET.info, new Uint8Array(0), [PACKET.info], patience.open);
      const protocol = readProtocol(fields);
      const info = readInfo(fields);
      if (protocol !== PROTOCOL)
        throw wire.fault(`speaks protocol ${protocol}, expected ${PROTOCOL}: its firmware is another`);
      if (info === undefined) throw wire.fault('gives an account of itself that cannot be read');
      return new Session(wire, info);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** Puts one device into its state after power-on. @param rows those that it holds itself. */
  async begin(device: number, spec: DeviceSpec, rows: readonly HeldRow[]): Promise<number> {
    this.#rows = rows;
    const { fields } = await this.#wire.ask(PACKET.begin, beginFields(device, spec, rows.length), [PACKET.begin]);
    return this.#read(readStatus(fields));
  }

  /** Gives the device a frame. @param us its clock. @throws FrameTooLong, BoardReset */
  async frame(us: number, bytes: Uint8Array): Promise<Answer> {
    const room = this.info.maxBody - FRAME_HEAD_BYTES;
    if (bytes.length > room) {
      throw new FrameTooLong(
        `${this.#wire.name}: the board takes frames of at most ${room} bytes, this one has ${bytes.length}`,
      );
    }
    return this.#call(PACKET.frame, timedFields(us, bytes));
  }

  timer(us: number): Promise<Answer> {
    return this.#call(PACKET.timer, timedFields(us));
  }

  poll(us: number): Promise<Answer> {
    return this.#call(PACKET.poll, timedFields(us));
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  /** A call of the firmware; rows that the device holds lie here and are given as it asks for them. */
  async #call(kind: number, fields: Uint8Array): Promise<Answer> {
    const expected = [kind, PACKET.row];
    let packet = await this.#wire.ask(kind, fields, expected);
    while (packet.kind === (PACKET.row | ANSWER)) {
      const { index, features } = this.#read(readRowRequest(packet.fields));
      packet = await this.#wire.ask(PACKET.row, rowFields(this.#rows[index], features), expected);
    }
    return this.#read(readAnswer(packet.fields));
  }

  #read<T>(read: T | undefined): T {
    if (read === undefined) throw this.#wire.fault('answers with fields that cannot be read');
    return read;
  }
}

/** Packets and their answers over a link; knows nothing of what is in them. */
class Wire {
  readonly name: string;
  readonly process: number | undefined;
  readonly #link: Link;
  readonly #patience: Patience;
  readonly #reader = new PacketReader();
  /** Starts anywhere: a board that runs already may have answered the first numbers. */
  #sequence = Number(process.hrtime.bigint() & 0xffffn);
  #packets = 0;
  #repeated = 0;
  #stale = 0;
  #waiting: ((packet: Packet) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #gone: RunError | undefined;

  constructor(link: Link, patience: Patience) {
    this.name = link.name;
    this.process = link.process;
    this.#link = link;
    this.#patience = patience;
    link.onBytes((bytes) => this.#reader.push(bytes, (body) => this.#arrived(body)));
    link.onEnd((why) => {
      this.#gone = this.fault(`went away: ${why}`);
      this.#failed?.(this.#gone);
    });
  }

  get counts(): WireCounts {
    return { packets: this.#packets, repeated: this.#repeated, dropped: this.#reader.dropped + this.#stale };
  }

  fault(what: string): RunError {
    return new RunError(`${this.name}: the board ${what}`);
  }

  /** Sends a packet until its answer is there. @param expected kinds that the answer may be of, without ANSWER. */
  async ask(
    kind: number,
    fields: Uint8Array,
    expected: readonly number[],
    limit: number = this.#patience.answer,
  ): Promise<Packet> {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const sequence = this.#sequence;
    const bytes = encodePacket(writePacket(kind, sequence, fields));
    const onWire = this.#link.bytesPerSecond === undefined ? 0 : (1000 * bytes.length) / this.#link.bytesPerSecond;
    this.#packets++;
    const packet = await new Promise<Packet>((resolve, reject) => {
      if (this.#gone !== undefined) throw this.#gone;
      const started = performance.now();
      let wait = this.#patience.retry + onWire;
      let timer: NodeJS.Timeout;
      const settle = () => {
        clearTimeout(timer);
        this.#waiting = undefined;
        this.#failed = undefined;
      };
      this.#waiting = (answer) => {
        const isExpected = expected.some((each) => answer.kind === (each | ANSWER)) || errorCode(answer) !== undefined;
        if (answer.sequence !== sequence || !isExpected) {
          this.#stale++;
          return;
        }
        settle();
        resolve(answer);
      };
      this.#failed = (error) => {
        settle();
        reject(error);
      };
      const again = () => {
        const waited = performance.now() - started;
        if (waited >= limit + onWire) {
          this.#failed!(this.#silence(waited));
          return;
        }
        this.#repeated++;
        this.#link.write(bytes);
        wait = Math.min(2 * wait, LONGEST_RETRY + onWire);
        timer = setTimeout(again, Math.min(wait, limit + onWire - waited));
      };
      timer = setTimeout(again, Math.min(wait, limit + onWire));
      this.#link.write(bytes);
    });
    const code = errorCode(packet);
    if (code !== undefined) throw this.#complaint(code, kind);
    return packet;
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #arrived(body: Uint8Array): void {
    const packet = readPacket(body);
    if (packet === undefined || this.#waiting === undefined) this.#stale++;
    else this.#waiting(packet);
  }

  #silence(waited: number): RunError {
    const { received, dropped } = this.#reader;
    const noise = received === 0 ? 'nothing' : `${received} bytes, ${dropped} of their packets broken`;
    const hint = received > 0 && this.#packets === 1 ? '; is this the firmware’s port, and at the right speed?' : '';
    return this.fault(`does not answer: ${Math.round(waited / 1000)} s of waiting brought ${noise}${hint}`);
  }

  #complaint(code: number, kind: number): RunError {
    if (code === BOARD_ERROR['no-begin'])
      return new BoardReset(
        `${this.name}: the board was reset in mid session: it knows nothing of its device any more`,
      );
    const name = Object.entries(PACKET).find(([, number]) => number === kind)?.[0] ?? String(kind);
    const why =
      code === BOARD_ERROR.kind
        ? 'does not know such packets'
        : code === BOARD_ERROR.length
          ? 'finds it too short or too long'
          : code === BOARD_ERROR.row
            ? 'asked for no row'
            : `answers with error ${code}`;
    return this.fault(`refuses a packet ${name}: it ${why}`);
  }
}
