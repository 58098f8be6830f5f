import { describe, expect, it } from 'vitest';
import { isInShard, readShard } from './shard.ts';

const slurm = (id: string, more: Record<string, string> = {}) => ({ SLURM_ARRAY_TASK_ID: id, ...more });

describe('a shard', () => {
  it('is read from the command line or from the environment', () => {
    expect(readShard(undefined, {})).toBeUndefined();
    expect(readShard('2/4', slurm('9'))).toEqual({ number: 2, of: 4 });
    expect(readShard(undefined, slurm('3', { SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '1' }))).toEqual({
      number: 3,
      of: 4,
    });
    const steps = { SLURM_ARRAY_TASK_COUNT: '3', SLURM_ARRAY_TASK_MIN: '10', SLURM_ARRAY_TASK_STEP: '5' };
    expect(readShard(undefined, slurm('20', steps))).toEqual({ number: 3, of: 3 });
    expect(readShard('auto', { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '2' })).toEqual({ number: 1, of: 2 });
    expect(readShard('auto/5', { JOB_COMPLETION_INDEX: '4' })).toEqual({ number: 5, of: 5 });
  });

  it('meets each run once, whether an array counts from 0 or from 1', () => {
    for (const ids of [
      ['0', '1', '2'],
      ['1', '2', '3'],
    ]) {
      const shards = ids.map((id) => readShard(undefined, slurm(id, { SLURM_ARRAY_TASK_COUNT: '3' }))!);
      for (let run = 0; run < 10; run++) expect(shards.filter((shard) => isInShard(shard, run))).toHaveLength(1);
    }
  });

  it.each<[string | undefined, Record<string, string>, string]>([
    ['0/4', {}, '--shard: expected a shard from 1/4 to 4/4, got 0/4'],
    ['5/4', {}, '--shard: expected a shard from 1/4 to 4/4, got 5/4'],
    ['1/0', {}, '--shard: expected 1 to 100000 shards, got 0'],
    ['3', {}, '--shard: expected i/n such as 2/4, auto or auto/n, got 3'],
    ['-1/4', {}, '--shard: expected i/n such as 2/4, auto or auto/n, got -1/4'],
    ['auto', {}, '--shard auto: expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX to be set, got neither'],
    [undefined, slurm('1'), '--shard: expected SLURM_ARRAY_TASK_COUNT or auto/n, got neither'],
    [undefined, slurm('x', { SLURM_ARRAY_TASK_COUNT: '2' }), 'SLURM_ARRAY_TASK_ID: expected a whole number, got x'],
    [
      undefined,
      slurm('9', { SLURM_ARRAY_TASK_COUNT: '2', SLURM_ARRAY_TASK_MIN: '1' }),
      'SLURM_ARRAY_TASK_ID: expected a shard from 1/2 to 2/2, got 9/2',
    ],
    [
      undefined,
      { JOB_COMPLETION_INDEX: '1' },
      '--shard: expected how many shards there are (auto/n, or JOB_COMPLETIONS), got neither',
    ],
    [
      undefined,
      { JOB_COMPLETION_INDEX: '3', JOB_COMPLETIONS: '2' },
      'JOB_COMPLETION_INDEX: expected a shard from 1/2 to 2/2, got 4/2',
    ],
  ])('%s with %j is refused', (written, env, message) => {
    expect(() => readShard(written, env)).toThrow(message);
  });
});
