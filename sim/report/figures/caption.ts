import type { InputFile } from '../../data/input-file.ts';
import type { Chart, Figure, FigureRun, TableOfRuns } from './figure.ts';

/** Where a figure's runs come from, beside what they themselves say. */
export interface Provenance {
  /** The scenario's file, from the package's root. */
  readonly scenario: string;
  /** Settings laid over it. */
  readonly set: readonly string[];
  /** Whether a generator stands in the place of the data set that the scenario names. */
  readonly generated: boolean;
  readonly reduced: boolean;
  /** The files that the runs read. */
  readonly inputs: readonly InputFile[];
  readonly firmware: string;
}

const DATA = '- Data: ';

/** The files that a caption names, with their hashes. */
export function inputsOfCaption(caption: string): InputFile[] {
  const lines = caption.split('\n').filter((line) => line.startsWith(DATA));
  return lines.flatMap((line) => {
    const [, file, sha256] = /^- Data: `(.+)`, sha256 `([0-9a-f]{64})`$/.exec(line) ?? [];
    return file === undefined || sha256 === undefined ? [] : [{ kind: 'data' as const, file, sha256 }];
  });
}

/** The caption: what is seen, and all that it takes to make it again. */
export function captionFile(
  figure: Figure,
  drawing: Chart | TableOfRuns,
  runs: readonly FigureRun[],
  { scenario, set, generated, reduced, inputs, firmware }: Provenance,
): string {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const lines = [
    `# ${figure.name}: ${figure.title}`,
    '',
    drawing.caption,
    ...(generated
      ? ['', '**Generated data**: rows of a generator stand in the place of the data set that the scenario names.']
      : []),
    ...(reduced ? ['', '**Reduced form**, for tests of the program: not for quoting.'] : []),
    '',
    `- Scenario: \`${scenario}\``,
    ...set.map((setting) => `- Set: \`${setting}\``),
    `- Seeds: ${seeds.join(', ')} (the same for all runs)`,
    ...inputs.map(({ file, sha256 }) => `${DATA}\`${file}\`, sha256 \`${sha256}\``),
    `- Firmware: sha256 \`${firmware}\``,
    ...(drawing.kind === 'chart'
      ? [`- Width: ${figure.columns === 1 ? 'one column, 3.5 in' : 'two columns, 7.16 in'}`]
      : []),
    '',
    '| run | seed | digest |',
    '|---|---|---|',
    ...runs.map(({ label, seed, summary }) => `| ${label} | ${seed} | \`${summary.digest}\` |`),
  ];
  return `${lines.join('\n')}\n`;
}
