import type { Command, DeviceDetail, RunInfo, SentWeights } from '../messages.ts';
import { bytesOf, card, el, setText } from './dom.ts';
import { clock, count, percent, scaled, short } from './numbers.ts';
import type { Store } from './store.ts';
import { colours } from './theme.ts';

/** The device that is looked at: what it is, how it stands, its weights, and what it and the server say. */
export class DeviceView {
  readonly element: HTMLElement;
  readonly messages: HTMLElement;
  readonly #store: Store;
  readonly #number = el('input', { id: 'device', type: 'number', min: 0, step: 1 });
  readonly #facts = el('dl', { class: 'facts' });
  readonly #weights = el('canvas', {
    class: 'weights',
    role: 'img',
    'aria-label': 'The weights that the device sent last',
  });
  readonly #weightsNote = el('p', { class: 'faint' });
  readonly #terminal = el('ol', { class: 'terminal', tabindex: 0, 'aria-label': 'Messages' });
  #seenWeights = '';
  #seenMessages = -1;

  constructor(store: Store, act: (command: Command) => unknown) {
    this.#store = store;
    this.#number.addEventListener('change', () =>
      act({ do: 'watch', device: Math.max(0, Math.round(Number(this.#number.value))) }),
    );
    this.element = card(
      'device-card',
      'A device',
      el('div', { class: 'field' }, el('label', { for: 'device' }, 'Number'), this.#number),
      this.#facts,
      el('h3', {}, 'Weights'),
      this.#weights,
      this.#weightsNote,
    );
    this.messages = card('messages', 'What the server and this device say', this.#terminal);
    this.messages.classList.add('wide');
  }

  draw(): void {
    const { info, status, versions } = this.#store;
    const detail = status?.watched;
    if (info === undefined || detail === null || detail === undefined) return;
    if (document.activeElement !== this.#number) this.#number.value = String(detail.device);
    this.#number.max = String(info.devices - 1);
    this.#showFacts(factsOf(detail));
    const { weights } = detail;
    const seen = `${versions.run} ${versions.colours} ${detail.device} ${weights?.at} ${weights?.what}`;
    if (seen !== this.#seenWeights) {
      this.#seenWeights = seen;
      this.#showWeights(weights, info);
    }
    if (versions.messages === this.#seenMessages) return;
    this.#seenMessages = versions.messages;
    this.#showMessages();
  }

  #showFacts(facts: readonly (readonly [string, string])[]): void {
    if (this.#facts.childElementCount !== facts.length * 2)
      this.#facts.replaceChildren(...facts.flatMap(([name]) => [el('dt', {}, name), el('dd', {})]));
    const values = this.#facts.querySelectorAll('dd');
    facts.forEach(([, value], n) => {
      setText(values[n]!, value);
    });
  }

  #showWeights(weights: SentWeights | null, { picture }: RunInfo): void {
    this.#weights.hidden = weights === null;
    if (weights === null) {
      setText(this.#weightsNote, 'It has sent none since it is looked at.');
      return;
    }
    const values = new Float32Array(bytesOf(weights.values).buffer);
    setText(
      this.#weightsNote,
      `${weights.what} of ${clock(weights.at)}, ${count(weights.count)} numbers; blue below 0, orange above`,
    );
    const perPicture = weights.stride - weights.bias;
    if (picture !== null && perPicture === picture.width * picture.height)
      drawPictures(this.#weights, values, weights, picture);
    else drawBars(this.#weights, values);
  }

  #showMessages(): void {
    const list = this.#terminal;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const { messages } = this.#store;
    const shown = new Map([...list.children].map((child) => [(child as HTMLElement).dataset['n'], child]));
    list.replaceChildren(
      ...messages.map(({ sequence, at, way, type, bytes, text }) => {
        const arrow = { down: '→ device', up: '→ server', port: 'port' }[way];
        return (
          shown.get(String(sequence)) ??
          el(
            'li',
            { class: way, 'data-n': sequence },
            el('time', {}, clock(at)),
            ' ',
            el('span', { class: 'way' }, arrow),
            ' ',
            el('b', {}, type),
            ` ${text} `,
            el('span', { class: 'faint' }, scaled(bytes, 'B')),
          )
        );
      }),
    );
    if (messages.length === 0) list.append(el('li', { class: 'faint' }, 'Nothing was said yet.'));
    if (atEnd) list.scrollTop = list.scrollHeight;
  }
}

function factsOf(detail: DeviceDetail): (readonly [string, string])[] {
  const link = `${detail.link}${detail.accessPoint === null ? '' : `, access point ${detail.accessPoint}`}`;
  return [
    ['state', detail.state],
    ['board', detail.board],
    ['core', `${detail.core}, ${short(detail.megahertz)} MHz`],
    ['region', detail.region],
    ['link', link],
    ['rates', `${scaled(detail.upBitPerSecond, 'bit/s')} up, ${scaled(detail.downBitPerSecond, 'bit/s')} down`],
    ['loss', percent(detail.loss)],
    ['round trip', detail.rtt === 0 ? 'not measured yet' : `${short(detail.rtt * 1000)} ms`],
    ['queue', `${detail.arrived} arrived, ${detail.held} classifiers held, ${short(detail.work)} s of work`],
    ['RAM', `${scaled(detail.ramUsed, 'B')} of ${scaled(detail.ram, 'B')} (${percent(detail.ramUsed / detail.ram)})`],
    ['trained on', `${count(detail.rows)} rows`],
    ['computed', `${short(detail.computed)} s`],
    ['on the air', `${short(detail.communicated)} s`],
    ['sent', scaled(detail.bytesUp, 'B')],
    ['received', scaled(detail.bytesDown, 'B')],
    ['energy', scaled(detail.energy, 'J')],
    ['uploads', `${count(detail.uploads)}, ${count(detail.failures)} transfers failed`],
  ];
}

const LOW = [38, 104, 190] as const;
const MIDDLE = [245, 245, 245] as const;
const HIGH = [214, 96, 0] as const;

function shade(value: number): readonly [number, number, number] {
  const end = value < 0 ? LOW : HIGH;
  const share = Math.min(1, Math.abs(value));
  return [0, 1, 2].map((i) => MIDDLE[i]! + share * (end[i]! - MIDDLE[i]!)) as unknown as [number, number, number];
}

/** A picture a class, each as the rows are. */
function drawPictures(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  { stride, bias }: SentWeights,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const pictures = Math.floor(values.length / stride);
  canvas.width = width * pictures;
  canvas.height = height;
  canvas.classList.add('picture');
  const context = canvas.getContext('2d')!;
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-12);
  for (let n = 0; n < pictures; n++) {
    const image = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++)
      image.data.set([...shade(values[n * stride + bias + i]! / most), 255], i * 4);
    context.putImageData(image, n * width, 0);
  }
}

function drawBars(canvas: HTMLCanvasElement, values: Float32Array): void {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-12);
  canvas.width = Math.min(values.length, 256) * 4;
  canvas.height = 80;
  canvas.classList.remove('picture');
  const context = canvas.getContext('2d')!;
  context.fillStyle = colours().grid;
  context.fillRect(0, 40, canvas.width, 1);
  for (let i = 0; i * 4 < canvas.width; i++) {
    const size = (values[i]! / most) * 38;
    context.fillStyle = `rgb(${(size < 0 ? LOW : HIGH).join()})`;
    context.fillRect(i * 4, size < 0 ? 40 : 40 - size, 3, Math.max(1, Math.abs(size)));
  }
}
