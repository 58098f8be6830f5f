/** For tests: names that try to be more than names, where HTML, an expression or a terminal takes them for code. */
export const HOSTILE = [
  '<script>window.hit=1</script>',
  "'><img src=x onerror=window.hit=1>",
  '</script><svg onload=window.hit=1>',
  "'+(window.hit=1)+'",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: meant as it stands
  '${window.hit=1}',
  "datum['constructor']['constructor']('window.hit=1')()",
  '\x1b[2J\x1b[31mEVIL\x07',
  '\u202egnirts\u2066 \u200f',
  '&lt;b&gt;&#x202e;',
  '__proto__',
  'constructor',
  'long '.repeat(600).trim(),
] as const;

/** For tests: rows of a class for each of these names, far from each other, as CSV with the columns f1, f2, label. */
export function hostileCsv(names: readonly string[] = HOSTILE): string {
  const rows = names.flatMap((name, n) =>
    Array.from({ length: 12 }, (_, k) => `${10 * n + (k % 4)},${(n % 3) * 10 + (k % 3)},${name}`),
  );
  return `f1,f2,label\n${rows.join('\n')}\n`;
}
