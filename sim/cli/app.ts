import { createRequire } from 'node:module';
import yargs from 'yargs';
import { EXIT, G2tError, InputError } from '../kernel/errors.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { COMMANDS, type Command, declare, isGroup } from './commands.ts';
import type { Io } from './io.ts';
import { escaping } from './output.ts';
import type { Arguments } from './usage.ts';

/**
 * The command line: reads the arguments, runs one command, and answers with the exit code. Nothing here ends the process.
 * @param argv without the program's own name.
 */
export async function main(argv: readonly string[], outside: Io): Promise<number> {
  const io = escaping(outside);
  const debug = argv.includes('--debug');
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (io.interrupt.aborted) return EXIT.interrupted;
    io.stderr.write(`${complaint(error, debug)}\n`);
    return error instanceof G2tError ? error.exitCode : EXIT.failed;
  }
}

interface Chosen {
  readonly command: Command;
  readonly args: Arguments;
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  checkWords(argv);
  let chosen: Chosen | undefined;
  let help = '';
  const act = (command: Command, args: Arguments) => {
    chosen = { command, args };
  };
  try {
    await parser(act, io).parse([...argv], {}, (_error: unknown, _args: unknown, output: string) => {
      help = output;
    });
  } catch (error) {
    throw usageError(error, argv);
  }
  if (help !== '') {
    io.stdout.write(`${help}\n`);
    return EXIT.done;
  }
  if (!chosen) throw new InputError('expected a command, got nothing; g2t --help shows them');
  const handler = await chosen.command.load();
  const code = await handler(chosen.args, io);
  return io.interrupt.aborted ? EXIT.interrupted : code;
}

function parser(act: (command: Command, args: Arguments) => void, io: Io) {
  const cli = yargs()
    .scriptName('g2t')
    .usage('g2t COMMAND [options]\n\nSimulates training one model over thousands of small IoT devices.')
    .locale('en')
    .exitProcess(false)
    .fail(false)
    .strict()
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .option('debug', { type: 'boolean', describe: 'Show the stack of an error', global: true })
    .help()
    .version(version())
    .wrap(Math.min(io.stdout.terminal?.columns ?? 100, 120));
  for (const entry of COMMANDS) {
    if (!isGroup(entry)) declare(cli, entry, act);
    else {
      cli.command(entry.name, entry.describe, (inner) => {
        for (const command of entry.commands) declare(inner, command, act);
        return inner;
      });
    }
  }
  return cli;
}

/** Unknown commands, said before yargs would take them for stray words. */
function checkWords(argv: readonly string[]): void {
  const words = argv.filter((word) => !word.startsWith('-'));
  if (argv[0] === undefined || argv[0].startsWith('-')) return;
  const names = COMMANDS.map(({ name }) => name);
  const entry = COMMANDS.find(({ name }) => name === words[0]);
  if (!entry) throw unknownCommand('g2t', words[0]!, names);
  if (!isGroup(entry) || argv.includes('--help')) return;
  const inner = entry.commands.map(({ name }) => name);
  if (words[1] === undefined || !inner.includes(words[1])) throw unknownCommand(`g2t ${entry.name}`, words[1], inner);
}

function unknownCommand(before: string, word: string | undefined, names: readonly string[]): InputError {
  const hint = word === undefined ? '' : didYouMean(word, names);
  return new InputError(`${before}: expected one of ${names.join(', ')}, got ${word ?? 'nothing'}${hint}`);
}

/** What yargs says, in our words. */
function usageError(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof Error) || error instanceof G2tError) return error;
  const entry = COMMANDS.find(({ name }) => name === argv[0]);
  const command = entry && isGroup(entry) ? entry.commands.find(({ name }) => name === argv[1]) : entry;
  const name = entry && isGroup(entry) ? `g2t ${entry.name} ${argv[1]}` : `g2t ${entry?.name ?? ''}`.trim();
  const unknown = /^Unknown arguments?: (.*)$/.exec(error.message)?.[1];
  if (unknown !== undefined) {
    const [first] = unknown.split(', ') as [string];
    const known = command && !isGroup(command) ? Object.keys(command.options) : [];
    const option = argv.find((word) => word.replace(/^-+/, '').split('=')[0] === first && word.startsWith('-'));
    const hint = option === undefined ? '' : didYouMean(first, known).replace('mean ', 'mean --');
    const what = option === undefined ? `unexpected ${first}` : `unknown option ${option.split('=')[0]}${hint}`;
    return new InputError(`${name}: ${what}; ${name} --help shows what there is`, { cause: error });
  }
  const valueless = /^Not enough arguments following: (.*)$/.exec(error.message)?.[1];
  if (valueless !== undefined) return new InputError(`--${valueless}: expected a value, got nothing`, { cause: error });
  const given = /^Not enough non-option arguments: got (\d+)/.exec(error.message)?.[1];
  if (given !== undefined && command && !isGroup(command)) {
    const [what, where] = command.positionals[Number(given)]!.describe.split('; ');
    const hint = where === undefined ? '' : `; ${where}`;
    return new InputError(`${name}: expected ${what}, got nothing${hint}`, { cause: error });
  }
  return new InputError(`${name}: ${error.message}`, { cause: error });
}

/** An error as a person reads it: a line or two without a stack, unless asked for. */
function complaint(error: unknown, debug: boolean): string {
  if (debug && error instanceof Error) return withStack(error);
  if (error instanceof G2tError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  if (isOutOfMemory(error)) return `not enough memory (${message}): a smaller scenario needs less`;
  return `g2t: internal error: ${message}\nThis is a fault of the program; --debug shows where.`;
}

/** Node says so of an array that it has no room for. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /allocation failed|Invalid typed array length/i.test(error.message);
}

function withStack(error: Error): string {
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\ncaused by ${withStack(error.cause)}` : stack;
}

function version(): string {
  return (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
}
