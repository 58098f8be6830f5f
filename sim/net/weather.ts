import type { Duration, Instant } from '../kernel/time.ts';

/**
 * The weather: what the world does to the network whatever a method does. Everything here is a function of the seed and
 * of time alone, so that all methods of a comparison meet the same weather. Implementations are advanced lazily: the
 * instants asked about one device (or link) never go back, and an answer allocates nothing.
 */

/** The on/off process of each device's connection. */
export interface Dropout {
  /** Whether the device has a connection at `at`. */
  online(device: number, at: Instant): boolean;
  /** The first instant after `at` at which `online` differs from its value at `at`; LAST_INSTANT when never. */
  nextChange(device: number, at: Instant): Instant;
}

/** Background load on each shared link (regional bottlenecks, the server's link, access points): piecewise constant. */
export interface Congestion {
  /** The share of the link's capacity that others use at `at`: 0 to below 1. */
  share(link: number, at: Instant): number;
  /** The first instant after `at` at which the share may differ; LAST_INSTANT when never. */
  nextChange(link: number, at: Instant): Instant;
}

/** How a device's movement between cells changes its link: piecewise constant factors, with a gap at each handover. */
export interface Mobility {
  /** Factor on the access latency at `at`: above 0, 1 for a device that stands still. */
  latencyFactor(device: number, at: Instant): number;
  /** Factor on the access rates at `at`: above 0 to 1. */
  rateFactor(device: number, at: Instant): number;
  /** How long a packet that leaves at `at` waits for a handover to end; 0 outside one. */
  gap(device: number, at: Instant): Duration;
  /** The first instant after `at` at which a factor may differ; LAST_INSTANT when never. */
  nextChange(device: number, at: Instant): Instant;
}

/**
 * The one-way latency of the access network (radio, modem, first hops): the mobility's factor is in it, its handover
 * gap and the propagation between regions are not. Two draws of one device within one coherence interval (100 ms) are the same: the way there and the
 * way back of a short exchange meet the same conditions, so a round trip has the spread of published round trips.
 */
export interface AccessLatency {
  draw(device: number, at: Instant): Duration;
}

/** All of it, as a network takes it. Devices are 0..devices-1; shared links are numbered by whoever builds the weather. */
export interface Weather {
  readonly dropout: Dropout;
  readonly congestion: Congestion;
  readonly mobility: Mobility;
  readonly latency: AccessLatency;
}

/**
 * What an intervention may change of a network beside its weather. The network implements it; a change acts from the
 * instant at which it is called. Rates are bit/s, loss is a share from 0 to below 1. `profile` is an index into the
 * resolved network's list of link profiles, `bottleneck` into its list of bottlenecks.
 */
export interface LinkControls {
  setProfileRates(profile: number, up: number, down: number): void;
  setProfileLoss(profile: number, loss: number): void;
  setServerRates(up: number, down: number): void;
  setBottleneckRates(bottleneck: number, up: number, down: number): void;
  /** Dropout or congestion was changed: what `nextChange` said before no longer holds, ask again. */
  weatherChanged(): void;
}
