import { readFileSync } from 'node:fs';
import { assert } from '../kernel/errors.ts';
import { escapeControls } from '../kernel/escape.ts';
import { FONT_FILES } from './fonts.ts';
import { FONT, type Spec } from './style.ts';

/** Turns specs into pictures. The same spec gives the same bytes on every machine and Node version. */
export interface Renderer {
  svg(spec: Spec): Promise<string>;
  /** On white. @param zoom pixels a unit of the SVG. */
  png(svg: string, zoom?: number): Uint8Array;
}

let loading: Promise<Renderer> | undefined;

/** Loads the drawing libraries once (about 0.3 s, so not before a chart is due). */
export function loadRenderer(): Promise<Renderer> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Renderer> {
  const [vega, { expressionInterpreter }, { compile }, { Resvg }, fontkit] = await Promise.all([
    import('vega'),
    import('vega-interpreter'),
    import('vega-lite'),
    import('@resvg/resvg-js'),
    import('fontkit'),
  ]);
  const [regular, bold] = FONT_FILES.map((file) => advances(fontkit.create(readFileSync(file)) as Font));
  // These are exported but missing from the library's types.
  const { textMetrics, setRandom, randomLCG, resetSVGDefIds } = vega as unknown as UntypedVega;
  textMetrics.width = (item, text) => {
    const width = isBold(item.fontWeight) ? bold!(String(text ?? '')) : regular!(String(text ?? ''));
    const px = (width * (item.fontSize ?? 11)) / 1000;
    return item.limit !== undefined && item.limit > 0 ? Math.min(px, item.limit) : px;
  };
  return {
    async svg(spec) {
      // Bands and bootstraps of Vega draw random numbers: each chart starts from the same one.
      setRandom(randomLCG(42));
      // Gradients and clips are numbered: each chart numbers its own, however many were drawn before.
      resetSVGDefIds();
      // Expressions are interpreted, never made into JavaScript: names of a scenario or data set are parts of them.
      const dataflow = vega.parse(compile(spec as never, { logger: strict }).spec, undefined, { ast: true });
      const view = new vega.View(dataflow, { expr: expressionInterpreter, renderer: 'none' });
      view.logLevel(vega.Error);
      try {
        return shorten(escapeControls(await view.toSVG()));
      } finally {
        view.finalize();
      }
    },
    png(svg, zoom = 2) {
      const font = { fontFiles: [...FONT_FILES], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' };
      const resvg = new Resvg(svg, { font, background: '#ffffff', fitTo: { mode: 'zoom', value: zoom } });
      return resvg.render().asPng();
    },
  };
}

/** Hundredths of a pixel are enough; coordinates with 15 digits would make up half of the file. */
function shorten(svg: string): string {
  return svg.replace(/ (?:d|transform|x|y|x2|y2|width|height)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (digits) => String(Number(Number(digits).toFixed(2)))),
  );
}

/** Vega-Lite warns where a spec is wrong; specs are ours, so a warning is our fault. */
const strict = {
  level: () => strict,
  error: (...message: unknown[]) => refuse(message),
  warn: (...message: unknown[]) => refuse(message),
  info: () => strict,
  debug: () => strict,
} as never;

function refuse(message: readonly unknown[]): never {
  assert(false, `Expected a chart's spec to be clean, got: ${message.join(' ')}`);
}

interface UntypedVega {
  readonly textMetrics: { width: (item: TextItem, text?: unknown) => number };
  readonly setRandom: (random: () => number) => void;
  readonly randomLCG: (seed: number) => () => number;
  readonly resetSVGDefIds: () => void;
}
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  readonly limit?: number;
}
interface Font {
  readonly unitsPerEm: number;
  glyphForCodePoint(codePoint: number): { readonly advanceWidth: number };
}

function isBold(weight: string | number | undefined): boolean {
  return weight === 'bold' || Number(weight) >= 600;
}

/** Width of a text in thousandths of the font size, from the font's own advances (Vega's built-in guess is wrong). */
function advances(font: Font): (text: string) => number {
  const known = new Map<number, number>();
  return (text) => {
    let sum = 0;
    for (const character of text) {
      const codePoint = character.codePointAt(0)!;
      let width = known.get(codePoint);
      if (width === undefined) {
        width = (font.glyphForCodePoint(codePoint).advanceWidth * 1000) / font.unitsPerEm;
        known.set(codePoint, width);
      }
      sum += width;
    }
    return sum;
  };
}

assert(FONT.startsWith('DejaVu Sans'), 'Expected the charts to use the font that is measured');
