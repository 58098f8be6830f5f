import { readDocument } from '../files/read.ts';
import { EXIT } from '../kernel/errors.ts';
import { readScenario } from '../run/scenario-files.ts';
import { listFaults, ScenarioError } from '../scenario/fault.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { isSweep } from '../scenario/source.ts';
import type { Io } from './io.ts';
import { sweepOf } from './sweep-command.ts';
import { type Arguments, flag, positional, texts, wholeNumber } from './usage.ts';

export function seedOf(args: Arguments): number | undefined {
  return wholeNumber(args, 'seed', { min: 0, max: Number.MAX_SAFE_INTEGER });
}

/** The scenario that a command line names, with its --set and --seed. */
export function scenarioOf(args: Arguments): LoadedScenario {
  const file = positional(args, 'scenario');
  const seed = seedOf(args);
  return readScenario(file, { set: texts(args, 'set'), seed });
}

/** Says every fault of a scenario with its place; or what a run of it would be. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const json = flag(args, 'json');
  try {
    const file = positional(args, 'scenario');
    seedOf(args);
    if (isSweep(file, readDocument(file))) return await checkSweep(file, args, io);
    const loaded = scenarioOf(args);
    const { name, seed, fleet, stop } = loaded.scenario;
    const devices = fleet.reduce((sum, { count }) => sum + count, 0);
    if (json) io.stdout.write(`${JSON.stringify({ faults: [], name, seed, devices, horizon_s: stop.horizon })}\n`);
    else if (!flag(args, 'quiet'))
      io.stdout.write(`${loaded.file}: good (${name}, seed ${seed}, ${devices} devices)\n`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    if (json) io.stdout.write(`${JSON.stringify({ faults: error.faults })}\n`);
    else io.stderr.write(`${listFaults(error.faults)}\n`);
    return error.exitCode;
  }
}

/** A sweep is good when each of its points is. */
async function checkSweep(file: string, args: Arguments, io: Io): Promise<number> {
  const { name, points, seeds, until, base } = await sweepOf(args, file);
  const runs = points.length * seeds.length;
  if (flag(args, 'json')) {
    const { scenario } = base;
    const devices = scenario.fleet.reduce((sum, { count }) => sum + count, 0);
    const { seed, stop } = scenario;
    const counts = { points: points.length, seeds: seeds.length, runs };
    io.stdout.write(`${JSON.stringify({ faults: [], name, seed, devices, horizon_s: stop.horizon, ...counts })}\n`);
  } else if (!flag(args, 'quiet')) {
    const most = until === undefined ? '' : 'up to ';
    io.stdout.write(
      `${file}: good (${name}, ${points.length} points, ${most}${seeds.length} seeds each, ${most}${runs} runs)\n`,
    );
  }
  return EXIT.done;
}
