import { assert } from '../kernel/errors.ts';
import { type Summary, wasCut } from '../metrics/summary.ts';
import { findColumn, numbersOf, type Table } from '../metrics/table.ts';
import { html, htmlTable, type Markup } from './html.ts';
import { grouped, horizonText, percent, ratio, short, span, withPrefix } from './numbers.ts';
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
  const best = Math.max(0, ...runs.map((run) => numbersOf(improvementsOf(run), 'accuracy').at(-1) ?? 0));
  return Math.floor(90 * best) / 100;
}

/** Time, bytes on the wire (both ways) and energy until the first aggregation that made a run's model so accurate. */
export function costOf(run: RivalRun, target: number): Cost {
  const improvements = improvementsOf(run);
  const row = numbersOf(improvements, 'accuracy').findIndex((accuracy) => accuracy >= target);
  if (row < 0) return { seconds: null, bytes: null, joules: null };
  const [at, up, down, energy] = (['at_s', 'bytes_up', 'bytes_down', 'energy_j'] as const).map(
    (name) => numbersOf(improvements, name)[row]!,
  );
  return { seconds: at!, bytes: up! + down!, joules: energy! };
}

function improvementsOf({ label, tables }: RivalRun): Table {
  assert(tables.improvements !== undefined, `Expected the improvements of the compared run ${label}, got none`);
  return tables.improvements;
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
  /** What a run had come to when it ended, of a quantity that only grows: the least that the value of one that was cut is. */
  readonly least?: (summary: Summary) => number;
  readonly text: (value: number) => string;
  /** Said where there is no value. */
  readonly missing: string;
}

const bytes = (value: number) => withPrefix(value, 'B');
const joules = (value: number) => withPrefix(value, 'J');

const ended = (summary: Summary) => summary.simulated_s;
const onWire = (summary: Summary) => summary.bytes_up + summary.bytes_down;

/** What a whole run takes: not known of one that was cut. */
function total(of: (summary: Summary) => number): Pick<Row, 'better' | 'value' | 'least' | 'missing'> {
  return {
    better: 'less',
    value: (summary) => (wasCut(summary) ? null : of(summary)),
    least: of,
    missing: 'not defined',
  };
}

function rowsAt(target: number): readonly Row[] {
  const undefinedRow = { missing: 'not defined' } as const;
  const reached = { better: 'less', missing: 'not reached' } as const;
  const at = percent(target, 0);
  return [
    { title: 'Accuracy', better: 'more', value: (s) => s.accuracy, text: (v) => percent(v, 2), ...undefinedRow },
    { title: 'Macro-F1', better: 'more', value: (s) => s.macro_f1, text: (v) => percent(v, 2), ...undefinedRow },
    { title: 'Loss', better: 'less', value: (_s, _c, run) => lastOf(run, 'loss'), text: short, ...undefinedRow },
    { title: 'Makespan', better: 'less', value: (s) => s.makespan_s, least: ended, text: span, ...undefinedRow },
    { title: `Time to ${at}`, value: (_, cost) => cost.seconds, least: ended, text: span, ...reached },
    { title: `Bytes to ${at}`, value: (_, cost) => cost.bytes, least: onWire, text: bytes, ...reached },
    { title: `Energy to ${at}`, value: (_, cost) => cost.joules, least: (s) => s.energy_j, text: joules, ...reached },
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
    { title: 'Bytes on the wire', ...total(onWire), text: bytes },
    { title: 'Bytes wasted', ...total((s) => s.bytes_wasted), text: bytes },
    { title: 'Energy', ...total((s) => s.energy_j), text: joules },
    { title: 'Device-seconds', ...total((s) => s.device_seconds), text: span },
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

/**
 * Every line of the comparison for which some run has a value. Runs without one do not compete; but where one that was
 * stopped might have come to less than the best, nobody can say which is best.
 */
export function contests(rivals: Rivals): Contest[] {
  const target = targetOf(rivals);
  const costs = rivals.runs.map((run) => costOf(run, target));
  return rowsAt(target).flatMap((row) => {
    const values = rivals.runs.map((run, i) => row.value(run.summary, costs[i]!, run));
    const atLeast = rivals.runs.map(({ summary }, i) => {
      const open = values[i] === null && (wasCut(summary) || summary.stopped === 'accuracy');
      return open ? (row.least?.(summary) ?? null) : null;
    });
    const defined = values.filter((value) => value !== null);
    if (defined.length === 0) return [];
    const best = row.better === 'more' ? Math.max(...defined) : Math.min(...defined);
    const competes = defined.length > 1 || row.missing === 'not reached';
    const decided = atLeast.every((least) => least === null || least >= best);
    const missing = (least: number | null) => (least === null ? row.missing : `> ${row.text(least)}`);
    return {
      title: row.title,
      texts: values.map((value, i) => (value === null ? missing(atLeast[i]!) : row.text(value))),
      winners: competes && decided ? values.flatMap((value, i) => (value === best ? [i] : [])) : [],
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
  const all = [...rivals.runs, ...(rivals.changed ?? []).map(({ run }) => run)];
  return {
    id: 'rivals',
    title: rivals.byMethod ? 'Methods side by side' : 'Variants side by side',
    body: html`<p>${what} ran on the same data, seed, fleet and weather.${rule} The tables of each but the first are in its folder below <code>variants</code>.</p>
${cutRuns(all)}
${table}
${tauTable(rivals)}
${changedTable(rivals)}
${figures}`,
  };
}

/** Which runs were cut: "2 of 4 at the horizon: fedavg, gaia."; empty where none was. */
export function cutText(runs: readonly RivalRun[]): string {
  const cut = runs.filter(({ summary }) => wasCut(summary));
  if (cut.length === 0) return '';
  return `${horizonText(cut.length, runs.length)}: ${cut.map(({ label }) => label).join(', ')}.`;
}

function cutRuns(runs: readonly RivalRun[]): Markup {
  const text = cutText(runs);
  if (text === '') return html``;
  return html`<p>${text} What such a run would have taken to its end is not known: <code>&gt;</code> stands before what it had taken by then, and where that is less than the best of the others, no best is named.</p>`;
}

/** What a change made of runs: makespan, and time to the accuracy of the comparison, over those of the run it changes. */
export interface Change {
  readonly label: string;
  readonly of: string;
  /** Null where a run was cut. */
  readonly makespan: number | null;
  readonly ratio: number | null;
  /** Null where one of the two was never that accurate. */
  readonly toTarget: number | null;
  /** Of the run as it was, and changed. */
  readonly accuracy: readonly [number | null, number | null];
  /** Whether the run ends when a budget of time is spent. */
  readonly budgeted: boolean;
}

/** The changed runs, the least ratio of makespans first, those without one last. */
export function changes(rivals: Rivals): Change[] {
  const target = targetOf(rivals);
  const all = (rivals.changed ?? []).map(({ run, of }) => {
    const base = rivals.runs[of]!;
    return {
      label: run.label,
      of: base.label,
      makespan: run.summary.makespan_s,
      ratio: ratio(run.summary.makespan_s, base.summary.makespan_s),
      toTarget: ratio(costOf(run, target).seconds, costOf(base, target).seconds),
      accuracy: [base.summary.accuracy, run.summary.accuracy] as const,
      budgeted: base.budgeted === true,
    };
  });
  const order = (change: Change) => change.ratio ?? Number.POSITIVE_INFINITY;
  return all.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
}

function changedTable(rivals: Rivals): Markup {
  const all = changes(rivals);
  if (all.length === 0) return html``;
  const at = percent(targetOf(rivals), 0);
  const rows = all.map(({ label, of, makespan, ratio: times, toTarget, accuracy }, i) => [
    label,
    of,
    makespan === null ? 'cut' : span(makespan),
    times === null ? 'not known' : i === 0 ? html`<span class="value">${short(times)}</span>` : short(times),
    toTarget === null ? (times === null ? 'not known' : 'not reached') : short(toTarget),
    accuracy.map((each) => (each === null ? 'not defined' : percent(each))).join(' → '),
  ]);
  return html`<h3>What a change makes of a run</h3>
<p>Each run beside the one that it changes: the ratio of their makespans, the least first, and of their times to ${at} accuracy. ${leastInWords(all)}</p>
${htmlTable(['changed', 'against', 'makespan#', 'ratio of makespans#', `ratio of times to ${at}#`, 'accuracy#'], rows)}`;
}

/** Which ratio of makespans is the least, and why where that says little of the method. */
function leastInWords(all: readonly Change[]): string {
  const known = all.flatMap((change) => (change.ratio === null ? [] : { ...change, ratio: change.ratio }));
  const [least] = known;
  if (least === undefined) return 'No ratio of makespans is known: runs were cut at their horizon.';
  const other = known.find(({ budgeted }) => !budgeted);
  const ofLeast = `The least ratio is that of ${least.of}, ${short(least.ratio)}`;
  if (!least.budgeted) return `${ofLeast}.`;
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
