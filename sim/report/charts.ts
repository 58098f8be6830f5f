import { boardsChart } from './charts/boards.ts';
import { communicationChart, comparisonChart } from './charts/communication.ts';
import { convergenceChart } from './charts/convergence.ts';
import { paperChart } from './charts/paper.ts';
import { labelCountsCharts } from './charts/partition.ts';
import { rivalsCostChart, rivalsQualityChart, rivalsStalenessChart } from './charts/rivals.ts';
import { stalenessChart } from './charts/staleness.ts';
import { tauChart } from './charts/tau.ts';
import { timelineChart } from './charts/timeline.ts';
import { trainingChart } from './charts/training.ts';
import type { RunResult } from './result.ts';
import type { Chart } from './style.ts';

const CHARTS: readonly ((result: RunResult) => Chart | readonly Chart[] | null)[] = [
  tauChart,
  rivalsQualityChart,
  rivalsCostChart,
  convergenceChart,
  trainingChart,
  communicationChart,
  comparisonChart,
  rivalsStalenessChart,
  stalenessChart,
  timelineChart,
  labelCountsCharts,
  boardsChart,
  paperChart,
];

/** The charts that a result has data for, in the order of the report. */
export function chartsOf(result: RunResult): Chart[] {
  return CHARTS.flatMap((make) => make(result) ?? []);
}
