import { Digest } from '../kernel/digest.ts';
import { digestTable } from '../metrics/table.ts';
import type { LabelledPartition, ReportExtras, RivalRun } from '../report/result.ts';
import type { FinishedRun, VariantOutcome } from '../run/store.ts';
import type { LoadedScenario, ResolvedScenario } from '../scenario/load.ts';

/** A run and its variants, for the report to set beside each other; nothing to compare without variants. */
export function rivalsOf(
  { scenario, variants: loaded }: LoadedScenario,
  { summary, tables }: FinishedRun,
  variants: readonly VariantOutcome[],
): Pick<ReportExtras, 'rivals' | 'partitions'> {
  if (variants.length === 0) return {};
  const method = scenario.method.name;
  const byMethod = loaded.some((each) => each.loaded.scenario.method.name !== method);
  const label = byMethod && !variants.some(({ name }) => name === method) ? method : scenario.name;
  const { when } = scenario.stop;
  const own = { label, summary, tables, ...traitsOf(scenario) };
  const others = variants.map((each, i) => ({
    ...each,
    label: each.name,
    ...traitsOf(loaded[i]!.loaded.scenario),
  }));
  const beside = others.filter(({ against }) => against === undefined);
  return {
    rivals: {
      runs: [own, ...beside],
      changed: others.flatMap((run) =>
        run.against === undefined ? [] : { run, of: 1 + beside.findIndex(({ name }) => name === run.against) },
      ),
      byMethod,
      ...(typeof when === 'object' ? { target: when.accuracy } : {}),
    },
    partitions: distinct([own, ...others]),
  };
}

/** What the report tells apart runs by, beside their tables. */
function traitsOf({ method, partition }: ResolvedScenario): Pick<RivalRun, 'tau' | 'budgeted'> {
  if (method.name !== 'adaptive-tau') return {};
  const data = partition === 'none' ? 'all' : partition.by === 'case' ? `case ${partition.case}` : partition.by;
  return { tau: { steps: method.tau, data }, budgeted: true };
}

/** Every division of the rows that some run has, once, by the name of the first; runs without one are passed over. */
function distinct(
  runs: readonly (Pick<RivalRun, 'label' | 'tau'> & { readonly tables: FinishedRun['tables'] })[],
): LabelledPartition[] {
  const found = new Map<string, LabelledPartition>();
  for (const { label, tau, tables } of runs) {
    if (tables.partition === undefined) continue;
    const digest = new Digest();
    digestTable(digest, tables.partition);
    const key = digest.hex();
    if (!found.has(key)) found.set(key, { label: tau?.data ?? label, table: tables.partition });
  }
  const all = [...found.values()];
  return all.length === 1 ? [{ label: '', table: all[0]!.table }] : all;
}
