import { type Table, type TableDefinition, tableFromArrays } from '../../metrics/table.ts';
import type { Evaluation } from './evaluation.ts';
import type { WorkList } from './work-list.ts';

const MODEL_TABLE: TableDefinition<'positive' | 'negative' | 'weight' | 'value'> = {
  name: 'model',
  description: 'a row a weight of each trained base classifier, bias (weight 0) first',
  columns: [
    { name: 'positive', type: 'u32', unit: '1', description: 'class, from 0, that a score above 0 stands for' },
    { name: 'negative', type: 'u32', unit: '1', description: 'class, from 0, that any other score stands for' },
    { name: 'weight', type: 'u32', unit: '1', description: '0 for the bias, else the feature, from 1' },
    { name: 'value', type: 'f64', unit: '1', description: 'the weight: a float32, exactly' },
  ],
};

/** The trained classifiers, pair by pair. */
export function modelTable(evaluation: Evaluation, work: WorkList): Table {
  const size = evaluation.weights.length / evaluation.trained.length;
  const classesOf = new Map<number, number>();
  work.pair.forEach((pair, task) => {
    classesOf.set(pair, task);
  });
  const trained = [...evaluation.trained.keys()].filter((pair) => evaluation.trained[pair] === 1);
  const rows = trained.length * size;
  const positive = new Uint32Array(rows);
  const negative = new Uint32Array(rows);
  const weight = new Uint32Array(rows);
  const value = new Float64Array(rows);
  trained.forEach((pair, n) => {
    const task = classesOf.get(pair)!;
    for (let w = 0; w < size; w++) {
      const row = n * size + w;
      positive[row] = work.positive[task]!;
      negative[row] = work.negative[task]!;
      weight[row] = w;
      value[row] = evaluation.weights[pair * size + w]!;
    }
  });
  return tableFromArrays(MODEL_TABLE, { positive, negative, weight, value });
}
