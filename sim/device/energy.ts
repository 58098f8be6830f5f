import { assert } from '../kernel/errors.ts';
import type { Board } from './board.ts';

/** `states`: power by state times time in it (algorithms F). `paper`: the papers' constant power times computing time. */
export const ENERGY_MODES = ['states', 'paper'] as const;
export type EnergyMode = (typeof ENERGY_MODES)[number];

/** Seconds of a device by state; they do not overlap. */
export interface StateTimes {
  readonly compute: number;
  readonly transmit: number;
  readonly receive: number;
  readonly idle: number;
}

/**
 * Energy of a device in J: the sum over states of power times time. In `paper` mode 0.175 W for every microcontroller and
 * 18.5 W for the laptop times the computing time (back-computed from the authors' figures: algorithms B.8), whatever the
 * radio does; a board the papers do not have takes its own computing power.
 *
 * Not modelled: the energy of switching between states, and of a battery or regulator that is not perfect.
 */
export function energyOf(board: Board, times: StateTimes, mode: EnergyMode = 'states'): number {
  const good = times.compute >= 0 && times.transmit >= 0 && times.receive >= 0 && times.idle >= 0;
  // The message is made only when it is needed: this is asked of every device at every measurement.
  if (!good) assert(false, `Expected times by state to be at least 0 s, got ${JSON.stringify(times)}`);
  const { power } = board;
  if (mode === 'paper') return (board.paperWatts ?? power.compute) * times.compute;
  return (
    power.compute * times.compute +
    power.transmit * times.transmit +
    power.receive * times.receive +
    power.idle * times.idle
  );
}
