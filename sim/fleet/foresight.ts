import { WORK, WORK_COUNT } from '../device/host-types.ts';
import { dimension, paramsFieldBytes } from '../protocol/exchange.ts';
import {
  readMirror,
  readParams,
  readParamsAdaptive,
  readParamsSteps,
  readSetup,
  type Setup,
} from '../protocol/exchange-messages.ts';
import {
  EXCHANGE_KIND,
  EXCHANGE_MODEL,
  FRAME,
  HEADER,
  HEADER_BYTES,
  LEARNER,
  MODE,
  PAYLOAD_BYTES,
} from '../protocol/frame.ts';
import { readConfig, readTask, type Task } from '../protocol/messages.ts';

/** What PARAMS or MIRROR makes a device do. */
interface Exchange {
  readonly setup: Setup;
  readonly d: number;
  /** Rows of a gradient. */
  readonly rows: number;
  /** Bytes of the fields of PARAMS before its first chunk's floats. */
  readonly fields: number;
  steps: number;
  /** adaptive: no gradient after the last step. */
  last: boolean;
}

/** Learners with a dot product for each row that they train on. */
const SCORING: readonly number[] = [LEARNER['opt-sgd'], LEARNER.svm, LEARNER.logistic];

/**
 * What the frame that sets a device to work makes its firmware count, at least: known from that frame and those before it, without
 * running the firmware. Left out is what data decide (which rows have a loss), so that the bound holds whatever they are.
 */
export class Foresight {
  /** Counts by WORK index, as the last `foresee` left them. */
  readonly least = new Float64Array(WORK_COUNT);
  readonly #heldRows: (device: number) => number;
  readonly #exchanges: (Exchange | undefined)[] = [];
  readonly #learner: Uint8Array;
  #coming: Pick<Task, 'rows' | 'passes' | 'features' | 'mode'> = { rows: 0, passes: 0, features: 0, mode: 0 };

  constructor(devices: number, heldRows: (device: number) => number) {
    this.#learner = new Uint8Array(devices);
    this.#heldRows = heldRows;
  }

  /** A frame is on its way into the device; all but DATA should be shown. */
  note(device: number, frame: Uint8Array): void {
    switch (frame[HEADER.type]) {
      case FRAME.config:
        this.#learner[device] = readConfig(frame).learner;
        break;
      case FRAME.task:
        this.#coming = readTask(frame);
        break;
      case FRAME.setup:
        this.#exchanges[device] = exchangeOf(readSetup(frame), this.#heldRows(device));
        break;
      case FRAME.params:
        this.#params(this.#exchanges[device], frame);
        break;
      default:
    }
  }

  #params(exchange: Exchange | undefined, frame: Uint8Array): void {
    if (exchange === undefined || readParams(frame).offset !== 0) return;
    const at = HEADER_BYTES + PAYLOAD_BYTES.params;
    const { kind } = exchange.setup;
    exchange.steps = kind === EXCHANGE_KIND.gradient ? 0 : readParamsSteps(frame, at).tau;
    exchange.last = kind === EXCHANGE_KIND.adaptive && readParamsAdaptive(frame, at).last;
  }

  /**
   * Fills `least` for a frame that was shown or is DATA, and of its kind the last of its stream.
   * @returns multiply-adds at least; 0 where nothing is trained, or nothing is known.
   */
  foresee(device: number, frame: Uint8Array, length: number): number {
    const { least } = this;
    least.fill(0);
    least[WORK.bytesReceived] = length;
    least[WORK.frames] = 1;
    switch (frame[HEADER.type]) {
      case FRAME.params: {
        const exchange = this.#exchanges[device];
        if (exchange !== undefined && completes(exchange, frame, length)) this.#steps(exchange, exchange.steps);
        break;
      }
      case FRAME.mirror: {
        const exchange = this.#exchanges[device];
        if (exchange !== undefined) this.#steps(exchange, readMirror(frame).steps);
        break;
      }
      case FRAME.data:
        this.#passes(device);
        break;
      default:
    }
    return least[WORK.multiplyAdds]!;
  }

  /** The passes over a cache after the first, which its last row sets off. */
  #passes(device: number): void {
    const { rows, passes, features, mode } = this.#coming;
    const seeded = (mode & MODE.seeded) !== 0 && (mode & MODE.sourceMask) === MODE.cache;
    if (!seeded || !SCORING.includes(this.#learner[device]!)) return;
    const fitted = (passes - 1) * rows;
    this.least[WORK.rows] = fitted;
    this.least[WORK.scans] = fitted;
    this.least[WORK.multiplyAdds] = fitted * features;
  }

  #steps({ setup, d, rows, last }: Exchange, tau: number): void {
    const { least } = this;
    const { kind, model, classes, features: n } = setup;
    if (kind === EXCHANGE_KIND.gaia && tau === 0) return;
    const gradient = kind === EXCHANGE_KIND.gradient;
    const gradients = gradient ? 1 : kind === EXCHANGE_KIND.adaptive && !last ? tau + 1 : tau;
    const changed = gradient ? 0 : kind === EXCHANGE_KIND.gaia ? 2 * tau : tau;
    const summed = gradients * rows;
    least[WORK.rows] = summed;
    least[WORK.bytesCopied] = 4 * n * summed;
    least[WORK.multiplyAdds] = gradients * d;
    least[WORK.rewritten] = (gradients + changed) * d;
    least[WORK.operations] = gradients * (2 * d + 3) + 2 * changed * d;
    least[WORK.divisions] = gradients * (d + 1);
    if (model === EXCHANGE_MODEL.softmax) {
      const scores = summed * classes;
      least[WORK.multiplyAdds]! += scores * n;
      least[WORK.rewritten]! += scores * (n + 1);
      least[WORK.operations]! += scores * (2 * n + 4) + 8 * summed;
      least[WORK.divisions]! += scores;
      least[WORK.functions] = scores + summed;
    } else {
      const logistic = model === EXCHANGE_MODEL.logistic;
      least[WORK.multiplyAdds]! += summed * n;
      least[WORK.operations]! += (logistic ? 10 : 9) * summed;
      least[WORK.divisions]! += logistic ? summed : 0;
      least[WORK.functions] = logistic ? 2 * summed : 0;
    }
  }
}

function exchangeOf(setup: Setup, held: number): Exchange {
  return {
    setup,
    d: dimension(setup.model, setup.classes, setup.features),
    rows: setup.batch > 0 && setup.batch < held ? setup.batch : held,
    fields: paramsFieldBytes(setup),
    steps: 0,
    last: false,
  };
}

/** Whether a chunk of PARAMS ends with the model's last parameter. */
function completes({ d, fields }: Exchange, frame: Uint8Array, length: number): boolean {
  const { offset } = readParams(frame);
  const bytes = length - HEADER_BYTES - PAYLOAD_BYTES.params - (offset === 0 ? fields : 0);
  return offset + bytes === 4 * d;
}
