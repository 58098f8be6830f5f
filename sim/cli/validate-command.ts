import { join } from 'node:path';
import { type Certificate, differencesInWords, verdictInWords } from '../board/certificate.ts';
import { openSession } from '../board/open-target.ts';
import { PATIENCE } from '../board/session.ts';
import { targetNamed } from '../board/targets.ts';
import { defaultDevices, openRecorded, type RecordedRun, validate } from '../board/validate.ts';
import { TARGET_FORMS, type Target, targetName } from '../device/target.ts';
import { canonicalJson } from '../files/json.ts';
import { writeFileWhole } from '../files/write.ts';
import { EXIT, InputError } from '../kernel/errors.ts';
import { loadFirmware } from '../run/inputs.ts';
import { folderOf } from './data-command.ts';
import type { Io } from './io.ts';
import { progressView } from './progress.ts';
import { pairs, textTable } from './text-table.ts';
import { type Arguments, flag, positional, quantityOption, text, texts, wholeNumber } from './usage.ts';

/** Replays what devices of a result were sent to another build of the firmware; a difference is exit code 1. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const written = text(args, 'target');
  if (written === undefined) throw new InputError(`--target: expected ${TARGET_FORMS}, got nothing`);
  const target = targetNamed(written, '--target');
  const folder = positional(args, 'result');
  const limit = wholeNumber(args, 'frames', { min: 1, max: 2_147_483_647 });
  const answer = quantityOption(args, 'timeout', 'time', { min: 0.1 });
  const recorded = await openRecorded(folder, {
    firmware: loadFirmware(),
    dataDir: folderOf(args, io),
  });
  const devices = devicesOf(args, recorded);
  const patience = answer === undefined ? PATIENCE : { ...PATIENCE, answer: 1000 * answer };
  const session = await openSession(target, patience);
  const view = await progressView(io, { quiet: flag(args, 'quiet'), what: 'validate' });
  let certificate: Certificate;
  try {
    certificate = await validate(recorded, session, {
      devices,
      limit,
      cancelled: () => io.interrupt.aborted,
      onProgress: (done, total) =>
        view.update({ simulatedSeconds: 0, events: done, tasksDone: done, tasksTotal: total, unit: 'frames' }),
    });
  } finally {
    view.end();
    await session.session.close();
  }
  const file = join(folder, `certificate-${slug(target)}.json`);
  writeFileWhole(file, canonicalJson(certificate));
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify({ ...certificate, certificate: file })}\n`);
  else if (!flag(args, 'quiet')) io.stdout.write(certificateTable(certificate, file));
  for (const line of differencesInWords(certificate)) io.stderr.write(`${folder}: ${line}\n`);
  return certificate.same ? EXIT.done : EXIT.failed;
}

function devicesOf(args: Arguments, recorded: RecordedRun): number[] {
  const named = texts(args, 'device');
  if (named.length === 0) return defaultDevices(recorded);
  const last = recorded.inputs.devices - 1;
  const there = new Set(recorded.record.recorded);
  const devices = named.map((word) => {
    const device = /^\d{1,9}$/.test(word) ? Number(word) : -1;
    if (device < 0 || device > last)
      throw new InputError(`--device: expected a device of the result, 0 to ${last}, got ${word}`);
    if (!there.has(device)) throw new InputError(`--device: expected a device with recorded frames, got ${word}`);
    return device;
  });
  return [...new Set(devices)].sort((a, b) => a - b);
}

/** A target's name as a part of a file's name. */
function slug(target: Target): string {
  return targetName(target)
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/-$/, '');
}

/** A certificate as a person reads it; differences are told apart, on stderr. */
function certificateTable(certificate: Certificate, file: string): string {
  const { result, target, record, devices, wire, resets, partial } = certificate;
  const counts = target.counter === 'none' ? undefined : target.counter;
  const sources = target.same_sources ? 'the same' : `others, ${short(target.firmware)},`;
  const facts: [string, string][] = [
    ['result', `${result.name}, digest ${result.digest}`],
    ['firmware', `sources ${short(result.firmware)} in the result, ${sources} on the target`],
    ['target', `${target.target}: ${target.board}${target.core === null ? '' : `, ${target.core}`}`],
    ['record', `${record.rows} rows of ${record.devices} devices, ${record.fault === null ? 'whole' : 'not whole'}`],
  ];
  if (wire !== null)
    facts.push([
      'wire',
      `${wire.packets} packets, ${wire.repeated} sent again, ${wire.dropped} answers broken or late`,
    ]);
  if (resets > 0) facts.push(['resets', `${resets}: the board lost its device in mid session and was begun again`]);
  facts.push(['devices', devices.map(({ device }) => device).join(', ') || 'none']);
  if (partial) facts.push(['left out', `${devices.reduce((sum, each) => sum + each.left_out, 0)} rows, by --frames`]);
  facts.push(['certificate', file]);
  const header = [
    'device',
    'modelled as',
    'frames in',
    'out',
    'bytes out',
    'weights',
    counts ?? 'time',
    'modelled cycles',
    'ratio',
    'outcome',
  ];
  const rows = devices.map((each) => [
    String(each.device),
    each.board,
    String(each.frames_in),
    String(each.frames_out),
    String(each.bytes_out),
    String(each.weights),
    each.measured === null ? '-' : String(each.measured),
    each.modelled_cycles === null ? '-' : String(each.modelled_cycles),
    each.ratio === null ? '-' : each.ratio.toFixed(2),
    each.outcome.replaceAll('-', ' '),
  ]);
  const verdict = verdictInWords(certificate).map((line) => `${line}\n`);
  return `${pairs(facts)}\n${textTable(header, rows)}\n${verdict.join('')}`;
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
