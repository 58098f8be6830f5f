// Makes the Arduino library, for PlatformIO too, of the very sources of the core: firmware/build/Globe2Train.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { coreHash, FIRMWARE, sources } from '../../../wasm/compile.js';

const HERE = join(FIRMWARE, 'port', 'arduino');
export const LIBRARY = join(FIRMWARE, 'build', 'Globe2Train');

/** Arduino's cores let the compiler contract a product and a sum into one rounding, and a library cannot set flags: each file says it for itself. */
const EXACT = '#if defined(__GNUC__) && !defined(__clang__)\n#pragma GCC optimize("fp-contract=off")\n#endif\n';

/** All in one folder, as Arduino wants it. @returns the library's folder. */
export function buildLibrary() {
  rmSync(LIBRARY, { recursive: true, force: true });
  const src = join(LIBRARY, 'src');
  mkdirSync(src, { recursive: true });
  for (const [path, text] of Object.entries(sources(['include', 'src', 'port/serial'])))
    writeFileSync(join(src, basename(path)), path.endsWith('.c') ? EXACT + text : text);
  writeFileSync(join(src, 'g2t_firmware_hash.h'), `#define G2T_FIRMWARE_SHA256 ${[...coreHash()].join(', ')}\n`);
  for (const name of readdirSync(HERE)) {
    if (name === 'build.js') continue;
    cpSync(join(HERE, name), join(name.startsWith('Globe2Train.') ? src : LIBRARY, name), { recursive: true });
  }
  writeFileSync(join(LIBRARY, 'LICENSE'), readFileSync(join(FIRMWARE, '..', 'LICENSE')));
  return LIBRARY;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(buildLibrary());
