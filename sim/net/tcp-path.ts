import { assert } from '../kernel/errors.ts';
import { pow } from '../kernel/numeric.ts';
import type { TcpConfig } from './network.ts';
import { FqCoDel } from './tcp-fq-codel.ts';
import { PacketHeap } from './tcp-heap.ts';
import { type SegmentSink, TcpSender } from './tcp-sender.ts';

/** The bottleneck that the senders share, and what lies around it. */
export interface PathConditions {
  /** Rate of the bottleneck, each way, bytes/s. */
  readonly rate: number;
  /** Rate of the link that each sender has to itself before the bottleneck, bytes/s; Infinity for none. */
  readonly accessRate: number;
  /** Round trip without queueing and serialisation, s. */
  readonly rtt: number;
  /** How many packets get through before the next is lost (0: the next one is), drawn once a lost packet. */
  readonly gap: () => number;
}

export interface PathWork {
  /** Bytes of content of a transfer. */
  readonly bytes: number;
  readonly flows: number;
  /** Whether each transfer opens its connection first. */
  readonly handshake: boolean;
  /** Bytes on the wire of a TLS handshake after it, one exchange: up and down; none without TLS. */
  readonly tls?: { readonly up: number; readonly down: number } | undefined;
}

const SYN = -1;
/** The acknowledgement that ends the three-way handshake. */
const PURE = -2;
/** The exchange of a TLS handshake. */
const HELLO = -3;
/** No time-out is longer, s. */
const LONGEST_WAIT = 60;

/**
 * Transfers of TCP through one bottleneck: packets are serialised first in, first out; those that find the queue full are
 * dropped, or wait in FQ-CoDel; those that the path loses still take their time on the bottleneck. Half of the round trip
 * lies on each side. Acknowledgements go back through a bottleneck of the same rate and are not lost.
 *
 * The bottleneck being first in, first out, the fate and the times of a packet and of its acknowledgement are known the
 * moment it is put in, and acknowledgements come back in order: a packet is one entry of one ring.
 */
export class TcpPath implements SegmentSink {
  /** Of the last `run`: when each transfer's last byte reached the receiver, s after its start. */
  readonly completion: number[] = [];
  packets = 0;
  /** Packets that the path could have lost: not pure acknowledgements, not those that the queue dropped. */
  exposedPackets = 0;
  lostPackets = 0;
  bytesForward = 0;
  bytesBackward = 0;
  bytesLost = 0;
  /** When the receiver of the first transfer had half of it, s after the start. */
  midway = 0;

  readonly #config: TcpConfig;
  readonly #senders: TcpSender[] = [];
  /** While a connection is opened, by transfer: what was asked last, when it will be asked again, how often it was. */
  readonly #asked: number[] = [];
  readonly #askAt: number[] = [];
  readonly #tries: number[] = [];
  /** The round trip that the SYN measured, s; -1 when it was sent twice. */
  readonly #measured: number[] = [];
  #now = 0;
  #rate = 0;
  #half = 0;
  #gap: () => number = () => 0;
  #untilLoss = 0;
  #busy = 0;
  #busyBack = 0;
  #lastBytes = 0;
  #segments = 0;
  #accessRate = Number.POSITIVE_INFINITY;
  readonly #accessBusy: number[] = [];
  readonly #inbound = new PacketHeap();
  readonly #codel = new FqCoDel();
  #fair = false;
  #timerFloor = 0;
  #tls: { readonly up: number; readonly down: number } | undefined;

  /** When each queued packet begins to be sent; ring. */
  #starts = new Float64Array(128);
  #startHead = 0;
  #startCount = 0;

  /** Acknowledgements on their way back; ring. */
  #ackAt = new Float64Array(256);
  #ackSent = new Float64Array(256);
  #ackFlow = new Int32Array(256);
  #ackSegment = new Int32Array(256);
  #ackUpTo = new Int32Array(256);
  #ackHead = 0;
  #ackCount = 0;

  constructor(config: TcpConfig) {
    this.#config = config;
  }

  /** Packets that would yet have got through before the next loss; -1 if the last packet was lost, and none was drawn. */
  get untilLoss(): number {
    return this.#untilLoss;
  }

  sender(flow: number): TcpSender {
    return this.#senders[flow]!;
  }

  /** Runs equal transfers that start together, to the last byte of the last. Results are left in the public fields. */
  run(conditions: PathConditions, work: PathWork): void {
    const { segmentBytes } = this.#config;
    const segments = Math.max(1, Math.ceil(work.bytes / segmentBytes));
    this.#lastBytes = Math.max(0, work.bytes - (segments - 1) * segmentBytes);
    this.#segments = segments;
    this.#begin(conditions, work);
    for (let flow = 0; flow < work.flows; flow++) {
      if (work.handshake) this.#ask(flow, SYN);
      else this.#senders[flow]!.start(segments, 0, conditions.rtt);
    }
    while (this.#unfinished > 0) this.#step();
  }

  transmit(sender: TcpSender, segment: number): void {
    this.#emit(this.#flowOf(sender), segment);
  }

  /** A packet leaves its sender, through the sender's own link to the bottleneck. */
  #emit(flow: number, segment: number): void {
    const now = this.#now;
    if (this.#accessRate === Number.POSITIVE_INFINITY) {
      this.#enqueue(now, now, flow, segment);
      return;
    }
    const start = Math.max(now, this.#accessBusy[flow]!);
    const at = start + this.#bytes(segment) / this.#accessRate;
    this.#accessBusy[flow] = at;
    // A lone sender's packets reach the bottleneck in the order in which they are sent.
    if (this.completion.length === 1 && !this.#fair) this.#enqueue(at, now, flow, segment);
    else this.#inbound.push(at, now, flow, segment);
  }

  /** A packet reaches the bottleneck: what becomes of it and of its acknowledgement. */
  #enqueue(at: number, sentAt: number, flow: number, segment: number): void {
    if (this.#fair) {
      this.#expire(at);
      if (this.#codel.size > 0 || this.#startCount >= this.#config.queuePackets) {
        this.#codel.enqueue(at, flow, this.#bytes(segment), sentAt, segment);
        return;
      }
    }
    this.#pass(at, sentAt, flow, segment);
  }

  /** A packet goes into the queue of the bottleneck itself: what becomes of it and of its acknowledgement. */
  #pass(at: number, sentAt: number, flow: number, segment: number): void {
    const arrival = this.#forward(at, this.#bytes(segment), segment !== PURE);
    if (arrival < 0 || segment === PURE) return;
    if (segment < 0) {
      this.#back(arrival, sentAt, segment === SYN ? this.#config.synBytes : this.#tls!.down, flow, segment, 0);
      return;
    }
    const sender = this.#senders[flow]!;
    const fresh = sender.receive(segment);
    if (flow === 0 && this.midway === 0 && 2 * sender.received >= sender.segments) this.midway = arrival;
    if (fresh && sender.received === sender.segments) {
      this.completion[flow] = arrival;
      this.#unfinished--;
    }
    this.#back(arrival, sentAt, this.#config.ackBytes, flow, segment, sender.received);
  }

  #bytes(segment: number): number {
    if (segment === SYN) return this.#config.synBytes;
    if (segment === PURE) return this.#config.ackBytes;
    if (segment === HELLO) return this.#tls!.up;
    const payload = segment === this.#segments - 1 ? this.#lastBytes : this.#config.segmentBytes;
    return payload + this.#config.dataHeaderBytes;
  }

  #unfinished = 0;
  #current = 0;

  #flowOf(sender: TcpSender): number {
    // The sender at work is the one that was last woken; a start wakes them in order.
    if (this.#senders[this.#current] !== sender) this.#current = this.#senders.indexOf(sender);
    return this.#current;
  }

  #begin(conditions: PathConditions, work: PathWork): void {
    this.#now = 0;
    this.#rate = conditions.rate;
    this.#accessRate = conditions.accessRate;
    this.#inbound.clear();
    this.#fair = this.#config.fairQueue;
    if (this.#fair) this.#codel.clear(work.flows);
    this.#half = conditions.rtt / 2;
    this.#gap = conditions.gap;
    this.#untilLoss = -1;
    this.#busy = this.#busyBack = 0;
    this.#startHead = this.#startCount = 0;
    this.#ackHead = this.#ackCount = 0;
    this.#timerFloor = 0;
    this.#tls = work.tls;
    this.#unfinished = work.flows;
    this.packets = this.exposedPackets = this.lostPackets = this.bytesForward = this.bytesBackward = this.bytesLost = 0;
    this.midway = 0;
    this.completion.length = work.flows;
    while (this.#senders.length < work.flows) this.#senders.push(new TcpSender(this.#config, this));
    for (let flow = 0; flow < work.flows; flow++) {
      this.completion[flow] = -1;
      this.#accessBusy[flow] = 0;
      this.#tries[flow] = 0;
      this.#askAt[flow] = Number.POSITIVE_INFINITY;
      this.#measured[flow] = -1;
    }
  }

  /** Runs to the next acknowledgement or time-out, and handles it. */
  #step(): void {
    const ackAt = this.#ackCount > 0 ? this.#ackAt[this.#ackHead]! : Number.POSITIVE_INFINITY;
    const inbound = this.#inbound;
    assert(
      Math.min(ackAt, inbound.time, this.#timerFloor) < Number.POSITIVE_INFINITY,
      'Expected a sender with data to have a timer',
    );
    const pullAt =
      this.#codel.size > 0 && this.#startCount > 0 ? this.#starts[this.#startHead]! : Number.POSITIVE_INFINITY;
    if (pullAt <= ackAt && pullAt <= inbound.time && pullAt <= this.#timerFloor) {
      this.#pull(pullAt);
      return;
    }
    if (inbound.time <= ackAt && inbound.time <= this.#timerFloor) {
      inbound.pop();
      this.#enqueue(inbound.poppedTime, inbound.poppedSentAt, inbound.poppedFlow, inbound.poppedSegment);
      return;
    }
    if (ackAt <= this.#timerFloor) {
      this.#acknowledge(ackAt);
      return;
    }
    // The floor is a bound: look for the timer that really is the first.
    let first = Number.POSITIVE_INFINITY;
    let flow = -1;
    for (let i = 0; i < this.completion.length; i++) {
      const at = this.#timer(i);
      if (at < first) {
        first = at;
        flow = i;
      }
    }
    this.#timerFloor = first;
    if (ackAt <= first || inbound.time <= first || pullAt <= first) return;
    this.#now = first;
    this.#current = flow;
    if (this.#askAt[flow]! < Number.POSITIVE_INFINITY) this.#ask(flow, this.#asked[flow]!);
    else this.#senders[flow]!.timeout(first);
    this.#timerFloor = Math.min(this.#timerFloor, this.#timer(flow));
  }

  #timer(flow: number): number {
    if (this.completion[flow]! >= 0) return Number.POSITIVE_INFINITY;
    const askAt = this.#askAt[flow]!;
    return askAt < Number.POSITIVE_INFINITY ? askAt : this.#senders[flow]!.timeoutAt;
  }

  #acknowledge(at: number): void {
    const head = this.#ackHead;
    const flow = this.#ackFlow[head]!;
    const segment = this.#ackSegment[head]!;
    const sentAt = this.#ackSent[head]!;
    const upTo = this.#ackUpTo[head]!;
    this.#ackHead = (head + 1) & (this.#ackAt.length - 1);
    this.#ackCount--;
    this.#now = at;
    this.#current = flow;
    const sender = this.#senders[flow]!;
    if (segment < 0) {
      if (this.#asked[flow] !== segment || this.#askAt[flow] === Number.POSITIVE_INFINITY) return;
      this.#answered(flow, at, sentAt);
    } else sender.acknowledge(at, segment, upTo, sentAt);
    if (sender.timeoutAt < this.#timerFloor) this.#timerFloor = sender.timeoutAt;
  }

  /** Sends a SYN or a TLS hello; its timer doubles each time. */
  #ask(flow: number, what: number): void {
    const { synTimeout, minRto } = this.#config;
    const first = what === SYN ? synTimeout / 1e9 : Math.max(minRto / 1e9, 3 * this.#measured[flow]!);
    this.#asked[flow] = what;
    this.#askAt[flow] = this.#now + Math.min(first * pow(2, this.#tries[flow]!), LONGEST_WAIT);
    this.#tries[flow]!++;
    if (this.#askAt[flow]! < this.#timerFloor) this.#timerFloor = this.#askAt[flow]!;
    this.#emit(flow, what);
  }

  /** The answer to a SYN or hello is back: on to the next, or to the data. */
  #answered(flow: number, at: number, sentAt: number): void {
    this.#askAt[flow] = Number.POSITIVE_INFINITY;
    if (this.#asked[flow] === SYN) {
      if (this.#tries[flow] === 1) this.#measured[flow] = at - sentAt;
      this.#emit(flow, PURE);
      this.#tries[flow] = 0;
      if (this.#tls !== undefined) {
        this.#ask(flow, HELLO);
        return;
      }
    }
    this.#senders[flow]!.start(this.#segments, at, this.#measured[flow]!);
  }

  /** Puts a packet into the queue; when it reaches the other side, or -1 if it never does. */
  #forward(now: number, bytes: number, lossy: boolean): number {
    this.#expire(now);
    this.packets++;
    if (this.#startCount >= this.#config.queuePackets) {
      this.lostPackets++;
      this.bytesForward += bytes;
      this.bytesLost += bytes;
      return -1;
    }
    const start = Math.max(now, this.#busy);
    if (start > now) {
      if (this.#startCount === this.#starts.length) this.#widenQueue();
      this.#starts[(this.#startHead + this.#startCount++) & (this.#starts.length - 1)] = start;
    }
    this.#busy = start + bytes / this.#rate;
    this.bytesForward += bytes;
    if (lossy) this.exposedPackets++;
    if (lossy && this.#untilLoss < 0) this.#untilLoss = this.#gap();
    if (lossy && this.#untilLoss-- <= 0) {
      this.lostPackets++;
      this.bytesLost += bytes;
      return -1;
    }
    return this.#busy + this.#half;
  }

  /** There is room in the bottleneck's queue for one that waits above it. */
  #pull(at: number): void {
    const codel = this.#codel;
    this.#expire(at);
    if (codel.dequeue(at)) this.#pass(at, codel.sentAt, codel.flow, codel.segment);
    this.packets += codel.dropped;
    this.lostPackets += codel.dropped;
    this.bytesForward += codel.droppedBytes;
    this.bytesLost += codel.droppedBytes;
    codel.dropped = codel.droppedBytes = 0;
  }

  /** Forgets the queued packets that are being sent or gone at `now`. */
  #expire(now: number): void {
    const mask = this.#starts.length - 1;
    while (this.#startCount > 0 && this.#starts[this.#startHead]! <= now) {
      this.#startHead = (this.#startHead + 1) & mask;
      this.#startCount--;
    }
  }

  #back(arrival: number, sentAt: number, bytes: number, flow: number, segment: number, upTo: number): void {
    this.#busyBack = Math.max(arrival, this.#busyBack) + bytes / this.#rate;
    this.bytesBackward += bytes;
    if (this.#ackCount === this.#ackAt.length) this.#widenAcks();
    const i = (this.#ackHead + this.#ackCount++) & (this.#ackAt.length - 1);
    this.#ackAt[i] = this.#busyBack + this.#half + bytes / this.#accessRate;
    this.#ackSent[i] = sentAt;
    this.#ackFlow[i] = flow;
    this.#ackSegment[i] = segment;
    this.#ackUpTo[i] = upTo;
  }

  #widenQueue(): void {
    this.#starts = unrolled(this.#starts, this.#startHead, new Float64Array(2 * this.#starts.length));
    this.#startHead = 0;
  }

  #widenAcks(): void {
    const size = 2 * this.#ackAt.length;
    const head = this.#ackHead;
    this.#ackAt = unrolled(this.#ackAt, head, new Float64Array(size));
    this.#ackSent = unrolled(this.#ackSent, head, new Float64Array(size));
    this.#ackFlow = unrolled(this.#ackFlow, head, new Int32Array(size));
    this.#ackSegment = unrolled(this.#ackSegment, head, new Int32Array(size));
    this.#ackUpTo = unrolled(this.#ackUpTo, head, new Int32Array(size));
    this.#ackHead = 0;
  }
}

/** A full ring, from its head on, at the front of a larger one. */
function unrolled<T extends Float64Array | Int32Array>(ring: T, head: number, to: T): T {
  for (let i = 0; i < ring.length; i++) to[i] = ring[(head + i) & (ring.length - 1)]!;
  return to;
}
