import { escapeHtml, html, Markup } from './html.ts';
import { COLOR } from './style.ts';

/** Colours of the charts that turn over in the dark: the value in the SVG, and what stands for it there. */
const DARK: readonly (readonly [string, string])[] = [
  [COLOR.ink, '#e9eaec'],
  [COLOR.soft, '#a3a8b0'],
  [COLOR.rule, '#565b63'],
  [COLOR.grid, '#2b2f35'],
  [COLOR.idle, '#9298a1'],
  [COLOR.offline, '#5c6169'],
];

const CSS = `
:root{color-scheme:light dark;--page:#fff;--card:#f6f7f8;--ink:#1c1d1f;--soft:#5d6066;--line:#dfe1e5;--link:#0063a0;--good:#00734f;--bad:#b34700}
@media (prefers-color-scheme:dark){:root{--page:#15171a;--card:#1d2024;--ink:#e9eaec;--soft:#a3a8b0;--line:#33373d;--link:#6cb8ef;--good:#3fc79a;--bad:#ff9a52}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header,nav{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:3rem 0 .8rem;padding-bottom:.35rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.8rem 0 .5rem}
p{margin:.5rem 0;max-width:46rem}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
.lead{color:var(--soft);margin:0}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0;margin:1.2rem 0 0;font-size:.92rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr));gap:.8rem;margin:1.6rem 0 0;padding:0}
.card{background:var(--card);border-radius:.5rem;padding:.9rem 1.1rem}
.card dt{color:var(--soft);font-size:.88rem}
.card dd{margin:0;font-size:1.55rem;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums}
.card dd+dd{font-size:.88rem;font-weight:400;color:var(--soft)}
.scroll{overflow-x:auto;margin:.6rem 0 1.2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:500;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:500}
.tight table{font-size:.84rem}
.tight tbody th{white-space:nowrap}
.tight .number{padding-right:.75rem}
.number{text-align:right;white-space:nowrap;padding-right:1.1rem}
tr>:last-child,.tight tr>:last-child{padding-right:0}
td small{color:var(--soft);font-size:.86rem}
.value{font-weight:600}
.stack .scroll{overflow:visible}
.stack table{table-layout:fixed}
.stack thead th:nth-child(1){width:23%}
.stack thead th:nth-child(2){width:24%}
.glossary thead th:nth-child(1){width:30%}
.glossary thead th:nth-child(2){width:9%}
th code{font-weight:400;color:var(--soft)}
figure{margin:1.6rem 0 2.4rem}
figure .scroll{margin:0}
figure svg{display:block;width:100%;height:auto;min-width:38rem}
figcaption{color:var(--soft);font-size:.88rem;max-width:46rem;margin-top:.5rem}
pre{background:var(--card);border-radius:.5rem;padding:1rem 1.1rem;overflow-x:auto;font:.84rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;tab-size:2}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.note{border-left:3px solid var(--bad);padding:.1rem 0 .1rem .9rem;margin:1rem 0}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.4rem;margin:.6rem 0;font-size:.92rem}
dl.facts dt{color:var(--soft)}
dl.facts dd{margin:0;min-width:0}
dl.claims dt{font-weight:600;margin-top:.9rem}
dl.claims dd{margin:0;max-width:46rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
footer{max-width:62rem;margin:3rem auto 2rem;padding:0 1.25rem;color:var(--soft);font-size:.86rem}
@media (max-width:40rem){h1{font-size:1.5rem}.stack thead{display:none}.stack tr{display:block;padding:.6rem 0;border-bottom:1px solid var(--line)}.stack table,.stack tbody{display:block}.stack th,.stack td{display:block;border:0;padding:0}.stack .value{font-size:1.15rem}dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.6rem}}
@media print{body{font-size:10.5pt}nav{display:none}main,header,footer{max-width:none;padding:0}figure,tr,.card{break-inside:avoid}h2,h3{break-after:avoid}pre{white-space:pre-wrap}figure svg{min-width:0}}
@media screen and (prefers-color-scheme:dark){${DARK.map(
  ([light, dark]) => `svg [fill="${light}"]{fill:${dark}}svg [stroke="${light}"]{stroke:${dark}}`,
).join('')}svg text[fill="${COLOR.blue}"]{fill:#5db2ee}svg text[fill="${COLOR.green}"]{fill:#35c79b}}
`;

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** The whole page: one file that asks for nothing outside itself, and says so to the browser. */
export function page(parts: {
  readonly title: string;
  readonly header: Markup;
  readonly sections: readonly Section[];
  readonly footer: Markup;
}): string {
  const links = parts.sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const sections = parts.sections.map(
    ({ id, title, body }) => html`<section id="${id}">\n<h2>${title}</h2>\n${body}\n</section>\n`,
  );
  const content = html`<header>
${parts.header}
</header>
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main>
${sections}</main>
<footer>${parts.footer}</footer>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(parts.title)}</title>
<style>${CSS}</style>
</head>
<body>
${content.text}
</body>
</html>
`;
}

/** A chart as a part of the page. Its ids get the chart's name, since several charts share one page. */
export function figure(
  chart: { readonly name: string; readonly title: string; readonly caption: string },
  svg: string,
) {
  // Charts of different widths would otherwise have letters of different sizes.
  const width = Math.round(1.2 * Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 0));
  const inline = svg
    .replace(
      /^[\s\S]*?<svg /,
      `<svg style="max-width:${width}px" role="img" aria-label="${escapeHtml(`${chart.title}. ${chart.caption}`)}" `,
    )
    .replace(/ xmlns(?::xlink)?="[^"]*"/g, '')
    .replace(/ id="/g, ` id="${chart.name}-`)
    .replace(/url\(#/g, `url(#${chart.name}-`);
  return html`<figure>
<h3 class="hidden">${chart.title}</h3>
<div class="scroll">${new Markup(inline)}</div>
<figcaption>${chart.caption}</figcaption>
</figure>
`;
}
