import { boardsChart } from './charts/boards.ts';
import { communicationChart, comparisonChart } from './charts/communication.ts';
import { convergenceChart } from './charts/convergence.ts';
import { paperChart } from './charts/paper.ts';
import { stalenessChart } from './charts/staleness.ts';
import { timelineChart } from './charts/timeline.ts';
import type { RunResult } from './result.ts';
import type { Chart } from './style.ts';

const CHARTS: readonly ((result: RunResult) => Chart | null)[] = [
  convergenceChart,
  communicationChart,
  comparisonChart,
  stalenessChart,
  timelineChart,
  boardsChart,
  paperChart,
];

/** The charts that a result has data for, in the order of the report. */
export function chartsOf(result: RunResult): Chart[] {
  return CHARTS.map((make) => make(result)).filter((chart) => chart !== null);
}
