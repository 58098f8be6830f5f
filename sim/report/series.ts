/** The most points of a line in a chart: about one a pixel. */
const MOST_POINTS = 500;

/**
 * Rows of a time series to draw: all when they are few, else the last one in each of `most` equal stretches of time, and
 * always the first and the last. Cumulative values are exact at each point that is drawn.
 * @param at times in ascending order.
 */
export function thin(at: ArrayLike<number>, most = MOST_POINTS): number[] {
  const { length } = at;
  if (length <= most) return Array.from({ length }, (_, i) => i);
  const first = at[0]!;
  const width = (at[length - 1]! - first) / most || 1;
  const rows = [0];
  for (let i = 1; i < length; i++) {
    const last = i === length - 1;
    if (last || Math.floor((at[i]! - first) / width) !== Math.floor((at[i + 1]! - first) / width)) rows.push(i);
  }
  return rows;
}

export const THIN_RULE = `Where there are over ${MOST_POINTS} measurements, the last one in each of ${MOST_POINTS} equal stretches of time is drawn.`;

/** A unit for a time axis whose longest value is `seconds`: its factor and name. */
export function timeUnit(seconds: number): { readonly per: number; readonly name: string } {
  if (seconds <= 0.2) return { per: 1e-3, name: 'ms' };
  if (seconds <= 300) return { per: 1, name: 's' };
  if (seconds <= 3 * 3600) return { per: 60, name: 'min' };
  return seconds <= 4 * 86_400 ? { per: 3600, name: 'h' } : { per: 86_400, name: 'd' };
}
