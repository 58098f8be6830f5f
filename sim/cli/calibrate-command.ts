import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { boardFileText, type Calibration, calibrate } from '../board/calibrate.ts';
import type { FittedCost } from '../board/fit.ts';
import { Session } from '../board/session.ts';
import { openTarget, targetNamed } from '../board/targets.ts';
import { checkWritable, writeFileWhole } from '../files/write.ts';
import { EXIT, InputError } from '../kernel/errors.ts';
import type { Io } from './io.ts';
import { pairs, textTable } from './text-table.ts';
import { type Arguments, flag, text, wholeNumber } from './usage.ts';

/** Measures what the firmware's operations cost on a board, and writes a board file of it. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const asked = text(args, 'target');
  if (asked === undefined) throw new InputError('--target: expected native, qemu:BOARD or serial:PATH, got nothing');
  const target = targetNamed(asked, '--target');
  const out = text(args, 'out');
  const name = nameOf(text(args, 'name'), out, asked);
  const seed = wholeNumber(args, 'seed', { min: 0, max: 2_147_483_647 });
  if (out !== undefined) checkPlace(out);
  const session = await Session.open(await openTarget(target));
  let calibration: Calibration;
  try {
    const report = flag(args, 'quiet') || flag(args, 'json') ? undefined : progress(io);
    calibration = await calibrate({ target, bench: session, base: text(args, 'board'), seed, report });
  } finally {
    await session.close();
  }
  const file = boardFileText(name, calibration);
  if (out !== undefined) writeFileWhole(out, file);
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify(jsonOf(name, calibration, out))}\n`);
  else io.stdout.write(`${report(calibration)}${out === undefined ? `\n${file}` : `\nwritten: ${out}\n`}`);
  return EXIT.done;
}

/** Before minutes of measuring: whether the file can be written; one that is there is replaced. */
function checkPlace(out: string): void {
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new InputError(`--out: expected a file to write, got the folder ${out}`);
  checkWritable(dirname(resolve(out)));
}

/** The new board's name: as asked, else of the file, else of the target. */
function nameOf(asked: string | undefined, out: string | undefined, target: string): string {
  const name = asked ?? (out === undefined ? target : basename(out).replace(/\.ya?ml$/, ''));
  const clean = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (asked !== undefined && clean !== asked)
    throw new InputError(`--name: expected lower-case letters, digits and single hyphens, got ${asked}`);
  return clean === '' ? 'board' : clean.slice(0, 64);
}

function progress(io: Io): (done: number, of: number) => void {
  let told = 0;
  return (done, of) => {
    const share = Math.floor((10 * done) / of);
    if (share === told) return;
    told = share;
    io.stderr.write(`calibrate: ${done} of ${of} tasks\n`);
  };
}

const UNIT = { none: '-', cycles: 'cycles', instructions: 'instructions', ns: 'ns' } as const;
const figure = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '-');

function report(calibration: Calibration): string {
  const { target, base, counter, costs, beside, fit, worst } = calibration;
  const rows = costs.map(({ key, measured, ratio, cycles, base: inBase }) => [
    key,
    measured === undefined ? '-' : figure(measured.cost),
    measured === undefined ? '-' : figure(measured.error),
    figure(ratio),
    figure(cycles),
    figure(inBase),
    measured === undefined ? 'not in a call' : how(measured),
  ]);
  const extra = beside.map((cost) => `${cost.column} ${figure(cost.cost)}`).join(', ');
  return [
    pairs([
      ['target', `${target}, counting ${UNIT[counter]}`],
      ['cycles', calibration.explained],
      [
        'fit',
        `${fit.samples} calls, R2 ${fit.r2.toFixed(4)} (by share of each call ${fit.r2ByShare.toFixed(4)}), median error ${(100 * fit.medianError).toFixed(1)} %, condition ${figure(fit.condition)}`,
      ],
      ['largest', `${worst}: took ${figure(fit.largest.taken)}, fitted ${figure(fit.largest.fitted)} ${UNIT[counter]}`],
      ['beside', `${extra} ${UNIT[counter]}; the first is in a frame's cycles, the other no board has`],
    ]),
    '\n',
    textTable(['operation', UNIT[counter], '+-', 'ratio', 'cycles', base.name, ''], rows),
  ].join('');
}

function how({ how: by, with: partners }: FittedCost): string {
  if (by === 'fitted') return 'fitted';
  if (by === 'bound') return 'held at 0: not seen beside the others';
  return partners.length > 0 ? `kept: goes with ${partners.join(', ')}` : 'kept: never counted';
}

function jsonOf(name: string, calibration: Calibration, out: string | undefined) {
  const { target, counter, firmware, base, kilohertz, costs, beside, fit, worst, explained } = calibration;
  return {
    name,
    target,
    base: base.name,
    counter,
    firmware,
    clock_hz: kilohertz * 1000,
    explained,
    cycles: Object.fromEntries(costs.map(({ key, cycles }) => [key, cycles])),
    costs: costs.map(({ key, measured, ratio, cycles, base: inBase }) => ({
      operation: key,
      measured: measured?.cost ?? null,
      error: measured === undefined || Number.isNaN(measured.error) ? null : measured.error,
      how: measured?.how ?? 'kept',
      with: measured?.with ?? [],
      ratio,
      cycles,
      base: inBase,
    })),
    beside: Object.fromEntries(beside.map(({ column, cost }) => [column, cost])),
    fit: {
      samples: fit.samples,
      r2: fit.r2,
      r2_by_share: fit.r2ByShare,
      median_error: fit.medianError,
      condition: fit.condition,
      largest: { call: worst, taken: fit.largest.taken, fitted: fit.largest.fitted },
    },
    file: out ?? null,
  };
}
