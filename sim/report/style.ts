/**
 * Okabe and Ito's palette, which readers with any common colour blindness can tell apart (Okabe, Ito: Color Universal
 * Design, 2008), and the greys of the page. The greys are unusual on purpose: the report finds them in the SVG by
 * their value and turns them over in the dark.
 */
export const COLOR = {
  blue: '#0072b2',
  sky: '#56b4e9',
  green: '#009e73',
  orange: '#e69f00',
  vermillion: '#d55e00',
  purple: '#cc79a7',
  ink: '#1c1d1f',
  soft: '#5d6066',
  rule: '#c9ccd1',
  grid: '#e8eaed',
  idle: '#d3d6da',
  offline: '#4b4e53',
  published: '#9aa0a8',
  onLight: '#111213',
} as const;

/** The font of the PNGs; where a reader lacks it, Verdana has nearly the same widths. */
export const FONT = 'DejaVu Sans, Verdana, sans-serif';

/** Width of a chart's plot and of the half of it, px. */
export const WIDTH = 620;

/** Settings that all charts share. */
const CONFIG = {
  // The picture as a whole has a text alternative; one a mark would double its size.
  aria: false,
  background: 'transparent',
  padding: 8,
  font: FONT,
  view: { stroke: null },
  axis: {
    domainColor: COLOR.rule,
    tickColor: COLOR.rule,
    gridColor: COLOR.grid,
    labelColor: COLOR.soft,
    titleColor: COLOR.ink,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    titlePadding: 8,
    labelPadding: 4,
    tickSize: 4,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false, titleAngle: 0, titleAlign: 'left', titleAnchor: 'end', titleY: -8, titleX: 0 },
  title: {
    anchor: 'start',
    frame: 'bounds',
    color: COLOR.ink,
    fontSize: 14,
    fontWeight: 'bold',
    subtitleColor: COLOR.soft,
    subtitleFontSize: 11,
    subtitlePadding: 5,
    offset: 14,
  },
  text: { fontSize: 11, color: COLOR.ink },
  line: { strokeWidth: 2, strokeJoin: 'round', strokeCap: 'round' },
  legend: {
    title: null,
    orient: 'top',
    labelColor: COLOR.ink,
    labelFontSize: 11,
    symbolSize: 90,
    symbolStrokeWidth: 0,
    columnPadding: 14,
  },
  header: { title: null, labelColor: COLOR.ink, labelFontSize: 11, labelFontWeight: 'bold', labelAnchor: 'start' },
  concat: { spacing: 26 },
} as const;

/** A Vega-Lite specification; its exact type is the library's affair and is checked when it is compiled. */
export type Spec = { readonly [key: string]: unknown };

export interface Chart {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  /** What is drawn and by what rule it was thinned out, for the report and the alternative text. */
  readonly caption: string;
  readonly spec: Spec;
}

/** Puts a title and the common settings round the views of a chart. */
export function chart(parts: {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly caption: string;
  readonly body: Spec;
}): Chart {
  return {
    name: parts.name,
    title: parts.title,
    caption: parts.caption,
    spec: {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      description: parts.caption,
      title: { text: parts.title, subtitle: parts.subtitle },
      config: CONFIG,
      ...parts.body,
    },
  };
}
