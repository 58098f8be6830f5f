import { gunzipSync, gzipSync } from 'node:zlib';
import { InputError } from '../kernel/errors.ts';
import type { Content } from './write.ts';

/** What an archive may hold: far above any result, and below what the memory of a machine is. */
const MOST = {
  /** Unpacked, bytes. */
  bytes: 1_073_741_824,
  /** A sweep has at most a million runs, each with a file of its own. */
  files: 1_100_000,
  /** Of a name, in characters. */
  name: 1000,
} as const;

/**
 * Files as one tar.gz, in the order of their names. The same files give the same bytes: no date, no owner, nothing of the
 * machine.
 */
export async function packArchive(files: ReadonlyMap<string, Content>): Promise<Uint8Array> {
  const { pack } = await import('tar-stream');
  checkExtent(files);
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

/** An archive that cannot be unpacked again is of no use. */
function checkExtent(files: ReadonlyMap<string, Content>): void {
  let bytes = 0;
  for (const content of files.values()) bytes += BLOCK + Math.ceil(Buffer.byteLength(content) / BLOCK) * BLOCK;
  if (bytes <= MOST.bytes - 2 * BLOCK && files.size <= MOST.files) return;
  throw new InputError(
    `cannot pack ${files.size} files of ${bytes} bytes: expected at most ${MOST.files} files and ${MOST.bytes} bytes`,
  );
}

/** Headers and contents fill whole blocks of a tar. */
const BLOCK = 512;

/**
 * The files of an archive that `packArchive` made, by name.
 * @param place the archive's name, for the InputError where it is damaged, too large, or holds what no archive of ours does: a
 *   path that leads out of it, a link or device, a name twice, a file where another name needs a folder.
 */
export async function unpackArchive(bytes: Uint8Array, place: string): Promise<Map<string, Uint8Array>> {
  const refuse = (why: string, cause?: unknown) => new InputError(`cannot unpack ${place}: ${why}`, { cause });
  let tar: Uint8Array;
  try {
    tar = gunzipSync(bytes, { maxOutputLength: MOST.bytes });
  } catch (cause) {
    throw refuse(
      `expected a whole tar.gz of at most ${MOST.bytes} bytes, got something else (${(cause as Error).message})`,
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
      if (name.length > MOST.name)
        throw refuse(`expected names of at most ${MOST.name} characters, got one of ${name.length}`);
      if (type !== 'file') throw refuse(`expected files alone, got a ${type} named ${JSON.stringify(name)}`);
      if (!isInside(name)) throw refuse(`expected names inside of it, got ${JSON.stringify(name)}`);
      if (files.has(name)) throw refuse(`expected each name once, got ${name} again`);
      if (files.size === MOST.files) throw refuse(`expected at most ${MOST.files} files, got more`);
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
  const both = fileAsFolder(files);
  if (both !== undefined) throw refuse(`expected ${both} to be a file or a folder, got both`);
  return files;
}

/** Plain relative names, with '/' between folders: nothing that leads out of the folder which it is put into. */
function isInside(name: string): boolean {
  const steps = name.split('/');
  return /^[^\\:\p{Cc}]+$/u.test(name) && steps.every((step) => step !== '' && step !== '.' && step !== '..');
}

/** A name that other names have as their folder. */
function fileAsFolder(files: ReadonlyMap<string, unknown>): string | undefined {
  for (const name of files.keys()) {
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1))
      if (files.has(name.slice(0, at))) return name.slice(0, at);
  }
  return undefined;
}
