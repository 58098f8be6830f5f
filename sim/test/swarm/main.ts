import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { EXIT } from '../../kernel/errors.ts';
import { type Failing, keyOf, Swarm, type Swarmed } from './swarm.ts';

const USAGE = `npm run swarm -- [options]

Draws random scenarios that check accepts, runs each in every way in which it must come to the same, and holds what it comes to to
invariants. Scenarios that fail are made as small as they can be, and printed.

  --count N        scenarios (default 200)
  --minutes M      begin no more after so many minutes
  --seed S         default: the day, so that every day has new ones
  --extreme SHARE  share of scenarios with values from their limits (default 0.25)
  --only INDEX     the scenario of one number, with the seed (and share) of the swarm that it is of
  --replay FILE    a scenario in a file
  --limit S        seconds after which a scenario hangs (default 60)
  --workers N      threads (default: as many as processors)
  --no-shrink      print failing scenarios as they were drawn
`;

const DAY_MS = 86_400_000;
/** One in so many is also run and verified as by the command line, with its charts and report, which takes many times as long. */
const AS_COMMANDS_EVERY = 25;

function options() {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '200' },
      minutes: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: String(Math.floor(Date.now() / DAY_MS)) },
      extreme: { type: 'string', default: '0.25' },
      only: { type: 'string' },
      replay: { type: 'string' },
      limit: { type: 'string', default: '60' },
      workers: { type: 'string', default: String(availableParallelism()) },
      'no-shrink': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (
    name: 'count' | 'minutes' | 'seed' | 'extreme' | 'only' | 'limit' | 'workers',
    least: number,
    most: number,
  ): number => {
    const value = Number(values[name] ?? 0);
    if (!(value >= least && value <= most))
      throw new Error(`--${name}: expected ${least} to ${most}, got ${values[name]}`);
    return value;
  };
  return {
    count: number('count', 1, 1e7),
    minutes: number('minutes', 0, Number.POSITIVE_INFINITY),
    seed: number('seed', 0, Number.MAX_SAFE_INTEGER),
    extreme: number('extreme', 0, 1),
    limit: number('limit', 0.001, 86_400),
    workers: number('workers', 1, 256),
    only: values.only === undefined ? undefined : number('only', 0, 1e7),
    replay: values.replay,
    isShrinking: !values['no-shrink'],
    isHelp: values.help,
  };
}

type Options = ReturnType<typeof options>;

async function main(asked: Options): Promise<number> {
  if (asked.isHelp) {
    process.stdout.write(USAGE);
    return EXIT.done;
  }
  const swarm = new Swarm({ ...asked, asCommandsEvery: AS_COMMANDS_EVERY });
  try {
    return asked.replay === undefined ? await several(swarm, asked) : await replay(swarm, asked.replay);
  } finally {
    await swarm.close();
  }
}

async function replay(swarm: Swarm, file: string): Promise<number> {
  const { failures, runs } = await swarm.examine(readFileSync(file, 'utf8'), true);
  for (const failure of failures) say(`${keyOf(failure)}\n  ${failure.message}`);
  say(`${file}: ${runs} runs, ${failures.length} failures`);
  return failures.length === 0 ? EXIT.done : EXIT.failed;
}

async function several(swarm: Swarm, asked: Options): Promise<number> {
  const { seed, extreme, only, count, minutes, workers } = asked;
  const started = performance.now();
  const until = started + minutes * 60_000;
  say(
    `swarm: seed ${seed}, ${only === undefined ? `up to ${count} scenarios, ${extreme * 100} % extreme` : `scenario ${only}`}`,
  );
  const kinds = new Map<string, { readonly first: Failing; readonly indices: number[] }>();
  const counts = { scenarios: 0, extreme: 0, runs: 0, events: 0, refusals: 0, failing: 0 };
  const methods = new Map<string, number>();
  const note = ({ index, isExtreme, examined, refusals, failing }: Swarmed): void => {
    counts.scenarios++;
    counts.extreme += isExtreme ? 1 : 0;
    counts.runs += examined.runs;
    counts.events += examined.events;
    counts.refusals += refusals;
    counts.failing += failing.length > 0 ? 1 : 0;
    const how = `${examined.method} ${examined.stopped}`;
    methods.set(how, (methods.get(how) ?? 0) + 1);
    for (const found of failing) {
      const key = keyOf(found.failure);
      const known = kinds.get(key);
      if (known !== undefined) known.indices.push(index);
      else {
        kinds.set(key, { first: found, indices: [index] });
        say(`${index}: ${key}: ${found.failure.message.split('\n')[0]}`);
      }
    }
  };
  let slowest: { readonly index: number; readonly seconds: number }[] = [];
  let next = only ?? 0;
  const last = only ?? count - 1;
  const lane = async (): Promise<void> => {
    while (next <= last && performance.now() < until) {
      const from = performance.now();
      const swarmed = await swarm.at(next++);
      slowest = [...slowest, { index: swarmed.index, seconds: (performance.now() - from) / 1000 }]
        .sort((a, b) => b.seconds - a.seconds)
        .slice(0, 3);
      note(swarmed);
    }
  };
  await Promise.all(Array.from({ length: workers }, lane));
  for (const [key, { first, indices }] of kinds) {
    const index = indices[0]!;
    const text = asked.isShrinking ? await swarm.shrink(first, index % AS_COMMANDS_EVERY === 0) : first.text;
    const share = extreme === 0.25 ? '' : ` --extreme ${extreme}`;
    say(`\n== ${key}\n${first.failure.message}\n-- ${indices.length} scenarios: ${indices.slice(0, 20).join(', ')}`);
    say(
      `-- npm run swarm -- --only ${index} --seed ${seed}${share}\n-- made smaller, for npm run swarm -- --replay FILE:\n${text}`,
    );
  }
  const how = [...methods].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, many]) => `${name} ${many}`);
  say(`\n${how.join(', ')}`);
  say(`slowest: ${slowest.map(({ index, seconds }) => `${index} (${seconds.toFixed(1)} s)`).join(', ')}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  say(
    `seed ${seed}: ${counts.scenarios} scenarios (${counts.extreme} extreme; ${counts.refusals} more refused by their data), ${counts.runs} runs, ${seconds} s: ` +
      `${counts.failing} failed in ${kinds.size} ways`,
  );
  return counts.failing === 0 ? EXIT.done : EXIT.failed;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  process.exitCode = await main(options());
} catch (error) {
  process.stderr.write(`swarm: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = EXIT.input;
}
