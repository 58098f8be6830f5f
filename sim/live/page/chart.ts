import uPlot from 'uplot';
import { type ChartKind, type DrawnLine, linesOf } from './chart-list.ts';
import { chartSvg, svgToPng } from './chart-svg.ts';
import { button, card, download, el, setText } from './dom.ts';
import { short } from './numbers.ts';
import type { Store } from './store.ts';
import { colours } from './theme.ts';

const HEIGHT = 190;
/** Of lines that are laid over: one dash a run. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

/** A chart of the page: drawn when what it shows has changed and it can be seen. */
export class Chart {
  readonly element: HTMLElement;
  readonly #kind: ChartKind;
  readonly #store: Store;
  readonly #plot = el('div', { class: 'plot' });
  readonly #empty = el('p', { class: 'empty', hidden: true });
  #drawn: uPlot | undefined;
  #shape = '';
  #seen = '';
  #visible = false;

  constructor(kind: ChartKind, store: Store) {
    this.#kind = kind;
    this.#store = store;
    const save = (type: 'SVG' | 'PNG') =>
      button(type, `Save this chart as ${type}`, () => void this.#save(type), { class: 'small' });
    this.element = card(
      `chart-${kind.id}`,
      kind.title,
      el('div', { class: 'card-tools' }, save('SVG'), save('PNG')),
      this.#plot,
      this.#empty,
    );
    this.element.classList.add('chart');
    const seen = new IntersectionObserver(
      ([entry]) => {
        this.#visible = entry?.isIntersecting ?? false;
      },
      { rootMargin: '300px' },
    );
    seen.observe(this.element);
    new ResizeObserver(() => {
      this.#drawn?.setSize({ width: this.#plot.clientWidth, height: HEIGHT });
    }).observe(this.#plot);
  }

  /** Whether there is something new to draw. */
  get stale(): boolean {
    return this.#visible && this.#seen !== this.#now();
  }

  draw(): void {
    const now = this.#now();
    const lines = linesOf(this.#kind, this.#store);
    this.#seen = now;
    this.#empty.hidden = lines.length > 0;
    this.#plot.hidden = lines.length === 0;
    setText(
      this.#empty,
      this.#store.status?.events === 0 ? 'Nothing has happened yet.' : 'This run has no such values.',
    );
    if (lines.length === 0) return;
    const { colours: palette } = this.#store.versions;
    const shape = `${palette} ${lines.map(({ label, overlay, line }) => `${label} ${overlay} ${line}`).join(';')}`;
    const data = joined(lines);
    if (shape === this.#shape && this.#drawn !== undefined) {
      this.#drawn.setData(data);
      return;
    }
    this.#drawn?.destroy();
    this.#shape = shape;
    this.#drawn = new uPlot(this.#options(lines), data, this.#plot);
  }

  #now(): string {
    const { points, overlays, colours: palette } = this.#store.versions;
    return `${points} ${overlays} ${palette} ${this.#store.cursor ?? ''}`;
  }

  #options(lines: readonly DrawnLine[]): uPlot.Options {
    const { lines: palette, text, grid, accent } = colours();
    const { log = false, share = false, steps = false, unit } = this.#kind;
    const axis = {
      stroke: text,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1 },
      font: '11px system-ui',
    };
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    return {
      width: Math.max(200, this.#plot.clientWidth),
      height: HEIGHT,
      legend: { show: true, live: true },
      cursor: { points: { size: 6 }, drag: { x: false, y: false } },
      scales: {
        x: { time: false },
        y: log ? { distr: 3 } : share ? { range: [0, 1] } : { range: (_, low, high) => range(low, high) },
      },
      axes: [
        { ...axis, label: 'simulated s', labelSize: 18, labelFont: '11px system-ui', size: 34, labelGap: 0 },
        { ...axis, size: 58, values: (_, splits) => splits.map((v) => (v === null ? '' : `${short(v)}`)) },
      ],
      series: [
        { label: 's', value: (_, v) => (v === null ? '–' : short(v, 5)) },
        ...lines.map(({ label, overlay, line, x }) => ({
          label: unit === '' ? label : `${label} (${unit})`,
          stroke: palette[(line + overlay) % palette.length]!,
          width: overlay === 0 ? 2 : 1.5,
          dash: [...DASHES[overlay % DASHES.length]!],
          spanGaps: true,
          points: { show: x.length < 40, size: 5 },
          value: (_: uPlot, v: number | null) => short(v),
          ...(steps && stepped !== undefined ? { paths: stepped } : {}),
        })),
      ],
      hooks: {
        draw: [
          (plot) => {
            const at = this.#store.cursor;
            if (at === undefined) return;
            const left = Math.round(plot.valToPos(at, 'x', true));
            const { ctx, bbox } = plot;
            ctx.save();
            ctx.strokeStyle = accent;
            ctx.lineWidth = 2;
            ctx.beginPath();
            ctx.moveTo(left, bbox.top);
            ctx.lineTo(left, bbox.top + bbox.height);
            ctx.stroke();
            ctx.restore();
          },
        ],
      },
    };
  }

  async #save(type: 'SVG' | 'PNG'): Promise<void> {
    const svg = chartSvg(this.#kind, linesOf(this.#kind, this.#store), this.#store.info?.name ?? '');
    const name = `${this.#store.info?.name ?? 'run'}-${this.#kind.id}`;
    if (type === 'SVG') download(`${name}.svg`, new Blob([svg], { type: 'image/svg+xml' }));
    else download(`${name}.png`, await svgToPng(svg));
  }
}

/** Room above and below, and around values that are all alike. */
function range(low: number, high: number): [number, number] {
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, low * 1.1), Math.max(0, high * 1.1)];
  const base = low >= 0 && low < high / 2 ? 0 : low;
  return [base, high + (high - base) * 0.05];
}

/** One axis for all lines. */
function joined(lines: readonly DrawnLine[]): uPlot.AlignedData {
  const [first] = lines;
  const alike = lines.every(({ x }) => x.length === first!.x.length && x.every((at, n) => at === first!.x[n]));
  if (alike) return [first!.x, ...lines.map(({ y }) => y)] as unknown as uPlot.AlignedData;
  return uPlot.join(lines.map(({ x, y }) => [x, y] as unknown as uPlot.AlignedData));
}
