import { METRIC_COLUMNS, type PastRun, type PastSeries, type Row, STATES } from '../messages.ts';
import { load } from './connection.ts';
import { button, card, el, setText } from './dom.ts';
import { clock, count, percent, scaled, short } from './numbers.ts';
import type { Store } from './store.ts';
import { colours } from './theme.ts';

/** Runs that are laid over at a time. */
const LETTERS = ['A', 'B', 'C'] as const;
const MOST_OVERLAYS = LETTERS.length;
const ROW = 9;

/** The results folder: a list, runs laid over the charts, and one of them looked through in time. */
export class PastView {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #table = el('tbody');
  readonly #note = el('p', { class: 'faint' });
  readonly #slider = el('input', {
    type: 'range',
    min: 0,
    max: 1000,
    value: 1000,
    id: 'scrub',
    'aria-label': 'Time in the past run',
  });
  readonly #values = el('output', { id: 'scrubbed', for: 'scrub' });
  readonly #lanes = el('canvas', { class: 'lanes', role: 'img', 'aria-label': 'What chosen devices did over time' });
  readonly #scrubber: HTMLElement;
  readonly #loaded = new Map<string, PastSeries>();
  #runs: readonly PastRun[] = [];
  #scrubbed: { readonly run: PastRun; readonly series: PastSeries } | undefined;
  #seenColours = -1;

  constructor(store: Store) {
    this.#store = store;
    this.#slider.addEventListener('input', () => this.#scrub());
    this.#scrubber = el(
      'div',
      { class: 'scrubber', hidden: true },
      el('h3', {}, 'Looked through'),
      this.#slider,
      this.#values,
      this.#lanes,
      button('Close', 'Look at the run at hand alone', () => this.#close(), { class: 'small' }),
    );
    const heads = ['over the charts', 'run', 'seed', 'method', 'devices', 'accuracy', 'time', 'ended', ''];
    this.element = card(
      'past',
      'Past runs',
      el(
        'div',
        { class: 'card-tools' },
        button('Look again', 'Read the results folder again', () => void this.refresh(), {
          class: 'small',
          id: 'past-refresh',
        }),
      ),
      this.#note,
      el(
        'div',
        { class: 'scroll' },
        el(
          'table',
          {},
          el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
          this.#table,
        ),
      ),
      this.#scrubber,
    );
    this.element.classList.add('wide');
  }

  async refresh(): Promise<void> {
    const runs = await load<readonly PastRun[]>('/results');
    this.#runs = runs ?? [];
    setText(
      this.#note,
      runs === undefined
        ? 'The results folder cannot be read.'
        : runs.length === 0
          ? 'No results yet: g2t run writes some.'
          : `${runs.length} results`,
    );
    this.#list();
  }

  #list(): void {
    this.#table.replaceChildren(...this.#runs.map((run) => this.#row(run)));
  }

  /** Lays a run over the charts, under a letter that no other has. */
  #lay(series: PastSeries): void {
    const { overlays } = this.#store;
    const label = LETTERS.find((letter) => !overlays.some((overlay) => overlay.label === letter))!;
    this.#store.overlays = [...overlays, { label, series }];
    this.#store.versions.overlays++;
  }

  draw(): void {
    if (this.#scrubbed === undefined || this.#seenColours === this.#store.versions.colours) return;
    this.#seenColours = this.#store.versions.colours;
    this.#scrub();
  }

  #row(run: PastRun): HTMLElement {
    const box = el('input', { type: 'checkbox', 'aria-label': `Lay ${run.folder} over the charts` });
    const label = this.#store.overlays.find(({ series }) => series.id === run.id)?.label;
    box.checked = label !== undefined;
    box.addEventListener('change', () => void this.#overlay(run, box));
    const cells = [
      run.seed ?? '–',
      run.method,
      run.devices === null ? '–' : count(run.devices),
      percent(run.accuracy),
      run.makespan === null ? '–' : clock(run.makespan),
      run.stopped,
    ];
    return el(
      'tr',
      {},
      el('td', {}, box, ` ${label ?? ''}`),
      el('th', { scope: 'row', title: `digest ${run.digest}` }, run.folder),
      ...cells.map((cell) => el('td', {}, String(cell))),
      el(
        'td',
        {},
        button('Look through', `Look through ${run.folder}`, () => void this.#open(run), { class: 'small' }),
      ),
    );
  }

  async #series(run: PastRun): Promise<PastSeries | undefined> {
    const known = this.#loaded.get(run.id) ?? (await load<PastSeries>(`/results/${run.id}`));
    if (known === undefined) this.#store.notice = { text: `${run.folder} cannot be read`, bad: true };
    else this.#loaded.set(run.id, known);
    return known;
  }

  async #overlay(run: PastRun, box: HTMLInputElement): Promise<void> {
    const { overlays } = this.#store;
    if (!box.checked) this.#store.overlays = overlays.filter(({ series }) => series.id !== run.id);
    else {
      const series = overlays.length < MOST_OVERLAYS ? await this.#series(run) : undefined;
      if (overlays.length >= MOST_OVERLAYS)
        this.#store.notice = { text: `At most ${MOST_OVERLAYS} runs are laid over: take one away`, bad: true };
      if (series === undefined) box.checked = false;
      else this.#lay(series);
    }
    this.#store.versions.overlays++;
    this.#list();
  }

  async #open(run: PastRun): Promise<void> {
    const series = await this.#series(run);
    if (series === undefined) return;
    this.#scrubbed = { run, series };
    this.#scrubber.hidden = false;
    this.#slider.value = this.#slider.max;
    if (!this.#store.overlays.some((overlay) => overlay.series.id === run.id)) {
      if (this.#store.overlays.length >= MOST_OVERLAYS) this.#store.overlays = this.#store.overlays.slice(1);
      this.#lay(series);
      this.#list();
    }
    this.#scrub();
    this.#scrubber.scrollIntoView({ block: 'nearest' });
  }

  #close(): void {
    this.#scrubbed = undefined;
    this.#scrubber.hidden = true;
    this.#store.cursor = undefined;
    this.#store.versions.overlays++;
  }

  #scrub(): void {
    if (this.#scrubbed === undefined) return;
    const { run, series } = this.#scrubbed;
    const at = (series.end * Number(this.#slider.value)) / Number(this.#slider.max);
    this.#store.cursor = at;
    const value = (name: (typeof METRIC_COLUMNS)[number]) =>
      lastBefore(series.metrics, at, METRIC_COLUMNS.indexOf(name));
    const tau = lastBefore(series.rounds, at, 3);
    const said = [
      `${run.folder} at ${clock(at)}`,
      `accuracy ${percent(value('accuracy'))}`,
      `loss ${short(value('loss'))}`,
      ...(tau === null ? [] : [`tau ${tau}`]),
      `${count(value('tasks_done') ?? 0)} results`,
      `${scaled((value('bytes_up') ?? 0) + (value('bytes_down') ?? 0), 'B')}`,
      `${scaled(value('energy_j') ?? 0, 'J')}`,
    ];
    setText(this.#values, said.join(', '));
    this.#drawLanes(series, at);
  }

  /** A lane a device: what it did, and where the slider stands. */
  #drawLanes({ timeline, devices, end }: PastSeries, at: number): void {
    const width = Math.max(300, this.#lanes.clientWidth || 600);
    this.#lanes.hidden = devices.length === 0;
    this.#lanes.width = width;
    this.#lanes.height = Math.max(1, devices.length * ROW);
    const context = this.#lanes.getContext('2d')!;
    const { states, accent, grid } = colours();
    const lane = new Map(devices.map(({ device }, n) => [device, n]));
    context.fillStyle = grid;
    context.fillRect(0, 0, width, this.#lanes.height);
    for (const [device, state, from, to] of timeline) {
      if (STATES[state] === 'waiting') continue;
      const row = lane.get(device);
      // Of some fleets only the first devices have a lane.
      if (row === undefined) continue;
      context.fillStyle = states[state]!;
      const left = (from / end) * width;
      context.fillRect(left, row * ROW, Math.max(0.5, ((to - from) / end) * width), ROW - 2);
    }
    context.fillStyle = accent;
    context.fillRect((at / end) * width - 1, 0, 2, this.#lanes.height);
  }
}

function lastBefore(rows: readonly Row[], at: number, column: number): number | null {
  let found: number | null = null;
  for (const row of rows) {
    if (row[0]! > at) break;
    found = row[column] ?? found;
  }
  return found;
}
