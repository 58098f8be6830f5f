import type { Dataset } from '../data/dataset.ts';
import { labelsOf, type Partition, partitionRows } from '../data/partition.ts';
import { InputError } from '../kernel/errors.ts';
import { TableBuilder } from '../metrics/builder.ts';
import type { Table } from '../metrics/table.ts';
import { PARTITION_TABLE } from '../metrics/tables.ts';
import type { LoadedScenario } from '../scenario/load.ts';

/** Which training rows each device has by the scenario's `partition`; undefined when it has none. @throws ScenarioError */
export function partitionOf(loaded: LoadedScenario, dataset: Dataset, devices: number): Partition | undefined {
  const { partition, seed } = loaded.scenario;
  if (partition === 'none') return undefined;
  try {
    return partitionRows(partition, labelsOf(dataset), devices, seed);
  } catch (error) {
    if (error instanceof InputError) throw loaded.fault('partition', error.message);
    throw error;
  }
}

/** The table `partition`: how many rows of each label every device has. */
export function partitionTable({ rows, counts, labels }: Partition): Table {
  const table = new TableBuilder(PARTITION_TABLE);
  const { at } = table;
  for (let device = 0; device < rows.length; device++) {
    for (let label = 0; label < labels.length; label++) {
      const count = counts[device * labels.length + label]!;
      if (count === 0) continue;
      table.set(at.device, device);
      table.setText(at.label, labels[label]!);
      table.set(at.rows, count);
      table.endRow();
    }
  }
  return table.build();
}
