import { type ExchangeInput, prepare } from '../exchange/prepare.ts';
import type { Method } from '../method.ts';
import type { AsgdOptions } from './options.ts';
import { AsgdServer } from './server.ts';

/** Asynchronous SGD over a fleet: see server.ts. */
export function wireAsgd(input: ExchangeInput<AsgdOptions>): Method {
  return new AsgdServer(input, prepare(input, { kind: 'gradient', versioned: true }), input.options);
}
