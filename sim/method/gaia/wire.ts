import { type ExchangeInput, prepare } from '../exchange/prepare.ts';
import type { Method } from '../method.ts';
import type { GaiaOptions } from './options.ts';
import { GaiaServer } from './server.ts';

/** Gaia over a fleet: see server.ts. */
export function wireGaia(input: ExchangeInput<GaiaOptions>): Method {
  // Shares of eta go by the fleet: a device that takes no part just makes the steps a little smaller.
  const share = 1 / input.fleet.devices;
  const prepared = prepare(input, { kind: 'gaia', significance: input.options.threshold, share });
  return new GaiaServer(input, prepared, input.options);
}
