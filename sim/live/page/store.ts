import {
  MOST_MESSAGES,
  type PastSeries,
  type ProtocolMessage,
  type Row,
  type RunEvent,
  type RunInfo,
  type Status,
  type TickEvent,
} from '../messages.ts';
import { bytesOf } from './dom.ts';

/** A past run that is drawn beside the one at hand. */
export interface Overlay {
  /** A, B or C: short enough for a legend. */
  readonly label: string;
  readonly series: PastSeries;
}

/** All that the page knows. What it shows is made of this alone. */
export class Store {
  info: RunInfo | undefined;
  status: Status | undefined;
  session = '';
  reachable = true;
  states: Uint8Array = new Uint8Array(0);
  metrics: Row[] = [];
  rounds: Row[] = [];
  messages: ProtocolMessage[] = [];
  overlays: Overlay[] = [];
  /** Where a past run is looked at, s; undefined where none is. */
  cursor: number | undefined;
  /** What was last asked for and went wrong, or well. */
  notice: { readonly text: string; readonly bad: boolean } | undefined;
  /** Grow when something of a kind changes. */
  readonly versions = { run: 0, points: 0, states: 0, messages: 0, overlays: 0, colours: 0 };

  run({ info, session }: RunEvent): void {
    this.info = info;
    this.session = session;
    this.metrics = [];
    this.rounds = [];
    this.messages = [];
    this.states = new Uint8Array(info.devices);
    this.versions.run++;
    this.versions.points++;
    this.versions.states++;
    this.versions.messages++;
  }

  tick({ status, states, changed, metrics, rounds, messages }: TickEvent): void {
    const watched = this.status?.watched?.device;
    this.status = status;
    if (states !== undefined) this.states = bytesOf(states);
    if (changed !== undefined)
      for (const word of new Uint32Array(bytesOf(changed).buffer)) this.states[word >>> 3] = word & 7;
    if (states !== undefined || changed !== undefined) this.versions.states++;
    if (metrics !== undefined) this.metrics = metrics.whole ? [...metrics.rows] : this.metrics.concat(metrics.rows);
    if (rounds !== undefined) this.rounds = rounds.whole ? [...rounds.rows] : this.rounds.concat(rounds.rows);
    if (metrics !== undefined || rounds !== undefined) this.versions.points++;
    if (status.watched?.device !== watched) this.messages = [];
    if (messages !== undefined) this.messages = this.messages.concat(messages).slice(-MOST_MESSAGES);
    if (messages !== undefined || status.watched?.device !== watched) this.versions.messages++;
  }
}
