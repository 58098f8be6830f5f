import { join } from 'node:path';
import { sha256Of } from '../files/hash.ts';
import { canonicalJson } from '../files/json.ts';
import { type Content, writeFolderWhole } from '../files/write.ts';
import { hostFacts } from '../run/host-facts.ts';
import type { Firmware } from '../run/inputs.ts';
import { type Identity, resultFolder } from '../run/result-folder.ts';
import { MARKER, manifestOf, resultFiles, runId, sealed } from '../run/store.ts';
import type { ClosedRun } from './engine.ts';
import type { SavedRun } from './messages.ts';

/** The file by which a folder is known to hold a session. */
export const SESSION_MARKER = 'session.json';

/**
 * Writes a session: a folder with `session.json` (its runs in order), and a folder a run: the scenario with everything that
 * was changed on the way, and what it came to, which `g2t run` and `g2t verify` make again. There whole or not at all.
 * @throws InputError when nothing has happened yet.
 */
export async function saveSession(
  runs: readonly ClosedRun[],
  given: {
    readonly outDir: string;
    readonly name: string;
    readonly firmware: Firmware;
    readonly version: string;
    readonly startedAt: number;
  },
): Promise<{ readonly folder: string; readonly runs: readonly SavedRun[] }> {
  const files = new Map<string, Content>();
  const saved: SavedRun[] = [];
  const ids: string[] = [];
  for (const [index, { loaded, outcome }] of runs.entries()) {
    const name = `run-${index + 1}`;
    const id = runId(loaded, given.firmware, outcome.inputs);
    const host = hostFacts(given.startedAt, 1);
    const manifest = manifestOf({
      loaded,
      id,
      firmware: given.firmware,
      version: given.version,
      outcome,
      variants: [],
      host,
    });
    const own = await resultFiles(manifest, loaded, outcome, []);
    files.set(`${name}/${MARKER}`, canonicalJson(sealed(manifest, own)));
    for (const [file, content] of own) files.set(`${name}/${file}`, content);
    const { events, stopped } = outcome.summary;
    ids.push(id);
    saved.push({ name, digest: outcome.digest, events, stopped });
  }
  const own = { id: sha256Of(ids.join(' ')), digest: sha256Of(saved.map(({ digest }) => digest).join(' ')) };
  files.set(SESSION_MARKER, canonicalJson({ schema: 1, name: given.name, ...own, runs: saved }));
  const folder = resultFolder(join(given.outDir, `live-${given.name}`), own, {
    marker: SESSION_MARKER,
    there: (marker) => marker as Identity,
  });
  writeFolderWhole({ path: folder, files, marker: SESSION_MARKER });
  return { folder, runs: saved };
}
