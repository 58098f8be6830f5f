import { z } from 'zod';
import type { Command } from './messages.ts';

const MOST_SPEED = 1e6;

const knobs = z.strictObject({
  delayMs: z.number().min(0).max(60_000).optional(),
  loss: z.number().min(0).max(90).nullable().optional(),
  dropout: z
    .union([
      z.literal('none'),
      z.strictObject({ up: z.number().min(0.001).max(1e6), down: z.number().min(0.001).max(1e6) }),
      z.null(),
    ])
    .optional(),
  congestion: z.number().min(0).max(99).nullable().optional(),
  tau: z.union([z.literal('adaptive'), z.int().min(1).max(65_535), z.null()]).optional(),
});

const command = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['play', 'pause', 'save']) }),
  z.strictObject({ do: z.literal('step'), by: z.enum(['event', 'round']) }),
  z.strictObject({ do: z.literal('speed'), speed: z.number().min(0.001).max(MOST_SPEED).nullable() }),
  z.strictObject({ do: z.literal('watch'), device: z.int().min(0).max(1e7) }),
  z.strictObject({ do: z.literal('set'), knobs }),
  z.strictObject({
    do: z.literal('restart'),
    seed: z.int().min(0).optional(),
    dataCase: z.int().min(1).max(4).optional(),
    method: z.string().max(40).optional(),
  }),
]);

/** A command out of what somebody sent; undefined where it is none. */
export function readCommand(body: string): Command | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const read = command.safeParse(value);
  if (!read.success) return undefined;
  // Keys that were left out stay out: nothing is set to undefined.
  return JSON.parse(JSON.stringify(read.data)) as Command;
}
