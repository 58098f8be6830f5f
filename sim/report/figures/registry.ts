import { accuracyCentral } from './accuracy-central.ts';
import { commToComp } from './comm-to-comp.ts';
import { convergence } from './convergence.ts';
import { costEnergy } from './cost-energy.ts';
import { fig3 } from './fig-3.ts';
import type { Figure } from './figure.ts';
import { frequencyQuality } from './frequency-quality.ts';
import { scalability } from './scalability.ts';
import { stalenessAge } from './staleness-age.ts';
import { table1 } from './table-1.ts';
import { tauDelay } from './tau-delay.ts';
import { tauFixed } from './tau-fixed.ts';

/** All figures and tables, in the order in which they are made. */
export const FIGURES: readonly Figure[] = [
  fig3,
  costEnergy,
  accuracyCentral,
  frequencyQuality,
  stalenessAge,
  table1,
  commToComp,
  convergence,
  scalability,
  tauFixed,
  tauDelay,
];
