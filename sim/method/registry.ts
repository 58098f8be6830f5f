import { z } from 'zod';
import type { Partition } from '../data/partition.ts';
import { g2tOptions } from './g2t/options.ts';
import { type G2tInput, wireG2t } from './g2t/wire.ts';
import type { Method } from './method.ts';

/** Every training method's options, told apart by `name`: a method's folder has its own, and a line here and below. */
export const methodOptions = z.discriminatedUnion('name', [g2tOptions]);
export type MethodOptions = z.output<typeof methodOptions>;

/** What a method is wired from; each takes its own options. */
export type MethodInput = Omit<G2tInput, 'options'> & {
  readonly options: MethodOptions;
  /** The training rows of each device, for methods that train on the devices' own; undefined without one. */
  readonly partition: Partition | undefined;
};

/** The method that the options name. */
export function wireMethod(input: MethodInput): Method {
  const { options } = input;
  switch (options.name) {
    case 'g2t':
      return wireG2t({ ...input, options }).method;
  }
}
