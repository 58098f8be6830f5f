import type { Fleet } from '../../fleet/fleet.ts';
import { type EventSource, PRIORITY, type Simulation } from '../../kernel/simulation.ts';
import { fromSeconds, toSeconds } from '../../kernel/time.ts';
import { type ParamsFields, paramsSize, readVector, type Update } from '../../protocol/exchange.ts';
import type { MethodProgress } from '../method.ts';
import { evaluatesRounds } from './options.ts';
import type { Prepared } from './prepare.ts';
import type { RoundFacts } from './records.ts';
import { ExchangeServer, type ServerListener } from './server.ts';

/** An update that counts in its round. */
export interface Arrival {
  readonly device: number;
  /** Rows that the device trained on, D_i. */
  readonly rows: number;
  /** Gradient or weights. */
  readonly vector: Float32Array;
  readonly update: Update;
  /** adaptive: the gradient at the global weights. */
  readonly gradient: Float32Array | undefined;
}

/** What a method decides of its rounds; everything else is alike. */
export interface RoundPolicy {
  /** Rounds in all, where that is known. */
  readonly rounds: number | undefined;
  /** Who takes part in a round, ascending; and how many answers it needs, at most as many. */
  begin(round: number): { readonly devices: readonly number[]; readonly quorum: number };
  /** What the model carries beside itself. */
  fields(round: number): ParamsFields;
  /** Before when a round that has all its answers does not end, ns. */
  earliestEnd(startedAt: number): number;
  /**
   * The weights after a round.
   * @param arrivals in device-id order, at least one.
   */
  aggregate(
    w: Float32Array,
    arrivals: readonly Arrival[],
    span: number,
  ): { readonly w: Float32Array } & Pick<RoundFacts, 'tau' | 'beta' | 'delta' | 'rho'>;
  /** From the next round on: so many local steps, or as the method finds best; where the method has such a setting. */
  setTau?(tau: number | 'adaptive'): void;
  /** Whether a round follows; asked once after each. */
  goesOn(round: number): boolean;
  /** The model to return in place of the last. */
  best(): Float32Array | undefined;
  /** What a report should say of the rounds, a sentence each. */
  readonly notes?: readonly string[];
}

export interface RoundLimits {
  /** ns; undefined for none. */
  readonly deadline: number | undefined;
  /** Whether the model is measured after each round. */
  readonly evaluates: boolean;
}

/** The limits that options set. */
export function limitsOf(
  options: { readonly deadline?: number | undefined; readonly evaluate: 'auto' | 'rounds' | 'measurements' },
  { model }: Prepared,
): RoundLimits {
  return {
    deadline: options.deadline === undefined ? undefined : fromSeconds(options.deadline),
    evaluates: evaluatesRounds(options.evaluate, model.multiplyAdds),
  };
}

/**
 * Rounds with a barrier: the model goes out, updates come in, their mean makes the next model. A round ends when its
 * quorum has answered, or at its deadline with whoever has, at least one. Only those who answered in time are weighted;
 * a later update is thrown away and counted as waste, and its device joins the round that then is under way. A device
 * that was off gets the model when it is back.
 */
export class RoundServer extends ExchangeServer {
  readonly #policy: RoundPolicy;
  readonly #limits: RoundLimits;
  readonly #part: Uint8Array;
  readonly #source: EventSource;
  readonly #kinds: { readonly deadline: number; readonly close: number };
  readonly #arrivals = new Map<number, Arrival>();
  #round = 0;
  #members = 0;
  #quorum = 0;
  #startedAt = 0;
  #overdue = false;
  #closing = false;

  constructor(
    given: ServerListener & {
      readonly sim: Simulation;
      readonly fleet: Fleet;
      readonly prepared: Prepared;
      readonly policy: RoundPolicy;
      readonly limits: RoundLimits;
    },
  ) {
    super(given, given.prepared);
    this.#policy = given.policy;
    this.#limits = given.limits;
    this.#part = new Uint8Array(given.fleet.devices);
    this.#source = given.sim.source('method', PRIORITY.method);
    this.#kinds = {
      deadline: given.sim.kind('exchange.deadline', (round) => this.#late(round)),
      close: given.sim.kind('exchange.close', (round) => this.#close(round)),
    };
  }

  get progress(): MethodProgress {
    const total = this.#policy.rounds ?? this.version + (this.finished ? 0 : 1);
    return {
      tasksDone: this.version,
      tasksTotal: total,
      tasksDistinct: total,
      tasksReassigned: 0,
      tasksAssigned: this.sent,
    };
  }

  override get notes(): readonly string[] {
    return [...super.notes, ...(this.#policy.notes ?? [])];
  }

  get waitsFor(): string | undefined {
    const missing = this.#quorum - this.#arrivals.size;
    if (this.finished || missing <= 0) return undefined;
    const answers = `${missing} of the ${this.#quorum} answers that it needs`;
    const since = `Round ${this.#round}, which began at ${toSeconds(this.#startedAt)} s, lacked ${answers}`;
    return this.#limits.deadline === undefined
      ? `${since}: without a deadline (method.deadline) or a smaller quorum it waits for devices that may never be back.`
      : `${since}; at its deadline it ends with the first answer.`;
  }

  start(): void {
    this.#begin();
  }

  setTau(tau: number | 'adaptive'): void {
    this.#policy.setTau?.(tau);
  }

  protected available(device: number): void {
    if (this.#part[device] === 1 && !this.#arrivals.has(device)) this.#hand(device);
  }

  protected updated(device: number, round: number, update: Update, bytes: Uint8Array): void {
    const { prepared } = this;
    if (round !== this.#round || this.#part[device] === 0) {
      const { bytes: down } = paramsSize(prepared, this.w.length, prepared.receiveBytes);
      prepared.records.wasted(device, bytes.length + down, this.flop[device]!);
      this.available(device);
      return;
    }
    const copy = (at: number): Float32Array => {
      const vector = new Float32Array(this.w.length);
      readVector(bytes, at, vector);
      return vector;
    };
    this.#arrivals.set(device, {
      device,
      rows: prepared.rows[device]!,
      vector: copy(update.vector),
      update,
      gradient: update.gradient < 0 ? undefined : copy(update.gradient),
    });
    this.#closeWhenDue();
  }

  #begin(): void {
    this.#round++;
    const { devices, quorum } = this.#policy.begin(this.#round);
    this.#startedAt = this.sim.now;
    this.#overdue = false;
    this.#closing = false;
    this.#arrivals.clear();
    this.#part.fill(0);
    for (const device of devices) this.#part[device] = 1;
    this.#members = devices.length;
    this.#quorum = Math.min(quorum, devices.length);
    for (const device of devices) if (this.present[device] === 1 && this.working[device] === 0) this.#hand(device);
    const { deadline } = this.#limits;
    if (deadline === undefined) return;
    this.sim.schedule(this.sim.now + deadline, this.#source, 0, this.#kinds.deadline, this.#round, 0);
  }

  #hand(device: number): void {
    this.sendModel(device, this.#round, this.#policy.fields(this.#round));
  }

  #late(round: number): void {
    if (round !== this.#round || this.finished) return;
    this.#overdue = true;
    this.#closeWhenDue();
  }

  #closeWhenDue(): void {
    const answers = this.#arrivals.size;
    const due = answers >= this.#quorum || answers === this.#members || (this.#overdue && answers > 0);
    if (!due || this.#closing) return;
    this.#closing = true;
    const at = Math.max(this.sim.now, this.#policy.earliestEnd(this.#startedAt));
    if (at === this.sim.now) this.#close(this.#round);
    else this.sim.schedule(at, this.#source, 0, this.#kinds.close, this.#round, 0);
  }

  #close(round: number): void {
    if (round !== this.#round || this.finished) return;
    const policy = this.#policy;
    const now = this.sim.now;
    const arrivals = [...this.#arrivals.values()].sort((a, b) => a.device - b.device);
    const { w, ...facts } = policy.aggregate(this.w, arrivals, now - this.#startedAt);
    this.w = w;
    this.version++;
    const { records } = this.prepared;
    const row: RoundFacts = {
      ...facts,
      round,
      startedAt: this.#startedAt,
      endedAt: now,
      loss: this.#limits.evaluates ? this.loss() : Number.NaN,
      accuracy: this.#limits.evaluates ? this.scores().accuracy : Number.NaN,
    };
    for (const { device } of arrivals) {
      // Nobody else's update came between reading the weights and applying this one's: the barrier sees to that.
      records.applied(device, 0, now - this.readAt[device]!);
      records.row(device, row, 0);
    }
    this.aggregated();
    if (this.sim.stopped) return;
    if (policy.goesOn(round)) {
      this.#begin();
      return;
    }
    const best = policy.best();
    if (best !== undefined) {
      this.w = best;
      this.forgetScores();
    }
    this.finish();
  }
}
