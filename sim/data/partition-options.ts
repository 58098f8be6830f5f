import { z } from 'zod';

const seed = z
  .int()
  .min(0)
  .optional()
  .describe('Seed of this draw alone; the seed of the run when left out, so that the partition changes with it');

const alpha = z.number().positive().max(1e6);

const byCase = z
  .strictObject({
    by: z.literal('case'),
    case: z
      .int()
      .min(1)
      .max(4)
      .describe(
        '1: rows in turn; 2: each device some labels; 3: every row on every device; 4: the lower labels in turn over the first devices, the upper ones by label over the others',
      ),
  })
  .describe(
    'The four cases of Wang et al., "Adaptive federated learning in resource constrained edge computing systems"',
  );

const iid = z.strictObject({ by: z.literal('iid'), seed }).describe('Equally many rows, drawn, to each device');

const dirichlet = z
  .strictObject({
    by: z.literal('dirichlet'),
    alpha: alpha.describe('Concentration, above 0: large gives every device the mix of all rows, small a single label'),
    seed,
  })
  .describe('Equally many rows a device, whose mix of labels is drawn (Hsu, Qi, Brown 2019)');

const labels = z
  .strictObject({
    by: z.literal('labels'),
    labels: z.int().min(1).max(65_535).describe('How many labels each device has'),
    seed,
  })
  .describe('So many labels a device; the rows of a label are dealt evenly to the devices that have it');

const quantity = z
  .strictObject({
    by: z.literal('quantity'),
    alpha: alpha.describe('Concentration, above 0: large gives equal numbers of rows, small a few devices nearly all'),
    seed,
  })
  .describe('Like iid, but with numbers of rows that are drawn, at least one a device (Li, Diao, Chen, He 2022)');

/** The `partition` key of a scenario: which training rows lie on which device. */
export const partitionOptions = z
  .union([z.literal('none'), z.discriminatedUnion('by', [byCase, iid, dirichlet, labels, quantity])])
  .describe(
    'Which training rows each device has, for methods that train on the devices’ own rows; none: as fleet.holds says',
  );

export type PartitionOptions = Exclude<z.output<typeof partitionOptions>, 'none'>;
