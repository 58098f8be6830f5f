import { numbersOf, type Table } from '../../metrics/table.ts';
import type { RunOutcome } from '../../run/run.ts';

/** Where a run that was cut at a horizon is not the beginning of the whole one: rounds, measurements and frames until then are the same. */
export function* prefixFaults(
  whole: RunOutcome['tables'],
  cut: RunOutcome['tables'],
  horizon: number,
): Generator<string> {
  yield* rowsUntil('rounds', whole.rounds, cut.rounds, 'ended_s', (at) => at <= horizon);
  // The last measurement of the cut run is of its end.
  yield* rowsUntil('metrics', whole.metrics, cut.metrics, 'at_s', (at) => at < horizon);
}

function* rowsUntil(
  name: string,
  whole: Table,
  cut: Table,
  column: string,
  isWithin: (at: number) => boolean,
): Generator<string> {
  const within = (table: Table): number => numbersOf(table, column).filter((at) => isWithin(at)).length;
  const [expected, got] = [within(whole), within(cut)];
  if (expected !== got) yield `expected ${expected} rows of ${name} until the horizon, as in the whole run, got ${got}`;
  for (const { name: key, type } of whole.columns) {
    if (type === 'utf8' || type === 'binary') continue;
    const [a, b] = [numbersOf(whole, key), numbersOf(cut, key)];
    const row = a.subarray(0, Math.min(expected, got)).findIndex((value, index) => !Object.is(value, b[index]!));
    if (row < 0) continue;
    yield `expected ${name}.${key} to be ${a[row]} in row ${row}, as in the whole run, got ${b[row]}`;
    return;
  }
}
