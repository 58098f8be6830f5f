import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../kernel/errors.ts';

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The built page, from the sources and from the compiled program alike. */
const FOLDER = new URL('../../dist/live/page/', import.meta.url);

const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
] as const;

/** The files of the page by path, all there are. @throws InputError when it was not built. */
export function loadAssets(): ReadonlyMap<string, Asset> {
  return new Map(
    FILES.map(([path, name, type]) => {
      const file = new URL(name, FOLDER);
      if (!existsSync(file))
        throw new InputError(`cannot read ${fileURLToPath(file)}: not built; run \`npm run build\``);
      return [path, { type, bytes: readFileSync(file) }];
    }),
  );
}
