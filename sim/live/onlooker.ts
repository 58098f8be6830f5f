import { FRAME, HEADER } from '../protocol/frame.ts';
import { type DeviceSettings, type FrameWeights, inWords, settingsAfter, typeOf, weightsOf } from './decode.ts';
import { MOST_MESSAGES, type ProtocolMessage, type SentWeights } from './messages.ts';
import { base64 } from './wire.ts';

/** Fleets up to this size are watched whole; of larger ones only the device that is looked at. */
const WATCHED_WHOLE = 64;
/** What is kept of a frame: more than all that is said of one, but for WEIGHTS, which are put into words at once. */
const HEAD_BYTES = 96;
/** Most weights that a page is sent. */
const MOST_WEIGHTS = 8192;

interface Conversation {
  settings: DeviceSettings;
  weights: { readonly at: number; readonly found: FrameWeights } | undefined;
  readonly frames: KeptFrame[];
}

const UNKNOWN: DeviceSettings = { setup: undefined, learner: undefined };

interface KeptFrame {
  readonly sequence: number;
  readonly at: number;
  readonly out: boolean;
  readonly bytes: number;
  readonly head: Uint8Array;
  readonly text: string | undefined;
}

/** Listens to the frames of some devices: keeps the last of them, what they set up and the weights that they brought. */
export class Onlooker {
  readonly #whole: boolean;
  readonly #conversations = new Map<number, Conversation>();
  #watched = 0;
  #sequence = 0;

  constructor(devices: number) {
    this.#whole = devices <= WATCHED_WHOLE;
    this.watch(0);
  }

  get watched(): number {
    return this.#watched;
  }

  watch(device: number): void {
    this.#watched = device;
    if (this.#whole) return;
    // SETUP and CONFIG came once, perhaps long ago: the devices of a large fleet are all told the same.
    const settings = [...this.#conversations.values()][0]?.settings ?? UNKNOWN;
    this.#conversations.clear();
    this.#conversations.set(device, { settings, weights: undefined, frames: [] });
  }

  readonly observe = (at: number, device: number, out: boolean, bytes: Uint8Array): void => {
    let found = this.#conversations.get(device);
    if (found === undefined) {
      if (!this.#whole) return;
      found = { settings: UNKNOWN, weights: undefined, frames: [] };
      this.#conversations.set(device, found);
    }
    found.settings = settingsAfter(bytes, found.settings);
    const text = bytes[HEADER.type] === FRAME.weights ? inWords(bytes, found.settings) : undefined;
    const head = bytes.slice(0, HEAD_BYTES);
    found.frames.push({ sequence: ++this.#sequence, at, out, bytes: bytes.length, head, text });
    if (found.frames.length > MOST_MESSAGES) found.frames.shift();
    if (!out) return;
    const weights = weightsOf(bytes, found.settings);
    if (weights !== undefined) found.weights = { at, found: weights };
  };

  /** The messages of the device that is looked at that came after one. */
  messages(after: number): ProtocolMessage[] {
    const found = this.#conversations.get(this.#watched);
    if (found === undefined) return [];
    return found.frames
      .filter(({ sequence }) => sequence > after)
      .map(({ at, out, bytes, sequence, head, text }) => {
        const type = typeOf(head);
        return {
          sequence,
          at: at / 1e9,
          device: this.#watched,
          way: type === 'LINK' ? ('port' as const) : out ? ('up' as const) : ('down' as const),
          type,
          bytes,
          text: text ?? inWords(head, found.settings),
        };
      });
  }

  /** The weights that the device sent last. */
  weights(): SentWeights | null {
    const last = this.#conversations.get(this.#watched)?.weights;
    if (last === undefined) return null;
    const { what, values, stride, bias } = last.found;
    const most = values.subarray(0, Math.max(stride, Math.floor(MOST_WEIGHTS / stride) * stride));
    const shown = most.subarray(0, MOST_WEIGHTS);
    const bytes = new Uint8Array(shown.buffer, shown.byteOffset, shown.byteLength);
    return { at: last.at / 1e9, what, count: values.length, values: base64(bytes), stride, bias };
  }
}
