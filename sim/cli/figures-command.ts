import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes, readText } from '../files/read.ts';
import { type Content, checkWritable, writeFileWhole } from '../files/write.ts';
import { EXIT, InputError, RunError } from '../kernel/errors.ts';
import { didYouMean } from '../kernel/suggest.ts';
import type { Figure } from '../report/figures/figure.ts';
import type { FigurePlan } from '../report/figures/make.ts';
import { folderOf } from './data-command.ts';
import type { Io } from './io.ts';
import { textTable } from './text-table.ts';
import { type Arguments, flag, text, texts, wholeNumber } from './usage.ts';

/** Makes the papers' figures, or compares them with what stands. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const { FIGURES } = await import('../report/figures/registry.ts');
  const chosen = choose(FIGURES, texts(args, 'name'));
  if (flag(args, 'list')) return list(chosen, args, io);
  const outDir = text(args, 'out') ?? join('results', 'figures');
  const check = flag(args, 'check');
  if (check) expectFolder(outDir);
  else checkWritable(outDir);
  const { plans, failed } = await plan(chosen, args, io);
  if (check) await compareInputs(plans, outDir, folderOf(args, io));
  const say = (line: string) => {
    if (!flag(args, 'quiet')) io.stderr.write(`figures: ${line}\n`);
  };
  const made: string[] = [];
  for await (const { figure, files, error } of make(plans, args, io, say)) {
    if (files === undefined) {
      failed.push({ figure, error });
      continue;
    }
    if (files.size === 0) throw new RunError(`figures: expected files of ${figure.name}, got none`);
    for (const [name, content] of files) {
      if (check) compare(join(outDir, name), content);
      else writeFileWhole(join(outDir, name), content);
    }
    made.push(figure.name);
    say(`${figure.name} ${check ? 'is as it stands' : 'done'}, ${made.length} of ${plans.length}`);
  }
  // Where none could be made, what the first failed of is what is wrong.
  if (made.length === 0 && failed.length > 0) throw failed[0]!.error;
  for (const { figure, error } of failed) io.stderr.write(`figures: ${figure.name}: ${messageOf(error)}\n`);
  if (flag(args, 'json')) {
    const about = plans
      .filter(({ figure }) => made.includes(figure.name))
      .map(({ figure, provenance }) => ({ name: figure.name, generated: provenance.generated }));
    io.stdout.write(`${JSON.stringify({ out: outDir, figures: about, checked: check })}\n`);
  } else if (!flag(args, 'quiet')) {
    io.stdout.write(check ? `${outDir}: ${made.length} as they stand\n` : `${outDir}: ${made.length} made\n`);
  }
  return failed.length === 0 ? EXIT.done : EXIT.failed;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function choose(figures: readonly Figure[], names: readonly string[]): readonly Figure[] {
  const known = figures.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new InputError(`figures: expected one of ${known.join(', ')}, got ${name}${didYouMean(name, known)}`);
  }
  return names.length === 0 ? figures : figures.filter(({ name }) => names.includes(name));
}

function list(figures: readonly Figure[], args: Arguments, io: Io): number {
  if (flag(args, 'json')) {
    const rows = figures.map(({ name, title, columns, seeds }) => ({ name, title, columns, seeds }));
    io.stdout.write(`${JSON.stringify({ figures: rows })}\n`);
  } else {
    const rows = figures.map(({ name, title, seeds }) => [name, String(seeds), title]);
    io.stdout.write(textTable(['name', 'seeds', 'what'], rows));
  }
  return EXIT.done;
}

function expectFolder(outDir: string): void {
  if (statSync(outDir, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new InputError(`figures --check: expected a folder of figures at ${outDir}, got none; g2t figures makes one`);
}

/** A figure that cannot be made, and why. */
interface FailedFigure {
  readonly figure: Figure;
  readonly error: unknown;
}

/** Plans all figures before the first run. One whose files cannot be read does not keep the others from being made. */
async function plan(
  figures: readonly Figure[],
  args: Arguments,
  io: Io,
): Promise<{ readonly plans: FigurePlan[]; readonly failed: FailedFigure[] }> {
  const { planFigure } = await import('../report/figures/make.ts');
  const given = text(args, 'data');
  if (given !== undefined && !existsSync(given))
    throw new InputError(`--data: expected a folder, got nothing at ${given}`);
  const dataDir = folderOf(args, io);
  const { inputsInFolder } = await import('../run/data-files.ts');
  const options = {
    dataDir,
    dataInputs: inputsInFolder(dataDir),
    reduced: flag(args, 'reduced'),
    generated: flag(args, 'generated'),
  };
  const plans: FigurePlan[] = [];
  const failed: FailedFigure[] = [];
  for (const figure of figures) {
    try {
      plans.push(planFigure(figure, options));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed.push({ figure, error });
    }
  }
  const replaced = plans.filter(({ provenance }) => provenance.generated).map(({ figure }) => figure.name);
  // Said even where all else is quiet: nobody should take these for the real ones.
  if (replaced.length > 0) {
    const why = options.generated ? 'as asked' : `no data set found in ${dataDir}`;
    io.stderr.write(`figures: ${replaced.join(', ')}: drawn from generated data, ${why}; the captions say so\n`);
  }
  return { plans, failed };
}

async function* make(plans: readonly FigurePlan[], args: Arguments, io: Io, say: (line: string) => void) {
  const [{ makeFigure }, { RunPool }, { loadFirmware }] = await Promise.all([
    import('../report/figures/make.ts'),
    import('../run/pool.ts'),
    import('../run/inputs.ts'),
  ]);
  const firmware = loadFirmware();
  const workers = wholeNumber(args, 'workers', { min: 1, max: 256 });
  const pool = await RunPool.open({ firmware, dataDir: folderOf(args, io), workers });
  const stop = () => pool.cancel();
  io.interrupt.addEventListener('abort', stop);
  const total = plans.reduce((sum, { runs }) => sum + runs.length, 0);
  let done = 0;
  const onRun = () => {
    done++;
    if (done % 50 === 0) say(`${done} of ${total} runs`);
  };
  try {
    // All at once into the pool, which keeps its threads busy; drawn in order.
    const making = plans.map((each) => makeFigure(each, pool, firmware.sha256, onRun));
    for (const each of making) each.catch(() => {});
    for (const [index, each] of making.entries()) {
      const { figure } = plans[index]!;
      let files: Map<string, Content> | undefined;
      let error: unknown;
      try {
        files = await each;
      } catch (cause) {
        if (io.interrupt.aborted) throw cause;
        error = cause;
      }
      yield { figure, files, error };
    }
  } finally {
    io.interrupt.removeEventListener('abort', stop);
    await pool.close();
  }
}

/** Compares the data sets with those that captions name, before a run is made. @throws InputError for the first that differs */
async function compareInputs(plans: readonly FigurePlan[], outDir: string, folder: string): Promise<void> {
  const [{ inputsOfCaption }, { expectInputs }] = await Promise.all([
    import('../report/figures/caption.ts'),
    import('../run/input-check.ts'),
  ]);
  for (const { figure, provenance } of plans) {
    const path = join(outDir, `${figure.name}.caption.md`);
    if (!existsSync(path)) continue;
    expectInputs(inputsOfCaption(readText(path)), provenance.inputs, { folder, what: path });
  }
}

/** @throws RunError where the file differs from what stands. */
function compare(path: string, content: Content): void {
  if (!existsSync(path)) throw new RunError(`${path}: expected the file that was made before, got nothing`);
  if (Buffer.compare(readBytes(path), Buffer.from(content)) === 0) return;
  throw new RunError(`${path}: not what its scenario makes now`);
}
