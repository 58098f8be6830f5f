import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { g2t } from '../cli/fixture.ts';
import { readSweep } from '../run/scenario-files.ts';
import { filesOf, standing, sweepFolder } from './sweep-fixture.ts';

const CLUSTER = 'scenarios/cluster';
const { folder, file } = sweepFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const read = (name: string) =>
  parse(readFileSync(join(CLUSTER, name), 'utf8'), { merge: true }) as Record<string, never>;

/** Whether the program takes a command line, up to the file that is not there. */
async function isUnderstood(argv: readonly string[]): Promise<string> {
  const { stderr, code } = await g2t(argv.map((word) => word.replace(/^scenarios\/sweeps\/.*/, 'nowhere.yaml')));
  return code === 2 ? stderr : `exit code ${code}`;
}

describe('sweeps that ship', () => {
  const names = readdirSync('scenarios/sweeps').filter((name) => name.endsWith('.yaml'));
  it.each(names)('%s is good', (name) => {
    const path = join('scenarios/sweeps', name);
    const sweep = readSweep(path);
    expect(`${sweep.name}.yaml`).toBe(name);
    expect(sweep.points.length * sweep.seeds.length).toBeGreaterThan(1);
  });

  it('are the 200 runs that the README speaks of', () => {
    const path = 'scenarios/sweeps/latency-and-loss.yaml';
    const { points, seeds } = readSweep(path);
    expect(points.length * seeds.length).toBe(200);
  });
});

describe('files for clusters', () => {
  it('sweep.sbatch makes the shard that Slurm names', () => {
    const out = join(folder, 'slurm');
    for (const task of [3, 5]) {
      const env = {
        ...process.env,
        SLURM_ARRAY_TASK_ID: String(task),
        SLURM_ARRAY_TASK_COUNT: '2',
        SLURM_ARRAY_TASK_MIN: '3',
        SLURM_ARRAY_TASK_STEP: '2',
        SLURM_CPUS_PER_TASK: '1',
      };
      const { status, stderr } = spawnSync('bash', [join(CLUSTER, 'sweep.sbatch'), file, out], {
        encoding: 'utf8',
        env,
      });
      expect(status, stderr).toBe(0);
      expect(stderr).toContain(`sweep: shard ${task === 3 ? 1 : 2}/2, as the environment says`);
      expect(standing(out)).toBe(task === 3 ? 6 : 12);
    }
    expect(spawnSync('bash', [join(CLUSTER, 'sweep.sbatch')], { encoding: 'utf8' }).stderr).toContain(
      'the sweep, as the first argument',
    );
  }, 60_000);

  it('shards in one folder are merged there, to what one process makes', async () => {
    expect((await g2t(['merge', join(folder, 'slurm'), '--quiet'])).code).toBe(0);
    expect((await g2t(['sweep', file, '--workers', '1', '--out', join(folder, 'one'), '--quiet'])).code).toBe(0);
    expect(filesOf(join(folder, 'slurm'))).toEqual(filesOf(join(folder, 'one')));
  });

  it('kubernetes-job.yaml has as many shards as pods, and a command that is understood', async () => {
    const job = read('kubernetes-job.yaml') as unknown as {
      apiVersion: string;
      spec: {
        completionMode: string;
        completions: number;
        template: { spec: { containers: { args: string[]; env: { name: string; value: string }[] }[] } };
      };
    };
    const { completionMode, completions, template } = job.spec;
    const [container] = template.spec.containers;
    expect([job.apiVersion, completionMode]).toEqual(['batch/v1', 'Indexed']);
    expect(container!.env).toEqual([{ name: 'JOB_COMPLETIONS', value: String(completions) }]);
    expect(await isUnderstood(container!.args)).toBe('cannot read nowhere.yaml: no such file or folder\n');
  });

  it('docker-compose.yaml has commands that are understood', async () => {
    const { services } = read('docker-compose.yaml') as unknown as {
      services: Record<string, { command: string[]; image: string }>;
    };
    expect(Object.keys(services)).toEqual(['redis', 'worker', 'sweep']);
    expect(services['worker']!.image).toBe('globe2train');
    expect(await isUnderstood(services['sweep']!.command)).toBe('cannot read nowhere.yaml: no such file or folder\n');
    const elsewhere = services['worker']!.command.map((word) => word.replace('redis://redis:6379', 'nonsense'));
    expect(await isUnderstood(elsewhere)).toMatch(/^--redis: expected a URL/);
  });
});
