import { metricDefinition } from '../metrics/definitions.ts';
import type { Spread } from '../metrics/distribution.ts';
import type { Summary } from '../metrics/summary.ts';
import { html, htmlTable, type Markup } from './html.ts';
import { grouped, percent, short, span, withPrefix } from './numbers.ts';
import type { RunResult } from './result.ts';

const UNDEFINED = 'not defined';
/** Of a run that was cut. */
const UNKNOWN = 'not known';

/** The four numbers that a reader looks for first. */
export function cards({ summary }: RunResult): Markup {
  const { comm_to_comp: ratio } = summary;
  const list: readonly (readonly [string, string, string])[] = [
    ['Makespan', summary.makespan_s === null ? UNKNOWN : span(summary.makespan_s), stoppedText(summary)],
    [
      'Accuracy',
      summary.accuracy === null ? UNDEFINED : percent(summary.accuracy),
      summary.macro_f1 === null ? 'no test rows' : `macro-F1 ${percent(summary.macro_f1)}`,
    ],
    [
      'Comm-to-comp ratio',
      ratio.time === null ? UNDEFINED : short(ratio.time),
      ratio.bytes_per_flop === null ? 'by time' : `by time; ${short(ratio.bytes_per_flop)} B/FLOP`,
    ],
    [
      'Tasks done',
      grouped(summary.tasks_done),
      `of ${grouped(summary.tasks_total)}, ${grouped(summary.tasks_reassigned)} re-assigned`,
    ],
  ];
  const items = list.map(
    ([name, value, note]) => html`<div class="card"><dt>${name}</dt><dd>${value}</dd><dd>${note}</dd></div>\n`,
  );
  return html`<dl class="cards">\n${items}</dl>`;
}

function stoppedText(summary: Summary): string {
  const reasons = {
    trained: 'all was trained',
    horizon: `cut at the horizon of ${span(summary.simulated_s)}: partial results`,
    accuracy: 'the target accuracy was reached',
    converged: 'it converged',
    rounds: 'all rounds were run',
  } as const;
  return reasons[summary.stopped];
}

/** Every headline number beside what it means. */
export function headlineTable(result: RunResult): Markup {
  const rows = [
    ...numbers(result.summary).map(([key, value]) => {
      const definition = metricDefinition(key)!;
      return [
        definition.title,
        html`<span class="value">${value}</span>`,
        html`<small>${definition.definition}</small>`,
      ];
    }),
    ...(result.extras?.headlines ?? []).map(({ label, value, note }) => [
      label,
      html`<span class="value">${value}</span>`,
      html`<small>${note ?? ''}</small>`,
    ]),
  ];
  return html`<div class="stack">${htmlTable(['metric', 'value', 'definition'], rows)}</div>`;
}

function numbers(summary: Summary): (readonly [string, string])[] {
  const { comm_to_comp: ratio } = summary;
  const orUndefined = (value: number | null, text: (value: number) => string) =>
    value === null ? UNDEFINED : text(value);
  return [
    ['makespan_s', summary.makespan_s === null ? UNKNOWN : span(summary.makespan_s)],
    ['simulated_s', span(summary.simulated_s)],
    ...(summary.time_to_accuracy_s === null ? [] : [['time_to_accuracy_s', span(summary.time_to_accuracy_s)] as const]),
    ['accuracy', orUndefined(summary.accuracy, (value) => percent(value, 2))],
    ['macro_f1', orUndefined(summary.macro_f1, (value) => percent(value, 2))],
    ['staleness', spread(summary.staleness, (value) => short(value))],
    ['age_s', spread(summary.age_s, span)],
    ['comm_to_comp.time', orUndefined(ratio.time, short)],
    ['comm_to_comp.bytes_per_flop', orUndefined(ratio.bytes_per_flop, (value) => `${short(value)} B/FLOP`)],
    ['bytes_up', withPrefix(summary.bytes_up, 'B')],
    ['bytes_down', withPrefix(summary.bytes_down, 'B')],
    ['bytes_wasted', withPrefix(summary.bytes_wasted, 'B')],
    ['energy_j', withPrefix(summary.energy_j, 'J')],
    ['device_seconds', span(summary.device_seconds)],
    ['efficiency', orUndefined(summary.efficiency, (value) => percent(value))],
    ['tasks_done', `${grouped(summary.tasks_done)} of ${grouped(summary.tasks_total)}`],
    ['tasks_reassigned', grouped(summary.tasks_reassigned)],
    ...(summary.tasks_assigned === null ? [] : [['tasks_assigned', grouped(summary.tasks_assigned)] as const]),
    ...(summary.seconds_lost === null ? [] : [['seconds_lost', span(summary.seconds_lost)] as const]),
    ['flop', withPrefix(summary.flop, 'FLOP')],
    ...(summary.flop_wasted === null ? [] : [['flop_wasted', withPrefix(summary.flop_wasted, 'FLOP')] as const]),
    ['events', grouped(summary.events)],
  ];
}

function spread(value: Spread | null, text: (value: number) => string): string {
  if (value === null) return UNDEFINED;
  return `mean ${text(value.mean)}, p95 ${text(value.p95)}, max ${text(value.max)}`;
}
