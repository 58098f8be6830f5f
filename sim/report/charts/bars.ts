import { six } from '../numbers.ts';
import { COLOR, type Spec } from '../style.ts';

export interface BarPanel {
  readonly title: string;
  readonly color: string;
  /** A value a run, null where it has none, and what is written at the end of its bar. */
  readonly values: readonly (number | null)[];
  readonly texts: readonly string[];
}

/** Space between two panels, and the width of all. */
const SPACING = 30;
const ALL = 540;

/** Panels of horizontal bars side by side, a bar a run with its value at its end; the first panel names the runs. */
export function barPanels(runs: readonly string[], panels: readonly BarPanel[]): Spec {
  const width = Math.floor((ALL - SPACING * (panels.length - 1)) / panels.length);
  const quantity = { type: 'quantitative', title: null, axis: null };
  const views = panels.map(({ title, color, values, texts }, panel) => ({
    title: { text: title, fontSize: 11, fontWeight: 'normal', offset: 6, frame: 'group' },
    width,
    height: { step: 30 },
    // What has no value has its word where bars begin.
    data: { values: runs.map((run, i) => ({ run, value: six(values[i] ?? 0), text: texts[i] })) },
    encoding: {
      y: {
        field: 'run',
        type: 'nominal',
        sort: null,
        title: null,
        axis: panel === 0 ? { labelColor: COLOR.ink, labelFontSize: 12, labelLimit: 200 } : { labels: false },
      },
      x: {
        ...quantity,
        field: 'value',
        scale: { domain: [0, Math.max(0, ...values.map((value) => value ?? 0)) || 1], nice: false },
      },
    },
    layer: [
      { mark: { type: 'bar', color, height: { band: 0.62 } } },
      { mark: { type: 'text', align: 'left', dx: 4, color: COLOR.ink }, encoding: { text: { field: 'text' } } },
    ],
  }));
  return { hconcat: views, spacing: SPACING };
}
