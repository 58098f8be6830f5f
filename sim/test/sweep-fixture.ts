import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMALL_GLOBE } from './scenario-run.ts';

/** For tests: a folder with a scenario and a sweep over it; four points, three seeds, some ms a run. */
export function sweepFolder(): { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'g2t-sweep-'));
  writeFileSync(join(folder, 'small.yaml'), SMALL_GLOBE);
  const file = join(folder, 'sweep.yaml');
  writeFileSync(
    file,
    `schema: 1
name: some
scenario: small.yaml
sweep:
  names: { loss: network.links.shaky.loss, passes: method.learner.passes, rest: none }
  grid: { loss: [0 %, 5 %], passes: [1, 3] }
  expressions: { stop.horizon: rest + 10 min, rest: passes * 20 min }
  repeat: { seeds: 3 }
  against: { loss: 0 % }
`,
  );
  return { folder, file };
}

/** For tests: a hash of all that a sweep wrote, by file, its runs too. */
export function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => /\.(arrow|parquet|html|json|svg|png)$/.test(name));
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** For tests: how many runs of a sweep stand. */
export function standing(folder: string): number {
  const runs = join(folder, 'runs');
  if (!existsSync(runs)) return 0;
  const names = readdirSync(runs, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /[0-9a-f]{32}\.json$/.test(name)).length;
}

export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it wrote so far, on both. */
  said(): string;
}

/** For tests: the built program in a process of its own. */
export function start(argv: readonly string[], env: Record<string, string> = {}): Child {
  const child = spawn(process.execPath, ['dist/cli/main.js', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { process: child, ended, said: () => text };
}

/** For tests: waits until something holds; fails after a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > 60_000) throw new Error(`waited a minute for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
