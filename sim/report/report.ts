import { compactJson } from '../files/json.ts';
import { chartsOf } from './charts.ts';
import { cards, headlineTable } from './headlines.ts';
import { html, type Markup } from './html.ts';
import { grouped } from './numbers.ts';
import { figure, page, type Section } from './page.ts';
import { loadRenderer } from './render.ts';
import type { RunResult } from './result.ts';
import { rivalsSection } from './rivals.ts';
import { glossarySection, groupsSection, paperSection, provenanceSection, scenarioSection } from './sections.ts';
import type { Chart } from './style.ts';

/** Charts of the comparison, which stand beside its table. */
const OF_RIVALS: ReadonlySet<string> = new Set([
  'tau',
  'rivals-quality',
  'rivals-cost',
  'communication-compared',
  'rivals-staleness',
]);

interface Drawn extends Chart {
  readonly svg: string;
}

/**
 * Charts and report of a result as files of its folder: `charts/<name>.vl.json`, `.svg`, `.png`, and `report.html`. The
 * same result gives the same bytes on every machine and Node version; nothing of the host is in them.
 */
export async function renderReport(result: RunResult): Promise<Map<string, Uint8Array>> {
  const renderer = await loadRenderer();
  const files = new Map<string, Uint8Array>();
  const encoder = new TextEncoder();
  const drawn: Drawn[] = [];
  for (const chart of chartsOf(result)) {
    const svg = await renderer.svg(chart.spec);
    drawn.push({ ...chart, svg });
    files.set(`charts/${chart.name}.vl.json`, encoder.encode(`${compactJson(chart.spec)}\n`));
    files.set(`charts/${chart.name}.svg`, encoder.encode(svg));
    files.set(`charts/${chart.name}.png`, renderer.png(svg));
  }
  files.set('report.html', encoder.encode(reportPage(result, drawn)));
  return files;
}

/** The page, from charts that are drawn already. */
function reportPage(result: RunResult, drawn: readonly Drawn[]): string {
  const { manifest, summary, extras } = result;
  const figures = (keep: (chart: Drawn) => boolean): Markup =>
    html`${drawn.filter(keep).map((chart) => figure(chart, chart.svg))}`;
  const ofPaper = (chart: Drawn) => chart.name === 'paper-figure-3';
  const ofRivals = (chart: Drawn) => OF_RIVALS.has(chart.name);
  const paper = paperSection(result, figures(ofPaper));
  const notes = (extras?.notes ?? []).map((note) => html`<p class="note">${note}</p>\n`);
  const sections: (Section | null)[] = [
    { id: 'results', title: 'Results', body: html`${notes}${headlineTable(result)}` },
    rivalsSection(result, figures(ofRivals)),
    paper,
    drawn.length === 0
      ? null
      : { id: 'charts', title: 'Charts', body: figures((chart) => !ofPaper(chart) && !ofRivals(chart)) },
    result.tables.devices === undefined ? null : groupsSection(result.tables.devices),
    scenarioSection(result),
    glossarySection(),
    provenanceSection(result),
  ];
  const devices = `${grouped(summary.devices)} ${summary.devices === 1 ? 'device' : 'devices'}`;
  return page({
    title: `${manifest.name}: Globe2Train run`,
    header: html`<h1>${manifest.name}</h1>
<p class="lead">A Globe2Train run on ${devices}, seed ${manifest.seed}, digest <code>${manifest.digest.slice(0, 12)}</code></p>
${cards(result)}`,
    sections: sections.filter((section) => section !== null),
    footer: html`Written by the Globe2Train simulator. This file is complete in itself and asks for nothing from the network.`,
  });
}
