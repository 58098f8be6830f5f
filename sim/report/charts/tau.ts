import { six } from '../numbers.ts';
import type { RunResult } from '../result.ts';
import { type Chart, COLOR, chart, type Spec } from '../style.ts';
import { type TauPanel, type TauPoint, tauPanels } from '../tau.ts';
import { PERCENT_AXIS, subtitleOf } from './axes.ts';

const PANEL = { width: 270, height: 118 } as const;
/** Marks of the logarithmic axis. */
const TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];

/** Loss and accuracy over a fixed tau, and adaptive tau's as a star: a row of two panels for each way of dealing out the data. */
export function tauChart(result: RunResult): Chart | null {
  const panels = tauPanels(result.extras?.rivals);
  if (panels.length === 0) return null;
  const all = panels.flatMap(pointsOf).map(({ tau }) => tau);
  const x = {
    field: 'tau',
    type: 'quantitative',
    scale: { type: 'log', domain: [Math.min(...all), Math.max(...all)], nice: false, padding: 8 },
  };
  const rows = panels.map((panel, i) => {
    const last = i === panels.length - 1;
    const axis = {
      ...x,
      title: last ? 'tau, local steps a round (logarithmic)' : null,
      axis: { values: TICKS, format: ',~r', labels: last },
    };
    return {
      hconcat: [
        view(panel, axis, { field: 'loss', title: `${panel.data}: loss of the model`, axis: { format: '.3~f' } }),
        view(panel, axis, { field: 'accuracy', title: `${panel.data}: accuracy on the test rows`, axis: PERCENT_AXIS }),
      ],
      spacing: 34,
    };
  });
  const star = panels.some(({ adaptive }) => adaptive !== undefined)
    ? ' The star is adaptive tau, at its average tau, sum(tau²) / sum(tau) over its rounds; the dotted line shows its height.'
    : '';
  return chart({
    name: 'tau',
    title: 'Loss and accuracy over the number of local steps',
    subtitle: subtitleOf(result),
    caption: `Each point is a run with a fixed tau under the same budget; the model that a run returns, measured on all training rows and on the test rows.${star} The axes of values do not begin at 0.`,
    body: { vconcat: rows, spacing: 18 },
  });
}

function pointsOf({ fixed, adaptive }: TauPanel): readonly TauPoint[] {
  return adaptive === undefined ? fixed : [...fixed, adaptive];
}

function view(
  panel: TauPanel,
  x: Spec,
  y: { readonly field: 'loss' | 'accuracy'; readonly title: string; readonly axis: Spec },
): Spec {
  const row = (point: TauPoint) => ({ tau: six(point.tau), v: six(point[y.field]) });
  const star = panel.adaptive === undefined ? [] : [row(panel.adaptive)];
  const encoding = {
    x,
    y: {
      field: 'v',
      type: 'quantitative',
      title: y.title,
      scale: { zero: false, nice: true },
      // As wide in every row, so that the panels stand below each other.
      axis: { tickCount: 4, minExtent: 46, ...y.axis },
    },
  };
  return {
    ...PANEL,
    layer: [
      { data: { values: panel.fixed.map(row) }, mark: { type: 'line', color: COLOR.blue, strokeWidth: 1.4 }, encoding },
      {
        data: { values: panel.fixed.map(row) },
        mark: { type: 'point', filled: true, size: 34, color: COLOR.blue, opacity: 1 },
        encoding,
      },
      {
        data: { values: star },
        mark: { type: 'rule', color: COLOR.vermillion, strokeDash: [2, 3], strokeWidth: 1 },
        encoding: { y: encoding.y },
      },
      {
        data: { values: star },
        mark: {
          type: 'point',
          shape: STAR,
          size: 210,
          filled: true,
          color: COLOR.vermillion,
          stroke: 'white',
          strokeWidth: 0.8,
          opacity: 1,
        },
        encoding,
      },
    ],
  };
}

/** Five points, in the unit square that Vega scales marks by. */
const STAR =
  'M0,-1 L0.235,-0.324 L0.951,-0.309 L0.38,0.124 L0.588,0.809 L0,0.4 L-0.588,0.809 L-0.38,0.124 L-0.951,-0.309 L-0.235,-0.324 Z';
