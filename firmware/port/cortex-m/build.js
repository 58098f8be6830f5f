// npm run firmware:boards: builds every image, prints what it takes, and holds that against sizes.json; with --update writes it (and README.md's table) anew.
import { gccVersion, HOW_TO_GET_GCC } from './images.js';
import { asText, check, measure, update } from './sizes.js';

function main() {
  if (gccVersion() === undefined) throw new Error(HOW_TO_GET_GCC);
  const sizes = measure();
  console.log(asText(sizes));
  if (process.argv.includes('--update')) update(sizes);
  const { lines, note } = check(sizes);
  if (note !== undefined) console.log(note);
  if (lines.length > 0) throw new Error(lines.join('\n'));
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
