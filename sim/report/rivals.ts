import { TimeToAccuracy } from '../metrics/scores.ts';
import type { Summary } from '../metrics/summary.ts';
import { findColumn, numbersOf } from '../metrics/table.ts';
import { html, htmlTable, type Markup } from './html.ts';
import { grouped, percent, short, span, withPrefix } from './numbers.ts';
import type { Section } from './page.ts';
import { fewRivals, type RivalRun, type Rivals, type RunResult } from './result.ts';
import { tauTable } from './tau.ts';

/** What a run had spent when its model was first as accurate as asked; null when it never was. */
export interface Cost {
  readonly seconds: number | null;
  readonly bytes: number | null;
  readonly joules: number | null;
}

/** The accuracy that costs are compared at: as asked, else nine tenths of the best that any run had, in whole percent. */
export function targetOf({ runs, target }: Rivals): number {
  if (target !== undefined) return target;
  let best = 0;
  for (const { tables } of runs) {
    if (tables.metrics === undefined) continue;
    for (const accuracy of numbersOf(tables.metrics, 'accuracy')) if (accuracy > best) best = accuracy;
  }
  return Math.floor(90 * best) / 100;
}

/** Time, bytes on the wire (both ways) and energy until a run's first measurement of at least `target`. */
export function costOf({ tables }: RivalRun, target: number): Cost {
  const { metrics } = tables;
  if (metrics === undefined) return { seconds: null, bytes: null, joules: null };
  const accuracy = numbersOf(metrics, 'accuracy');
  const first = (value: (row: number) => number): number | null => {
    const found = new TimeToAccuracy(target);
    for (let row = 0; row < metrics.rows; row++) found.add(value(row), accuracy[row]!);
    return Number.isFinite(found.value) ? found.value : null;
  };
  const [at, up, down, energy] = (['at_s', 'bytes_up', 'bytes_down', 'energy_j'] as const).map((name) =>
    numbersOf(metrics, name),
  );
  return {
    seconds: first((row) => at![row]!),
    bytes: first((row) => up![row]! + down![row]!),
    joules: first((row) => energy![row]!),
  };
}

/** The last value of an optional column of the metrics, null where there is none. */
function lastOf({ tables }: RivalRun, column: string): number | null {
  const { metrics } = tables;
  if (metrics === undefined || findColumn(metrics, column) === undefined) return null;
  const value = numbersOf(metrics, column)[metrics.rows - 1];
  return value === undefined || Number.isNaN(value) ? null : value;
}

interface Row {
  readonly title: string;
  readonly better: 'more' | 'less';
  readonly value: (summary: Summary, cost: Cost, run: RivalRun) => number | null;
  readonly text: (value: number) => string;
  /** Said where there is no value. */
  readonly missing: string;
}

const bytes = (value: number) => withPrefix(value, 'B');
const joules = (value: number) => withPrefix(value, 'J');

function rowsAt(target: number): readonly Row[] {
  const undefinedRow = { missing: 'not defined' } as const;
  const reached = { better: 'less', missing: 'not reached' } as const;
  const at = percent(target, 0);
  return [
    { title: 'Accuracy', better: 'more', value: (s) => s.accuracy, text: (v) => percent(v, 2), ...undefinedRow },
    { title: 'Macro-F1', better: 'more', value: (s) => s.macro_f1, text: (v) => percent(v, 2), ...undefinedRow },
    { title: 'Loss', better: 'less', value: (_s, _c, run) => lastOf(run, 'loss'), text: short, ...undefinedRow },
    { title: 'Makespan', better: 'less', value: (s) => s.makespan_s, text: span, ...undefinedRow },
    { title: `Time to ${at}`, value: (_, cost) => cost.seconds, text: span, ...reached },
    { title: `Bytes to ${at}`, value: (_, cost) => cost.bytes, text: bytes, ...reached },
    { title: `Energy to ${at}`, value: (_, cost) => cost.joules, text: joules, ...reached },
    {
      title: 'Communication / computation, s/s',
      better: 'less',
      value: (s) => s.comm_to_comp.time,
      text: short,
      ...undefinedRow,
    },
    {
      title: 'Communication / computation, B/FLOP',
      better: 'less',
      value: (s) => s.comm_to_comp.bytes_per_flop,
      text: short,
      ...undefinedRow,
    },
    {
      title: 'Bytes on the wire',
      better: 'less',
      value: (s) => s.bytes_up + s.bytes_down,
      text: bytes,
      ...undefinedRow,
    },
    { title: 'Bytes wasted', better: 'less', value: (s) => s.bytes_wasted, text: bytes, ...undefinedRow },
    { title: 'Energy', better: 'less', value: (s) => s.energy_j, text: joules, ...undefinedRow },
    { title: 'Device-seconds', better: 'less', value: (s) => s.device_seconds, text: span, ...undefinedRow },
    {
      title: 'Version staleness, mean',
      better: 'less',
      value: (s) => s.staleness?.mean ?? null,
      text: short,
      ...undefinedRow,
    },
    {
      title: 'Version staleness, 95 %',
      better: 'less',
      value: (s) => s.staleness?.p95 ?? null,
      text: short,
      ...undefinedRow,
    },
    { title: 'Age, mean', better: 'less', value: (s) => s.age_s?.mean ?? null, text: span, ...undefinedRow },
    { title: 'Age, 95 %', better: 'less', value: (s) => s.age_s?.p95 ?? null, text: span, ...undefinedRow },
  ];
}

/** One line of the comparison: a value a run, and which runs are best. */
export interface Contest {
  readonly title: string;
  readonly texts: readonly string[];
  /** Indices of the best runs: several when they tie, none when fewer than two runs have a value. */
  readonly winners: readonly number[];
}

/** Every line of the comparison for which some run has a value. Runs without one do not compete. */
export function contests(rivals: Rivals): Contest[] {
  const target = targetOf(rivals);
  const costs = rivals.runs.map((run) => costOf(run, target));
  return rowsAt(target).flatMap((row) => {
    const values = rivals.runs.map((run, i) => row.value(run.summary, costs[i]!, run));
    const defined = values.filter((value) => value !== null);
    if (defined.length === 0) return [];
    const best = row.better === 'more' ? Math.max(...defined) : Math.min(...defined);
    const competes = defined.length > 1 || row.missing === 'not reached';
    return {
      title: row.title,
      texts: values.map((value) => (value === null ? row.missing : row.text(value))),
      winners: competes ? values.flatMap((value, i) => (value === best ? [i] : [])) : [],
    };
  });
}

/** The table of the rivals: a column a run, the best of each row in bold and named at its end. */
function rivalsTable(rivals: Rivals): Markup {
  const { runs } = rivals;
  const rows = contests(rivals).map(({ title, texts, winners }) => [
    title,
    ...texts.map((text, i) => (winners.includes(i) ? html`<span class="value">${text}</span>` : text)),
    named(winners, runs),
  ]);
  return html`<div class="tight">${htmlTable(['', ...runs.map(({ label }) => `${label}#`), 'best'], rows)}</div>`;
}

/** Table and charts of runs beside each other; null for a run alone. */
export function rivalsSection(result: RunResult, figures: Markup): Section | null {
  const rivals = result.extras?.rivals;
  if (rivals === undefined) return null;
  const what = rivals.byMethod ? 'Each method' : 'Each variant';
  const few = fewRivals(result);
  const table =
    few === undefined
      ? html`<p>These are ${grouped(rivals.runs.length)} runs, too many to stand beside each other in a table: <code>manifest.json</code> has the summary of each.</p>`
      : rivalsTable(few);
  const rule = few === undefined ? '' : ' The best value of a row is in bold; what is not defined does not compete.';
  return {
    id: 'rivals',
    title: rivals.byMethod ? 'Methods side by side' : 'Variants side by side',
    body: html`<p>${what} ran on the same data, seed, fleet and weather.${rule} The tables of each but the first are in its folder below <code>variants</code>.</p>
${table}
${tauTable(rivals)}
${changedTable(rivals)}
${figures}`,
  };
}

/** What a change made of runs: makespan, and time to the accuracy of the comparison, over those of the run it changes. */
export interface Change {
  readonly label: string;
  readonly of: string;
  readonly makespan: number;
  readonly ratio: number;
  /** Null where one of the two was never that accurate. */
  readonly toTarget: number | null;
  /** Of the run as it was, and changed. */
  readonly accuracy: readonly [number | null, number | null];
  /** Whether the run ends when a budget of time is spent. */
  readonly budgeted: boolean;
}

/** The changed runs, the least ratio of makespans first. */
export function changes(rivals: Rivals): Change[] {
  const target = targetOf(rivals);
  const all = (rivals.changed ?? []).map(({ run, of }) => {
    const base = rivals.runs[of]!;
    const [now, before] = [costOf(run, target).seconds, costOf(base, target).seconds];
    return {
      label: run.label,
      of: base.label,
      makespan: run.summary.makespan_s,
      ratio: run.summary.makespan_s / base.summary.makespan_s,
      toTarget: now === null || before === null ? null : now / before,
      accuracy: [base.summary.accuracy, run.summary.accuracy] as const,
      budgeted: base.budgeted === true,
    };
  });
  return all.sort((a, b) => a.ratio - b.ratio);
}

function changedTable(rivals: Rivals): Markup {
  const all = changes(rivals);
  if (all.length === 0) return html``;
  const at = percent(targetOf(rivals), 0);
  const rows = all.map(({ label, of, makespan, ratio, toTarget, accuracy }, i) => [
    label,
    of,
    span(makespan),
    i === 0 ? html`<span class="value">${short(ratio)}</span>` : short(ratio),
    toTarget === null ? 'not reached' : short(toTarget),
    accuracy.map((each) => (each === null ? 'not defined' : percent(each))).join(' → '),
  ]);
  return html`<h3>What a change makes of a run</h3>
<p>Each run beside the one that it changes: the ratio of their makespans, the least first, and of their times to ${at} accuracy. ${leastInWords(all)}</p>
${htmlTable(['changed', 'against', 'makespan#', 'ratio of makespans#', `ratio of times to ${at}#`, 'accuracy#'], rows)}`;
}

/** Which ratio of makespans is the least, and why where that says little of the method. */
function leastInWords(all: readonly Change[]): string {
  const [least] = all;
  const other = all.find(({ budgeted }) => !budgeted);
  const ofLeast = `The least ratio is that of ${least!.of}, ${short(least!.ratio)}`;
  if (!least!.budgeted) return `${ofLeast}.`;
  const why = `${ofLeast}: it ends when its budget of time is spent, whatever the network is like, and pays with accuracy`;
  return other === undefined
    ? `${why}.`
    : `${why}. Of the runs that end when their training is done it is that of ${other.of}, ${short(other.ratio)}.`;
}

function named(winners: readonly number[], runs: readonly RivalRun[]): string {
  if (winners.length === 0) return '–';
  if (winners.length === runs.length) return 'all alike';
  return winners.map((i) => runs[i]!.label).join(', ');
}
