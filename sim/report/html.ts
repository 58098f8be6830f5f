import { escapeControls } from '../kernel/escape.ts';

/** Markup that is ready to be put into a page; everything else is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Returns text as HTML shows it: markup and control characters are escaped. */
export function escapeHtml(text: string): string {
  return escapeControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

type Piece = string | number | Markup | readonly Piece[];

function put(piece: Piece): string {
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map(put).join('');
  return escapeHtml(String(piece));
}

/** A template whose values are escaped, unless they are markup already. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return new Markup(strings.map((text, i) => (i === 0 ? text : put(values[i - 1]!) + text)).join(''));
}

/** A table; columns whose heading ends in '#' hold numbers and stand to the right. */
export function htmlTable(headings: readonly string[], rows: readonly (readonly Piece[])[]): Markup {
  const numeric = headings.map((heading) => heading.endsWith('#'));
  const side = (i: number) => new Markup(numeric[i] === true ? ' class="number"' : '');
  const head = headings.map((heading, i) => html`<th scope="col"${side(i)}>${heading.replace(/ ?#$/, '')}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>${row.map((cell, i) =>
        i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${side(i)}>${cell}</td>`,
      )}</tr>\n`,
  );
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table></div>`;
}
