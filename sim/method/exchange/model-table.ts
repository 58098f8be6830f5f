import { type Table, type TableDefinition, tableFromArrays } from '../../metrics/table.ts';
import type { Prepared } from './prepare.ts';

const MODEL_TABLE: TableDefinition<'class' | 'weight' | 'value'> = {
  name: 'model',
  description: 'a row a weight of the shared model; softmax: class by class',
  columns: [
    { name: 'class', type: 'u32', unit: '1', description: 'class, from 0, that a high score stands for' },
    { name: 'weight', type: 'u32', unit: '1', description: '0 for the bias (svm has none), else the feature, from 1' },
    { name: 'value', type: 'f64', unit: '1', description: 'the weight: a float32, exactly' },
  ],
};

/** The weights of the server's model. */
export function modelTable(w: Float32Array, { learner, dataset }: Prepared): Table {
  const bias = learner.name !== 'svm';
  const size = dataset.features + (bias ? 1 : 0);
  const softmax = learner.name === 'softmax';
  return tableFromArrays(MODEL_TABLE, {
    class: Uint32Array.from(w, (_, i) => (softmax ? Math.floor(i / size) : 1)),
    weight: Uint32Array.from(w, (_, i) => (i % size) + (bias ? 0 : 1)),
    value: Float64Array.from(w),
  });
}

/** What a reader of `model.json` needs to use the weights of `model.arrow`. */
export function describeModel({ learner, dataset }: Prepared): object {
  const { name, classes, classNames, features } = dataset;
  const kind = learner.name === 'softmax' ? 'softmax linear' : 'binary linear';
  return { schema: 1, kind, learner: learner.name, dataset: name, classes, class_names: classNames, features };
}
