import { escapeControls } from '../../kernel/escape.ts';
import type { NodeContent, RunInfo, Sample } from '../messages.ts';
import { bytesOf, card, el, setText } from './dom.ts';
import { count } from './numbers.ts';
import type { Store } from './store.ts';

/** What each node of a small fleet holds, and test rows with the verdict of the model as it is. */
export class Pictures {
  readonly nodes: HTMLElement;
  readonly tests: HTMLElement;
  readonly #store: Store;
  readonly #nodeList = el('div', { class: 'nodes' });
  readonly #testList = el('ul', { class: 'tests' });
  readonly #score = el('p', { class: 'faint' });
  #verdicts: HTMLElement[] = [];
  #seenRun = -1;
  #seenVerdicts = '';

  constructor(store: Store) {
    this.#store = store;
    this.nodes = card('nodes', 'What each node holds', this.#nodeList);
    this.tests = card('tests', 'Test rows and the model’s verdict', this.#score, this.#testList);
    this.nodes.classList.add('whole');
  }

  draw(): void {
    const { info, status, versions } = this.#store;
    if (info === undefined) return;
    if (versions.run !== this.#seenRun) {
      this.#seenRun = versions.run;
      this.#seenVerdicts = '';
      this.#begin(info);
    }
    const verdicts = status?.verdicts ?? [];
    const seen = verdicts.join();
    if (seen === this.#seenVerdicts) return;
    this.#seenVerdicts = seen;
    let right = 0;
    info.test.forEach(({ label }, n) => {
      const number = verdicts[n];
      const verdict = number === undefined ? '?' : (info.classes[number] ?? `class ${number + 1}`);
      const good = verdict === label;
      if (good) right++;
      const element = this.#verdicts[n]!;
      element.className = good ? 'right' : 'wrong';
      setText(element.querySelector('.verdict')!, `${good ? '✓' : '✗'} ${verdict}`);
      element.title = escapeControls(`is ${label}, the model says ${verdict}`);
    });
    setText(this.#score, `${right} of ${info.test.length} right`);
  }

  #begin(info: RunInfo): void {
    this.nodes.hidden = info.nodes.length === 0;
    this.tests.hidden = info.test.length === 0;
    this.#nodeList.replaceChildren(...info.nodes.map((node) => nodeView(node, info)));
    this.#verdicts = info.test.map((sample) =>
      el(
        'li',
        {},
        info.picture === null ? null : strip([sample], info.picture),
        el('span', { class: 'truth' }, sample.label),
        el('span', { class: 'verdict' }, '?'),
      ),
    );
    this.#testList.replaceChildren(...this.#verdicts);
  }
}

function nodeView({ device, board, rows, labels, samples }: NodeContent, info: RunInfo): HTMLElement {
  const most = Math.max(1, ...labels.map((label) => label.rows));
  const bars = labels.map((label) => {
    const bar = el('meter', { min: 0, max: most, value: label.rows, 'aria-label': `label ${label.name}` });
    return el('li', { title: `${count(label.rows)} rows of ${label.name}` }, el('span', {}, label.name), bar);
  });
  return el(
    'article',
    { class: 'node' },
    el('h3', {}, `Node ${device}`, el('span', { class: 'faint' }, ` ${board}, ${count(rows)} rows`)),
    info.picture === null ? null : strip(samples, info.picture),
    el('ul', { class: 'bars' }, ...bars),
  );
}

/** Pictures side by side. */
function strip(samples: readonly Sample[], { width, height }: { width: number; height: number }): HTMLCanvasElement {
  const canvas = el('canvas', {
    class: 'digits',
    width: width * samples.length,
    height,
    role: 'img',
    'aria-label': `pictures of ${samples.map(({ label }) => label).join(', ')}`,
  });
  const context = canvas.getContext('2d')!;
  samples.forEach(({ pixels }, n) => {
    const bytes = bytesOf(pixels);
    const image = context.createImageData(width, height);
    // Dark strokes on light: as written with a pen.
    for (let i = 0; i < bytes.length; i++)
      image.data.set([255 - bytes[i]!, 255 - bytes[i]!, 255 - bytes[i]!, 255], i * 4);
    context.putImageData(image, n * width, 0);
  });
  return canvas;
}
