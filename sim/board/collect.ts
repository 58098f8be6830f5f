import { getU32 } from '../protocol/bytes.ts';
import { CHANGE_BYTES, dimension, readUpdate, readVector } from '../protocol/exchange.ts';
import { readSetup, type Setup } from '../protocol/exchange-messages.ts';
import { FRAME, HEADER, HEADER_BYTES } from '../protocol/frame.ts';
import { readTask } from '../protocol/messages.ts';
import { decodeWeights } from '../protocol/weights.ts';

/** A trained classifier as a device sent it. */
export interface SentClassifier {
  readonly positive: number;
  readonly negative: number;
  readonly weights: Float32Array;
}

/** The weights that a device's frames carry, decoded. Give it every frame in order. */
export class WeightsCollector {
  /** The last that was sent of each task, by the task's id. */
  readonly classifiers = new Map<number, SentClassifier>();
  /** The weights or gradient of the last UPDATE; undefined before one. */
  update: Float32Array | undefined;
  readonly #pairs = new Map<number, { readonly positive: number; readonly negative: number }>();
  #setup: Setup | undefined;

  add(frame: Uint8Array): void {
    if (frame.length < HEADER_BYTES) return;
    switch (frame[HEADER.type]) {
      case FRAME.task: {
        const { id, positive, negative } = readTask(frame);
        this.#pairs.set(id, { positive, negative });
        break;
      }
      case FRAME.setup:
        this.#setup = readSetup(frame);
        break;
      case FRAME.weights:
        this.#weights(frame);
        break;
      case FRAME.update:
        this.#update(frame);
    }
  }

  /** How many numbers are there. */
  get values(): number {
    let sum = this.update?.length ?? 0;
    for (const { weights } of this.classifiers.values()) sum += weights.length;
    return sum;
  }

  #weights(frame: Uint8Array): void {
    const decoded = decodeWeights(frame, HEADER_BYTES, frame.length);
    if (typeof decoded === 'string') return;
    for (const { id, weights } of decoded) {
      const pair = this.#pairs.get(id);
      if (pair !== undefined) this.classifiers.set(id, { ...pair, weights });
    }
  }

  #update(frame: Uint8Array): void {
    const setup = this.#setup;
    if (setup === undefined) return;
    const d = dimension(setup.model, setup.classes, setup.features);
    const update = readUpdate(frame, setup, d);
    if (update === undefined) return;
    if (update.vector >= 0) {
      this.update = new Float32Array(d);
      readVector(frame, update.vector, this.update);
      return;
    }
    // Gaia's significant changes: the rest is 0.
    const changes = new Float32Array(d);
    const one = new Float32Array(1);
    for (let k = 0; k < update.pairCount; k++) {
      const at = update.pairs + CHANGE_BYTES * k;
      readVector(frame, at + 4, one);
      const index = getU32(frame, at);
      if (index < d) changes[index] = one[0]!;
    }
    this.update = changes;
  }
}

/** Whether two runs of numbers are the same bits. */
export function sameBits(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b;
  const [x, y] = [a, b].map((each) => new Uint32Array(each.buffer, each.byteOffset, each.length));
  return x!.every((bits, i) => bits === y![i]);
}
