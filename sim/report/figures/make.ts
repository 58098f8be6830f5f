import { fileURLToPath } from 'node:url';
import { type InputFile, joinInputs } from '../../data/input-file.ts';
import { readBytes } from '../../files/read.ts';
import type { Content } from '../../files/write.ts';
import { type DataInputs, dataState } from '../../run/data-files.ts';
import { inputsOf } from '../../run/input-check.ts';
import type { RunPool } from '../../run/pool.ts';
import { type LoadedScenario, loadScenario, withSeed } from '../../scenario/load.ts';
import { loadRenderer } from '../render.ts';
import type { Provenance } from './caption.ts';
import type { Figure, FigureRun } from './figure.ts';
import { figureFiles } from './files.ts';

/** Scenarios of the package, from the sources or from the compiled program alike. */
const ROOT = new URL('../../../', import.meta.url);

/** A figure's runs before they are made. */
export interface FigurePlan {
  readonly figure: Figure;
  readonly runs: readonly {
    readonly label: string;
    readonly seed: number;
    readonly loaded: LoadedScenario;
    /** The files that it must be made with. */
    readonly inputs: readonly InputFile[];
  }[];
  readonly provenance: Pick<Provenance, 'scenario' | 'set' | 'generated' | 'inputs'>;
  readonly reduced: boolean;
}

export interface PlanOptions {
  readonly dataDir: string;
  /** The files of data sets in that folder. */
  readonly dataInputs: DataInputs;
  /** The small form, for tests. */
  readonly reduced: boolean;
  /** Whether a generator takes the place of the data, though they may be there. */
  readonly generated: boolean;
}

/**
 * Which runs a figure is made of. Where nothing of its data set is in the folder, a generator takes its place, and the
 * plan says so; where a part is, the run will name what is missing.
 */
export function planFigure(figure: Figure, { dataDir, dataInputs, reduced, generated }: PlanOptions): FigurePlan {
  const scenario = `scenarios/figures/${figure.name}.yaml`;
  const file = fileURLToPath(new URL(scenario, ROOT));
  const bytes = readBytes(file);
  const replaceable = figure.generated.length > 0;
  const plain = loadScenario({ file: scenario, bytes });
  const replaced = replaceable && (generated || dataState(plain.scenario.dataset, dataDir) === 'none');
  const set = [...(replaced ? figure.generated : []), ...(reduced ? figure.reduced.set : [])];
  const seeds = reduced ? figure.reduced.seeds : figure.seeds;
  const keep = (reduced ? figure.reduced.keep : undefined) ?? (() => true);
  const loaded = loadScenario({ file: scenario, bytes, set });
  const variants = [{ name: loaded.scenario.name, loaded: { ...loaded, variants: [] } }, ...loaded.variants].filter(
    (each) => keep(each.loaded.scenario),
  );
  const runs = Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    variants.map((each) => {
      const inputs = inputsOf(each.loaded, dataInputs);
      return { label: each.name, seed, loaded: withSeed(each.loaded, seed), inputs };
    }),
  );
  const inputs = joinInputs(runs.map((run) => run.inputs));
  return { figure, runs, provenance: { scenario, set, generated: replaced, inputs }, reduced };
}

/** Makes all runs of a figure in the pool and draws it. @param onRun called when a run is done. */
export async function makeFigure(
  { figure, runs, provenance, reduced }: FigurePlan,
  pool: RunPool,
  firmware: string,
  onRun: () => void,
): Promise<Map<string, Content>> {
  const made = await Promise.all(
    runs.map(async ({ label, seed, loaded, inputs }): Promise<FigureRun> => {
      const { summary, tables } = await pool.run({ loaded, inputs, tables: true });
      onRun();
      const { rounds, devices, metrics } = tables!;
      return { label, seed, scenario: loaded.scenario, summary, tables: { rounds, devices, metrics } };
    }),
  );
  return figureFiles(await loadRenderer(), figure, made, { ...provenance, reduced, firmware });
}
