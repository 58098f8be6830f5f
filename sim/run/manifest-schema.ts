import { z } from 'zod';
import { count, words } from './checked-json.ts';
import type { Manifest } from './store.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 of 64 hex digits');

/** SHA-256 of files by name. */
export const hashesSchema = z.record(words, sha256);

const live = z.looseObject({
  device: count,
  target: words,
  board: words,
  counter: words,
  counts_per_second: z.number(),
  ram_bytes: z.number(),
  firmware: words,
  frames_different: count,
});

/** Only its digest is looked at. Its other keys are compared with what the run makes, and earlier versions had fewer. */
const variantSummary = z.looseObject({ schema: z.literal(1), name: words, digest: words });

/** `manifest.json`. Keys of a later version are kept, and so are results without the keys that came later. */
export const manifestSchema: z.ZodType<Manifest> = z.looseObject({
  schema: z.literal(1),
  id: words,
  name: words,
  seed: count,
  digest: words,
  checkpoints: z.array(words),
  events: count,
  stopped: words,
  firmware: z.looseObject({ sha256, core: words }),
  // `readInputs` says what is wrong with them.
  inputs: z.custom<Manifest['inputs']>().optional(),
  record: z.looseObject({ rows: count, check: count }).optional(),
  files: hashesSchema.optional(),
  versions: z.object({ globe2train: words }).catchall(words),
  live: z.array(live).optional(),
  set: z.array(words),
  scenario: z.unknown(),
  variants: z.array(z.looseObject({ name: words, folder: words, against: words.optional(), summary: variantSummary })),
  host: z.looseObject({
    wall_s: z.number(),
    threads: z.number(),
    rss_bytes: z.number(),
    node: words,
    platform: words,
  }),
}) as unknown as z.ZodType<Manifest>;
