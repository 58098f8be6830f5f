import type { Argv, Options } from 'yargs';
import type { Io } from './io.ts';
import type { Arguments } from './usage.ts';

type Handler = (args: Arguments, io: Io) => Promise<number>;

export interface Command {
  readonly name: string;
  /** What stands beside the options, in order; all of it must be given, but for the last if it may be there any number of times. */
  readonly positionals: readonly { readonly name: string; readonly describe: string; readonly many?: true }[];
  readonly describe: string;
  readonly options: Readonly<Record<string, Options>>;
  readonly examples?: readonly (readonly [string, string])[];
  /** Loads the command's code, which no other command should wait for. */
  readonly load: () => Promise<Handler>;
}

/** Commands, or groups of them, by first word. */
export interface CommandGroup {
  readonly name: string;
  readonly describe: string;
  readonly commands: readonly Command[];
}

const value = (describe: string, placeholder?: string): Options => ({
  type: 'string',
  nargs: 1,
  describe: placeholder === undefined ? describe : `${describe} (${placeholder})`,
});
const json: Options = { type: 'boolean', describe: 'Print one JSON document on stdout' };
const quiet: Options = { type: 'boolean', describe: 'No progress, no table' };
const data = value('Folder with the data sets; else $G2T_DATA, else ./data');
const workers = value('Threads for the runs of a comparison; as many as processors, at most 8, by default');
const threads = value(
  'Threads that a run by itself may train on; no result depends on it',
  'as many as processors, at most 8, by default',
);
const scenario = { name: 'scenario', describe: 'a scenario file (YAML)' };
const changes: Record<string, Options> = {
  seed: value('The seed of all chance, instead of the scenario’s', 'a whole number'),
  set: value('Change one value of the scenario: path=value; may be given again'),
};

const run: Command = {
  name: 'run',
  positionals: [scenario],
  describe: 'Run a scenario and write its results',
  options: {
    ...changes,
    data,
    out: value('Where results folders go', 'results by default'),
    workers,
    threads,
    json,
    quiet,
  },
  examples: [
    ['$0 run scenarios/quickstart.yaml', 'Run it; ends with a table of results'],
    ["$0 run a.yaml --seed 7 --set 'network.links.home-wifi.loss=2 %'", 'The same with two changes'],
  ],
  load: async () => (await import('./run-command.ts')).run,
};

const sweep: Command = {
  name: 'sweep',
  positionals: [{ name: 'sweep', describe: 'a sweep, or a scenario with `sweep` (YAML)' }],
  describe: 'Run a scenario over many values and seeds; go on where it was left',
  options: {
    ...changes,
    workers: value('Threads that run at a time', 'all processors by default'),
    engine: value('local, or bullmq: workers on other machines', 'local by default'),
    redis: value('Where Redis is, with --engine bullmq', 'redis://127.0.0.1:6379 by default'),
    shard: value('One part of a sweep cut in n: i/n, or auto to take i from Slurm or Kubernetes', 'e.g. 2/4'),
    resume: { type: 'boolean', describe: 'Go on with a sweep that was begun; refuse to begin one' },
    data,
    out: value('The sweep’s own folder', 'results/NAME-ID by default'),
    json,
    quiet,
  },
  examples: [
    ['$0 sweep scenarios/sweeps/latency-and-loss.yaml', 'Run it on all processors'],
    ['$0 sweep s.yaml --shard 1/4 --out results/part-1', 'A quarter of it, to be merged'],
  ],
  load: async () => (await import('./sweep-command.ts')).run,
};

const merge: Command = {
  name: 'merge',
  positionals: [
    { name: 'shard', describe: 'the folder of a shard' },
    { name: 'more', describe: 'the folders of other shards', many: true },
  ],
  describe: 'Join the shards of a sweep, and make its tables and report',
  options: { out: value('The sweep’s own folder', 'results/NAME-ID by default'), json, quiet },
  examples: [['$0 merge results/part-*', 'All parts are there']],
  load: async () => (await import('./sweep-command.ts')).merge,
};

const worker: Command = {
  name: 'worker',
  positionals: [],
  describe: 'Run what g2t sweep --engine bullmq hands out, until Ctrl-C',
  options: {
    redis: value('Where Redis is', 'redis://127.0.0.1:6379 by default'),
    workers: value('Threads that run at a time', 'all processors by default'),
    data,
    quiet: { type: 'boolean', describe: 'Say nothing but errors' },
  },
  load: async () => (await import('./worker-command.ts')).run,
};

const check: Command = {
  name: 'check',
  positionals: [scenario],
  describe: 'Say every fault of a scenario with its place',
  options: { ...changes, json, quiet },
  load: async () => (await import('./check-command.ts')).run,
};

const verify: Command = {
  name: 'verify',
  positionals: [{ name: 'result', describe: 'the folder of a result or a sweep, or a bundle' }],
  describe: 'Run a result again; say whether the digests agree, or the first difference',
  options: {
    trust: {
      type: 'boolean',
      describe: 'Let a bundle run its own firmware where that is not the one built here: in a thread, with limits',
    },
    timeout: value('How long such firmware may take for one call', '20 s by default, and what known work takes'),
    data,
    workers,
    threads,
    json,
    quiet,
  },
  load: async () => (await import('./verify-command.ts')).verify,
};

const validate: Command = {
  name: 'validate',
  positionals: [{ name: 'result', describe: 'a results folder, of a run with record: frames' }],
  describe: 'Replay what devices were sent to real, emulated or native firmware; compare every byte and weight',
  options: {
    target: value('Where to', 'native, qemu:BOARD or serial:PATH[@BAUD]'),
    device: value(
      'A device by id; may be given again. Else of those that trained, the first of each group of the fleet, at least three devices',
    ),
    frames: value('Only the first so many frames of each device', 'all by default'),
    timeout: value('How long the board may take for an answer', '5 min by default'),
    data,
    json,
    quiet,
  },
  examples: [
    ['$0 validate results/a-1234 --target native', 'Replay three devices or more to a native build'],
    ['$0 validate results/a-1234 --target qemu:mps2-an386 --device 7', 'Device 7 to an emulated Cortex-M4F'],
  ],
  load: async () => (await import('./validate-command.ts')).run,
};

const diff: Command = {
  name: 'diff',
  positionals: [
    { name: 'result', describe: 'a results folder' },
    { name: 'other', describe: 'another results folder' },
  ],
  describe: 'The first event in which two runs differ',
  options: { data, json, quiet },
  load: async () => (await import('./verify-command.ts')).diff,
};

const transfer: Command = {
  name: 'transfer',
  positionals: [],
  describe: 'The network model alone: how long transfers over one bottleneck take',
  options: {
    rtt: value('Round-trip time', 'e.g. 60 ms'),
    rate: value('Rate of the bottleneck', 'e.g. 2 Mbit/s'),
    loss: value('Share of packets lost', '0 % by default'),
    flows: value('Equal transfers that start together', '1 by default'),
    size: value('Bytes of each', 'e.g. 10 kB'),
    runs: value('How many seeds a lossy row is averaged over', 'chosen by default'),
    seed: value('The seed of all chance', '1 by default'),
    'no-tls': { type: 'boolean', describe: 'Plain TCP' },
    csv: value('A row a question: columns rtt_s, rate_bit_per_s, packet_loss, flows, size_bytes'),
    json,
  },
  examples: [['$0 transfer --rtt 60ms --rate 2Mbit/s --loss 0.1% --flows 4 --size 10kB', 'One row']],
  load: async () => (await import('./transfer-command.ts')).run,
};

const live: Command = {
  name: 'live',
  positionals: [scenario],
  describe: 'Watch a scenario run on a page of this machine, and turn its knobs',
  options: {
    ...changes,
    port: value('Port of the page on 127.0.0.1', 'any that is free'),
    speed: value('Simulated seconds a second, or max', '1 by default'),
    data,
    out: value('Where sessions are saved and past runs are looked for', 'results by default'),
  },
  examples: [['$0 live scenarios/edge-mnist-case1.yaml', 'The five-node demonstration']],
  load: async () => (await import('./live-command.ts')).run,
};

const figures: Command = {
  name: 'figures',
  positionals: [{ name: 'name', describe: 'a figure by name; all of them when left out', many: true }],
  describe: 'Make the papers’ figures and tables, each from a scenario in scenarios/figures',
  options: {
    out: value('Where the files go', 'results/figures by default'),
    check: { type: 'boolean', describe: 'Write nothing: compare with the files that stand there' },
    reduced: { type: 'boolean', describe: 'A small form of each, for tests: not for quoting' },
    generated: { type: 'boolean', describe: 'Rows of generators instead of the data sets' },
    workers: value('Threads', 'as many as there are processors by default'),
    list: { type: 'boolean', describe: 'Say which figures there are' },
    data,
    json,
    quiet,
  },
  examples: [
    ['$0 figures fig-3', 'One figure, in results/figures'],
    ['$0 figures --check', 'Whether all come out as they stand there'],
  ],
  load: async () => (await import('./figures-command.ts')).run,
};

const bundle: Command = {
  name: 'bundle',
  positionals: [{ name: 'result', describe: 'a folder of results or of a sweep' }],
  describe: 'Pack a result or sweep with its firmware and sources, for others to verify',
  options: { out: value('The archive', 'the folder’s name and .tar.gz by default'), data, json, quiet },
  examples: [['$0 bundle results/quickstart-0123abcd --out quickstart.tar.gz', 'Then: g2t verify quickstart.tar.gz']],
  load: async () => (await import('./bundle-command.ts')).run,
};

const board: CommandGroup = {
  name: 'board',
  describe: 'Boards: their figures, and what they would need for a task',
  commands: [
    {
      name: 'list',
      positionals: [],
      describe: 'All boards',
      options: { json },
      load: async () => (await import('./board-command.ts')).list,
    },
    {
      name: 'predict',
      positionals: [{ name: 'board', describe: 'a board by name, or a board file; g2t board list shows the names' }],
      describe: 'Time, cycles and energy of training all pairs of classes, or of classifying one row',
      options: {
        learner: value('The learner', 'opt-sgd by default; svm, logistic, lda, sefr, train-pp'),
        features: value('Features of a row'),
        classes: value('Classes'),
        rows: value('Training rows, all classes together'),
        passes: value('Passes over the rows', '1 by default'),
        op: value('train or infer', 'train by default'),
        kernel: value('ours or as-published', 'ours by default'),
        updates: value('Share of rows that lead to an update', 'e.g. 27 %'),
        json,
      },
      examples: [['$0 board predict nrf52840 --features 22 --classes 15 --rows 405', 'Auslan, 15 signs']],
      load: async () => (await import('./board-command.ts')).predict,
    },
  ],
};

const calibrate: Command = {
  name: 'calibrate',
  positionals: [],
  describe: 'Measure what the firmware’s operations cost on a board, and write a board file that scenarios can use',
  options: {
    target: value('Where the board is', 'native, qemu:BOARD or serial:PATH'),
    board: value('The board whose memory, power and price hold', 'found by the target where it can be'),
    name: value('What the new board is called', 'by default as the file'),
    out: value('The board file to write; without it, it is printed'),
    seed: value('Of the rows that are trained on', '1 by default'),
    json,
    quiet,
  },
  examples: [
    ['$0 calibrate --target native --out this-machine.yaml', 'This machine, as a board'],
    ['$0 calibrate --target qemu:microbit', 'A Cortex-M0 in an emulator'],
  ],
  load: async () => (await import('./calibrate-command.ts')).run,
};

const dataGroup: CommandGroup = {
  name: 'data',
  describe: 'Data sets: what there is, where it is looked for, how to get it',
  commands: [
    {
      name: 'list',
      positionals: [],
      describe: 'Known data sets and whether they are there',
      options: { data, json },
      load: async () => (await import('./data-command.ts')).list,
    },
    {
      name: 'get',
      positionals: [{ name: 'name', describe: 'a data set by name; g2t data list shows them' }],
      describe: 'Check the files of a data set; say how to obtain those that are missing',
      options: { data, json },
      load: async () => (await import('./data-command.ts')).get,
    },
    {
      name: 'import',
      positionals: [
        { name: 'name', describe: 'auslan, mnist or csv' },
        { name: 'source', describe: 'the file or folder that was downloaded' },
      ],
      describe: 'Check a download and put it into the data folder',
      options: {
        data,
        label: value('csv: the column of the class: first, last or its name', 'last by default'),
        'no-header': { type: 'boolean', describe: 'csv: the first line is a row, whatever it holds' },
        json,
      },
      load: async () => (await import('./import-command.ts')).run,
    },
  ],
};

export const COMMANDS: readonly (Command | CommandGroup)[] = [
  run,
  check,
  sweep,
  merge,
  worker,
  verify,
  validate,
  diff,
  transfer,
  figures,
  bundle,
  live,
  board,
  calibrate,
  dataGroup,
];

export function isGroup(entry: Command | CommandGroup): entry is CommandGroup {
  return 'commands' in entry;
}

/** Tells yargs of a command; `act` is called with the arguments when it was the one that was given. */
export function declare(yargs: Argv, command: Command, act: (command: Command, args: Arguments) => void): Argv {
  const positionals = command.positionals.map(({ name, many }) => (many ? ` [${name}..]` : ` <${name}>`)).join('');
  return yargs.command(
    `${command.name}${positionals}`,
    command.describe,
    (inner) => {
      for (const { name, describe } of command.positionals) inner.positional(name, { type: 'string', describe });
      for (const [usage, describe] of command.examples ?? []) inner.example(usage, describe);
      return inner.options(command.options);
    },
    (args) => act(command, args),
  );
}
