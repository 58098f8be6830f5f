import { getF32, getU32 } from '../protocol/bytes.ts';
import { CHANGE_BYTES, dimension, formOf, readUpdate, readVector } from '../protocol/exchange.ts';
import { readSetup, type Setup } from '../protocol/exchange-messages.ts';
import { EXCHANGE_KIND, EXCHANGE_MODEL, FRAME, HEADER, HEADER_BYTES, LEARNER } from '../protocol/frame.ts';
import { readFields } from '../protocol/layout.ts';
import { readConfig } from '../protocol/messages.ts';
import { NUMBERS } from '../protocol/numbers.ts';
import type { BitsSpec, FieldSpec, MessageSpec, TailSpec } from '../protocol/spec.ts';
import { MESSAGES } from '../protocol/table.ts';
import { BIAS, decodeWeights } from '../protocol/weights.ts';

const BY_NUMBER = new Map(MESSAGES.map((message) => [message.number, message]));
const BIAS_BY_LEARNER: ReadonlyMap<number, number> = new Map(
  Object.entries(LEARNER).map(([name, number]) => [number, BIAS[name as keyof typeof BIAS]]),
);

/** What a device was told that later frames are to be read by; undefined before. */
export interface DeviceSettings {
  readonly setup: Setup | undefined;
  /** Number of the learner of its tasks. */
  readonly learner: number | undefined;
}

/** The settings of a device after a frame. */
export function settingsAfter(frame: Uint8Array, before: DeviceSettings): DeviceSettings {
  switch (frame[HEADER.type]) {
    case FRAME.setup:
      return { ...before, setup: readSetup(frame) };
    case FRAME.config:
      return { ...before, learner: readConfig(frame).learner };
    default:
      return before;
  }
}

/** Weights found in a frame. */
export interface FrameWeights {
  readonly what: string;
  readonly values: Float32Array;
  readonly stride: number;
  readonly bias: number;
}

export function typeOf(frame: Uint8Array): string {
  return (BY_NUMBER.get(frame[HEADER.type]!)?.name ?? 'unknown').toUpperCase();
}

/** Returns a frame in words, as the table of messages has them. */
export function inWords(frame: Uint8Array, { setup }: DeviceSettings): string {
  const message = BY_NUMBER.get(frame[HEADER.type]!);
  const payload = getU32(frame, HEADER.length);
  if (message === undefined) return `${payload} B`;
  const { roundLabel } = message;
  const parts = roundLabel === undefined ? [] : [`${roundLabel} ${getU32(frame, HEADER.round)}`];
  if (frame[HEADER.type] === FRAME.weights) return [...parts, classifiersInWords(frame, payload)].join(', ');
  const own = readFields(message.fields, frame, HEADER_BYTES);
  const form = readFields(formFields(message, own.values[0]?.value, setup), frame, own.end);
  for (const { field, value } of [...own.values, ...form.values]) parts.push(...fieldInWords(field, value));
  if (message.tail !== undefined) parts.push(tailInWords(message.tail, HEADER_BYTES + payload - form.end));
  return parts.join(', ');
}

/** The fields of the message's form; none where it has none, or where it is not known how the device was set up. */
function formFields(message: MessageSpec, first: number | undefined, setup: Setup | undefined): readonly FieldSpec[] {
  const { name, forms } = message;
  if (forms === undefined || setup === undefined) return [];
  // Only the first chunk of PARAMS has them.
  if (name === 'params' && first !== 0) return [];
  const form = formOf(name as 'params' | 'update', setup);
  return forms.find((each) => each.name === form)?.fields ?? [];
}

function fieldInWords(field: FieldSpec, value: number): string[] {
  const { bits, detail, reserved, numbers, unit, type } = field;
  if (detail || reserved) return [];
  if (bits !== undefined) return bits.flatMap((part) => bitsInWords(part, value));
  if (numbers !== undefined) return [`${labelOf(field)} ${nameOf(numbers, value)}`];
  const shown = type === 'f32' || unit === 'us' ? short(unit === 'us' ? value / 1000 : value) : String(value);
  return [`${labelOf(field)} ${shown}${unit === undefined ? '' : unit === 'us' ? ' ms' : ` ${unit}`}`];
}

function bitsInWords({ from, as, ...part }: BitsSpec, value: number): string[] {
  if (as === 'log2') return [`${labelOf(part)} ${(1 << ((value >>> from) & 31)) >>> 0} B`];
  return ((value >>> from) & 1) === 1 ? [labelOf(part)] : [];
}

function labelOf({ label, name }: { readonly label?: string; readonly name: string }): string {
  return label ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function nameOf(numbers: keyof typeof NUMBERS, value: number): string {
  return Object.entries(NUMBERS[numbers].values).find(([, number]) => number === value)?.[0] ?? String(value);
}

function tailInWords({ name, of }: TailSpec, bytes: number): string {
  if (of === 'bytes') return `${bytes} B of ${name}`;
  return `${bytes / { u16: 2, f32: 4, change: CHANGE_BYTES }[of]} ${name}`;
}

function classifiersInWords(frame: Uint8Array, payload: number): string {
  const found = decodeWeights(frame, HEADER_BYTES, HEADER_BYTES + payload);
  if (typeof found === 'string') return found;
  return `${found.length} classifiers: tasks ${list(found.map(({ id }) => id))}`;
}

/** Returns the weights that a device sends; undefined where a frame brings none, or where its learner or model is not known. */
export function weightsOf(frame: Uint8Array, { setup, learner }: DeviceSettings): FrameWeights | undefined {
  const payload = getU32(frame, HEADER.length);
  if (frame[HEADER.type] === FRAME.weights) {
    const found = decodeWeights(frame, HEADER_BYTES, HEADER_BYTES + payload);
    const last = typeof found === 'string' ? undefined : found.at(-1);
    const bias = learner === undefined ? undefined : BIAS_BY_LEARNER.get(learner);
    if (last === undefined || bias === undefined) return undefined;
    return { what: `classifier ${last.id}`, values: last.weights, stride: last.weights.length, bias };
  }
  if (frame[HEADER.type] !== FRAME.update || setup === undefined) return undefined;
  const d = dimension(setup.model, setup.classes, setup.features);
  const update = readUpdate(frame, setup, d);
  if (update === undefined) return undefined;
  const values = new Float32Array(d);
  if (update.vector >= 0) readVector(frame, update.vector, values);
  else
    for (let n = 0, at = update.pairs; n < update.pairCount; n++, at += CHANGE_BYTES)
      values[getU32(frame, at)] = getF32(frame, at + 4);
  const bias = setup.model === EXCHANGE_MODEL.svm ? 0 : 1;
  return { what: whatOf(setup.kind), values, stride: setup.features + bias, bias };
}

function whatOf(kind: number): string {
  if (kind === EXCHANGE_KIND.gradient) return 'gradient';
  return kind === EXCHANGE_KIND.gaia ? 'changes' : 'weights';
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function list(numbers: readonly number[]): string {
  const most = 8;
  return numbers.length <= most ? numbers.join(', ') : `${numbers.slice(0, most).join(', ')}, ...`;
}
