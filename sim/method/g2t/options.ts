import { z } from 'zod';
import { quantity } from '../../kernel/quantity.ts';
import { learnerOptions } from './learner.ts';

/** "1-15", "3", "1-3, 7, 20-25": classes counted from 1, both ends included. */
const CLASS_LIST = /^\s*[1-9]\d{0,4}(\s*-\s*[1-9]\d{0,4})?(\s*,\s*[1-9]\d{0,4}(\s*-\s*[1-9]\d{0,4})?)*\s*$/;

const hold = z
  .strictObject({
    w0: z
      .int()
      .min(1)
      .max(65_535)
      .default(1)
      .describe('W_0: classifiers gathered before an upload on a network of quality 1'),
    'w-max': z
      .int()
      .min(1)
      .max(65_535)
      .default(64)
      .describe('most classifiers gathered before an upload; a device whose RAM holds fewer gathers fewer'),
    time: quantity('time', { above: 0, max: 86_400 })
      .prefault('60 s')
      .describe('T_hold: the oldest finished classifier waits no longer'),
    by: z
      .enum(['quality', 'count'])
      .default('quality')
      .describe('quality: W_t = W_0 / network quality, measured by the device; count: W_t = W_0 always'),
  })
  .prefault({})
  .describe('G2T-D: how long a device holds finished classifiers back');

const manual = z.strictObject({
  device: z.int().min(0).describe('device id, from 0'),
  rounds: z
    .array(
      z
        .string()
        .regex(CLASS_LIST, 'expected classes from 1, as in "1-15" or "1-3, 7"')
        .refine((text) => new Set(parseClasses(text)).size > 1, 'expected at least two classes'),
    )
    .min(1)
    .describe('the classes of each round; all pairs within a round are its tasks'),
});

/** Globe2Train's options: the cloud's part (algorithms B) and the device's (algorithms A1, C). */
export const g2tOptions = z
  .strictObject({
    name: z.literal('g2t'),
    learner: learnerOptions.prefault({ name: 'opt-sgd' }),
    allocate: z
      .enum(['manual', 'equal', 'ram', 'rate'])
      .default('rate')
      .describe('how tasks are shared out: by hand, evenly, by RAM, by training speed'),
    manual: z.array(manual).min(1).optional().describe('with `allocate: manual`: what each device trains'),
    round: z
      .enum(['classifier', 'batch', 'queue'])
      .default('queue')
      .describe(
        'when results are due: after each classifier, after a batch, or when the queue is empty (W_t may send earlier)',
      ),
    batch: z
      .int()
      .min(2)
      .max(65_535)
      .optional()
      .describe('with `round: batch`: classes a batch spans, m; C(m, 2) classifiers'),
    barrier: z.boolean().default(false).describe('whether all devices finish a round before any begins the next'),
    redundancy: z
      .int()
      .min(1)
      .max(8)
      .default(2)
      .describe('most devices that train one task at a time; above 1, idle devices copy what is late'),
    rows: z
      .enum(['auto', 'stream', 'cache', 'held'])
      .default('auto')
      .describe(
        'auto: sent once and kept where RAM allows; stream: sent every pass; cache: sent once; held: on the devices already, never sent',
      ),
    prefetch: z
      .int()
      .min(0)
      .max(16)
      .default(1)
      .describe(
        'tasks of its own queue that a device is sent ahead of the one it trains, so that it need not wait for the next',
      ),
    codec: z
      .enum(['smallest', 'dense', 'bitmap', 'sparse', 'dgc'])
      .default('smallest')
      .describe('how weights are encoded'),
    hold,
    combine: z
      .enum(['vote', 'opt-ovo', 'wlw', 'ht'])
      .default('vote')
      .describe('how the base classifiers make one model'),
    'opt-ovo': z
      .strictObject({
        theta: z.number().min(0).max(1).default(0.9).describe('correlation from which classifiers share a group'),
        'group-size': z.int().min(1).max(16).default(8).describe('most classifiers in a group'),
        smoothing: z.number().positive().default(1).describe('pseudo-count of the probability tables'),
        prune: z.enum(['none', 'info', 'dup']).default('none').describe('drop classifiers that add nothing'),
      })
      .prefault({})
      .describe('with `combine: opt-ovo`'),
  })
  .superRefine((options, context) => {
    if ((options.allocate === 'manual') !== (options.manual !== undefined)) {
      const message =
        options.manual === undefined
          ? 'expected `manual` to say what each device trains, got nothing'
          : 'expected `allocate: manual` beside `manual`';
      context.addIssue({ code: 'custom', message, path: ['manual'] });
    }
    const listed = options.manual?.map(({ device }) => device) ?? [];
    listed.forEach((device, index) => {
      if (listed.indexOf(device) === index) return;
      const message = `expected each device once, got ${device} again`;
      context.addIssue({ code: 'custom', message, path: ['manual', index, 'device'] });
    });
    if (options.allocate !== 'manual' && (options.round === 'batch') !== (options.batch !== undefined)) {
      const message =
        options.batch === undefined
          ? 'expected `batch` classes with `round: batch`, got nothing'
          : 'expected `round: batch` beside `batch`';
      context.addIssue({ code: 'custom', message, path: ['batch'] });
    }
  });

export type G2tOptions = z.output<typeof g2tOptions>;

/** Reads "1-3, 7" into classes from 0, in the order written. The text has passed the schema. */
export function parseClasses(text: string): number[] {
  const classes: number[] = [];
  for (const part of text.split(',')) {
    const [low, high] = part.split('-').map((end) => Number(end));
    for (let c = low!; c <= (high ?? low!); c++) classes.push(c - 1);
  }
  return classes;
}
