import type { Command, CommandAnswer, Knobs, RunInfo } from '../messages.ts';
import { button, el, setText } from './dom.ts';
import { clock } from './numbers.ts';
import type { Store } from './store.ts';

/** Spells with and without a connection, mean seconds. */
const DROPOUTS: readonly { readonly label: string; readonly knob: Knobs['dropout'] }[] = [
  { label: 'as in the scenario', knob: null },
  { label: 'none', knob: 'none' },
  { label: 'seldom: 60 s on, 2 s off', knob: { up: 60, down: 2 } },
  { label: 'often: 10 s on, 2 s off', knob: { up: 10, down: 2 } },
  { label: 'mostly off: 2 s on, 6 s off', knob: { up: 2, down: 6 } },
];

type Act = (command: Command) => Promise<CommandAnswer>;

/** The knobs: what holds from the next millisecond on, and what begins the run anew. */
export class KnobPanel {
  readonly #store: Store;
  readonly #act: Act;
  readonly #delay: NumberKnob;
  readonly #loss: NumberKnob;
  readonly #congestion: NumberKnob;
  readonly #dropout = el('select', { id: 'dropout' });
  readonly #tauKind = el('select', { id: 'tau-kind' });
  readonly #tau = el('input', {
    id: 'tau-steps',
    type: 'number',
    min: 1,
    max: 65535,
    value: 10,
    'aria-label': 'Steps',
  });
  readonly #tauField: HTMLElement;
  readonly #cases = el('fieldset', { id: 'case' });
  readonly #method = el('select', { id: 'method' });
  readonly #seed = el('input', { id: 'seed', type: 'number', min: 0, step: 1 });
  readonly #changes = el('ol', { id: 'changes' });
  #seenRun = -1;
  #seenChanges = '';

  constructor(store: Store, panel: HTMLElement, act: Act) {
    this.#store = store;
    this.#act = act;
    const set = (knobs: Partial<Knobs>) => void act({ do: 'set', knobs });
    this.#delay = new NumberKnob('delay', 'Added delay', 'ms', { max: 2000, step: 10 }, (delayMs) =>
      set({ delayMs: delayMs ?? 0 }),
    );
    this.#loss = new NumberKnob('loss', 'Packet loss', '%', { max: 50, step: 0.5 }, (loss) => set({ loss }));
    this.#congestion = new NumberKnob('congestion', 'Congestion', '%', { max: 95, step: 5 }, (congestion) =>
      set({ congestion }),
    );
    DROPOUTS.forEach(({ label }, n) => {
      this.#dropout.append(el('option', { value: n }, label));
    });
    this.#dropout.addEventListener('change', () => set({ dropout: DROPOUTS[Number(this.#dropout.value)]!.knob }));
    const chosenTau = (): void => {
      this.#tau.hidden = this.#tauKind.value !== 'fixed';
      set({ tau: this.#tauKind.value === 'fixed' ? Math.max(1, Math.round(Number(this.#tau.value))) : 'adaptive' });
    };
    this.#tauKind.addEventListener('change', chosenTau);
    this.#tau.addEventListener('change', chosenTau);
    this.#tauField = field('tau-kind', 'Local steps τ', this.#tauKind, this.#tau);
    this.#method.addEventListener('change', () => void this.#restart({ method: this.#method.value }));
    panel.append(
      el('h2', {}, 'While it runs'),
      this.#delay.element,
      this.#loss.element,
      field('dropout', 'Dropout', this.#dropout),
      this.#congestion.element,
      this.#tauField,
      el('h2', {}, 'Begins a new run'),
      this.#cases,
      field('method', 'Method', this.#method),
      field(
        'seed',
        'Seed',
        this.#seed,
        button('Restart', 'Begin anew with this seed', () => void this.#restart({ seed: Number(this.#seed.value) }), {
          id: 'restart',
        }),
      ),
      el('h2', {}, 'Changes of this run'),
      this.#changes,
    );
  }

  draw(): void {
    const { info, status } = this.#store;
    if (info === undefined || status === undefined) return;
    if (this.#seenRun !== this.#store.versions.run) this.#begin(info);
    const { knobs, changes } = status;
    this.#delay.show(knobs.delayMs);
    this.#loss.show(knobs.loss);
    this.#congestion.show(knobs.congestion);
    const kept = DROPOUTS.findIndex(({ knob }) => JSON.stringify(knob) === JSON.stringify(knobs.dropout));
    if (document.activeElement !== this.#dropout && kept >= 0) this.#dropout.value = String(kept);
    if (document.activeElement !== this.#tauKind && document.activeElement !== this.#tau) {
      const adaptive = knobs.tau === 'adaptive' || (knobs.tau === null && info.adaptive);
      this.#tauKind.value = adaptive ? 'adaptive' : 'fixed';
      this.#tau.hidden = adaptive;
      if (typeof knobs.tau === 'number') this.#tau.value = String(knobs.tau);
    }
    const listed = changes.map(({ at, set }) => `${clock(at)}: ${set}`);
    const seen = listed.join('\n');
    if (seen === this.#seenChanges && this.#changes.childElementCount > 0) return;
    this.#seenChanges = seen;
    this.#changes.replaceChildren(...(listed.length === 0 ? ['None yet.'] : listed.map((text) => el('li', {}, text))));
  }

  async #restart(choice: { seed?: number; dataCase?: number; method?: string }): Promise<void> {
    await this.#act({ do: 'restart', ...choice });
    this.#seenRun = -1;
  }

  #begin(info: RunInfo): void {
    this.#seenRun = this.#store.versions.run;
    this.#seed.value = String(info.seed);
    this.#method.replaceChildren(
      ...info.methods.map((name) => el('option', { value: name, selected: name === info.method }, name)),
    );
    this.#method.value = info.method;
    this.#cases.hidden = !info.cases;
    this.#cases.replaceChildren(
      el('legend', {}, 'Data case'),
      ...[1, 2, 3, 4].map((number) => {
        const input = el('input', { type: 'radio', name: 'case', value: number, id: `case-${number}` });
        input.checked = info.dataCase === number;
        input.addEventListener('change', () => void this.#restart({ dataCase: number }));
        return el('label', { for: `case-${number}`, title: CASES[number - 1] }, input, String(number));
      }),
      el('p', { class: 'faint' }, info.dataCase === null ? 'dealt out otherwise' : CASES[info.dataCase - 1]!),
    );
    this.#tauField.hidden = !info.hasTau;
    this.#tauKind.replaceChildren(
      ...(info.adaptive ? ['adaptive', 'fixed'] : ['fixed']).map((kind) => el('option', { value: kind }, kind)),
    );
    const flow = info.networkModel === 'flow';
    this.#loss.element.hidden = !flow;
    this.#congestion.element.hidden = !flow;
  }
}

const CASES = [
  'rows in turn: all nodes have the same mix',
  'each node has the rows of some labels only',
  'every node has every row',
  'the lower labels in turn over the first nodes, the others by label',
];

function field(id: string, label: string, ...inputs: readonly HTMLElement[]): HTMLElement {
  return el('div', { class: 'field' }, el('label', { for: id }, label), el('div', { class: 'inputs' }, ...inputs));
}

/** A slider and a number that say the same; empty: as the scenario says. */
class NumberKnob {
  readonly element: HTMLElement;
  readonly #slider: HTMLInputElement;
  readonly #number: HTMLInputElement;
  readonly #note = el('span', { class: 'faint' });

  constructor(
    id: string,
    label: string,
    unit: string,
    { max, step }: { readonly max: number; readonly step: number },
    set: (value: number | null) => void,
  ) {
    this.#slider = el('input', { type: 'range', min: 0, max, step, value: 0, 'aria-label': `${label}, slider` });
    this.#number = el('input', { id, type: 'number', min: 0, step: 'any' });
    this.#slider.addEventListener('input', () => {
      this.#number.value = this.#slider.value;
    });
    this.#slider.addEventListener('change', () => set(Number(this.#slider.value)));
    this.#number.addEventListener('change', () => set(this.#number.value === '' ? null : Number(this.#number.value)));
    this.element = field(id, `${label} (${unit})`, this.#slider, this.#number, this.#note);
  }

  show(value: number | null): void {
    setText(this.#note, value === null ? 'as in the scenario' : '');
    if (document.activeElement === this.#number || document.activeElement === this.#slider) return;
    this.#number.value = value === null ? '' : String(value);
    this.#slider.value = String(value ?? 0);
  }
}
