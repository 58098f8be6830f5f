import { compactJson } from '../../files/json.ts';
import type { Content } from '../../files/write.ts';
import { pdfOf } from '../pdf.ts';
import type { Renderer } from '../render.ts';
import { captionFile, type Provenance } from './caption.ts';
import type { Figure, FigureRun } from './figure.ts';
import { DPI, fitColumn, inPoints } from './publication.ts';
import { tableFiles } from './tables.ts';

/** The files of a figure or table, by name: the same runs give the same bytes. */
export async function figureFiles(
  renderer: Renderer,
  figure: Figure,
  runs: readonly FigureRun[],
  provenance: Provenance,
): Promise<Map<string, Content>> {
  const { name } = figure;
  const drawing = figure.draw(runs);
  const files = new Map<string, Content>();
  if (drawing.kind === 'table') for (const [ending, text] of tableFiles(drawing)) files.set(`${name}.${ending}`, text);
  else {
    const { spec, svg, ...size } = await fitColumn(renderer, figure.columns, drawing.caption, drawing.body);
    files.set(`${name}.vl.json`, `${compactJson(spec)}\n`);
    files.set(`${name}.svg`, inPoints(svg));
    files.set(`${name}.png`, renderer.png(svg, DPI / 72));
    files.set(`${name}.pdf`, await pdfOf(svg, size, { title: figure.title, subject: drawing.caption }));
  }
  files.set(`${name}.caption.md`, captionFile(figure, drawing, runs, provenance));
  return files;
}
