import { six } from '../numbers.ts';
import { COLOR, type Spec } from '../style.ts';
import { LOOKS, type Look } from './publication.ts';
import type { Interval } from './values.ts';

export interface Axis {
  /** With its unit. */
  readonly title: string | null;
  readonly log?: true;
  /** Where labels stand; chosen by the library when left out. */
  readonly values?: readonly number[];
  readonly domain?: readonly [number, number];
  /** Values from 0 to 1 as percentages. */
  readonly percent?: true;
  /** Room for its labels, so that plots above each other align, pt. */
  readonly extent?: number;
}

export interface PlotSeries {
  readonly name: string;
  readonly points: readonly ({ readonly x: number } & Interval)[];
}

export interface LinesOptions {
  readonly series: readonly PlotSeries[];
  readonly x: Axis;
  readonly y: Axis;
  readonly width: number;
  readonly height: number;
  readonly title?: string;
  /** Entries of the legend beside each other; no legend when left out. */
  readonly legend?: number;
  /** Continuous series have a band and no points; others have points with bars. */
  readonly continuous?: true;
  /** What the series are held against: a thin line without points. */
  readonly reference?: Reference;
}

export interface Reference {
  readonly points: readonly ({ readonly x: number } & Interval)[];
  /** Beside the last point; below it when positive, pt. */
  readonly text?: string;
  readonly dy?: number;
}

/** Lines over a quantity: a series a line, told apart by colour, dashes and points, with its confidence intervals. */
export function linesPlot(options: LinesOptions): Spec {
  const { series, width, height, title, continuous, reference } = options;
  const values = series.flatMap(({ name, points }, i) =>
    points.map(({ x, mean, low, high }) => ({
      s: name,
      i: String(i),
      x: six(x),
      y: six(mean),
      // What an interval has beyond the axis is cut off: on a logarithmic one it may well reach below 0.
      low: six(clamp(low, options.y.domain)),
      high: six(clamp(high, options.y.domain)),
    })),
  );
  const entries = { columns: options.legend, ...(continuous ? { symbolSize: 130, symbolStrokeWidth: 1.3 } : {}) };
  const legend = options.legend === undefined ? null : entries;
  // Legends show lines where there are no points, else points alone: what is not shown is told apart by number, since the
  // library makes one legend of all that has the same names.
  const look = (key: keyof Look, shown: boolean): Spec => {
    const domain = series.map(({ name }, i) => (shown ? name : String(i)));
    const range = series.map((_, i) => LOOKS[i % LOOKS.length]![key]);
    return { field: shown ? 's' : 'i', type: 'nominal', scale: { domain, range }, legend: shown ? legend : null };
  };
  const stroke = look('color', continuous === true);
  const strokeDash = look('dash', continuous === true);
  const fill = look('color', continuous !== true);
  const x = quantity('x', options.x);
  const y = quantity('y', options.y);
  const spread = { y: { ...y, field: 'low' }, y2: { field: 'high' } };
  return {
    ...(title === undefined ? {} : { title }),
    width,
    height,
    data: { values },
    encoding: { x },
    layer: [
      ...(reference === undefined ? [] : referenceLayers(reference, x, y)),
      ...(continuous
        ? [
            { mark: { type: 'area', opacity: 0.18, clip: true }, encoding: { ...spread, fill } },
            { mark: { type: 'line', clip: true }, encoding: { y, stroke, strokeDash } },
          ]
        : [
            { mark: { type: 'line' }, encoding: { y, stroke, strokeDash } },
            { mark: { type: 'rule', strokeWidth: 0.8 }, encoding: { ...spread, stroke } },
            {
              mark: { type: 'point', filled: true, size: 22, opacity: 1, strokeWidth: 0 },
              encoding: { y, fill, shape: look('shape', true) },
            },
          ]),
    ],
  };
}

function clamp(
  value: number,
  [low, high]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): number {
  return Math.min(Math.max(value, low), high);
}

function referenceLayers({ points, text, dy = 0 }: Reference, x: Spec, y: Spec): Spec[] {
  const values = points.map((point) => ({
    x: point.x,
    y: six(point.mean),
    low: six(point.low),
    high: six(point.high),
  }));
  const encoding = { x, y };
  const label = { type: 'text', align: 'right', dy, fontSize: 6.5, color: COLOR.ink, text };
  return [
    {
      data: { values },
      mark: { type: 'area', opacity: 0.12, color: COLOR.ink, clip: true },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
    },
    { data: { values }, mark: { type: 'line', strokeWidth: 0.9, strokeDash: [2, 1.5], color: COLOR.ink }, encoding },
    ...(text === undefined ? [] : [{ data: { values: values.slice(-1) }, mark: label, encoding }]),
  ];
}

function quantity(field: string, axis: Axis): Spec {
  const label = axis.percent ? "format(datum.value * 100, ',.6~g') + ' %'" : "format(datum.value, ',.6~g')";
  return {
    field,
    type: 'quantitative',
    title: axis.title,
    scale: {
      ...(axis.log ? { type: 'log' } : { zero: axis.domain === undefined }),
      ...(axis.domain === undefined ? { nice: true } : { domain: axis.domain, nice: false }),
    },
    axis: {
      labelExpr: label,
      ...(axis.values === undefined ? { tickCount: 5 } : { values: axis.values }),
      ...(axis.extent === undefined ? {} : { minExtent: axis.extent }),
    },
  };
}

export interface BarGroup {
  readonly name: string;
  /** By series; undefined where it has none. */
  readonly bars: readonly (Interval | undefined)[];
}

export interface BarsOptions {
  readonly series: readonly string[];
  readonly colors: readonly string[];
  readonly groups: readonly BarGroup[];
  readonly axis: Axis;
  readonly width: number;
  readonly height: number;
  readonly title?: string;
  readonly legend?: number;
  /** What stands above a bar; nothing when left out. */
  readonly text?: (value: number) => string;
}

/** Upright bars in groups, a series a colour (lighter and darker in grey), with confidence intervals and values. */
export function barsPlot(options: BarsOptions): Spec {
  const { series, groups, axis, width, height, title, text } = options;
  const values = groups.flatMap(({ name, bars }) =>
    bars.flatMap((bar, i) =>
      bar === undefined
        ? []
        : [
            {
              g: name,
              s: series[i]!,
              y: six(bar.mean),
              low: six(bar.low),
              high: six(bar.high),
              text: text?.(bar.mean) ?? '',
            },
          ],
    ),
  );
  const y = quantity('y', axis);
  // A bar of a logarithmic axis begins at its lower end.
  const floor = axis.log && axis.domain ? { y2: { datum: axis.domain[0] } } : {};
  return {
    ...(title === undefined ? {} : { title }),
    width,
    height,
    data: { values },
    encoding: {
      x: {
        field: 'g',
        type: 'nominal',
        sort: null,
        title: null,
        scale: { paddingInner: 0.25, paddingOuter: 0.12 },
        axis: { labelAngle: 0, ticks: false, labelExpr: "split(datum.label, '|')", labelPadding: 4 },
      },
      xOffset: { field: 's', scale: { domain: [...series] } },
    },
    layer: [
      {
        mark: { type: 'bar', stroke: '#000000', strokeWidth: 0.4 },
        encoding: {
          y,
          ...floor,
          color: {
            field: 's',
            type: 'nominal',
            scale: { domain: [...series], range: [...options.colors] },
            legend:
              options.legend === undefined
                ? null
                : { columns: options.legend, symbolType: 'square', symbolStrokeWidth: 0.4 },
          },
        },
      },
      { mark: { type: 'rule', strokeWidth: 0.8 }, encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' } } },
      ...(text === undefined
        ? []
        : [
            {
              mark: { type: 'text', baseline: 'bottom', dy: -2, fontSize: 6 },
              encoding: { y: { ...y, field: 'high' }, text: { field: 'text' } },
            },
          ]),
    ],
  };
}

export interface DotsOptions {
  readonly rows: readonly string[];
  /** A value a row. */
  readonly series: readonly { readonly name: string; readonly values: readonly (Interval | undefined)[] }[];
  readonly colors: readonly string[];
  readonly axis: Axis;
  readonly width: number;
}

/** A row a run with a dot a series, and its confidence interval. */
export function dotsPlot({ rows, series, colors, axis, width }: DotsOptions): Spec {
  const values = series.flatMap(({ name, values: own }) =>
    own.flatMap((value, i) =>
      value === undefined
        ? []
        : [{ r: rows[i]!, s: name, x: six(value.mean), low: six(value.low), high: six(value.high) }],
    ),
  );
  const domain = series.map(({ name }) => name);
  const ends = values.flatMap(({ low, high }) => [low!, high!]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const room = (most - least) * 0.05 || 0.01;
  const x = { ...quantity('x', axis), scale: { domain: [least - room, most + room], nice: false } };
  const legend = { columns: domain.length };
  return {
    width,
    height: rows.length * 17,
    data: { values },
    encoding: {
      y: {
        field: 'r',
        type: 'nominal',
        scale: { domain: [...rows] },
        title: null,
        axis: { grid: true, ticks: false, labelPadding: 4, labelLimit: 140 },
      },
      yOffset: { field: 's', type: 'nominal', scale: { domain, paddingOuter: 0.9 } },
      color: { field: 's', type: 'nominal', scale: { domain, range: [...colors] }, legend },
    },
    layer: [
      { mark: { type: 'rule', strokeWidth: 1 }, encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } } },
      {
        mark: { type: 'point', filled: true, size: 26, opacity: 1 },
        encoding: {
          x,
          shape: { field: 's', type: 'nominal', scale: { domain, range: ['circle', 'diamond'] }, legend },
        },
      },
    ],
  };
}
