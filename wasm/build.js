// Builds wasm/g2t.wasm from firmware/; does nothing when it is there already, built from these very sources.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtFrom, compile, fingerprint, SHARED, sources } from './compile.js';

const TARGET = join(dirname(fileURLToPath(import.meta.url)), 'g2t.wasm');

async function main() {
  const files = sources(['include', 'src', 'port/wasi']);
  const fresh = existsSync(TARGET) && builtFrom(readFileSync(TARGET)) === fingerprint(files, SHARED);
  if (!fresh) {
    const bytes = await compile(files, SHARED);
    writeFileSync(`${TARGET}.tmp`, bytes);
    renameSync(`${TARGET}.tmp`, TARGET);
  }
  const bytes = readFileSync(TARGET);
  const sha = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  console.log(`wasm/g2t.wasm ${fresh ? 'is up to date' : 'built'}: ${bytes.length} bytes, sha256 ${sha}`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
