// What each image takes, read off the linked files; kept in sizes.json and README.md, and held against them.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FIRMWARE } from '../../../wasm/compile.js';
import { BOARDS, CORES } from './boards.js';
import { buildBoard, buildCore, buildLayouts, gccVersion, run } from './images.js';
import { stackBound } from './stack.js';

const HERE = join(FIRMWARE, 'port', 'cortex-m');
const KEPT = join(HERE, 'sizes.json');
const README = join(HERE, 'README.md');
const MARKS = ['<!-- sizes -->', '<!-- end of sizes -->'];
const UPDATE = 'npm run firmware:boards -- --update';

/** Address, size and name of every symbol. */
export function symbols(file) {
  const lines = run('arm-none-eabi-nm', ['-S', file]).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const parts = line.trim().split(/\s+/);
      return [parts.at(-1), { at: Number.parseInt(parts[0], 16), bytes: Number.parseInt(parts[1], 16) }];
    }),
  );
}

/** Bytes of the sections whose name matches, in an object or image. */
function sections(file, which) {
  const lines = run('arm-none-eabi-size', ['-A', file]).split('\n');
  return lines.reduce((sum, line) => {
    const [name, bytes] = line.trim().split(/\s+/);
    return which.test(name) ? sum + Number(bytes) : sum;
  }, 0);
}

/** A memory of the linker script in bytes. */
function region(board, name) {
  const text = readFileSync(join(HERE, 'boards', `${board.script ?? board.file}.ld`), 'utf8');
  const [, count, unit] = new RegExp(`${name} .*LENGTH = (\\d+)([KM])`).exec(text);
  return Number(count) * (unit === 'K' ? 1024 : 1 << 20);
}

/** The most stack that a board's image can use, bytes. */
export function boardStack(name) {
  return stackBound([buildCore(BOARDS[name].core), join(buildBoard(name), '..', name)]);
}

function boardSizes(name) {
  const board = BOARDS[name];
  const elf = buildBoard(name);
  const at = (symbol) => symbols(elf).get(symbol).at;
  const [stackFrom, stackTo, memoryFrom, memoryTo] = ['stack_start', 'stack_end', 'memory_start', 'memory_end'].map(at);
  return {
    flash: sections(elf, /^\.(text|ARM\.exidx|data)$/),
    flash_of: region(board, 'FLASH'),
    ram: sections(elf, /^\.(data|bss)$/),
    ram_of: region(board, 'RAM'),
    stack: stackTo - stackFrom,
    stack_bound: boardStack(name),
    memory: memoryTo - memoryFrom,
  };
}

/** The core alone (session left out): its code and constants, what it keeps (nothing), its records. */
function coreSizes(kind) {
  const folder = buildCore(kind);
  const units = run('find', [join(FIRMWARE, 'src'), '-name', '*.c'])
    .trim()
    .split('\n')
    .map((path) => basename(path, '.c'));
  const total = (which) => units.reduce((sum, unit) => sum + sections(join(folder, `${unit}.o`), which), 0);
  const records = [...symbols(buildLayouts(kind))].filter(([name]) => name.startsWith('size_of_'));
  return {
    flash: total(/^\.(text|rodata)/),
    data: total(/^\.(data|tdata)/),
    bss: total(/^\.(bss|tbss)|^COMMON/),
    records: Object.fromEntries(records.map(([name, { bytes }]) => [name.slice(8), bytes])),
  };
}

export function measure() {
  return {
    compiler: gccVersion(),
    boards: Object.fromEntries(Object.keys(BOARDS).map((name) => [name, boardSizes(name)])),
    cores: Object.fromEntries(Object.keys(CORES).map((kind) => [kind, coreSizes(kind)])),
  };
}

/** What must hold whatever the compiler. @returns the faults, one a line. */
export function faults({ boards, cores }) {
  const found = [];
  const need = (good, text) => {
    if (!good) found.push(text);
  };
  for (const [name, s] of Object.entries(boards)) {
    need(s.flash <= s.flash_of, `${name}: ${s.flash} B of flash, there are ${s.flash_of}`);
    need(s.ram + s.stack + s.memory <= s.ram_of, `${name}: more RAM than the ${s.ram_of} B that there are`);
    need(s.stack_bound <= s.stack, `${name}: the stack can take ${s.stack_bound} B, it has ${s.stack}`);
  }
  for (const [kind, s] of Object.entries(cores)) {
    need(s.data === 0 && s.bss === 0, `${kind}: the core keeps ${s.data} B of .data and ${s.bss} B of .bss`);
    need(s.records.g2t_device <= 256, `${kind}: g2t_device takes ${s.records.g2t_device} B, it counts for 256`);
  }
  const budget = paperBudget(boards.stm32f103c8);
  need(
    budget.needed <= budget.memory,
    `stm32f103c8: 16 classifiers need ${budget.needed} B, ${budget.memory} are left`,
  );
  return found;
}

/** The paper's case on the smallest real board: 16 finished classifiers of 22 features, each an upload of its own, while LDA, which needs most, trains. */
export function paperBudget({ memory }) {
  const upload = 12 + 9 + 4 * 23;
  const padded = 24;
  const lda = 16 + 4 * (4 + 4 * padded + (22 * 23) / 2);
  const held = 16 * upload;
  const task = Math.ceil((lda + 4 * padded + 1) / 16) * 16;
  return { memory, held, task, needed: Math.ceil((held + upload) / 16) * 16 + task };
}

/** Differences from what is kept. */
function differences(now, then) {
  const flat = (value, path) =>
    typeof value === 'object'
      ? Object.entries(value).flatMap(([key, below]) => flat(below, [...path, key]))
      : [[path.join('.'), value]];
  const before = new Map(flat(then, []));
  const after = new Map(flat(now, []));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name}: ${before.get(name) ?? 'nothing'} in sizes.json, now ${after.get(name) ?? 'nothing'}`);
}

function padded(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))),
  );
}

function rowsOf({ boards }) {
  const head = ['image', 'flash', 'of', '.data + .bss', 'stack', 'at most', 'left to the device', 'RAM in all'];
  const body = Object.entries(boards).map(([name, s]) => [
    name,
    s.flash,
    s.flash_of,
    s.ram,
    s.stack,
    s.stack_bound,
    s.memory,
    s.ram_of,
  ]);
  return [head, ...body];
}

function recordRows({ cores }) {
  const kinds = Object.keys(cores);
  const names = Object.keys(cores[kinds[0]].records);
  const row = (title, value) => [title, ...kinds.map((kind) => value(cores[kind]))];
  return [
    ['the core', ...kinds],
    row('code and constants', (s) => s.flash),
    row('.data + .bss', (s) => s.data + s.bss),
    ...names.map((name) => row(name, (s) => s.records[name])),
  ];
}

/** Both tables, for a terminal. */
export function asText(sizes) {
  const text = (rows) =>
    padded(rows)
      .map((row) => row.join('  '))
      .join('\n');
  const { memory, held, task, needed } = paperBudget(sizes.boards.stm32f103c8);
  const budget = `stm32f103c8: 16 finished classifiers of 22 features ${held} B, room for one more and LDA's task ${task} B: ${needed} of ${memory} B`;
  return `${text(rowsOf(sizes))}\n\n${text(recordRows(sizes))}\n\n${budget}`;
}

function asMarkdown(sizes) {
  const table = ([head, ...body]) =>
    [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
  return `${table(rowsOf(sizes))}\n\n${table(recordRows(sizes))}`;
}

function inReadme(sizes) {
  const text = readFileSync(README, 'utf8');
  const [from, to] = [text.indexOf(MARKS[0]) + MARKS[0].length, text.indexOf(MARKS[1])];
  return `${text.slice(0, from)}\n\n${asMarkdown(sizes)}\n\n${text.slice(to)}`;
}

export function update(sizes) {
  writeFileSync(KEPT, `${JSON.stringify(sizes, undefined, 2)}\n`);
  writeFileSync(README, inReadme(sizes));
}

/** Faults, and, with the compiler that the kept table is from, everything that differs from it. @returns lines, none where all is well. */
export function check(sizes) {
  const kept = JSON.parse(readFileSync(KEPT, 'utf8'));
  if (kept.compiler !== sizes.compiler)
    return {
      lines: faults(sizes),
      note: `sizes.json is from GCC ${kept.compiler}, this is ${sizes.compiler}: limits alone are checked`,
    };
  const lines = [...faults(sizes), ...differences(sizes, kept)];
  if (lines.length === 0 && inReadme(sizes) !== readFileSync(README, 'utf8')) lines.push('README.md has other sizes');
  if (lines.length > 0) lines.push(`meant? ${UPDATE}`);
  return { lines, note: undefined };
}
