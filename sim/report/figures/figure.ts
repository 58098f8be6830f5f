import type { Summary } from '../../metrics/summary.ts';
import type { Table } from '../../metrics/table.ts';
import type { ResolvedScenario } from '../../scenario/load.ts';
import type { Spec } from '../style.ts';

/** One run of a figure's scenario: the scenario itself or one of its `compare`, with one of the seeds. */
export interface FigureRun {
  /** The variant's name, the scenario's own for the run that it describes. */
  readonly label: string;
  readonly seed: number;
  readonly scenario: ResolvedScenario;
  readonly summary: Summary;
  readonly tables: { readonly rounds: Table; readonly devices: Table; readonly metrics: Table };
}

/** A chart, for a plot so many points wide; what else it needs in width is added to that. */
export interface Chart {
  readonly kind: 'chart';
  /** What is drawn, by what rule: below the figure in a paper. */
  readonly caption: string;
  readonly body: (plot: number) => Spec;
}

/** A table, as Markdown, CSV and LaTeX. */
export interface TableOfRuns {
  readonly kind: 'table';
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A figure or table of the papers: which runs it is made of, and how it is drawn from them. */
export interface Figure {
  /** Names its files, and its scenario in scenarios/figures/. */
  readonly name: string;
  readonly title: string;
  /** One column of a page wide, or two. */
  readonly columns: 1 | 2;
  /** Every run is made with the seeds 1 to this: the same for all, so that differences can be taken seed by seed. */
  readonly seeds: number;
  /** Settings that put a generator in the place of the data set; empty where the scenario has one. */
  readonly generated: readonly string[];
  /** A small form for tests: fewer seeds, settings, and which runs are kept. */
  readonly reduced: {
    readonly seeds: number;
    readonly set: readonly string[];
    readonly keep?: (scenario: ResolvedScenario) => boolean;
  };
  readonly draw: (runs: readonly FigureRun[]) => Chart | TableOfRuns;
}
