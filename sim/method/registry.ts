import { z } from 'zod';
import type { Partition } from '../data/partition.ts';
import { adaptiveTauOptions } from './adaptive-tau/options.ts';
import { wireAdaptiveTau } from './adaptive-tau/wire.ts';
import { asgdOptions } from './asgd/options.ts';
import { wireAsgd } from './asgd/wire.ts';
import { fedavgOptions } from './fedavg/options.ts';
import { wireFedavg } from './fedavg/wire.ts';
import { g2tOptions } from './g2t/options.ts';
import { type G2tInput, wireG2t } from './g2t/wire.ts';
import { gaiaOptions } from './gaia/options.ts';
import { wireGaia } from './gaia/wire.ts';
import type { Method } from './method.ts';
import { ssgdOptions } from './ssgd/options.ts';
import { wireSsgd } from './ssgd/wire.ts';

/** Every training method's options, told apart by `name`: a method's folder has its own, and a line here and below. */
export const methodOptions = z.discriminatedUnion('name', [
  g2tOptions,
  ssgdOptions,
  asgdOptions,
  fedavgOptions,
  adaptiveTauOptions,
  gaiaOptions,
]);
export type MethodOptions = z.output<typeof methodOptions>;

/** What a method is wired from; each takes its own options. */
export type MethodInput = Omit<G2tInput, 'options'> & {
  readonly options: MethodOptions;
  /** The training rows of each device, for methods that train on the devices' own; undefined without one. */
  readonly partition: Partition | undefined;
  /** Energy of all devices until now, J: in all, and what their processors took. */
  readonly meter: () => { readonly all: number; readonly compute: number };
  /** A fault of the scenario, placed at a key. */
  readonly fault: (path: string, message: string) => Error;
};

/** The method that the options name. */
export function wireMethod(input: MethodInput): Method {
  const { options } = input;
  switch (options.name) {
    case 'g2t':
      return wireG2t({ ...input, options }).method;
    case 'ssgd':
      return wireSsgd({ ...input, options });
    case 'asgd':
      return wireAsgd({ ...input, options });
    case 'fedavg':
      return wireFedavg({ ...input, options });
    case 'adaptive-tau':
      return wireAdaptiveTau({ ...input, options });
    case 'gaia':
      return wireGaia({ ...input, options });
  }
}
