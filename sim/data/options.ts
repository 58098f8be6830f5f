import { z } from 'zod';
import { staysBelow } from '../kernel/path.ts';
import { quantity } from '../kernel/quantity.ts';
import { AUSLAN_SIGNS, AUSLAN_WEEKS } from './auslan.ts';
import { MISSING_WORDS } from './missing.ts';
import { SCALES } from './scale.ts';

const count = z.int().min(1);
const dataPath = z.string().min(1).refine(staysBelow, 'expected a path inside the data folder');
const seed = z
  .int()
  .min(0)
  .optional()
  .describe('Seed of this draw alone; the seed of the run when left out, so that the data change with it');

const bySample = z.strictObject({
  by: z.literal('sample'),
  train: count.describe('The first so many samples of each class train'),
  validation: z.int().min(0).default(0).describe('The next so many are kept for validation; the rest test'),
});

const byWeek = z.strictObject({
  by: z.literal('week'),
  train: count.max(AUSLAN_WEEKS - 1).describe('The first so many weeks train'),
  validation: z
    .int()
    .min(0)
    .max(AUSLAN_WEEKS - 2)
    .default(0)
    .describe('The next so many weeks are kept for validation'),
});

const byRandom = z.strictObject({
  by: z.literal('random'),
  train: quantity('share', { above: 0 }).describe('Share of the samples of each class that train, e.g. 70 %'),
  validation: quantity('share').prefault('0 %').describe('Share kept for validation; the rest tests'),
  seed,
});

const byAll = z
  .strictObject({ by: z.literal('all') })
  .describe('Every row trains; accuracy is measured on the same rows and says nothing about new ones');

const split = z.discriminatedUnion('by', [bySample, byRandom, byAll]);
const splitWithWeeks = z.discriminatedUnion('by', [bySample, byWeek, byRandom, byAll]);

const scale = z
  .enum(SCALES)
  .describe(
    'standard: mean 0, deviation 1; minmax: 0 to 1; norm: each row of length 1; none. Fitted on training rows only; constant columns become 0',
  );

const rowRule = z
  .union([z.enum(['mean', 'frame']), z.strictObject({ resample: z.int().min(1).max(1000) })])
  .default('mean')
  .describe('How a recording becomes rows: its mean (one row), every frame (a row each), or N points in one row');

export const auslanOptions = z
  .strictObject({
    name: z.literal('auslan'),
    source: z
      .enum(['auto', 'csv', 'tctodd'])
      .default('auto')
      .describe('csv: the one file auslan.csv.gz; tctodd: the original tree of .tsd files; auto: whichever is there'),
    path: dataPath.optional().describe('File or folder in the data folder; auslan.csv.gz or tctodd when left out'),
    rows: rowRule,
    classes: z
      .int()
      .min(2)
      .max(AUSLAN_SIGNS)
      .default(AUSLAN_SIGNS)
      .describe('The first so many signs in alphabetical order'),
    split: splitWithWeeks.prefault({ by: 'sample', train: 18 }),
    scale: scale.default('standard'),
  })
  .describe('Auslan, high quality: 95 signs, 27 recordings of each over nine weeks, 22 channels');

const idxPair = z.strictObject({ images: dataPath, labels: dataPath });
const labelRule = z
  .enum(['digits', 'even-odd'])
  .default('digits')
  .describe('digits: a class a label; even-odd: class 0 for even labels, 1 for odd ones');
const idxRows = {
  'train-rows': count.optional().describe('The first so many training rows only'),
  'test-rows': count.optional().describe('The first so many test rows only'),
};

export const mnistOptions = z
  .strictObject({
    name: z.literal('mnist'),
    path: dataPath.default('mnist').describe('Folder in the data folder with the four files, packed or not'),
    classes: labelRule,
    ...idxRows,
    scale: scale.default('none'),
  })
  .describe('MNIST in IDX form; pixels are byte / 255 before scaling');

export const idxOptions = z
  .strictObject({
    name: z.literal('idx'),
    train: idxPair.describe('Files of the training rows, in the data folder'),
    test: idxPair.describe('Files of the test rows'),
    classes: labelRule,
    ...idxRows,
    scale: scale.default('none'),
  })
  .describe('Any pair of IDX files of unsigned bytes, packed or not; values are byte / 255 before scaling');

export const csvOptions = z
  .strictObject({
    name: z.literal('csv'),
    path: dataPath.describe('File in the data folder'),
    test: dataPath
      .optional()
      .describe('A second file with the test rows, its columns matched by name; `split` is then left out'),
    header: z
      .union([z.boolean(), z.literal('auto')], { error: 'expected true, false or auto' })
      .default('auto')
      .describe(
        'Whether the first line names the columns; auto: it is a row when its features are all numbers or missing, and names when none is',
      ),
    label: z.string().min(1).default('last').describe('Column of the class: first, last, or its name in the header'),
    separator: z
      .string()
      .length(1)
      .regex(/^[^"\r\n0-9A-Za-z.+-]$/, { error: 'expected a character that is in no number, such as , or ;' })
      .default(',')
      .describe('Character between columns'),
    missing: z.enum(['error', 'drop']).default('error').describe('What to do about rows with missing values'),
    'missing-words': z
      .array(z.union([z.string(), z.number()], { error: 'expected a word or a number' }))
      .default([...MISSING_WORDS])
      .describe(
        'Fields that count as missing, in features and labels alike, beside empty ones; a number stands for all spellings of its value',
      ),
    split: split.optional().describe('random, 70 % to train, when left out'),
    scale: scale.default('standard'),
  })
  .refine((options) => options.test === undefined || options.split === undefined, {
    path: ['split'],
    message: 'expected no split beside `test` (the files are the split)',
  })
  .describe(
    'Numeric CSV (RFC 4180, UTF-8) with one column of classes; labels that are numbers are told apart by value',
  );

export const clustersOptions = z
  .strictObject({
    name: z.literal('clusters'),
    classes: z.int().min(2).max(65_535).default(10),
    features: z.int().min(1).max(65_535).default(22),
    rows: count.default(18).describe('Training rows a class'),
    validation: z.int().min(0).default(0).describe('Validation rows a class'),
    test: count.default(9).describe('Test rows a class'),
    separation: z.number().min(0).default(1).describe('Spread of class centres over spread of rows around them'),
    inactive: z.int().min(0).optional().describe('Features that are always 0; 3 in 22 of them when left out'),
    scale: scale.default('standard'),
    seed,
  })
  .refine((options) => (options.inactive ?? 0) < options.features, {
    path: ['inactive'],
    message: 'expected fewer inactive features than features',
  })
  .describe('A generator of class-clustered sensor data; needs no file');

/** The `dataset` key of a scenario. */
export const datasetOptions = z
  .discriminatedUnion('name', [auslanOptions, mnistOptions, idxOptions, csvOptions, clustersOptions])
  .describe('What is learned');

export type DatasetOptions = z.output<typeof datasetOptions>;
export type AuslanOptions = z.output<typeof auslanOptions>;
export type MnistOptions = z.output<typeof mnistOptions>;
export type IdxOptions = z.output<typeof idxOptions>;
export type CsvOptions = z.output<typeof csvOptions>;
export type ClustersOptions = z.output<typeof clustersOptions>;
