import { grouped } from '../numbers.ts';
import type { RunResult } from '../result.ts';
import { timeUnit } from '../series.ts';
import { COLOR, type Spec, WIDTH } from '../style.ts';

/** A point of a line: time in the axis's unit, and a value. */
export interface Point {
  readonly t: number | null;
  readonly v: number | null;
}

export const PERCENT_AXIS = { labelExpr: "format(datum.value * 100, ',~r') + ' %'", tickCount: 5 } as const;

/** The line under a chart's title: which run it shows. */
export function subtitleOf(result: RunResult): string {
  const { devices } = result.summary;
  return `${result.manifest.name}, seed ${result.manifest.seed}, ${grouped(devices)} ${devices === 1 ? 'device' : 'devices'}`;
}

/** Simulated time from 0 to the end, in a unit that suits its length. */
export function timeAxis(endSeconds: number): { readonly per: number; readonly shown: Spec; readonly bare: Spec } {
  const { per, name } = timeUnit(endSeconds);
  const base = {
    field: 't',
    type: 'quantitative',
    scale: { domain: [0, Number((endSeconds / per).toPrecision(6))], nice: false },
  };
  const axis = { tickCount: 8, format: ',~r' };
  return {
    per,
    shown: { ...base, title: `simulated time (${name})`, axis },
    bare: { ...base, title: null, axis: { ...axis, labels: false } },
  };
}

/** The last panel of a stack says its time axis; the others have only its ticks. */
export function stacked(
  panels: readonly ((x: Spec) => Spec)[],
  x: { readonly shown: Spec; readonly bare: Spec },
): Spec[] {
  return panels.map((panel, i) => panel(i === panels.length - 1 ? x.shown : x.bare));
}

/** One line over time, with gaps where its value is not known, and its label behind the last value that is. */
export function linePanel(options: {
  readonly x: Spec;
  readonly height: number;
  readonly title: string;
  readonly y: Spec;
  readonly lines: readonly LineOfPanel[];
}): Spec {
  const y = { field: 'v', type: 'quantitative', title: options.title, ...options.y };
  return {
    width: WIDTH,
    height: options.height,
    layer: options.lines.flatMap((line) => [
      {
        data: { values: line.points },
        mark: {
          type: 'line',
          interpolate: 'step-after',
          color: line.color,
          ...(line.dash === undefined ? {} : { strokeDash: line.dash }),
          ...(line.thin === true ? { strokeWidth: 1.2 } : {}),
        },
        encoding: { x: options.x, y },
      },
      {
        data: { values: line.points.filter(({ v }) => v !== null).slice(-1) },
        mark: { type: 'text', align: 'left', dx: 6, dy: line.dy ?? 0, color: line.color, text: line.label },
        encoding: { x: { field: 't', type: 'quantitative' }, y: { field: 'v', type: 'quantitative' } },
      },
    ]),
  };
}

export interface LineOfPanel {
  /** At least one. */
  readonly points: readonly Point[];
  readonly color: string;
  readonly label: string;
  readonly dash?: readonly number[];
  readonly thin?: true;
  /** Moves the label down, px. */
  readonly dy?: number;
}

/** A value axis for positive values: logarithmic when they span more than `decades` powers of ten. What is not known is null. */
export function valueAxis(all: readonly (number | null)[], decades = 1.3): Spec {
  const values = all.filter((value) => value !== null);
  const positive = values.filter((value) => value > 0);
  const low = Math.min(...positive);
  const high = Math.max(...positive);
  if (positive.length === values.length && Math.log10(high / low) > decades) {
    return { scale: { type: 'log', nice: true }, axis: { values: powersOfTen(low, high), format: ',~r' } };
  }
  return { scale: { zero: true, nice: true }, axis: { tickCount: 4, format: ',~r' } };
}

/** The powers of ten from below `low` to above `high`: the marks of a logarithmic axis, without lines between them. */
export function powersOfTen(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

/** A bar with its value at its end. */
export function valueLabel(text: Spec): Spec {
  return { mark: { type: 'text', align: 'left', dx: 4, color: COLOR.ink }, encoding: { text } };
}
