// Bundles the live page into dist/live/page: one script, one style sheet, one document, and nothing from elsewhere.
import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const out = at('dist/live/page');

mkdirSync(out, { recursive: true });
await build({
  entryPoints: [
    { in: at('sim/live/page/main.ts'), out: 'page' },
    { in: at('sim/live/page/page.css'), out: 'page' },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'eof',
  logLevel: 'warning',
});
copyFileSync(at('sim/live/page/index.html'), `${out}/index.html`);
