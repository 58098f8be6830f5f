import { InputError } from '../kernel/errors.ts';
import { DecimalReader, fitsFloat32 } from './decimal.ts';
import { excerpt, fault, lineAndColumn, shortName } from './fault.ts';
import type { Recordings } from './recordings.ts';
import { checkText } from './text-file.ts';

/*
 * Auslan (High Quality): M. W. Kadous, "Australian Sign Language signs (High Quality)", UCI KDD archive 2002, UCI data
 * set 115: 95 signs, 27 recordings of each (three a week for nine weeks, one native signer), 22 channels.
 */

export const AUSLAN_CHANNELS = 22;
export const AUSLAN_SIGNS = 95;
export const AUSLAN_WEEKS = 9;
export const AUSLAN_PER_WEEK = 3;

/** One file of the tree, by its path from the data folder. */
export interface TreeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Frames as they arrive, in one growing array, with the recordings that they make up. */
class Gathering {
  frames = new Float64Array(1 << 20);
  used = 0;
  readonly first: number[] = [];
  readonly labels: number[] = [];
  readonly samples: number[] = [];

  begin(label: number, sample: number): void {
    this.first.push(this.used / AUSLAN_CHANNELS);
    this.labels.push(label);
    this.samples.push(sample);
  }

  reserve(): void {
    if (this.used + AUSLAN_CHANNELS <= this.frames.length) return;
    const wider = new Float64Array(this.frames.length * 2);
    wider.set(this.frames);
    this.frames = wider;
  }

  done(source: string, classNames: readonly string[]): Recordings {
    return {
      source,
      features: AUSLAN_CHANNELS,
      classNames,
      label: Uint16Array.from(this.labels),
      sample: Uint32Array.from(this.samples),
      first: Uint32Array.from([...this.first, this.used / AUSLAN_CHANNELS]),
      frames: this.frames.subarray(0, this.used),
    };
  }
}

/**
 * Reads the long CSV form: header `sign,sample,frame,f1,...,f22`, sorted by sign, sample and frame.
 * @param bytes the file, unpacked.
 * @throws InputError with line and column.
 */
export function readAuslanCsv(bytes: Uint8Array, file: string): Recordings {
  checkText({ file, bytes });
  const header = `sign,sample,frame,${Array.from({ length: AUSLAN_CHANNELS }, (_, j) => `f${j + 1}`).join(',')}`;
  const firstLine = lineEnd(bytes, 0);
  if (new TextDecoder().decode(bytes.subarray(0, Math.min(firstLine, 400))).trimEnd() !== header) {
    throw fault({ file, line: 1 }, `the header ${header.slice(0, 26)}...`, excerpt(bytes, 0, firstLine));
  }
  const reader = new DecimalReader(bytes);
  const gathered = new Gathering();
  const names: string[] = [];
  const seen = new Set<string>();
  let nameStart = 0;
  let nameLength = 0;
  let sample = 0;
  let frame = 0;
  reader.at = firstLine + 1;
  while (reader.at < bytes.length) {
    const start = reader.at;
    if (!samePrefix(bytes, start, nameStart, nameLength)) {
      nameLength = lengthToComma(bytes, start);
      if (nameLength <= 0) throw at(bytes, file, start, 'the name of a sign');
      nameStart = start;
      const name = new TextDecoder().decode(bytes.subarray(start, start + nameLength));
      if (seen.has(name))
        throw fault({ file, ...lineAndColumn(bytes, start) }, 'rows sorted by sign', `${shortName(name)} again`);
      seen.add(name);
      names.push(name);
      sample = 0;
    }
    reader.at = start + nameLength + 1;
    const sampleAt = reader.at;
    const nextSample = reader.whole();
    if (nextSample < sample || nextSample < 1 || bytes[reader.at] !== 44) {
      throw at(bytes, file, sampleAt, `a sample number of at least ${Math.max(sample, 1)} and a comma`);
    }
    if (nextSample !== sample) {
      gathered.begin(names.length - 1, nextSample);
      sample = nextSample;
      frame = 0;
    }
    const frameAt = ++reader.at;
    if (reader.whole() !== ++frame) throw at(bytes, file, frameAt, `frame ${frame}`);
    gathered.reserve();
    const { frames } = gathered;
    let used = gathered.used;
    for (let j = 0; j < AUSLAN_CHANNELS; j++) {
      const comma = reader.at;
      if (bytes[comma] !== 44) throw at(bytes, file, comma, `a comma and channel f${j + 1}`);
      reader.at = comma + 1;
      const value = reader.next();
      if (!fitsFloat32(value)) throw at(bytes, file, comma + 1, `channel f${j + 1} to be a number`);
      frames[used++] = value;
    }
    gathered.used = used;
    if (bytes[reader.at] === 13) reader.at++;
    if (reader.at < bytes.length && bytes[reader.at] !== 10) {
      throw at(bytes, file, reader.at, `the end of the line after ${AUSLAN_CHANNELS} channels`);
    }
    reader.at++;
  }
  if (gathered.used === 0) throw fault({ file, line: 2 }, 'frames', 'the end of the file');
  return gathered.done(file, names);
}

/**
 * Reads the original tree: `tctodd<week>/<sign>-<k>.tsd`, 22 numbers a line between tabs. `her` of week 1 is
 * `his_hers` of the other weeks. One file has two spaces for a tab, so any run of blanks separates.
 * @param files every `.tsd` file of the tree; the order does not matter.
 * @throws InputError with file, line and column.
 */
export function readAuslanTree(files: readonly TreeFile[], root: string): Recordings {
  const found = files.map((file) => {
    const parts = /(?:^|\/)tctodd([1-9])\/([^/]+)-([1-3])\.tsd$/.exec(file.path);
    if (parts === null) throw fault({ file: file.path }, 'a path like tctodd1/alive-1.tsd', 'another');
    const [, week, name, k] = parts;
    const sign = name === 'her' && week === '1' ? 'his_hers' : name!;
    return { file, sign, sample: AUSLAN_PER_WEEK * (Number(week) - 1) + Number(k) };
  });
  if (found.length === 0) throw fault({ file: root }, 'files like tctodd1/alive-1.tsd', 'none');
  const names = [...new Set(found.map(({ sign }) => sign))].sort((a, b) => order(a.toLowerCase(), b.toLowerCase()));
  const number = new Map(names.map((name, index) => [name, index]));
  const sorted = found
    .map((entry) => ({ ...entry, label: number.get(entry.sign)! }))
    .sort((a, b) => a.label - b.label || a.sample - b.sample);
  const gathered = new Gathering();
  for (const [index, { file, label, sample }] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before?.label === label && before.sample === sample) {
      throw new InputError(`${file.path}: expected one recording of sample ${sample}, got ${before.file.path} too`);
    }
    gathered.begin(label, sample);
    readFrames(file, gathered);
  }
  return gathered.done(root, names);
}

function readFrames({ path, bytes }: TreeFile, gathered: Gathering): void {
  const reader = new DecimalReader(bytes);
  const before = gathered.used;
  while (reader.at < bytes.length) {
    skipBlanks(reader);
    if (bytes[reader.at] === 10 || reader.at >= bytes.length) {
      reader.at++;
      continue;
    }
    gathered.reserve();
    for (let j = 0; j < AUSLAN_CHANNELS; j++) {
      const start = reader.at;
      const value = reader.next();
      const next = bytes[reader.at];
      if (!fitsFloat32(value) || (next !== undefined && next !== 9 && next !== 10 && next !== 13 && next !== 32)) {
        throw at(bytes, path, start, `number ${j + 1} of ${AUSLAN_CHANNELS}`);
      }
      gathered.frames[gathered.used++] = value;
      skipBlanks(reader);
    }
    if (reader.at < bytes.length && bytes[reader.at] !== 10) {
      throw at(bytes, path, reader.at, `the end of the line after ${AUSLAN_CHANNELS} numbers`);
    }
    reader.at++;
  }
  if (gathered.used === before) throw fault({ file: path }, 'frames', 'an empty file');
}

function skipBlanks(reader: DecimalReader): void {
  const { bytes } = reader;
  while (bytes[reader.at] === 9 || bytes[reader.at] === 32 || bytes[reader.at] === 13) reader.at++;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(10, from);
  return end < 0 ? bytes.length : end;
}

function lengthToComma(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end < bytes.length && bytes[end] !== 44 && bytes[end] !== 10) end++;
  return bytes[end] === 44 ? end - start : -1;
}

/** Whether the text at `start` is the name of the line before, and a comma. */
function samePrefix(bytes: Uint8Array, start: number, nameStart: number, nameLength: number): boolean {
  if (nameLength === 0 || bytes[start + nameLength] !== 44) return false;
  for (let k = 0; k < nameLength; k++) if (bytes[start + k] !== bytes[nameStart + k]) return false;
  return true;
}

function at(bytes: Uint8Array, file: string, offset: number, expected: string): InputError {
  let end = offset;
  while (end < bytes.length && bytes[end] !== 44 && bytes[end] !== 10 && bytes[end] !== 13 && bytes[end] !== 9) end++;
  const got =
    end === offset ? (offset >= bytes.length ? 'the end of the file' : 'nothing') : excerpt(bytes, offset, end);
  return fault({ file, ...lineAndColumn(bytes, offset) }, expected, got);
}
