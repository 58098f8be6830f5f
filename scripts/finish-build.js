// What the compiler leaves to do in dist: the command can be executed, and the live page is bundled into one script, one style
// sheet and one document, with nothing from elsewhere.
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const out = at('dist/live/page');

// npm does this only when it links the command for the first time.
chmodSync(at('dist/cli/main.js'), 0o755);

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
