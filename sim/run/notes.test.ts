import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadScenario } from '../scenario/load.ts';
import { loadDataset, loadFirmware } from './inputs.ts';
import { runToEnd } from './run.ts';

const SCENARIO = `schema: 1
name: untested
dataset: { name: csv, path: train.csv, test: test.csv }
method: { name: fedavg, learner: { name: softmax, eta: 0.5 }, rounds: 2 }
partition: { by: iid }
fleet: [{ board: nrf52840, count: 2, region: london, link: home-wifi }]
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
`;

it('says which classes have no test rows, over which scores are not taken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'g2t-notes-'));
  try {
    const rows = (classes: readonly string[]) =>
      classes.flatMap((name, c) => Array.from({ length: 8 }, (_, n) => `${10 * c + (n % 3)},${n % 5},${name}`));
    writeFileSync(join(folder, 'train.csv'), `x,y,label\n${rows(['a', 'b', 'c']).join('\n')}\n`);
    const notesFor = async (...tested: string[]) => {
      const own = rows(['a', 'b', 'c']).filter((row) => tested.some((name) => row.endsWith(name)));
      writeFileSync(join(folder, 'test.csv'), `x,y,label\n${own.join('\n')}\n`);
      const loaded = loadScenario({ file: 'untested.yaml', bytes: new TextEncoder().encode(SCENARIO) });
      const dataset = loadDataset(loaded.scenario.dataset, folder, 1);
      return (await runToEnd({ loaded, dataset, firmware: loadFirmware().module })).extras.notes;
    };
    expect(await notesFor('a', 'c')).toContain(
      '1 of 3 classes have no test rows (b): accuracy and macro-F1 say nothing of them.',
    );
    expect((await notesFor('a', 'b', 'c')).filter((note) => note.includes('no test rows'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
