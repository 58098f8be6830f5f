import type { Command, CommandAnswer, RunState } from '../messages.ts';
import { button, el, setText } from './dom.ts';
import { clock, count } from './numbers.ts';
import type { Store } from './store.ts';
import { setTheme, type Theme, theme } from './theme.ts';

const SPEEDS: readonly (number | null)[] = [0.1, 0.5, 1, 2, 5, 10, 60, 600, 3600, null];

const WORDS: Readonly<Record<RunState, string>> = {
  loading: 'loading',
  paused: 'paused',
  running: 'running',
  ended: 'ended',
  failed: 'failed',
};

/** The bar at the top: what runs, how far it is, and the pace. */
export class Head {
  readonly #store: Store;
  readonly #play: HTMLButtonElement;
  readonly #steps: readonly HTMLButtonElement[];
  readonly #speed = el('select', { id: 'speed', 'aria-label': 'Simulated seconds a second' });
  readonly #title = el('h1', {}, 'g2t live');
  readonly #state = el('span', { id: 'state', class: 'pill' });
  readonly #clock = el('output', { id: 'clock', 'aria-label': 'Simulated time' });
  readonly #progress = el('span', { id: 'progress', class: 'faint' });
  readonly #act: (command: Command) => Promise<CommandAnswer>;

  constructor(store: Store, head: HTMLElement, act: (command: Command) => Promise<CommandAnswer>) {
    this.#store = store;
    this.#act = act;
    this.#play = button('Play', 'Play or pause (space)', () => this.toggle(), { id: 'play', class: 'main' });
    this.#steps = [
      button('Step event', 'One event (e)', () => void act({ do: 'step', by: 'event' }), { id: 'step-event' }),
      button('Step round', 'Until the next result is in the model (r)', () => void act({ do: 'step', by: 'round' }), {
        id: 'step-round',
      }),
    ];
    for (const speed of SPEEDS)
      this.#speed.append(
        el('option', { value: speed ?? 'max' }, speed === null ? 'as fast as it goes' : `${speed} × real time`),
      );
    this.#speed.addEventListener('change', () => {
      void act({ do: 'speed', speed: this.#speed.value === 'max' ? null : Number(this.#speed.value) });
    });
    const themes = el('select', { id: 'theme', 'aria-label': 'Colours' });
    for (const each of ['auto', 'light', 'dark']) themes.append(el('option', { value: each }, each));
    themes.value = theme();
    themes.addEventListener('change', () => setTheme(themes.value as Theme));
    head.append(
      el('div', { class: 'title' }, this.#title, this.#state, this.#clock, this.#progress),
      el(
        'div',
        { class: 'tools' },
        this.#play,
        ...this.#steps,
        this.#speed,
        button('Save session', 'Save every run of the session (s)', () => void this.save(), { id: 'save' }),
        themes,
      ),
    );
  }

  toggle(): void {
    void this.#act({ do: this.#store.status?.state === 'running' ? 'pause' : 'play' });
  }

  async save(): Promise<void> {
    const { folder, runs } = await this.#act({ do: 'save' });
    if (folder === undefined) return;
    const digests = (runs ?? []).map(({ name, digest }) => `${name} ${digest}`).join(', ');
    this.#store.notice = { text: `Saved to ${folder}: ${digests}`, bad: false };
  }

  /** Faster or slower by one. */
  shift(by: number): void {
    const at = SPEEDS.indexOf(this.#store.status?.speed ?? null);
    const speed = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + by))] ?? null;
    void this.#act({ do: 'speed', speed });
  }

  draw(): void {
    const { info, status, reachable } = this.#store;
    if (info === undefined || status === undefined) return;
    const { state } = status;
    setText(this.#title, info.name);
    document.title = `${info.name} – g2t live`;
    setText(this.#state, reachable ? WORDS[state] : 'server away');
    this.#state.className = `pill ${reachable ? state : 'failed'}`;
    setText(this.#clock, clock(status.clock));
    const done = `${count(status.tasksDone)} of ${count(status.tasksTotal)} results`;
    setText(this.#progress, `run ${status.run}, ${count(status.events)} events, ${done}`);
    setText(this.#play, state === 'running' ? 'Pause' : 'Play');
    const over = state === 'ended' || state === 'failed' || !reachable;
    this.#play.disabled = over;
    for (const step of this.#steps) step.disabled = over;
    const speed = status.speed === null ? 'max' : String(status.speed);
    if (![...this.#speed.options].some(({ value }) => value === speed))
      this.#speed.append(el('option', { value: speed }, `${speed} × real time`));
    if (document.activeElement !== this.#speed) this.#speed.value = speed;
  }
}
