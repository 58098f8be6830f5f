/**
 * What the simulation's thread, the server and the page tell each other. Plain data alone: all of it goes through structured
 * clones, and all that a page gets through JSON. Times in simulated seconds.
 */

import type { Summary } from '../metrics/summary.ts';

/** What a device is doing, by the number that stands for it in a snapshot. */
export const STATES = ['waiting', 'computing', 'sending', 'receiving', 'offline', 'stale'] as const;
export type DeviceState = (typeof STATES)[number];

/** loading: data set and fleet are being made; ended: nothing is left to do; failed: the run cannot go on. */
export type RunState = 'loading' | 'paused' | 'running' | 'ended' | 'failed';

/** Columns of the series that grow with each measurement and with each round of a method that has rounds. */
export const METRIC_COLUMNS = [
  'at_s',
  'accuracy',
  'loss',
  'tasks_done',
  'comm_to_comp_time',
  'comm_to_comp_bytes_per_flop',
  'bytes_up',
  'bytes_down',
  'bytes_wasted',
  'energy_j',
  'online',
  'age_mean_s',
  'staleness_mean',
] as const;
export const ROUND_COLUMNS = ['at_s', 'accuracy', 'loss', 'tau', 'beta', 'delta', 'rho', 'staleness'] as const;
/** A row a point, in the order of the columns; null where there is no value. */
export type Row = readonly (number | null)[];

/** The knobs as they stand. Null: as the scenario says. */
export interface Knobs {
  readonly delayMs: number;
  /** Percent. */
  readonly loss: number | null;
  /** Mean seconds with and without a connection; `none`: never without. */
  readonly dropout: { readonly up: number; readonly down: number } | 'none' | null;
  /** Percent of the shared links that others use. */
  readonly congestion: number | null;
  /** Null too for a method that has no tau. */
  readonly tau: number | 'adaptive' | null;
}

export interface Region {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** A device's training rows, for fleets small enough to be looked into. */
export interface NodeContent {
  readonly device: number;
  readonly board: string;
  readonly rows: number;
  readonly labels: readonly { readonly name: string; readonly rows: number }[];
  readonly samples: readonly Sample[];
}

/** A row of the data set. @see ImageShape */
export interface Sample {
  readonly label: string;
  /** Base64 of a byte a pixel; empty where rows are no pictures. */
  readonly pixels: string;
}

/** What a run is, and does not change while it lasts. */
export interface RunInfo {
  /** Number of the run in its session, from 1; and how often a run was made ready, those included in which nothing happened. */
  readonly run: number;
  readonly generation: number;
  readonly name: string;
  readonly seed: number;
  readonly method: string;
  readonly learner: string;
  /** Methods that the scenario can be run with. */
  readonly methods: readonly string[];
  readonly hasTau: boolean;
  readonly adaptive: boolean;
  /** The data case, where the rows are dealt out by one. */
  readonly dataCase: number | null;
  /** Whether cases can be chosen. */
  readonly cases: boolean;
  readonly networkModel: 'simple' | 'flow';
  readonly devices: number;
  readonly horizon: number;
  readonly regions: readonly Region[];
  readonly server: Region;
  /** Base64 of a u16 a device: its index in `regions`. */
  readonly region: string;
  /** Consecutive devices that are alike. */
  readonly groups: readonly { readonly board: string; readonly link: string; readonly count: number }[];
  /** Pixels of a row, where rows are pictures. */
  readonly picture: { readonly width: number; readonly height: number } | null;
  readonly nodes: readonly NodeContent[];
  readonly test: readonly Sample[];
  /** Names of the classes that a verdict numbers; the first thousand. */
  readonly classes: readonly string[];
}

/** Messages of the device that is looked at that are kept and shown. */
export const MOST_MESSAGES = 120;

/** A frame between server and device, in words. */
export interface ProtocolMessage {
  readonly sequence: number;
  readonly at: number;
  readonly device: number;
  /** to the device, from it, or the port's own report. */
  readonly way: 'down' | 'up' | 'port';
  readonly type: string;
  readonly bytes: number;
  readonly text: string;
}

/** Weights as a device last sent them. */
export interface SentWeights {
  readonly at: number;
  /** What they are: weights, gradient, changes, classifier 17. */
  readonly what: string;
  readonly count: number;
  /** Base64 of float32, the first few thousand. */
  readonly values: string;
  /** How many belong together (a class, say), and how many of these stand before the features' own (a bias). */
  readonly stride: number;
  readonly bias: number;
}

/** The device that is looked at. */
export interface DeviceDetail {
  readonly device: number;
  readonly state: DeviceState;
  readonly board: string;
  readonly core: string;
  readonly megahertz: number;
  readonly region: string;
  readonly link: string;
  readonly accessPoint: string | null;
  readonly upBitPerSecond: number;
  readonly downBitPerSecond: number;
  readonly loss: number;
  /** Of the last exchange that got through, s; 0 before one. */
  readonly rtt: number;
  /** Frames and streams that have arrived and wait for the device; classifiers that it holds; seconds of work before it. */
  readonly arrived: number;
  readonly held: number;
  readonly work: number;
  readonly ramUsed: number;
  readonly ram: number;
  readonly rows: number;
  readonly computed: number;
  readonly communicated: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly energy: number;
  readonly uploads: number;
  readonly failures: number;
  readonly weights: SentWeights | null;
}

/** A change that somebody made, or that the scenario had planned. */
export interface MadeChange {
  readonly at: number;
  readonly set: string;
}

/** How things stand; what a page gets ten times a second at most. */
export interface Status {
  readonly run: number;
  readonly generation: number;
  readonly state: RunState;
  readonly clock: number;
  /** Simulated seconds a second; null: as fast as it goes. */
  readonly speed: number | null;
  readonly events: number;
  readonly tasksDone: number;
  readonly tasksTotal: number;
  /** Devices by state. */
  readonly counts: readonly number[];
  readonly knobs: Knobs;
  readonly changes: readonly MadeChange[];
  /** Why the run ended, or what went wrong. */
  readonly reason: string | null;
  readonly watched: DeviceDetail | null;
  /** Predicted class of each row of `RunInfo.test`. */
  readonly verdicts: readonly number[];
  /** Digest so far, events and frames alone; of all when the run has ended. */
  readonly digest: string;
  /** What the run came to, once it has ended: that of its result. */
  readonly summary: Summary | null;
}

/** What the simulation's thread answers when it is asked how things stand: only what came since it was last asked. */
export interface Snapshot {
  readonly status: Status;
  /** A state a device, as numbers of STATES. */
  readonly states: Uint8Array;
  readonly metrics: readonly Row[];
  readonly rounds: readonly Row[];
  readonly messages: readonly ProtocolMessage[];
}

/** A run of the session. */
export interface SavedRun {
  readonly name: string;
  readonly digest: string;
  readonly events: number;
  readonly stopped: string;
}

/** What a page asks for; needs the token. */
export type Command =
  | { readonly do: 'play' | 'pause' | 'save' }
  | { readonly do: 'step'; readonly by: 'event' | 'round' }
  | { readonly do: 'speed'; readonly speed: number | null }
  | { readonly do: 'watch'; readonly device: number }
  | { readonly do: 'set'; readonly knobs: Partial<Knobs> }
  | { readonly do: 'restart'; readonly seed?: number; readonly dataCase?: number; readonly method?: string };

/** The answer to one: what went wrong, or what there is to say. */
export interface CommandAnswer {
  readonly error?: string;
  /** Where the session was saved. */
  readonly folder?: string;
  readonly runs?: readonly SavedRun[];
}

/** A result of the results folder. */
export interface PastRun {
  /** Stands for the folder; changes with every listing that finds another. */
  readonly id: string;
  readonly folder: string;
  readonly name: string;
  readonly seed: number | null;
  readonly method: string;
  readonly devices: number | null;
  readonly digest: string;
  readonly stopped: string;
  readonly accuracy: number | null;
  /** Seconds; null where the run was cut before its end. */
  readonly makespan: number | null;
}

/** What a past run can be drawn from. */
export interface PastSeries {
  readonly id: string;
  readonly end: number;
  readonly metrics: readonly Row[];
  readonly rounds: readonly Row[];
  /** Stretches of chosen devices: device, number of a state, from, to. */
  readonly timeline: readonly (readonly [number, number, number, number])[];
  /** Of each chosen device. */
  readonly devices: readonly { readonly device: number; readonly board: string; readonly region: Region | null }[];
}

/** Server-sent events: a run begins (or a page comes), and what has come since the event before. */
export interface RunEvent {
  readonly info: RunInfo;
  readonly session: string;
}
export interface TickEvent {
  readonly status: Status;
  /** Base64 of all states; or base64 of u32 words, device * 8 + state, of those that changed. */
  readonly states?: string;
  readonly changed?: string;
  /** Rows that follow on those sent before, or replace them all. */
  readonly metrics?: { readonly whole: boolean; readonly rows: readonly Row[] };
  readonly rounds?: { readonly whole: boolean; readonly rows: readonly Row[] };
  readonly messages?: readonly ProtocolMessage[];
}
