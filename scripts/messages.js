// Writes what is generated from the table of messages (sim/protocol/table.ts): the readers and writers of the simulator, the header
// of the firmware, the tables in the firmware's README. `npm run messages`; a test holds the files against the table.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The generator alone, so that the table can be changed while what uses it does not compile yet. */
const { text } = buildSync({
  entryPoints: [join(ROOT, 'sim/protocol/generate.ts')],
  bundle: true,
  format: 'esm',
  write: false,
}).outputFiles[0];
const { generatedFiles } = await import(`data:text/javascript,${encodeURIComponent(text)}`);

for (const [name, write] of Object.entries(generatedFiles)) {
  const path = join(ROOT, name);
  const old = readFileSync(path, 'utf8');
  const next = write(old);
  if (next === old) continue;
  writeFileSync(`${path}.tmp`, next);
  renameSync(`${path}.tmp`, path);
  console.log(`wrote ${name}`);
}
