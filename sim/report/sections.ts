import { METRIC_DEFINITIONS } from '../metrics/definitions.ts';
import type { Table } from '../metrics/table.ts';
import { type Group, groupDevices } from './groups.ts';
import { html, htmlTable, type Markup } from './html.ts';
import { grouped, percent, short, span, UNKNOWN, withPrefix } from './numbers.ts';
import type { Section } from './page.ts';
import { besidePaper, PAPER_FAULTS } from './paper.ts';
import type { RunResult } from './result.ts';

/** More rows than this are cut, with a word on where the rest is. */
const MOST_GROUPS = 60;

export function groupsSection(devices: Table): Section {
  return {
    id: 'fleet',
    title: 'Fleet',
    body: html`<h3>By board</h3>${groupTable(groupDevices(devices, 'board'), 'board')}
<h3>By region</h3>${groupTable(groupDevices(devices, 'region'), 'region')}
<h3>By link</h3>${groupTable(groupDevices(devices, 'link'), 'link')}`,
  };
}

function groupTable(groups: readonly Group[], by: string): Markup {
  const headings = [
    'devices',
    'tasks',
    'compute s',
    'comm s',
    'comm / comp',
    'offline',
    'up',
    'down',
    'wasted',
    'energy',
  ];
  const rows = groups.slice(0, MOST_GROUPS).map(({ name, devices, sums, ageMaxSeconds }) => {
    const all = sums['compute_s']! + sums['comm_s']! + sums['idle_s']! + sums['offline_s']!;
    return [
      name,
      grouped(devices),
      grouped(sums['tasks_done']!),
      short(sums['compute_s']!),
      short(sums['comm_s']!),
      sums['compute_s']! > 0 ? short(sums['comm_s']! / sums['compute_s']!) : '–',
      all > 0 ? percent(sums['offline_s']! / all) : '–',
      withPrefix(sums['bytes_up']!, 'B'),
      withPrefix(sums['bytes_down']!, 'B'),
      withPrefix(sums['bytes_wasted']!, 'B'),
      withPrefix(sums['energy_j']!, 'J'),
      Number.isNaN(ageMaxSeconds) ? '–' : span(ageMaxSeconds),
    ];
  });
  const rest = groups.length - rows.length;
  const table = html`<div class="tight">${htmlTable([by, ...headings.map((heading) => `${heading}#`), 'max age#'], rows)}</div>`;
  return rest > 0 ? html`${table}<p>and ${grouped(rest)} more, in <code>devices.arrow</code>.</p>` : table;
}

export function paperSection(result: RunResult, figureOfPaper: Markup): Section | null {
  const { rounds, devices } = result.tables;
  const replay = result.extras?.paperReplay;
  if (replay === undefined || rounds === undefined || devices === undefined) return null;
  const beside = besidePaper(rounds, devices);
  const { summary } = result;
  const times = beside.map((round) => [
    `${round.name}, round ${round.round}`,
    round.classes,
    grouped(round.milliseconds),
    ...(Number.isNaN(round.ourMilliseconds)
      ? ['–', '–']
      : [grouped(round.ourMilliseconds), deviation(round.ourMilliseconds, round.milliseconds)]),
    `${round.accuracy}`,
    Number.isNaN(round.ourAccuracy) ? '–' : round.ourAccuracy.toFixed(1),
  ]);
  const boards = [...new Set(beside.map((round) => round.name))].map((name) => {
    const own = beside.filter((round) => round.name === name);
    const paper = own.reduce((sum, round) => sum + round.milliseconds, 0);
    const ours = own.reduce((sum, round) => sum + round.ourMilliseconds, 0);
    return [name, grouped(paper), grouped(ours), deviation(ours, paper)];
  });
  const totals = [
    ...boards,
    [
      'Sum over devices',
      grouped(PAPER_SUM_MS),
      grouped(summary.device_seconds * 1e3),
      deviation(summary.device_seconds * 1e3, PAPER_SUM_MS),
    ],
    [
      'Makespan',
      `${grouped(PAPER_SLOWEST_MS)} (computing alone)`,
      summary.makespan_s === null ? '–' : grouped(summary.makespan_s * 1e3),
      '–',
    ],
  ];
  const claims = PAPER_FAULTS.map(([claim, truth]) => html`<dt>${claim}</dt><dd>${truth}</dd>\n`);
  return {
    id: 'paper',
    title: 'The paper and this run',
    body: html`<p>The run trained ${grouped(summary.tasks_done)} base classifiers, ${grouped(replay.distinctTasks)} of them distinct. Training times come from each board’s cycle model of the as-published kernel; no time is set by hand. The paper’s figures are the authors’ published measurements, whose sums match every total in the paper’s text.</p>
${figureOfPaper}
<h3>Each round</h3>
${htmlTable(['round', 'classes#', 'paper ms#', 'this run ms#', 'deviation#', 'paper accuracy %#', 'this run %#'], times)}
<h3>Totals</h3>
${htmlTable(['', 'paper ms#', 'this run ms#', 'deviation#'], totals)}
<p>The run’s makespan contains the network; the paper’s is the slowest board’s computing time.</p>
<h3>What the paper’s text gets wrong</h3>
<dl class="claims">\n${claims}</dl>`,
  };
}

/** Sum over the paper's nine training times, and its slowest board's. */
const PAPER_SUM_MS = 14_674;
const PAPER_SLOWEST_MS = 11_521;

function deviation(ours: number, paper: number): string {
  const share = ours / paper - 1;
  if (!Number.isFinite(share)) return UNKNOWN;
  return `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
}

export function scenarioSection(result: RunResult): Section {
  return {
    id: 'scenario',
    title: 'Scenario',
    body: html`<p>As it was given; <code>manifest.json</code> has it with every default filled in.</p><pre><code>${result.scenarioText}</code></pre>`,
  };
}

export function glossarySection(): Section {
  const rows = METRIC_DEFINITIONS.map((metric) => [
    html`${metric.title}<br><code>${metric.key}</code>`,
    metric.unit,
    html`${metric.definition} <small>Source: ${metric.source}.</small>`,
  ]);
  const table = htmlTable(['metric and key', 'unit', 'definition'], rows);
  return { id: 'glossary', title: 'Glossary', body: html`<div class="stack glossary">${table}</div>` };
}

export function provenanceSection(result: RunResult): Section {
  const { manifest, summary } = result;
  const facts: (readonly [string, string])[] = [
    ['Run', `${manifest.name}-${manifest.id}`],
    ['Seed', String(manifest.seed)],
    ['Digest', manifest.digest],
    ['Firmware SHA-256', manifest.firmware.sha256],
    ['Events', grouped(summary.events)],
    ...Object.keys(manifest.versions)
      .sort()
      .map((name) => [`Version of ${name}`, manifest.versions[name]!] as const),
  ];
  const proof =
    manifest.live === undefined
      ? html`The same scenario, seed and firmware give the same digest on any machine: <code>g2t verify</code> with this folder runs it again and says so.`
      : html`Real or emulated boards took part, whose time was measured: the digest is of this run alone, and no other run need have it. What the boards were sent and said is recorded: <code>g2t validate</code> and <code>g2t verify</code> replay it.`;
  const rows = facts.map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>\n`);
  return {
    id: 'provenance',
    title: 'Provenance',
    body: html`<dl class="facts">\n${rows}</dl>
<p>${proof} The numbers behind every chart are in the <code>.arrow</code> files beside this report, and each chart is there as SVG, PNG and Vega-Lite specification.</p>`,
  };
}
