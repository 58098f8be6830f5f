import { formatQuantity } from '../kernel/quantity.ts';
import { numbersOf, type Table } from '../metrics/table.ts';
import type { SentClassifier } from './collect.ts';
import type { RecordFault } from './record.ts';
import type { DeviceReplay, Difference } from './replay.ts';
import type { WireCounts } from './session.ts';
import type { RecordedRun, TargetAbout } from './validate.ts';

/** What a replay showed: `certificate-TARGET.json`. */
export interface Certificate {
  readonly schema: 1;
  /** Whether every byte and every weight that was compared is the same, and weights were compared. */
  readonly same: boolean;
  readonly result: { readonly name: string; readonly digest: string; readonly firmware: string };
  readonly target: TargetAbout & { readonly same_sources: boolean };
  readonly record: { readonly rows: number; readonly devices: number; readonly fault: RecordFault | null };
  /** The first difference of the first device that differs. */
  readonly first_difference: Difference | null;
  readonly devices: readonly DeviceCertificate[];
  /** Numbers of trained weights that were compared and are the same, of all devices. */
  readonly weights: number;
  /** Packets to the board, those that had to be sent again, and what came back broken or late; null where there is no wire. */
  readonly wire: WireCounts | null;
  /** Times that the board was reset in mid session, and begun again. */
  readonly resets: number;
  /** Whether frames were left out by wish. */
  readonly partial: boolean;
}

export interface DeviceCertificate extends Omit<DeviceReplay, 'recorded' | 'sent' | 'measured' | 'modelled'> {
  /** The board that the scenario models. */
  readonly board: string;
  /** Classifiers of the result's model that this device trained: those that its recorded frames brought, and the target's. */
  readonly model: { readonly recorded: number; readonly same: number } | null;
  /** What the target counted for all calls, in its own unit; null where it counts nothing. */
  readonly measured: number | null;
  /** Cycles that the scenario's model of the board charges for the same calls. */
  readonly modelled_cycles: number | null;
  /** Measured cycles (or instructions) to modelled ones; null where the target is no such core, or measures otherwise. */
  readonly ratio: number | null;
}

export function certificateOf(made: {
  readonly run: RecordedRun;
  readonly about: TargetAbout;
  readonly wire: WireCounts | null;
  readonly replays: readonly DeviceReplay[];
  readonly resets: number;
  readonly partial: boolean;
}): Certificate {
  const { run, about, wire, replays, resets, partial } = made;
  const model = run.model === undefined ? undefined : modelByPair(run.model);
  const devices = replays.map(({ recorded, sent, measured, modelled, ...kept }): DeviceCertificate => {
    const inModel = model === undefined ? null : classifiersInModel(model, recorded.classifiers, sent.classifiers);
    const { board } = run.inputs.of(kept.device);
    return {
      ...kept,
      board: board.name,
      model: inModel,
      measured: about.counter === 'none' ? null : measured,
      modelled_cycles: modelled,
      ratio: ratioOf({ about, core: board.core, measured, modelled }),
    };
  });
  const fault = run.record.fault ?? null;
  const identical = devices.filter(({ outcome }) => outcome === 'identical');
  const weights = identical.reduce((sum, each) => sum + each.weights, 0);
  const differs = devices.some(
    ({ outcome, model: kept }) =>
      outcome === 'different' || outcome === 'not-compared' || kept?.same !== kept?.recorded,
  );
  return {
    schema: 1,
    same: fault === null && !differs && weights > 0,
    result: { name: run.name, digest: run.digest, firmware: run.core },
    target: { ...about, same_sources: about.firmware === run.core },
    record: { rows: run.record.rows, devices: run.record.devices, fault },
    first_difference: devices.find(({ difference }) => difference !== null)?.difference ?? null,
    devices,
    weights,
    wire,
    resets,
    partial,
  };
}

/** The M0+ runs the M0's instructions. */
function ratioOf(of: {
  readonly about: TargetAbout;
  readonly core: string;
  readonly measured: number;
  readonly modelled: number | null;
}): number | null {
  const { about, core, measured, modelled } = of;
  const sameCore = about.core?.replace('+', '') === core.replace('+', '');
  const sameUnit = about.counter === 'cycles' || about.counter === 'instructions';
  return sameCore && sameUnit && modelled !== null && modelled > 0 ? measured / modelled : null;
}

/** Weights by "positive,negative"; undefined for a model of another kind. */
function modelByPair(model: Table): ReadonlyMap<string, readonly number[]> | undefined {
  if (!model.columns.some(({ name }) => name === 'positive')) return undefined;
  const [positive, negative, value] = ['positive', 'negative', 'value'].map((name) => numbersOf(model, name));
  const pairs = new Map<string, number[]>();
  for (let row = 0; row < model.rows; row++) {
    const pair = `${positive![row]},${negative![row]}`;
    const weights = pairs.get(pair);
    if (weights === undefined) pairs.set(pair, [value![row]!]);
    else weights.push(value![row]!);
  }
  return pairs;
}

function classifiersInModel(
  model: ReadonlyMap<string, readonly number[]>,
  recorded: ReadonlyMap<number, SentClassifier>,
  sent: ReadonlyMap<number, SentClassifier>,
): { readonly recorded: number; readonly same: number } {
  let count = 0;
  let same = 0;
  for (const [task, classifier] of recorded) {
    const weights = model.get(`${classifier.positive},${classifier.negative}`);
    if (!isModel(weights, classifier)) continue;
    count++;
    const again = sent.get(task);
    if (again !== undefined && isModel(weights, again)) same++;
  }
  return { recorded: count, same };
}

/** The model has a place for the bias, 0 where a learner has none. */
function isModel(weights: readonly number[] | undefined, { weights: sent }: SentClassifier): boolean {
  if (weights === undefined || sent.length > weights.length) return false;
  const before = weights.length - sent.length;
  return sent.every((value, i) => value === weights[before + i]) && weights.slice(0, before).every((w) => w === 0);
}

/** What came of it in words, a line each, but for differences. */
export function verdictInWords({ devices, same, record }: Certificate): string[] {
  const lines: string[] = [];
  for (const { device, refusal } of devices)
    if (refusal !== null) lines.push(`device ${device} does not fit this board: ${refusal}`);
  const identical = devices.filter(({ outcome }) => outcome === 'identical').length;
  const refused = devices.reduce((sum, each) => sum + each.refused, 0);
  if (refused > 0) lines.push(`${refused} tasks were refused by the firmware, then and now`);
  if (same) {
    lines.push(`identical: every byte and weight of ${identical} of ${devices.length} devices`);
    const without = devices.filter((each) => each.outcome === 'identical' && each.weights === 0);
    for (const { device } of without) lines.push(`device ${device} sent no weights: its frames alone were compared`);
  } else if (
    devices.length > 0 &&
    identical === 0 &&
    record.fault === null &&
    devices.every(({ outcome }) => outcome === 'does-not-fit')
  )
    lines.push('nothing was compared: no device fits this board');
  return lines;
}

/** The first difference in words, a line each; empty where there is none. */
export function differencesInWords(certificate: Certificate): string[] {
  const { record, first_difference: first, devices, target, weights, partial } = certificate;
  const lines: string[] = [];
  if (record.fault !== null) {
    const { device, frame, row, what } = record.fault;
    const where = device < 0 ? '' : `device ${device}, frame ${frame} (row ${row + 1} of frames.arrow): `;
    lines.push(`the record is not whole: ${where}${what}`);
  }
  if (first !== null) {
    const { device, frame, type, at_s, offset, expected, got } = first;
    const at = offset === null ? '' : `, byte ${offset}`;
    const place = `device ${device}, frame ${frame} (${type}) at ${formatQuantity(at_s, 'time')}${at}`;
    lines.push(`first difference: ${place}: expected ${expected}, got ${got}`);
    if (!target.same_sources)
      lines.push(
        'the firmware of the target was built from other sources than that of the result; npm run firmware:boards builds images anew',
      );
  }
  for (const { device, model } of devices) {
    if (model === null || model.same === model.recorded || first !== null) continue;
    lines.push(`device ${device}: ${model.same} of its ${model.recorded} classifiers are those of the model`);
  }
  for (const { device, outcome } of devices)
    if (outcome === 'not-compared')
      lines.push(`device ${device}: nothing was compared, since the record holds none of its frames`);
  const unfit = devices.length > 0 && devices.every(({ outcome }) => outcome === 'does-not-fit');
  if (lines.length === 0 && weights === 0 && !unfit)
    lines.push(`no weights were compared: ${whyNone(devices, partial)}`);
  return lines;
}

function whyNone(devices: readonly DeviceCertificate[], partial: boolean): string {
  if (devices.length === 0) return 'the record holds no device';
  const who =
    devices.length === 1 ? `device ${devices[0]!.device}` : `devices ${devices.map(({ device }) => device).join(', ')}`;
  if (partial) return `the first frames of ${who} bring none; give more with --frames`;
  return `${who} sent none in the recorded run; run it longer, or choose others with --device`;
}
