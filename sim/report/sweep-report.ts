import { compactJson } from '../files/json.ts';
import { numbersOf, textOf, wordsOf } from '../metrics/table.ts';
import { html, htmlTable, type Markup } from './html.ts';
import { grouped, short } from './numbers.ts';
import { figure, page, type Section } from './page.ts';
import { loadRenderer } from './render.ts';
import { glossarySection } from './sections.ts';
import { sweepCharts, titleOf } from './sweep-charts.ts';
import { cutText, type SweepResult, valueText } from './sweep-series.ts';

/** Points in a table of the page; the files have all of them. */
const MOST_ROWS = 60;

/**
 * Charts and report of a sweep as files of its folder. The same tables give the same bytes on every machine; nothing of the
 * host is in them.
 */
export async function renderSweep(result: SweepResult): Promise<Map<string, Uint8Array>> {
  const renderer = await loadRenderer();
  const files = new Map<string, Uint8Array>();
  const encoder = new TextEncoder();
  const figures: Markup[] = [];
  for (const chart of sweepCharts(result)) {
    const svg = await renderer.svg(chart.spec);
    figures.push(figure(chart, svg));
    files.set(`charts/${chart.name}.vl.json`, encoder.encode(`${compactJson(chart.spec)}\n`));
    files.set(`charts/${chart.name}.svg`, encoder.encode(svg));
    files.set(`charts/${chart.name}.png`, renderer.png(svg));
  }
  files.set('report.html', encoder.encode(sweepPage(result, figures)));
  return files;
}

function sweepPage(result: SweepResult, figures: readonly Markup[]): string {
  const { name, id, runs, axes } = result;
  const points = new Set(numbersOf(runs, 'point')).size;
  const failed = failedRows(result);
  const sections: Section[] = [
    ...failedSection(result, failed),
    ...(figures.length === 0 ? [] : [{ id: 'charts', title: 'Charts', body: html`${figures}` }]),
    ...['accuracy', 'makespan_s', 'energy_j'].flatMap((metric) => metricSection(result, metric)),
    { id: 'files', title: 'Tables', body: filesOf(result) },
    {
      id: 'sweep',
      title: 'The sweep',
      body: html`${result.texts.map(([file, text]) => html`<h3>${file}</h3><pre><code>${text}</code></pre>\n`)}`,
    },
    glossarySection(),
    provenance(result),
  ];
  const cut = cutText(result);
  const over = axes.length === 0 ? '' : ` over ${axes.map((axis) => axis.name).join(', ')}`;
  return page({
    title: `${name}: Globe2Train sweep`,
    header: html`<h1>${name}</h1>
<p class="lead">A Globe2Train sweep${over}: ${grouped(points)} ${points === 1 ? 'point' : 'points'}, ${result.seeds}, ${grouped(runs.rows)} runs${failed.length === 0 ? '' : `, of which ${grouped(failed.length)} failed`}${cut === '' ? '' : `, ${cut}`}, <code>${id.slice(0, 12)}</code></p>`,
    sections,
    footer: html`Written by the Globe2Train simulator. This file is complete in itself and asks for nothing from the network.`,
  });
}

function failedRows({ runs }: SweepResult): readonly number[] {
  const { codes, words } = textOf(runs, 'error');
  return [...codes.keys()].filter((row) => words[codes[row]!] !== '');
}

/** The runs that have no numbers, and why. */
function failedSection({ runs, axes }: SweepResult, failed: readonly number[]): Section[] {
  if (failed.length === 0) return [];
  const errors = wordsOf(runs, 'error');
  const table = htmlTable(
    ['point#', ...axes.map((axis) => axis.name), 'seed#', 'error'],
    failed
      .slice(0, MOST_ROWS)
      .map((row) => [
        String(numbersOf(runs, 'point')[row]),
        ...axes.map((axis) => valueText(runs, axis, row)),
        String(numbersOf(runs, 'seed')[row]),
        errors[row]!,
      ]),
  );
  const rest =
    failed.length > MOST_ROWS
      ? html`<p>The first ${MOST_ROWS} of ${grouped(failed.length)}; the table of runs has all.</p>`
      : '';
  return [
    {
      id: 'failed',
      title: 'Failed runs',
      body: html`<p>They count in no mean, interval or difference. <code>g2t sweep</code> with the same arguments tries them again.</p><div class="tight">${table}</div>${rest}`,
    },
  ];
}

function metricSection(result: SweepResult, metric: string): Section[] {
  const { statistics, axes } = result;
  const { codes, words } = textOf(statistics, 'metric');
  const rows = [...codes.keys()].filter((row) => words[codes[row]!] === metric);
  if (rows.length === 0) return [];
  const value = (name: string, row: number) => {
    const number = numbersOf(statistics, name)[row]!;
    return Number.isNaN(number) ? '–' : short(number, 4);
  };
  const interval = (name: string, row: number) => `${value(`${name}_low`, row)} to ${value(`${name}_high`, row)}`;
  const unit = textOf(statistics, 'unit');
  const inUnit = unit.words[unit.codes[rows[0]!]!]!;
  const table = htmlTable(
    [
      'point#',
      ...axes.map((axis) => axis.name),
      'seeds#',
      'cut#',
      'mean#',
      'median#',
      'Student#',
      'bootstrap#',
      'less the other#',
      'interval#',
      'd_z#',
    ],
    rows
      .slice(0, MOST_ROWS)
      .map((row) => [
        String(numbersOf(statistics, 'point')[row]),
        ...axes.map((axis) => valueText(statistics, axis, row)),
        String(numbersOf(statistics, 'n')[row]),
        String(numbersOf(statistics, 'n_cut')[row]),
        value('mean', row),
        value('median', row),
        interval('student', row),
        interval('bootstrap', row),
        value('difference', row),
        interval('difference_student', row),
        value('effect_paired', row),
      ]),
  );
  const rest =
    rows.length > MOST_ROWS
      ? html`<p>The first ${MOST_ROWS} of ${grouped(rows.length)} points; the table of statistics has all.</p>`
      : '';
  const cut = cutText(result);
  const note =
    cut === ''
      ? ''
      : ` ${cut}: ${metric === 'makespan_s' ? 'the figures are over the other runs, and so say too little of points with many that were cut' : 'these runs count with what they had come to'}.`;
  const said = inUnit === '1' ? '' : ` In ${inUnit}.`;
  return [
    {
      id: metric,
      title: titleOf(metric),
      body: html`<p>Over the seeds of each point, and the difference to the point it is compared with, seed by seed.${said}${note}</p><div class="tight">${table}</div>${rest}`,
    },
  ];
}

function filesOf({ runs, statistics }: SweepResult): Markup {
  return html`<p><code>runs.arrow</code> and <code>runs.parquet</code>: a row a run, ${grouped(runs.rows)} rows. <code>statistics.arrow</code> and <code>statistics.parquet</code>: a row a metric and point, ${grouped(statistics.rows)} rows.</p>
${htmlTable(
  ['column of runs', 'unit', 'what it is'],
  runs.columns.map(({ name, unit, description }) => [html`<code>${name}</code>`, unit, description]),
)}`;
}

function provenance({ id, firmware, version, confidence, axes }: SweepResult): Section {
  const facts = [
    ['Sweep', id],
    ['Firmware SHA-256', firmware],
    ['Version of globe2train', version],
    ['Confidence', String(confidence)],
    ...axes.map((axis) => [axis.name, axis.paths] as const),
  ];
  const rows = facts.map(([fact, value]) => html`<dt>${fact!}</dt><dd><code>${value!}</code></dd>\n`);
  return {
    id: 'provenance',
    title: 'Provenance',
    body: html`<dl class="facts">\n${rows}</dl>
<p>The same sweep and firmware give the same tables, byte for byte, on any machine and any number of workers. Each run can be made alone: <code>g2t run</code> with the values of its row as <code>--set</code> and its seed gives the digest of that row.</p>`,
  };
}
