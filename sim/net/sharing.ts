import { assert } from '../kernel/errors.ts';
import { LAST_INSTANT } from '../kernel/time.ts';
import { wider } from './flow-table.ts';
import { Bundle, IndexList } from './sharing-bundle.ts';

/** Cap classes an octave: caps of one class differ by 9 % at most. */
const CLASSES_PER_OCTAVE = 8;
const CLASS_LIMIT = 1024;
/** Above this many flows a link's level is kept with slack, so that it is not set anew for every flow. */
const EXACT_FLOWS = 64;
const SLACK = 1 / 64;
const TOLERANCE = 1e-9;
const ROUNDS_PER_LINK = 32;
const UNBOUND = Number.POSITIVE_INFINITY;

/** What a `Sharing` needs of the world. */
export interface SharingHost {
  readonly now: number;
  /** Asks for `Sharing.look(bundle, generation)` to be called at `at` ns (whole, not before now). */
  wake(at: number, bundle: number, generation: number): void;
  /** The flow has got all its bytes. */
  finished(slot: number): void;
}

/**
 * Flows that share links max-min fairly: a link gives each of its flows the same rate, but for those that have less by
 * their cap or by another link; what those leave goes to the rest (Bertsekas, Gallager: Data Networks, 6.5.2). Kept up to
 * date incrementally, so that an event costs the same for ten devices and for a million.
 *
 * Flows over the same links with caps of one class (9 % wide) are one `Bundle`: a rate and a clock for all of them. Each
 * link has a level, the rate that it allows a flow; a flow's rate is the least of its class's cap and its links' levels,
 * times its weight (its own cap over the class's). A flow that comes or goes sets a link's level anew only if that
 * link would be above its capacity or is left with capacity that somebody could use; a change of rates passes on to the other
 * links of the bundles concerned until all levels agree. Then every flow has a link that is full and on which nobody
 * has more, or has its cap: that is the definition of max-min fairness.
 *
 * Approximations: within a class, shares on a full link differ by up to the 9 % that caps differ. A link with more than 64
 * flows is filled to 1 - 1/64 when its level is set, and its level stands until it would be above 1 or below 1 - 2/64: setting
 * a level costs as many steps as the link has bundles, and so is paid for by as many flows coming or going. If levels do
 * not agree after 32 rounds over the links touched, those above capacity are lowered and the rest is left as it is.
 */
export class Sharing {
  /** Bundles whose rate was set, since the start; for tests of cost. */
  touched = 0;

  readonly #host: SharingHost;
  readonly #capacity: Float64Array;
  readonly #load: Float64Array;
  readonly #level: Float64Array;
  readonly #flows: Int32Array;
  readonly #onLink: IndexList[] = [];
  readonly #carried: Float64Array;
  readonly #carriedAt: Float64Array;

  readonly #bundles: Bundle[] = [];
  readonly #index = new Map<number, number>();

  #bundleOf: Int32Array = new Int32Array(256).fill(-1);
  #weightOf: Float64Array = new Float64Array(256);
  #endOf: Float64Array = new Float64Array(256);
  #ticketOf: Float64Array = new Float64Array(256);
  #tickets = 0;

  /** Links whose level is to be looked at. */
  readonly #queue = new IndexList();
  readonly #queued: Uint8Array;

  /** @param capacities bytes/s by link; Infinity allowed. */
  constructor(host: SharingHost, capacities: Float64Array) {
    this.#host = host;
    this.#capacity = Float64Array.from(capacities);
    const links = capacities.length;
    this.#load = new Float64Array(links);
    this.#level = new Float64Array(links).fill(UNBOUND);
    this.#flows = new Int32Array(links);
    this.#carried = new Float64Array(links);
    this.#carriedAt = new Float64Array(links);
    this.#queued = new Uint8Array(links);
    for (let link = 0; link < links; link++) this.#onLink.push(new IndexList());
  }

  /** Flows on a link. */
  flows(link: number): number {
    return this.#flows[link]!;
  }

  /** Bytes/s that flows get of a link now. */
  load(link: number): number {
    return this.#load[link]!;
  }

  /** Bytes that flows have had of a link up to now. */
  carried(link: number): number {
    return this.#carried[link]! + (this.#load[link]! * (this.#host.now - this.#carriedAt[link]!)) / 1e9;
  }

  /** Bytes/s that a flow gets now; 0 for a slot without one. */
  rate(slot: number): number {
    const bundle = slot < this.#bundleOf.length ? this.#bundleOf[slot]! : -1;
    return bundle < 0 ? 0 : this.#bundles[bundle]!.rate * this.#weightOf[slot]!;
  }

  has(slot: number): boolean {
    return slot < this.#bundleOf.length && this.#bundleOf[slot]! >= 0;
  }

  /**
   * A flow begins.
   * @param path a number that stands for `links`, 0 to 2^40. @param links at least one, each once.
   * @param bytes above 0. @param cap bytes/s above 0, finite.
   */
  add(slot: number, path: number, links: Int32Array, bytes: number, cap: number): void {
    assert(
      bytes > 0 && cap > 0 && cap < UNBOUND,
      `Expected a flow to have bytes and a finite cap, got ${bytes}, ${cap}`,
    );
    while (this.#bundleOf.length <= slot) this.#grow();
    assert(this.#bundleOf[slot] === -1, `Expected slot ${slot} to have no flow`);
    const number = this.#bundleFor(path, links, cap);
    const bundle = this.#bundles[number]!;
    const weight = cap / bundle.cap;
    bundle.advance(this.#host.now);
    if (bundle.flows === 0) this.#join(bundle, number);
    bundle.flows++;
    bundle.weight += weight;
    this.#bundleOf[slot] = number;
    this.#weightOf[slot] = weight;
    this.#endOf[slot] = bundle.service + bytes / weight;
    this.#ticketOf[slot] = ++this.#tickets;
    bundle.push(this.#endOf[slot]!, slot, this.#tickets);
    for (const link of links) {
      this.#flows[link]!++;
      this.#addLoad(link, weight * bundle.rate);
    }
    this.#settle();
    this.#plan(bundle, number);
  }

  /** A flow ends early; what it had still to get, in bytes. */
  remove(slot: number): number {
    const number = this.#bundleOf[slot]!;
    const bundle = this.#bundles[number]!;
    bundle.advance(this.#host.now);
    const left = Math.max(0, this.#endOf[slot]! - bundle.service) * this.#weightOf[slot]!;
    this.#leave(slot, bundle);
    this.#settle();
    return left;
  }

  /** A link's capacity changes, bytes/s. */
  setCapacity(link: number, capacity: number): void {
    this.#capacity[link] = capacity;
    this.#touch(link);
    this.#settle();
  }

  /** A flow's cap changes, bytes/s. */
  setCap(slot: number, path: number, cap: number): void {
    const { links } = this.#bundles[this.#bundleOf[slot]!]!;
    const left = this.remove(slot);
    this.add(slot, path, links, Math.max(left, 1e-6), cap);
  }

  /** A `wake` that was asked for. */
  look(number: number, generation: number): void {
    const bundle = this.#bundles[number]!;
    if (bundle.generation !== generation) return;
    const { now } = this.#host;
    bundle.due = UNBOUND;
    bundle.advance(now);
    // Whatever `finished` sets off may empty the bundle and start its clock anew: compare each time.
    while (bundle.firstEnd <= bundle.service * (1 + 1e-13) + 1e-6) {
      const slot = bundle.firstSlot;
      const current = this.#bundleOf[slot] === number && this.#ticketOf[slot] === bundle.firstTicket;
      bundle.pop();
      if (!current) continue;
      this.#leave(slot, bundle);
      this.#host.finished(slot);
    }
    this.#settle();
    this.#plan(bundle, number);
  }

  #bundleFor(path: number, links: Int32Array, cap: number): number {
    const octaves = Math.log(cap) / Math.LN2;
    const step = Math.min(Math.max(Math.ceil(octaves * CLASSES_PER_OCTAVE) + CLASS_LIMIT / 2, 0), CLASS_LIMIT - 1);
    const key = path * CLASS_LIMIT + step;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const classCap = Math.exp(((step - CLASS_LIMIT / 2) * Math.LN2) / CLASSES_PER_OCTAVE);
    this.#bundles.push(new Bundle(links, classCap));
    this.#index.set(key, this.#bundles.length - 1);
    return this.#bundles.length - 1;
  }

  /** A bundle gets its first flow: it runs at what its links allow now. */
  #join(bundle: Bundle, number: number): void {
    bundle.service = 0;
    bundle.weight = 0;
    bundle.rate = bundle.cap;
    for (let i = 0; i < bundle.links.length; i++) {
      const link = bundle.links[i]!;
      bundle.places[i] = this.#onLink[link]!.add(number);
      if (this.#level[link]! < bundle.rate) bundle.rate = this.#level[link]!;
    }
  }

  #leave(slot: number, bundle: Bundle): void {
    const weight = this.#weightOf[slot]!;
    this.#bundleOf[slot] = -1;
    bundle.flows--;
    bundle.weight -= weight;
    for (let i = 0; i < bundle.links.length; i++) {
      const link = bundle.links[i]!;
      this.#flows[link]!--;
      this.#addLoad(link, -weight * bundle.rate);
      if (bundle.flows > 0) continue;
      const moved = this.#onLink[link]!.remove(bundle.places[i]!);
      if (moved >= 0) this.#bundles[moved]!.places[this.#bundles[moved]!.links.indexOf(link)] = bundle.places[i]!;
      bundle.places[i] = -1;
      if (this.#flows[link] === 0) {
        this.#load[link] = 0;
        this.#level[link] = UNBOUND;
      }
    }
    if (bundle.flows > 0) return;
    while (bundle.firstEnd < UNBOUND) bundle.pop();
    bundle.generation++;
    bundle.due = UNBOUND;
  }

  #addLoad(link: number, change: number): void {
    const { now } = this.#host;
    this.#carried[link]! += (this.#load[link]! * (now - this.#carriedAt[link]!)) / 1e9;
    this.#carriedAt[link] = now;
    this.#load[link]! += change;
    this.#touch(link);
  }

  #touch(link: number): void {
    if (this.#queued[link] === 1) return;
    this.#queued[link] = 1;
    this.#queue.add(link);
  }

  /** Sets levels until they agree. */
  #settle(): void {
    const queue = this.#queue;
    let budget = ROUNDS_PER_LINK * (queue.length + 8);
    for (let head = 0; head < queue.length; head++) {
      const link = queue.items[head]!;
      this.#queued[link] = 0;
      const capacity = this.#capacity[link]!;
      const load = this.#load[link]!;
      const slack = this.#flows[link]! > EXACT_FLOWS ? SLACK : 0;
      const over = load > capacity * (1 + TOLERANCE);
      const under = this.#level[link]! < UNBOUND && load < capacity * (1 - 2 * slack) * (1 - TOLERANCE);
      if (over || (under && budget > 0)) this.#setLevel(link, capacity * (1 - slack));
      budget--;
    }
    queue.length = 0;
  }

  /** The level at which the link's flows use `target` bytes/s, given what else bounds them. */
  #setLevel(link: number, target: number): void {
    const { items, length } = this.#onLink[link]!;
    let level = UNBOUND;
    for (;;) {
      // Flows bounded elsewhere below the level keep what they have; the others share the rest.
      let rest = target;
      let weight = 0;
      let bound = 0;
      for (let i = 0; i < length; i++) {
        const bundle = this.#bundles[items[i]!]!;
        const elsewhere = this.#boundElsewhere(bundle, link);
        if (elsewhere < level) {
          rest -= bundle.weight * elsewhere;
          bound++;
        } else weight += bundle.weight;
      }
      if (level === UNBOUND) {
        if (rest >= 0) break;
        level = this.#firstGuess(link, target);
        continue;
      }
      const next = weight > 0 ? rest / weight : level;
      if (bound === 0 || next <= level * (1 + 1e-15)) {
        level = Math.min(level, next);
        break;
      }
      level = next;
    }
    this.#level[link] = level;
    let load = 0;
    for (let i = 0; i < length; i++) {
      const bundle = this.#bundles[items[i]!]!;
      this.#setRate(items[i]!, Math.min(level, this.#boundElsewhere(bundle, link)));
      load += bundle.weight * bundle.rate;
    }
    // Rounding adds up over millions of flows; here it is known exactly.
    this.#load[link] = load;
  }

  /** The equal share: never above the level sought, from where the level rises to it. */
  #firstGuess(link: number, target: number): number {
    const { items, length } = this.#onLink[link]!;
    let weight = 0;
    for (let i = 0; i < length; i++) weight += this.#bundles[items[i]!]!.weight;
    return target / weight;
  }

  #boundElsewhere(bundle: Bundle, link: number): number {
    let bound = bundle.cap;
    for (const other of bundle.links) if (other !== link && this.#level[other]! < bound) bound = this.#level[other]!;
    return bound;
  }

  #setRate(number: number, rate: number): void {
    const bundle = this.#bundles[number]!;
    if (Math.abs(rate - bundle.rate) <= bundle.rate * 1e-12) return;
    this.touched++;
    bundle.advance(this.#host.now);
    const change = bundle.weight * (rate - bundle.rate);
    bundle.rate = rate;
    for (const link of bundle.links) this.#addLoad(link, change);
    this.#plan(bundle, number);
  }

  /** Sees to it that an event looks at the bundle when its first flow ends; one that comes too early is left to come. */
  #plan(bundle: Bundle, number: number): void {
    if (bundle.flows === 0 || bundle.rate <= 0) return;
    const end = bundle.firstEnd;
    if (end === UNBOUND) return;
    const at = bundle.at + Math.max(0, Math.ceil(((end - bundle.service) * 1e9) / bundle.rate));
    // Past the last instant there is nothing to wake for.
    if (at >= bundle.due || at > LAST_INSTANT) return;
    bundle.due = at;
    bundle.generation++;
    this.#host.wake(at, number, bundle.generation);
  }

  #grow(): void {
    const size = 2 * this.#bundleOf.length;
    const bundles = new Int32Array(size).fill(-1);
    bundles.set(this.#bundleOf);
    this.#bundleOf = bundles;
    this.#weightOf = wider(this.#weightOf, new Float64Array(size));
    this.#endOf = wider(this.#endOf, new Float64Array(size));
    this.#ticketOf = wider(this.#ticketOf, new Float64Array(size));
  }
}
