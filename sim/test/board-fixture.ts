import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { g2t } from '../cli/fixture.ts';
import { readArrow, writeArrow } from '../files/arrow.ts';
import type { Column, Table } from '../metrics/table.ts';

const there = (command: string) => spawnSync(command, ['--version']).status === 0;

/** For tests: what this machine has for boards. Their names say what a skipped test needs. */
export const hasGcc = there('gcc');
export const hasQemu = there('qemu-system-arm') && there('arm-none-eabi-gcc');
/** An emulated board of each core of the paper. */
export const EMULATED = ['qemu:microbit', 'qemu:lm3s6965evb', 'qemu:mps2-an386'] as const;

/** Builds the native boards, and the images of the emulated ones where that can be done. */
export function buildBoards(): void {
  const images = EMULATED.map((target) => target.replace('qemu:', ''));
  const builds = [
    ...(hasGcc ? [['native/build.js']] : []),
    ...(hasQemu ? [['cortex-m/build-image.js', ...images]] : []),
  ];
  for (const [script, ...names] of builds) {
    const { status, stderr } = spawnSync(process.execPath, [`firmware/port/${script}`, ...names], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
}

/** An emulated M4F whose UART is a pseudo-terminal. */
export async function emulatorOnTerminal(): Promise<{ readonly path: string; readonly end: () => Promise<void> }> {
  const image = 'firmware/build/boards/mps2-an386.elf';
  const wire = ['-display', 'none', '-monitor', 'none', '-serial', 'pty', '-icount', 'shift=0'];
  const child = spawn('qemu-system-arm', ['-M', 'mps2-an386', ...wire, '-kernel', image], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const path = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
      const [found] = /\/dev\/pts\/\d+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', () => reject(new Error(`QEMU has ended: ${said}`)));
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  return {
    path,
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

/** Three boards of the paper, each with tasks of its own; 22 features, as Auslan has. */
export const THREE = `schema: 1
name: three
seed: 1
dataset: { name: clusters, classes: 4, features: 22, rows: 10, test: 5 }
method: { name: g2t, allocate: equal, learner: { name: opt-sgd, passes: 3 } }
fleet:
  - { board: nrf52840, region: dublin, link: home-wifi }
  - { board: stm32f103c8, region: singapore, link: cellular-3g }
  - { board: samd21g18, region: sao-paulo, link: lte-m }
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
stop: { when: trained, horizon: 2 h }
record: frames
`;

/** The learners of the firmware, as settings of THREE. */
export const LEARNERS = {
  'opt-sgd, correct': 'method.learner={ name: opt-sgd, passes: 3 }',
  'opt-sgd, normalised': 'method.learner={ name: opt-sgd, variant: normalised, momentum: 0.3, passes: 3 }',
  'opt-sgd, as published': 'method.learner={ name: opt-sgd, variant: as-published, passes: 3 }',
  svm: 'method.learner={ name: svm, passes: 2 }',
  logistic: 'method.learner={ name: logistic, passes: 2 }',
  lda: 'method.learner={ name: lda }',
  sefr: 'method.learner={ name: sefr }',
  'train-pp': 'method.learner={ name: train-pp, passes: 2 }',
} as const;

/** Runs THREE, or another text, with settings. @returns the result's folder. */
export async function recorded(folder: string, set: readonly string[], text = THREE): Promise<string> {
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, text);
  return recordedFile(folder, file, set);
}

export async function recordedFile(folder: string, file: string, set: readonly string[]): Promise<string> {
  const env = { G2T_DATA: process.env['G2T_DATA'] ?? 'data' };
  const argv = ['run', file, '--out', folder, '--json', ...set.flatMap((each) => ['--set', each])];
  const { code, stdout, stderr } = await g2t(argv, { env });
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { result: string }).result;
}

/** `g2t validate`, its certificate as JSON. */
export async function validated(result: string, ...argv: string[]) {
  const env = { G2T_DATA: process.env['G2T_DATA'] ?? 'data' };
  const { code, stdout, stderr } = await g2t(['validate', result, '--json', '--quiet', ...argv], { env });
  const certificate = stdout === '' ? undefined : JSON.parse(stdout);
  return { code, stderr, certificate };
}

/** Rewrites the record of a result, its checks and all other files as they were. */
export async function changeRecord(result: string, change: (table: Table) => Table): Promise<void> {
  const path = join(result, 'frames.arrow');
  const { table, metadata } = await readArrow(readFileSync(path), path);
  writeFileSync(path, await writeArrow(change(table), metadata));
}

/** A table without its last rows. */
export function withoutLast(table: Table, rows: number): Table {
  const kept = table.rows - rows;
  const columns = table.columns.map((column): Column => {
    if (column.type === 'utf8') return { ...column, codes: column.codes.slice(0, kept) };
    if (column.type !== 'binary') return { ...column, values: column.values.slice(0, kept) } as Column;
    const offsets = column.offsets.slice(0, kept + 1);
    return { ...column, offsets, bytes: column.bytes.slice(0, offsets[kept]) };
  });
  return { ...table, columns, rows: kept };
}

/** Ids of the processes of boards that run now. */
export function boardProcesses(): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/stat`, 'utf8').split(' ')[3] === String(process.pid);
    } catch {
      return false;
    }
  });
}
