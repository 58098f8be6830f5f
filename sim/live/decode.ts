import { getF32, getU16, getU32 } from '../protocol/bytes.ts';
import { dimension, paramsFieldBytes, readSetup, readUpdate, readVector, type Setup } from '../protocol/exchange.ts';
import {
  EXCHANGE_BYTES,
  EXCHANGE_KIND,
  EXCHANGE_MODEL,
  FRAME,
  HEADER,
  HEADER_BYTES,
  LEARNER,
  MODE,
  REFUSAL,
} from '../protocol/frame.ts';
import { readAck, readConfig, readHello, readLink, readRefusal, readTask } from '../protocol/messages.ts';
import { decodeWeights } from '../protocol/weights.ts';

const NAMES = nameOf(FRAME);
const MODELS = nameOf(EXCHANGE_MODEL);
const KINDS = nameOf(EXCHANGE_KIND);
const LEARNERS = nameOf(LEARNER);
const REFUSALS = nameOf(REFUSAL);

function nameOf(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
}

/** Weights found in a frame. */
export interface FrameWeights {
  readonly what: string;
  readonly values: Float32Array;
  readonly stride: number;
  readonly bias: number;
}

export function typeOf(frame: Uint8Array): string {
  return (NAMES.get(frame[HEADER.type]!) ?? 'unknown').toUpperCase();
}

/**
 * A frame in words, as a terminal would print it.
 * @param setup the SETUP that the device had last, where its method has one.
 */
export function inWords(frame: Uint8Array, setup: Setup | undefined): string {
  const p = HEADER_BYTES;
  const round = getU32(frame, HEADER.round);
  const payload = getU32(frame, HEADER.length);
  switch (frame[HEADER.type]) {
    case FRAME.hello: {
      const { ramBytes, flashBytes, megahertz, fpu, benchMicroseconds } = readHello(frame);
      const core = `${megahertz} MHz${fpu ? ', FPU' : ''}`;
      return `${core}, RAM ${ramBytes} B, flash ${flashBytes} B, a step ${short(benchMicroseconds)} us`;
    }
    case FRAME.config: {
      const { learner, thresholdBase, thresholdLimit, qualityFloor } = readConfig(frame);
      return `learner ${LEARNERS.get(learner) ?? learner}, W0 ${thresholdBase} to ${thresholdLimit}, q_min ${short(qualityFloor)}`;
    }
    case FRAME.task: {
      const { id, positive, negative, features, rows, passes, mode } = readTask(frame);
      const source = ['rows streamed', 'rows kept', 'rows held'][mode & MODE.sourceMask] ?? 'rows unknown';
      return `task ${id}: class ${positive} against ${negative}, ${rows} rows of ${features}, ${passes} passes, ${source}`;
    }
    case FRAME.data:
      return `task ${round}: ${payload} B of rows`;
    case FRAME.order:
      return `task ${round}: order of ${payload / 2} rows`;
    case FRAME.weights: {
      const found = decodeWeights(frame, p, p + payload);
      if (typeof found === 'string') return `upload ${round}: ${found}`;
      return `upload ${round}: ${found.length} classifiers, tasks ${list(found.map(({ id }) => id))}`;
    }
    case FRAME.ack:
      return `upload ${readAck(frame)} is here`;
    case FRAME.refuse: {
      const { task, reason, needsBytes, ramBytes } = readRefusal(frame);
      return `task ${task} refused (${REFUSALS.get(reason) ?? reason}): needs ${needsBytes} B, has ${ramBytes} B`;
    }
    case FRAME.link: {
      const { rttMicroseconds, transferMicroseconds, bytes, failed, delivered } = readLink(frame);
      const went = delivered ? 'got through' : 'given up';
      return `${went}: ${bytes} B in ${ms(transferMicroseconds)}, round trip ${ms(rttMicroseconds)}, ${failed} failed`;
    }
    case FRAME.setup: {
      const { model, kind, classes, features, batch, eta, lambda } = readSetup(frame);
      const rows = batch === 0 ? 'all rows' : `${batch} rows`;
      return `${MODELS.get(model)} of ${features} features, ${classes} classes; ${KINDS.get(kind)}; batch ${rows}, eta ${short(eta)}, lambda ${short(lambda)}`;
    }
    case FRAME.params:
      return paramsInWords(frame, round, payload, setup);
    case FRAME.update:
      return updateInWords(frame, round, setup);
    case FRAME.mirror: {
      const steps = getU16(frame, p + 4);
      const changes = (payload - EXCHANGE_BYTES.mirror) / 8;
      return `clock ${getU32(frame, p)}: ${changes} changes of others, then ${steps} steps`;
    }
    default:
      return payload === 0 ? '' : `${payload} B`;
  }
}

function paramsInWords(frame: Uint8Array, round: number, payload: number, setup: Setup | undefined): string {
  const p = HEADER_BYTES + 4;
  const from = getU32(frame, HEADER_BYTES) / 4;
  const extra = setup === undefined || from > 0 ? 0 : paramsFieldBytes(setup);
  const count = (payload - 4 - extra) / 4;
  const weights = `weights ${from} to ${from + count - 1}`;
  if (extra === 0 || setup === undefined) return `round ${round}: ${weights}`;
  if (extra === 4) return `round ${round}: version ${getU32(frame, p)}, ${weights}`;
  const flags = extra === 3 ? frame[p + 2]! : 0;
  const last = (flags & 1) !== 0 ? ', the last' : '';
  const least = (flags & 2) !== 0 ? ', least loss so far' : '';
  return `round ${round}: tau ${getU16(frame, p)}${last}${least}, ${weights}`;
}

function updateInWords(frame: Uint8Array, round: number, setup: Setup | undefined): string {
  const update = setup === undefined ? undefined : readUpdate(frame, setup, sizeOf(setup));
  if (update === undefined || setup === undefined) return `round ${round}`;
  if (setup.kind === EXCHANGE_KIND.adaptive) {
    const { rows, tau, microseconds, lossGlobal, beta, rho } = update;
    const estimates = Number.isNaN(beta) ? '' : `, beta ${short(beta)}, rho ${short(rho)}`;
    return `round ${round}: ${tau} steps on ${rows} rows in ${ms(microseconds)}, loss ${short(lossGlobal)}${estimates}`;
  }
  if (setup.kind === EXCHANGE_KIND.gaia) {
    const changes = update.pairs < 0 ? sizeOf(setup) : update.pairCount;
    return `clock ${update.version}: ${changes} significant changes`;
  }
  const what = setup.kind === EXCHANGE_KIND.gradient ? 'gradient' : 'weights';
  return `round ${round}: ${what}${update.rows > 0 ? `, ${update.rows} rows` : ''}`;
}

/** The weights that a device sends; undefined where a frame brings none. */
export function weightsOf(frame: Uint8Array, setup: Setup | undefined): FrameWeights | undefined {
  const payload = getU32(frame, HEADER.length);
  if (frame[HEADER.type] === FRAME.weights) {
    const found = decodeWeights(frame, HEADER_BYTES, HEADER_BYTES + payload);
    const last = typeof found === 'string' ? undefined : found.at(-1);
    if (last === undefined) return undefined;
    return { what: `classifier ${last.id}`, values: last.weights, stride: last.weights.length, bias: 1 };
  }
  if (frame[HEADER.type] !== FRAME.update || setup === undefined) return undefined;
  const update = readUpdate(frame, setup, sizeOf(setup));
  if (update === undefined) return undefined;
  const values = new Float32Array(sizeOf(setup));
  if (update.vector >= 0) readVector(frame, update.vector, values);
  else
    for (let n = 0, at = update.pairs; n < update.pairCount; n++, at += 8)
      values[getU32(frame, at)] = getF32(frame, at + 4);
  const bias = setup.model === EXCHANGE_MODEL.svm ? 0 : 1;
  const what = { gradient: 'gradient', weights: 'weights', adaptive: 'weights', gaia: 'changes' } as const;
  const kind = (KINDS.get(setup.kind) ?? 'weights') as keyof typeof what;
  return { what: what[kind], values, stride: setup.features + bias, bias };
}

/** The SETUP that a frame is; undefined for any other. */
export function setupOf(frame: Uint8Array): Setup | undefined {
  return frame[HEADER.type] === FRAME.setup ? readSetup(frame) : undefined;
}

function sizeOf({ model, classes, features }: Setup): number {
  return dimension(model, classes, features);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function ms(microseconds: number): string {
  return `${short(microseconds / 1000)} ms`;
}

function list(numbers: readonly number[]): string {
  const most = 8;
  return numbers.length <= most ? numbers.join(', ') : `${numbers.slice(0, most).join(', ')}, ...`;
}
