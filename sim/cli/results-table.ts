import { formatQuantity } from '../kernel/quantity.ts';
import type { Summary } from '../metrics/summary.ts';
import { horizonText } from '../report/numbers.ts';
import { shortCount } from './progress.ts';
import { pairs } from './text-table.ts';

const CUT = 'not known: the run was cut at its horizon';

/** The end of a run in a dozen lines. */
/** @param compared the scenario and its variants, and how many of them were cut. */
export function resultsTable(summary: Summary, { runs, cut } = { runs: 1, cut: 0 }): string {
  const { staleness, age_s, comm_to_comp: ratio, host } = summary;
  const rows: [string, string][] = [
    ['stopped', summary.stopped],
    ...(runs > 1 && cut > 0 ? [['compared', horizonText(cut, runs)] as [string, string]] : []),
    ['simulated', formatQuantity(summary.simulated_s, 'time')],
    ['makespan', summary.makespan_s === null ? CUT : formatQuantity(summary.makespan_s, 'time')],
    [
      'accuracy',
      summary.accuracy === null ? 'no model yet' : `${share(summary.accuracy)}, macro-F1 ${share(summary.macro_f1)}`,
    ],
  ];
  if (summary.tasks_total > 0) {
    const again = summary.tasks_reassigned > 0 ? `, ${summary.tasks_reassigned} given to another device` : '';
    rows.push(['tasks', `${summary.tasks_done} of ${summary.tasks_total}${again}`]);
  }
  rows.push(
    ['devices', String(summary.devices)],
    ['staleness', staleness === null ? 'none (no shared version)' : spread(staleness, (x) => `${number(x)} updates`)],
    ['result age', age_s === null ? 'none' : spread(age_s, (x) => formatQuantity(x, 'time'))],
    ['comm/comp', `${orNone(ratio.time)} by time, ${orNone(ratio.bytes_per_flop)} bytes/FLOP`],
    [
      'bytes',
      `${bytes(summary.bytes_up)} up, ${bytes(summary.bytes_down)} down, ${bytes(summary.bytes_wasted)} wasted`,
    ],
    ['energy', formatQuantity(summary.energy_j, 'energy')],
    [
      'digest',
      summary.reproducible === false ? `${summary.digest}, of this run alone: boards took part` : summary.digest,
    ],
  );
  if (host) {
    const rate = summary.events / Math.max(host.wall_s, 1e-3);
    rows.push([
      'took',
      `${number(host.wall_s)} s, ${Math.round(host.rss_bytes / 1e6)} MB, ${shortCount(rate)} events/s`,
    ]);
  }
  if (summary.result !== '') rows.push(['results', summary.result]);
  return pairs(rows);
}

function spread(
  s: { readonly mean: number; readonly p95: number; readonly max: number },
  say: (x: number) => string,
): string {
  return `mean ${say(s.mean)}, p95 ${say(s.p95)}, max ${say(s.max)}`;
}

function share(x: number | null): string {
  return x === null ? 'none' : `${(100 * x).toFixed(1)} %`;
}

function orNone(x: number | null): string {
  return x === null ? 'none' : number(x);
}

function number(x: number): string {
  return String(Number(x.toPrecision(4)));
}

function bytes(x: number): string {
  return formatQuantity(x, 'size');
}
