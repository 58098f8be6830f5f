import { SUMMARY_COLUMNS, summaryColumn } from '../metrics/summary-columns.ts';
import { numbersOf, textOf } from '../metrics/table.ts';
import { percent } from './numbers.ts';
import { type Chart, COLOR, chart, type Spec, WIDTH } from './style.ts';
import {
  cutText,
  type Layout,
  layoutOf,
  type Mark,
  marksOf,
  type Shown,
  type SweepResult,
  unitScale,
} from './sweep-series.ts';

/** The metrics that charts show, as far as the runs define them. */
const DRAWN = ['accuracy', 'makespan_s', 'age_mean_s', 'staleness_mean', 'comm_to_comp_time', 'bytes_up', 'energy_j'];
const COLORS = [
  COLOR.blue,
  COLOR.orange,
  COLOR.green,
  COLOR.vermillion,
  COLOR.purple,
  COLOR.sky,
  COLOR.ink,
  COLOR.published,
];
const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
];
/** Two panels a row, with room for the axis between them. */
const PANEL = { width: (WIDTH - 70) / 2, height: 170 };

const VALUES: Shown = { middle: 'mean', low: 'student_low', high: 'student_high' };
const DIFFERENCES: Shown = { middle: 'difference', low: 'difference_student_low', high: 'difference_student_high' };

/** Means with their intervals, and differences seed by seed; nothing where only the seed varies. */
export function sweepCharts(result: SweepResult): Chart[] {
  const layout = layoutOf(result);
  if (layout === undefined) return [];
  const { statistics } = result;
  const there = new Set(textOf(statistics, 'metric').words);
  const metrics = DRAWN.filter((name) => there.has(name));
  const confidence = `${percent(result.confidence, 1).replace('.0', '')} intervals by Student’s distribution over ${result.seeds}`;
  const cut = cutText(result);
  const note = [
    layout.lines ? '' : ' Too many combinations for a line each: every mark is a point of the sweep.',
    cut === '' ? '' : ` ${cut}: makespans are those of the other runs, and missing where all of a point were cut.`,
  ].join('');
  const charts = [
    stack(result, layout, {
      name: 'sweep',
      title: 'What the points come to',
      subtitle: `mean, with ${confidence}${cut === '' ? '' : `; ${cut}`}`,
      caption: `Means over the seeds against ${layout.x.name}, with ${confidence}.${note}`,
      metrics,
      shown: VALUES,
      zero: false,
    }),
  ];
  if (numbersOf(statistics, 'difference_student_low').some((value) => !Number.isNaN(value))) {
    charts.push(
      stack(result, layout, {
        name: 'sweep-differences',
        title: 'Differences, seed by seed',
        subtitle: `to the point each is compared with, with ${confidence}`,
        caption: `Mean of the differences that the same seeds make, to the point that each is compared with, with ${confidence}. Where an interval leaves out 0, the points differ by more than chance.${note}`,
        metrics,
        shown: DIFFERENCES,
        zero: true,
      }),
    );
  }
  return charts;
}

interface Stack {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly caption: string;
  readonly metrics: readonly string[];
  readonly shown: Shown;
  readonly zero: boolean;
}

function stack(result: SweepResult, layout: Layout, what: Stack): Chart {
  return chart({
    name: what.name,
    title: what.title,
    subtitle: `${result.name}: ${what.subtitle}`,
    caption: what.caption,
    body: {
      columns: 2,
      concat: what.metrics.map((metric) => panel(result, layout, metric, what)),
      resolve: { legend: { color: 'shared', shape: 'shared' }, scale: { color: 'shared', shape: 'shared' } },
    },
  });
}

function panel(result: SweepResult, layout: Layout, metric: string, { shown, zero }: Stack): Spec {
  const { share, unit, title } = summaryColumn(metric)!;
  const all = marksOf(result, layout, { metric, shown, per: 1 });
  const greatest = Math.max(0, ...all.flatMap(({ y, high }) => [Math.abs(y ?? 0), Math.abs(high ?? 0)]));
  const scale = share ? { per: 0.01, unit: zero ? 'points of %' : '%' } : unitScale(unit, greatest);
  const marks = marksOf(result, layout, { metric, shown, per: scale.per });
  const y = {
    type: 'quantitative',
    title: `${title}${scale.unit === '' ? '' : ` (${scale.unit})`}`,
    scale: { zero, nice: true },
    axis: { tickCount: 5, format: ',~r' },
  };
  const series = seriesOf(layout);
  const x = xOf(layout, marks);
  const bands = marks.some(({ low }) => low !== null);
  const connected = layout.numeric && layout.lines;
  return {
    ...PANEL,
    data: { values: marks },
    encoding: { x, ...series.color },
    layer: [
      ...(zero
        ? [
            {
              data: { values: [{}] },
              mark: { type: 'rule', color: COLOR.soft },
              encoding: { x: null, color: null, y: { datum: 0 } },
            },
          ]
        : []),
      ...(bands
        ? [
            connected
              ? {
                  mark: { type: 'area', opacity: 0.16 },
                  encoding: { y: { field: 'low', ...y }, y2: { field: 'high' } },
                }
              : {
                  mark: { type: 'rule' },
                  encoding: { y: { field: 'low', ...y }, y2: { field: 'high' }, ...series.offset },
                },
          ]
        : []),
      ...(connected ? [{ mark: { type: 'line', strokeWidth: 1.5 }, encoding: { y: { field: 'y', ...y } } }] : []),
      {
        mark: { type: 'point', filled: true, size: 32, opacity: 1 },
        encoding: { y: { field: 'y', ...y }, ...series.shape, ...(connected ? {} : series.offset) },
      },
    ],
  };
}

/** One colour and one shape a series: grey prints tell them apart too. */
function seriesOf({ names, numeric }: Layout): { readonly color: Spec; readonly shape: Spec; readonly offset: Spec } {
  if (names.length < 2) return { color: { color: { value: COLOR.blue } }, shape: {}, offset: {} };
  const legend = { columns: 4, labelLimit: 300, symbolOpacity: 1 };
  const field = { field: 'series', type: 'nominal', sort: names };
  return {
    color: { color: { ...field, scale: { domain: names, range: COLORS.slice(0, names.length) }, legend } },
    shape: { shape: { ...field, scale: { domain: names, range: SHAPES.slice(0, names.length) }, legend } },
    offset: numeric ? {} : { xOffset: { field: 'series', sort: names } },
  };
}

function xOf({ x, numeric, scale }: Layout, marks: readonly Mark[]): Spec {
  const title = `${x.name}${scale.unit === '' ? '' : ` (${scale.unit})`}`;
  if (!numeric) return { field: 'x', type: 'nominal', title, sort: null, axis: { labelAngle: -30 } };
  const values = marks.map((mark) => Number(mark.x));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = low > 0 && high / low >= 20;
  const ticks = [...new Set(values)].sort((a, b) => a - b);
  return {
    field: 'x',
    type: 'quantitative',
    title,
    scale: log ? { type: 'log', domain: [low, high] } : { zero: false, nice: true },
    axis: { format: ',~r', ...(ticks.length <= 8 ? { values: ticks } : { tickCount: 6 }) },
  };
}

/** Title by metric, for tables. */
export function titleOf(metric: string): string {
  return SUMMARY_COLUMNS.find(({ name }) => name === metric)?.title ?? metric;
}
