import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** A few here; as many as are asked for by hand. */
it('loses no result to a kill within a call of the file system', { timeout: 600_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/kill-run.js', '5', '1'], {
    encoding: 'utf8',
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
  expect(stdout).toMatch(/^killed 5 times, \d of them within the renaming of a folder: no result lost/m);
});
