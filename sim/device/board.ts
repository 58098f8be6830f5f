import { WORK, WORK_COUNT } from './host-types.ts';

/** Cycles of our kernels for one counted operation (see WORK), waiting for flash included, at the board's clock. */
export interface OwnCosts {
  readonly multiplyAdd: number;
  readonly updatedWeight: number;
  readonly update: number;
  readonly row: number;
  readonly byteReceived: number;
  readonly byteCopied: number;
  readonly byteChecked: number;
  readonly byteEncoded: number;
  readonly frame: number;
  readonly scan: number;
  readonly rewritten: number;
  readonly operation: number;
  readonly division: number;
  readonly function: number;
}

/**
 * The as-published kernel: cycles of one prediction and one update at 22 features, waits for flash included. A prediction is a
 * double-precision exp and division plus n + 1 multiply-adds.
 */
export interface PublishedCosts {
  /** Cycles of a prediction and of an update at 22 features. */
  readonly predict22: number;
  readonly update22: number;
  /** The part of `predict22` that each of its 23 multiply-adds takes; the rest is the exp and the division. */
  readonly multiplyAdd: number;
  /** How often the authors went over their rows before they stopped the clock: unpublished, whole, by their times (1 where nothing is published). */
  readonly passes: number;
  /** Where the cycles are from: a traced count, one published time, or an estimate. */
  readonly basis: 'counted' | 'one-time' | 'estimate';
}

/** Where TLS ends: on the board's own CPU, on a modem that the board talks plain bytes to, or on a bridge in the home. */
export type TlsPlace = 'board' | 'modem' | 'bridge';

export interface TlsCosts {
  readonly place: TlsPlace;
  /** Clock of the CPU that does the handshake, kHz. */
  readonly kilohertz: number;
  /** Cycles of a full TLS 1.3 handshake as a client, and of one resumed with a fresh key exchange (psk_dhe_ke, RFC 8446). */
  readonly fullCycles: number;
  readonly resumedCycles: number;
  /** Cycles of the board's own CPU for a byte of a TLS record, 0 where TLS ends elsewhere. */
  readonly cyclesPerByte: number;
  /** RAM of the board that TLS takes at its peak, bytes, 0 where TLS ends elsewhere. */
  readonly ramBytes: number;
}

/** Power of the whole device by what it does, W: the sum is taken over disjoint times. */
export interface Power {
  readonly compute: number;
  readonly transmit: number;
  readonly receive: number;
  readonly idle: number;
}

/** Where each group of figures comes from; a figure that no document gives is called an estimate and says how it was made. */
export interface Sources {
  readonly clock: string;
  readonly memory: string;
  readonly system: string;
  readonly price: string;
  readonly power: string;
  readonly link: string;
  readonly own: string;
  readonly asPublished: string;
  readonly tls: string;
}

export interface BoardFigures {
  /** Lower-case words with hyphens: the name in scenarios. */
  readonly name: string;
  readonly title: string;
  readonly core: string;
  /** Clock in whole kHz. */
  readonly kilohertz: number;
  readonly ramBytes: number;
  /** RAM that system, stack and radio keep for themselves, bytes. */
  readonly systemBytes: number;
  readonly flashBytes: number;
  /** Floating point in hardware. */
  readonly fpu: 'none' | 'single' | 'double';
  readonly priceUsd: number;
  readonly power: Power;
  /** The constant that the papers' energy figures imply while computing (algorithms B.8), W; undefined for a board they do not have. */
  readonly paperWatts: number | undefined;
  /** What the way from the radio to the CPU carries, byte/s: the UART of an external modem; Infinity for a radio on the chip. */
  readonly ingressBytesPerSecond: number;
  readonly own: OwnCosts;
  readonly asPublished: PublishedCosts;
  readonly tls: TlsCosts;
  readonly sources: Sources;
}

/** Which code runs: ours, or the published sketch's (replays of the paper, and nothing else). */
export type Kernel = 'ours' | 'as-published';

/** A board with its costs laid out by WORK index, so that a count becomes cycles without a look-up by name. */
export interface Board extends BoardFigures {
  readonly costs: Readonly<Record<Kernel, Float64Array>>;
}

/** The number of features at which the published kernel was counted. */
export const COUNTED_FEATURES = 22;

/** Cycles of the published exp, division and glue: a prediction without its multiply-adds. */
export function publishedFixed(costs: PublishedCosts): number {
  return costs.predict22 - (COUNTED_FEATURES + 1) * costs.multiplyAdd;
}

/** Cycles of the published update for each of its n + 1 weights. */
export function publishedWeight(costs: PublishedCosts): number {
  return costs.update22 / (COUNTED_FEATURES + 1);
}

export function defineBoard(figures: BoardFigures): Board {
  return Object.freeze({
    ...figures,
    costs: Object.freeze({ ours: ownTable(figures), 'as-published': publishedTable(figures.asPublished) }),
  });
}

function ownTable({ own, asPublished }: BoardFigures): Float64Array {
  const table = new Float64Array(WORK_COUNT);
  table[WORK.multiplyAdds] = own.multiplyAdd;
  table[WORK.updatedWeights] = own.updatedWeight;
  table[WORK.updates] = own.update;
  table[WORK.rows] = own.row;
  table[WORK.bytesReceived] = own.byteReceived;
  table[WORK.bytesCopied] = own.byteCopied;
  table[WORK.bytesChecked] = own.byteChecked;
  table[WORK.bytesEncoded] = own.byteEncoded;
  table[WORK.frames] = own.frame;
  table[WORK.scans] = own.scan;
  table[WORK.rewritten] = own.rewritten;
  table[WORK.operations] = own.operation;
  table[WORK.divisions] = own.division;
  table[WORK.functions] = own.function;
  table[WORK.exps] = publishedFixed(asPublished);
  return table;
}

/** Training alone: the published times were taken with all rows in the board's flash, so bytes and frames cost nothing here. */
function publishedTable(costs: PublishedCosts): Float64Array {
  const { passes } = costs;
  const table = new Float64Array(WORK_COUNT);
  table[WORK.exps] = publishedFixed(costs) * passes;
  table[WORK.multiplyAdds] = costs.multiplyAdd * passes;
  table[WORK.updatedWeights] = publishedWeight(costs) * passes;
  return table;
}
