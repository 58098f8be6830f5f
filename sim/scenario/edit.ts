import { stringify } from 'yaml';
import { type LoadedScenario, loadScenario } from './load.ts';
import { splitPath, withSetting } from './settings.ts';

/** A scenario read anew with some of its values changed: paths and plain data, as they would be written. */
export type Changes = Readonly<Record<string, unknown>>;

/**
 * The scenario with changes, as a file that holds them: nothing of it lies outside its text, not even what board files say.
 * @param comment lines for the head of the file.
 * @throws ScenarioError or InputError when a change is not allowed.
 */
export function editScenario(
  loaded: LoadedScenario,
  changes: Changes,
  { file = loaded.file, comment = '' }: { readonly file?: string; readonly comment?: string } = {},
): LoadedScenario {
  let written = loaded.written;
  for (const [path, value] of Object.entries(changes)) {
    written = withSetting(written, { path: splitPath(path), value, from: path });
  }
  const head = comment
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `# ${line}\n`)
    .join('');
  const text = `${head}${stringify(written, { aliasDuplicateObjects: false, lineWidth: 120 })}`;
  return loadScenario({ file, bytes: new TextEncoder().encode(text) });
}
