import { readdirSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pdfOf } from '../pdf.ts';
import { loadRenderer } from '../render.ts';
import { planFigure } from './make.ts';
import { linesPlot } from './plots.ts';
import { COLUMN_WIDTH, fitColumn, inPoints, LOOKS } from './publication.ts';
import { FIGURES } from './registry.ts';
import { tableFiles } from './tables.ts';
import { interval } from './values.ts';

const series = ['one', 'two', 'three'].map((name, i) => ({
  name,
  points: [1, 2, 3].map((x) => ({ x, mean: x * (i + 1), low: x, high: x * (i + 2) })),
}));
const body = (plot: number) =>
  linesPlot({ series, x: { title: 'time (s)' }, y: { title: 'loss' }, width: plot, height: 60, legend: 3 });

describe('a figure on a page', () => {
  it('is as wide as its columns, to the point', async () => {
    const renderer = await loadRenderer();
    for (const columns of [1, 2] as const) {
      const { svg, width, height } = await fitColumn(renderer, columns, 'a caption', body);
      expect(width).toBe(COLUMN_WIDTH[columns]);
      expect(inPoints(svg)).toContain(`width="${width}pt" height="${height}pt" viewBox="0 0 ${width} ${height}"`);
    }
    expect(COLUMN_WIDTH[1]).toBe(252);
  });

  it('cannot be narrower than what it says', async () => {
    const wide = (plot: number) => ({ ...body(plot), title: 'A title as long as no column is wide. '.repeat(8) });
    await expect(fitColumn(await loadRenderer(), 1, '', wide)).rejects.toThrow(/Expected a figure to fit 252 pt/);
  });

  it('tells series apart without colour', () => {
    for (const key of ['color', 'shape'] as const)
      expect(new Set(LOOKS.map((look) => look[key])).size).toBe(LOOKS.length);
    expect(new Set(LOOKS.map(({ dash }) => dash.join(' '))).size).toBe(LOOKS.length);
  });

  it('is a PDF with the characters of its fonts in it, the same bytes each time', async () => {
    const fitted = await fitColumn(await loadRenderer(), 1, 'a caption', body);
    const make = () => pdfOf(fitted.svg, fitted, { title: 'A figure', subject: 'a caption' });
    const [once, again] = [Buffer.from(await make()), Buffer.from(await make())];
    expect(once.equals(again)).toBe(true);
    const text = once.toString('latin1');
    expect(text).toContain('/FontFile2');
    expect(text).toMatch(/\/BaseFont \/[A-Z]+\+DejaVuSans/);
    expect(text).toContain('(D:19700101000000Z)');
    expect(text).toContain(`/MediaBox [0 0 252 ${fitted.height}]`);
    // Text stays text: no character is drawn as a path alone.
    const streams = [...text.matchAll(/stream\n([\s\S]*?)\nendstream/g)].map(([, body]) =>
      Buffer.from(body!, 'latin1'),
    );
    const unpacked = streams.flatMap((stream) => {
      try {
        return inflateSync(stream).toString('latin1');
      } catch {
        return [];
      }
    });
    expect(unpacked.some((content) => /BT[\s\S]+T[jJ]/.test(content))).toBe(true);
  });
});

describe('an interval', () => {
  it('is Student’s, by the worked values of a table', () => {
    // t(0.975, 4) = 2.776, deviation 1.5811, n = 5.
    const { mean, low, high } = interval([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    expect(high - mean).toBeCloseTo(1.963, 3);
    expect(mean - low).toBeCloseTo(1.963, 3);
    expect(interval([2])).toEqual({ mean: 2, low: 2, high: 2 });
  });
});

describe('a table', () => {
  it('comes as Markdown, CSV and LaTeX, each with its own escapes', () => {
    const table = { kind: 'table', caption: '50 % & more', head: ['', 'Adaptive τ'], rows: [['age (s), mean', '1|2']] };
    const files = new Map(tableFiles({ ...table, kind: 'table' }));
    expect(files.get('md')).toBe('|  | Adaptive τ |\n| --- | ---: |\n| age (s), mean | 1\\|2 |\n');
    expect(files.get('csv')).toBe(',Adaptive τ\n"age (s), mean",1|2\n');
    expect(files.get('tex')).toContain('\\caption{50 \\% \\& more}');
    expect(files.get('tex')).toContain(' & Adaptive $\\tau$ \\\\');
  });
});

describe('the papers’ figures', () => {
  it('have a scenario each, and no scenario is left over', () => {
    const scenarios = readdirSync('scenarios/figures').filter((file) => file.endsWith('.yaml'));
    expect(FIGURES.map(({ name }) => `${name}.yaml`).sort()).toEqual(scenarios.sort());
  });

  for (const figure of FIGURES) {
    it(`${figure.name}: runs the same seeds of each variant, reduced and from the generator too`, () => {
      const plan = (reduced: boolean, generated: boolean) =>
        planFigure(figure, { dataDir: 'nowhere', dataInputs: () => [], reduced, generated });
      const whole = plan(false, true);
      const labels = new Set(whole.runs.map(({ label }) => label));
      expect(whole.runs).toHaveLength(labels.size * figure.seeds);
      expect(whole.runs.every(({ loaded }) => loaded.scenario.dataset.name === 'clusters')).toBe(true);
      expect(whole.provenance.generated).toBe(figure.generated.length > 0);
      const small = plan(true, true);
      expect(small.runs.length).toBeGreaterThan(0);
      expect(small.runs.length).toBeLessThan(whole.runs.length + 1);
    });
  }
});
