import { gunzipSync, gzipSync } from 'node:zlib';
import { InputError } from '../kernel/errors.ts';
import type { Content } from './write.ts';

/** The most that an archive may unpack to: far above any result, and below what the memory of a machine is. */
const MOST = 1_073_741_824;

/**
 * Files as one tar.gz, in the order of their names. The same files give the same bytes: no date, no owner, nothing of the
 * machine.
 */
export async function packArchive(files: ReadonlyMap<string, Content>): Promise<Uint8Array> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const chunks: Uint8Array[] = [];
  const whole = (async () => {
    for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  })();
  for (const name of [...files.keys()].sort()) {
    const header = { name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: 'file' as const };
    await new Promise<void>((resolve, reject) => {
      tar.entry(header, Buffer.from(files.get(name)!), (error) => (error ? reject(error) : resolve()));
    });
  }
  tar.finalize();
  await whole;
  const packed = gzipSync(Buffer.concat(chunks), { level: 9 });
  // The system that packed it, which gzip notes.
  packed[9] = 255;
  return packed;
}

/**
 * The files of an archive that `packArchive` made, by name.
 * @param place the archive's name, for the InputError where it is damaged, or holds what no archive of ours does: a path
 *   that leads out of it, a link, a name twice.
 */
export async function unpackArchive(bytes: Uint8Array, place: string): Promise<Map<string, Uint8Array>> {
  const refuse = (why: string, cause?: unknown) => new InputError(`cannot unpack ${place}: ${why}`, { cause });
  let tar: Uint8Array;
  try {
    tar = gunzipSync(bytes, { maxOutputLength: MOST });
  } catch (cause) {
    throw refuse(
      `expected a whole tar.gz of at most ${MOST} bytes, got something else (${(cause as Error).message})`,
      cause,
    );
  }
  const { extract } = await import('tar-stream');
  const reader = extract();
  reader.end(tar);
  const files = new Map<string, Uint8Array>();
  try {
    for await (const entry of reader) {
      const { name, type } = entry.header;
      if (type !== 'file') throw refuse(`expected files alone, got a ${type} named ${JSON.stringify(name)}`);
      if (!isInside(name)) throw refuse(`expected names inside of it, got ${JSON.stringify(name)}`);
      if (files.has(name)) throw refuse(`expected each name once, got ${name} again`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      files.set(name, Buffer.concat(chunks));
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw refuse(
      `expected a whole archive, got one that breaks off or is damaged (${(cause as Error).message})`,
      cause,
    );
  }
  if (files.size === 0) throw refuse('expected files, got none');
  return files;
}

/** Plain relative names, with '/' between folders: nothing that leads out of the folder which it is put into. */
function isInside(name: string): boolean {
  const steps = name.split('/');
  return /^[^\\\0:]+$/.test(name) && steps.every((step) => step !== '' && step !== '.' && step !== '..');
}
