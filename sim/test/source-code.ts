/** TypeScript source with the text of comments, strings, templates and regular expressions blanked; line numbers are kept. */
export function codeOnly(source: string): string {
  let out = '';
  let at = 0;
  /** Depth of braces at which each open template's `${` returns to its text. */
  const templates: number[] = [];
  let braces = 0;
  const blank = (end: number) => {
    out += source.slice(at, end).replace(/[^\n]/g, ' ');
    at = end;
  };
  while (at < source.length) {
    const char = source[at]!;
    const two = source.slice(at, at + 2);
    if (two === '//') blank(endOf(source, '\n', at));
    else if (two === '/*') blank(endOf(source, '*/', at + 2) + 2);
    else if (char === "'" || char === '"') blank(endOfQuoted(source, at, char) + 1);
    else if (char === '/' && beginsRegExp(out)) blank(endOfRegExp(source, at));
    else if (char === '`' || (char === '}' && templates.at(-1) === braces)) {
      if (char === '}') templates.pop();
      const end = endOfTemplateText(source, at + 1);
      blank(end);
      if (source[end] === '`' || end >= source.length) blank(end + 1);
      else {
        blank(end + 2);
        templates.push(braces);
      }
    } else {
      if (char === '{') braces++;
      if (char === '}') braces--;
      out += char;
      at++;
    }
  }
  return out;
}

function endOf(source: string, what: string, from: number): number {
  const end = source.indexOf(what, from);
  return end < 0 ? source.length : end;
}

function endOfQuoted(source: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  return at;
}

/** The backtick that ends a template, or its next `${`. */
function endOfTemplateText(source: string, start: number): number {
  let at = start;
  while (at < source.length && source[at] !== '`' && source.slice(at, at + 2) !== '${')
    at += source[at] === '\\' ? 2 : 1;
  return at;
}

/** A slash begins a regular expression where a value may stand, and divides elsewhere. */
function beginsRegExp(before: string): boolean {
  const code = before.trimEnd();
  return code === '' || /[([{,;=:?!&|+\-*%<>~^}]$/.test(code) || /\b(return|typeof|case)$/.test(code);
}

function endOfRegExp(source: string, start: number): number {
  let inClass = false;
  let at = start + 1;
  while (at < source.length && source[at] !== '\n' && (inClass || source[at] !== '/')) {
    if (source[at] === '[') inClass = true;
    if (source[at] === ']') inClass = false;
    at += source[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

export interface Import {
  readonly line: number;
  readonly from: string;
}

/** Everything that a module imports, for types too. */
export function importsOf(source: string): Import[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)'([^']+)'/gm;
  return [...source.matchAll(pattern)].map((match) => ({
    line: source.slice(0, match.index).split('\n').length,
    from: match[1]!,
  }));
}
