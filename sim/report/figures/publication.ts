import { assert } from '../../kernel/errors.ts';
import type { Renderer } from '../render.ts';
import { COLOR, FONT, type Spec } from '../style.ts';

/** Points of an inch: the unit of all lengths in a figure. */
const INCH = 72;
/** Widths of one and two columns of a page: 3.5 in (89 mm) and 7.16 in (182 mm). */
export const COLUMN_WIDTH = { 1: 3.5 * INCH, 2: 7.16 * INCH } as const;
/** Pixels an inch of the PNGs. */
export const DPI = 300;

/** How a series looks: told apart by colour, by lightness in grey, by its dashes and by its points. */
export interface Look {
  readonly color: string;
  readonly dash: readonly number[];
  readonly shape: string;
}

const SOLID = [1, 0];

/** Okabe and Ito's colours with dashes and points, in the order in which series take them. */
export const LOOKS: readonly Look[] = [
  { color: COLOR.blue, dash: SOLID, shape: 'circle' },
  { color: COLOR.vermillion, dash: [5, 2], shape: 'square' },
  { color: COLOR.green, dash: [1.5, 1.5], shape: 'triangle-up' },
  { color: COLOR.orange, dash: [6, 2, 1.5, 2], shape: 'diamond' },
  { color: COLOR.purple, dash: [3, 1.5], shape: 'cross' },
  { color: '#000000', dash: [8, 3], shape: 'triangle-down' },
  { color: COLOR.sky, dash: [4, 1.5, 1, 1.5, 1, 1.5], shape: 'triangle-right' },
];

/** Settings of all figures: as they stand in a column of text, at full size. */
const CONFIG = {
  aria: false,
  background: '#ffffff',
  padding: 1,
  font: FONT,
  view: { stroke: COLOR.rule, strokeWidth: 0.5 },
  axis: {
    domainColor: COLOR.soft,
    domainWidth: 0.5,
    tickColor: COLOR.soft,
    tickWidth: 0.5,
    tickSize: 3,
    gridColor: COLOR.grid,
    gridWidth: 0.5,
    labelColor: COLOR.ink,
    titleColor: COLOR.ink,
    labelFontSize: 7,
    titleFontSize: 7.5,
    titleFontWeight: 'normal',
    titlePadding: 4,
    labelPadding: 2,
    labelFlush: false,
  },
  title: { anchor: 'start', color: COLOR.ink, fontSize: 7.5, fontWeight: 'bold', offset: 4, frame: 'group' },
  text: { fontSize: 7, color: COLOR.ink },
  line: { strokeWidth: 1.1, strokeJoin: 'round' },
  legend: {
    title: null,
    orient: 'top',
    labelColor: COLOR.ink,
    labelFontSize: 7,
    labelLimit: 220,
    labelOffset: 3,
    symbolSize: 26,
    columnPadding: 7,
    rowPadding: 2,
    offset: 4,
    padding: 0,
  },
  header: { title: null, labelColor: COLOR.ink, labelFontSize: 7.5, labelFontWeight: 'bold', labelPadding: 3 },
} as const;

/** A figure as a specification of its own, with the settings of all. */
function specOf(description: string, body: Spec): Spec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description,
    config: CONFIG,
    ...body,
  };
}

/** Exactly as wide as its columns; lengths in points. */
export interface Fitted {
  readonly spec: Spec;
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** What is left of a column is white, pt: sizes of pictures come in whole points, and less than this is as good as none. */
const CLOSE = 2;
const MOST_LEFT = 8;
const TRIES = 8;

/**
 * Makes the plot as wide as fills the column: axes and legends take what they need, which is known only once it is drawn.
 * @throws the program's own fault where the figure cannot be made that narrow.
 */
export async function fitColumn(
  renderer: Renderer,
  columns: 1 | 2,
  caption: string,
  body: (plot: number) => Spec,
): Promise<Fitted> {
  const width = COLUMN_WIDTH[columns];
  let plot = width * 0.8;
  let best: Fitted | undefined;
  let least = MOST_LEFT;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const spec = specOf(caption, body(Number(plot.toFixed(2))));
    // A dash without a gap is a line, which not every reader of SVG knows.
    const svg = (await renderer.svg(spec)).replaceAll(` stroke-dasharray="${SOLID}"`, '');
    const natural = sizeOf(svg);
    const room = width - natural.width;
    if (room >= 0 && room < least) {
      best = { spec, svg: widened(svg, width, natural.height), width, height: natural.height };
      least = room;
    }
    if (room >= 0 && room < CLOSE) break;
    plot += room - CLOSE / 4;
  }
  assert(best !== undefined, `Expected a figure to fit ${width} pt, got ${plot} pt of plot`);
  return best;
}

const ROOT = /^<svg[^>]*? width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d.]+ [\d.]+"/;

function sizeOf(svg: string): { readonly width: number; readonly height: number } {
  const found = ROOT.exec(svg);
  assert(found !== null, `Expected an SVG with its size, got ${svg.slice(0, 120)}`);
  return { width: Number(found[1]), height: Number(found[2]) };
}

/** The same picture on a sheet of the column's width. */
function widened(svg: string, width: number, height: number): string {
  return svg.replace(ROOT, (root) =>
    root.replace(/ width="[\d.]+"/, ` width="${width}"`).replace(/viewBox="[^"]*"/, `viewBox="0 0 ${width} ${height}"`),
  );
}

/** The SVG with its size in points, as it is kept: programs take a bare number for 1/96 in. */
export function inPoints(svg: string): string {
  return svg.replace(/ width="([\d.]+)" height="([\d.]+)"/, ' width="$1pt" height="$2pt"');
}
