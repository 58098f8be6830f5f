import { assert } from '../../kernel/errors.ts';
import { mean, studentInterval } from '../../metrics/statistics.ts';
import { wasCut } from '../../metrics/summary.ts';
import type { ResolvedProfile } from '../../net/link-options.ts';
import { horizonText } from '../numbers.ts';
import type { FigureRun } from './figure.ts';

/** Mean over seeds, with the bounds of its 95 % confidence interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean and Student's interval; the mean alone where there is one value. */
export function interval(values: readonly number[]): Interval {
  const middle = mean(values);
  return values.length === 1 ? exactly(middle) : { mean: middle, ...studentInterval(values, 0.95) };
}

/** A value that is known, and has no spread. */
export function exactly(value: number): Interval {
  return { mean: value, low: value, high: value };
}

/** The runs of one variant, a run a seed. */
export interface Variant {
  readonly label: string;
  readonly scenario: FigureRun['scenario'];
  readonly runs: readonly FigureRun[];
}

/** Runs by variant, in the order of the scenario. */
export function variantsOf(runs: readonly FigureRun[]): Variant[] {
  const labels = [...new Set(runs.map(({ label }) => label))];
  return labels.map((label) => {
    const own = runs.filter((run) => run.label === label);
    return { label, scenario: own[0]!.scenario, runs: own };
  });
}

/** The interval of what each run of a variant comes to; undefined where one of them has no value. */
export function over(variant: Variant, value: (run: FigureRun) => number | null): Interval | undefined {
  const values = variant.runs.map(value);
  return values.some((each) => each === null || !Number.isFinite(each)) ? undefined : interval(values as number[]);
}

/**
 * The mean of what each run of a variant comes to, with the least and the most: where chance is far from normal. Undefined
 * where one of them has no value.
 */
export function range(variant: Variant, value: (run: FigureRun) => number | null): Interval | undefined {
  const values = variant.runs.flatMap((run) => value(run) ?? []);
  if (values.length < variant.runs.length) return undefined;
  return { mean: mean(values), low: Math.min(...values), high: Math.max(...values) };
}

/** The run of a variant with a seed. */
export function withSeed({ runs }: Variant, seed: number): FigureRun {
  return runs.find((run) => run.seed === seed)!;
}

/** What a caption says of runs that were cut, after a space; nothing where none was. */
export function cutText(runs: readonly FigureRun[]): string {
  const cut = runs.filter(({ summary }) => wasCut(summary)).length;
  return cut === 0 ? '' : ` ${horizonText(cut, runs.length)}: where a run was cut, no makespan is given.`;
}

/** How the seeds are said in a caption. */
export function seedsText(runs: readonly FigureRun[]): string {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const text = seeds === 1 ? 'One seed.' : `Means of ${seeds} seeds, bars: 95 % confidence intervals (Student).`;
  return `${text}${cutText(runs)}`;
}

const METHODS: Readonly<Record<string, string>> = {
  g2t: 'Globe2Train',
  ssgd: 'SSGD',
  asgd: 'ASGD',
  fedavg: 'FedAvg',
  'adaptive-tau': 'Adaptive τ',
  gaia: 'Gaia',
};

/** A method's name as papers write it. */
export function methodName({ method }: FigureRun['scenario']): string {
  const name = METHODS[method.name] ?? method.name;
  return method.name === 'asgd' && method.exchange === 'separate' ? 'ASGD, separate pull' : name;
}

/** A link profile of a scenario by name. */
export function profileNamed({ network }: FigureRun['scenario'], name: string): ResolvedProfile {
  const found = network.profiles.find((profile) => profile.name === name);
  assert(found !== undefined, `Expected a link ${name} in the figure's scenario`);
  return found;
}

/** A link's latency, its median where it varies, s. */
export function latencyOf({ latency }: ResolvedProfile): number {
  if (latency.kind === 'constant') return latency.value;
  assert(latency.kind === 'lognormal', `Expected a constant or lognormal latency, got ${latency.kind}`);
  return latency.median;
}
