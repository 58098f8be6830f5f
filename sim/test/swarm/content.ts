import { writeArrow } from '../../files/arrow.ts';
import { canonicalJson } from '../../files/json.ts';
import type { RunOutcome } from '../../run/run.ts';

/** What a run came to, as bytes and text, by name. */
export type Content = ReadonlyMap<string, string>;

/** The digest, summary, notes, model and tables of a run, as they would be written. */
export async function contentOf({ summary, digest, checkpoints, tables, extras, world }: RunOutcome): Promise<Content> {
  const content = new Map<string, string>([
    ['digest', digest],
    ['checkpoints', checkpoints.join()],
    ['summary', canonicalJson(summary)],
    ['notes', extras.notes.join('\n')],
  ]);
  const { table, description } = world.method.model();
  content.set('model.json', canonicalJson(description));
  for (const [name, each] of [...Object.entries(tables), ['model', table] as const])
    content.set(`${name}.arrow`, Buffer.from(await writeArrow(each, {})).toString('latin1'));
  return content;
}

/**
 * What of two runs differs, in words; undefined when nothing does.
 * @param isSameScenario whether the record of frames must be the same too.
 */
export function firstDifference(expected: Content, got: Content, isSameScenario: boolean): string | undefined {
  const names = [...new Set([...expected.keys(), ...got.keys()])].filter(
    (name) => isSameScenario || name !== 'frames.arrow',
  );
  const different = names.filter((name) => expected.get(name) !== got.get(name));
  if (different.length === 0) return undefined;
  return `expected the same ${different.join(', ')}, got digest ${got.get('digest')} for ${expected.get('digest')}`;
}
