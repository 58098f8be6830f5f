import type { TableOfRuns } from './figure.ts';

/** A table in the forms that papers and programs take, by file ending. */
export function tableFiles({ caption, head, rows }: TableOfRuns): [string, string][] {
  const all = [head, ...rows];
  const markdown = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map(
    (row) => `| ${row.map(inMarkdown).join(' | ')} |`,
  );
  const latex = [
    '% Needs booktabs; fits two columns.',
    '\\begin{table*}',
    '  \\centering',
    `  \\caption{${inLatex(caption)}}`,
    `  \\begin{tabular}{l${'r'.repeat(head.length - 1)}}`,
    '    \\toprule',
    `    ${head.map(inLatex).join(' & ')} \\\\`,
    '    \\midrule',
    ...rows.map((row) => `    ${row.map(inLatex).join(' & ')} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table*}',
  ];
  return [
    ['md', `${markdown.join('\n')}\n`],
    ['csv', `${all.map((row) => row.map(inCsv).join(',')).join('\n')}\n`],
    ['tex', `${latex.join('\n')}\n`],
  ];
}

function inMarkdown(text: string): string {
  return text.replaceAll('|', '\\|');
}

function inCsv(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const LATEX: Readonly<Record<string, string>> = {
  '%': '\\%',
  '&': '\\&',
  '#': '\\#',
  _: '\\_',
  τ: '$\\tau$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '–': '--',
};

function inLatex(text: string): string {
  return text.replace(/[%&#_τ±×–]/g, (character) => LATEX[character]!);
}
