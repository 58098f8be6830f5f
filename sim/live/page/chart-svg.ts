import type { ChartKind, DrawnLine } from './chart-list.ts';
import { short } from './numbers.ts';

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 20;
const TOP = 46;
const BOTTOM = 84;
const PNG_SCALE = 2;
const TICKS = 6;
/** On paper, whatever the page looks like: Okabe and Ito's colours, which the colour-blind tell apart. */
const LINES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const DASHES = ['', '7 4', '2 3', '10 3 2 3'];

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** A chart as an SVG of its own: on white, with title, axes and legend. */
export function chartSvg(kind: ChartKind, lines: readonly DrawnLine[], subtitle: string): string {
  const xs = lines.flatMap(({ x }) => [x[0]!, x.at(-1)!]);
  const ys = lines.flatMap(({ y }) =>
    y.filter((value) => value !== null && !(kind.log === true && value <= 0)),
  ) as number[];
  const [left, right, bottom] = [LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM];
  const x = linear(Math.min(0, ...xs), extreme(xs, Math.max), left, right);
  const low = extreme(ys, Math.min);
  const high = extreme(ys, Math.max);
  const y = kind.share
    ? linear(0, 1, bottom, TOP)
    : kind.log
      ? logarithmic(low, high, bottom, TOP)
      : linear(low >= 0 && low < high / 2 ? 0 : low, high, bottom, TOP);
  const unit = kind.unit === '' ? '' : ` (${kind.unit})`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="DejaVu Sans, Arial, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(left, 22, `${kind.title}${unit}`, 'font-size="15" font-weight="bold"'),
    text(left, 38, subtitle, 'fill="#555555"'),
    ...y.ticks.flatMap((tick) => [
      rule(left, y.at(tick), right, y.at(tick)),
      text(left - 8, y.at(tick) + 4, short(tick), 'text-anchor="end"'),
    ]),
    ...x.ticks.flatMap((tick) => [
      rule(x.at(tick), TOP, x.at(tick), bottom),
      text(x.at(tick), bottom + 18, short(tick, 5), 'text-anchor="middle"'),
    ]),
    text((left + right) / 2, bottom + 38, 'simulated time (s)', 'text-anchor="middle"'),
    ...lines.map((line) => path(line, kind, x, y)),
    ...legend(lines),
    '</svg>',
  ];
  return parts.join('\n');
}

/** The same picture in pixels. */
export async function svgToPng(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH * PNG_SCALE;
    canvas.height = HEIGHT * PNG_SCALE;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob === null ? reject(new Error('no picture came')) : resolve(blob)), 'image/png');
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

function path({ x: xs, y: ys, line, overlay }: DrawnLine, kind: ChartKind, x: Scale, y: Scale): string {
  let d = '';
  let before: number | undefined;
  xs.forEach((at, n) => {
    const value = ys[n];
    if (value === null || value === undefined || (kind.log === true && value <= 0)) return;
    const [px, py] = [x.at(at).toFixed(2), y.at(value).toFixed(2)];
    if (before === undefined) d += `M${px} ${py}`;
    else d += kind.steps ? `H${px}V${py}` : `L${px} ${py}`;
    before = value;
  });
  const dash = DASHES[overlay % DASHES.length]!;
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<path d="${d}" fill="none" stroke="${LINES[(line + overlay) % LINES.length]}" stroke-width="2"${dashes}/>`;
}

function legend(lines: readonly DrawnLine[]): string[] {
  let left = LEFT;
  let top = HEIGHT - 26;
  return lines.flatMap(({ label, line, overlay }) => {
    const width = 40 + label.length * 7;
    if (left > LEFT && left + width > WIDTH - RIGHT) {
      left = LEFT;
      top += 16;
    }
    const at = left;
    left += width;
    const colour = LINES[(line + overlay) % LINES.length];
    const dash = DASHES[overlay % DASHES.length]!;
    const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    return [
      `<line x1="${at}" y1="${top - 4}" x2="${at + 24}" y2="${top - 4}" stroke="${colour}" stroke-width="2"${dashes}/>`,
      text(at + 30, top, label),
    ];
  });
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const safe = content.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${safe}</text>`;
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map((at) => at.toFixed(1));
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="#dddddd"/>`;
}

function extreme(values: readonly number[], pick: (a: number, b: number) => number): number {
  return values.length === 0 ? 1 : values.reduce((a, b) => pick(a, b));
}

function linear(low: number, high: number, from: number, to: number): Scale {
  const top = high > low ? high : low + 1;
  const raw = (top - low) / TICKS;
  const power = Number(`1e${Math.floor(Math.log10(raw))}`);
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw)!;
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= top * (1 + 1e-9); n++) ticks.push(n * step);
  return { ticks, at: (value) => from + ((value - low) / (top - low)) * (to - from) };
}

function logarithmic(low: number, high: number, from: number, to: number): Scale {
  const first = Math.floor(Math.log10(low));
  const last = Math.max(first + 1, Math.ceil(Math.log10(high)));
  const ticks = Array.from({ length: last - first + 1 }, (_, n) => Number(`1e${first + n}`));
  return { ticks, at: (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from) };
}
