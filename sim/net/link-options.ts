import { z } from 'zod';
import { quantity } from '../kernel/quantity.ts';
import { distributionOptions } from './distribution.ts';
import type { DropoutModel } from './dropout.ts';
import { LIMITS } from './limits.ts';
import type { MobilityModel } from './mobility.ts';
import { type Distribution, samplerOf } from './sampler.ts';
import { dropoutOptions, mobilityOptions } from './weather-options.ts';

/** A link profile with everything known, in SI: bit/s, seconds, shares. */
export interface ResolvedProfile {
  readonly name: string;
  readonly up: number;
  readonly down: number;
  /** One-way latency of the access network. */
  readonly latency: Distribution;
  /** Added to every latency, above 0 s; left out for none. */
  readonly delay?: number;
  /** Share of packets lost, each way. */
  readonly loss: number;
  readonly dropout: DropoutModel;
  readonly mobility: MobilityModel;
  /** Whether devices on it may share an access point. */
  readonly shareable: boolean;
}

/**
 * One entry of `network.links`: what differs from the built-in profile of that name, or from the one named by `like`. A
 * profile with a new name and no `like` needs up, down and latency; then loss is 0 %, and it neither drops out nor moves.
 */
export const linkOptions = z.strictObject({
  like: z
    .string()
    .optional()
    .describe('A built-in profile, or one above in this list, whose values hold where none is given'),
  up: quantity('rate').optional().describe('Rate from the device'),
  down: quantity('rate').optional().describe('Rate to the device'),
  latency: distributionOptions
    .refine((latency) => samplerOf(latency).mean <= LIMITS.latency.max, 'expected a mean of at most 1 h')
    .optional()
    .describe(
      'One-way latency of the access network, propagation between regions not included; in the mean at most 1 h, and each draw is cut at that',
    ),
  delay: quantity('time', LIMITS.delay)
    .optional()
    .describe('Added to every latency, each way, wherever the device is; 0 s when left out'),
  loss: quantity('share')
    .refine((loss) => loss <= 0.9, 'expected at most 90 %: where more is lost there is no connection (see dropout)')
    .optional()
    .describe('Share of packets lost, each way, 0 % to 90 %'),
  dropout: dropoutOptions.optional(),
  mobility: mobilityOptions.optional(),
  shareable: z.boolean().optional().describe('Whether devices on it may share an access point'),
});

export type LinkOptions = z.output<typeof linkOptions>;
export type LinkInput = z.input<typeof linkOptions>;

/** What a profile must have before it can be used. */
const NEEDED = ['up', 'down', 'latency'] as const;

/** The profile `name`: `options` over `base`. Of a profile without base, up, down or latency may be missing: they are named. */
export function mergeProfile(
  name: string,
  options: LinkOptions,
  base: ResolvedProfile | undefined,
): { readonly profile: ResolvedProfile } | { readonly missing: readonly string[] } {
  const missing = NEEDED.filter((key) => options[key] === undefined && base === undefined);
  if (missing.length > 0) return { missing };
  const delay = options.delay ?? base?.delay ?? 0;
  return {
    profile: {
      name,
      up: options.up ?? base!.up,
      down: options.down ?? base!.down,
      latency: options.latency ?? base!.latency,
      ...(delay > 0 ? { delay } : {}),
      loss: options.loss ?? base?.loss ?? 0,
      dropout: options.dropout ?? base?.dropout ?? { kind: 'none' },
      mobility: options.mobility ?? base?.mobility ?? { kind: 'still' },
      shareable: options.shareable ?? base?.shareable ?? true,
    },
  };
}
