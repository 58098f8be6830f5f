import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLWarning,
} from 'yaml';
import { invalidUtf8 } from '../kernel/utf8.ts';
import { type Fault, type Path, pathText, ScenarioError } from './fault.ts';

/** The longest scenario file that is read, bytes. A fleet of a million devices is one line; nothing honest comes near. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** How often aliases may be expanded, so that a few lines cannot unfold into gigabytes. */
const MAX_ALIASES = 100;
/** How deep lists and maps may nest. */
export const MAX_DEPTH = 64;

/** A YAML file as read, which knows where each of its values stands. */
export interface ScenarioSource {
  readonly file: string;
  /** Plain maps, lists and scalars. */
  readonly value: unknown;
  /** A fault at the value at `path`; at the nearest thing above it when it is not in the file. */
  fault(path: Path, message: string, at?: 'key' | 'value'): Fault;
}

/**
 * Reads a scenario's text.
 * @param file as the user named it; for messages only.
 * @throws ScenarioError with the first syntax error of the file.
 */
export function readSource(file: string, bytes: Uint8Array): ScenarioSource {
  if (bytes.length > MAX_FILE_BYTES) {
    throw single(
      file,
      1,
      1,
      `expected a file of at most ${MAX_FILE_BYTES / 1048576} MiB, got ${(bytes.length / 1048576).toFixed(1)} MiB`,
    );
  }
  const text = decode(file, bytes);
  const lines = new LineCounter();
  const document = parse(file, text, lines);
  const faultAt = (offset: number, path: Path, message: string): Fault => {
    const { line, col } = lines.linePos(offset);
    return { place: `${file}:${line}:${col}`, line, column: col, path: pathText(path), message };
  };
  // The first alone: the parser has lost its way from there on, and what else it says misleads.
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) throw new ScenarioError([faultAt(error.pos[0], [], syntaxMessage(error, text))]);
  const fault = (path: Path, message: string, at: 'key' | 'value' = 'value') =>
    faultAt(offsetOf(document, path, at), path, message);
  checkAliases(document, faultAt);
  checkKeys(document, faultAt);
  return { file, value: plainValue(document, fault), fault };
}

function decode(file: string, bytes: Uint8Array): string {
  const bad = invalidUtf8(bytes);
  if (bad < 0) return new TextDecoder('utf-8').decode(bytes);
  const before = new TextDecoder('utf-8').decode(bytes.subarray(0, bad)).split('\n');
  const byte = bytes[bad]!.toString(16).padStart(2, '0');
  throw single(file, before.length, before.at(-1)!.length + 1, `expected UTF-8 text, got the byte 0x${byte}`);
}

function parse(file: string, text: string, lineCounter: LineCounter): Document.Parsed {
  const depth = nesting(text);
  if (depth > MAX_DEPTH) throw single(file, 1, 1, `expected lists and maps at most ${MAX_DEPTH} deep, got ${depth}`);
  return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, version: '1.2' });
}

/** An upper bound of the nesting, so that the parser's own recursion stays shallow. */
export function nesting(text: string): number {
  let open = 0;
  let most = 0;
  for (const written of text.split('\n')) {
    const line = written.replace(/(^|\s)#.*$/, '');
    const [head] = /^[\s?:-]*/.exec(line)!;
    most = Math.max(most, Math.ceil(head.replace(/\s+$/, '').length / 2));
    for (const char of line) {
      if (char === '[' || char === '{') open++;
      else if (char === ']' || char === '}') open = Math.max(0, open - 1);
      most = Math.max(most, open);
    }
  }
  return most;
}

const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'expected spaces for indentation, got a tab',
  MULTIPLE_DOCS: 'expected one document, got a second one (---)',
  BAD_INDENT: 'expected the indentation of the lines around it',
};

function syntaxMessage(error: YAMLError | YAMLWarning, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const [key] = /^[^\s:]*/.exec(text.slice(error.pos[0])) ?? [''];
    return `expected each key once, got ${key} again`;
  }
  const message = error.message.split('\n')[0]!;
  return SYNTAX[error.code] ?? `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function checkAliases(
  document: Document.Parsed,
  faultAt: (offset: number, path: Path, message: string) => Fault,
): void {
  const unknown: Fault[] = [];
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) {
        unknown.push(
          faultAt(alias.range?.[0] ?? 0, [], `expected an anchor &${alias.source} before *${alias.source}, found none`),
        );
      }
    },
  });
  if (unknown.length > 0) throw new ScenarioError(unknown);
}

/** A key that is itself a list or a group has no place in a plain object. */
function checkKeys(document: Document.Parsed, faultAt: (offset: number, path: Path, message: string) => Fault): void {
  const wrong: Fault[] = [];
  visit(document, {
    Pair(_, { key }) {
      const meant = isAlias(key) ? key.resolve(document) : key;
      if (!isCollection(meant)) return;
      const got = isMap(meant) ? 'a group' : 'a list';
      wrong.push(faultAt((key as Node).range?.[0] ?? 0, [], `expected a key of plain text, got ${got}`));
    },
  });
  if (wrong.length > 0) throw new ScenarioError(wrong);
}

function plainValue(document: Document.Parsed, fault: (path: Path, message: string) => Fault): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    const bomb = cause.message.startsWith('Excessive');
    const expected = bomb
      ? `at most ${MAX_ALIASES} values from aliases (*name), got more`
      : 'no alias inside its own anchor, got one';
    throw new ScenarioError([fault([], `expected ${expected}`)]);
  }
}

function offsetOf(document: Document.Parsed, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(step));
      if (!pair) return offset;
      const key = start(pair.key) ?? offset;
      const last = depth === path.length - 1;
      offset = last && at === 'key' ? key : (start(pair.value) ?? key);
      // A map or list on the lines below is best pointed at by its key.
      if (last && isCollection(pair.value) && !pair.value.flow) offset = key;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return offset;
      offset = start(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function start(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function single(file: string, line: number, column: number, message: string): ScenarioError {
  return new ScenarioError([{ place: `${file}:${line}:${column}`, line, column, path: '', message }]);
}

/** Whether a file describes a sweep: a scenario's with `sweep`, or one over a scenario elsewhere. */
export function isSweep(file: string, bytes: Uint8Array): boolean {
  const { value } = readSource(file, bytes);
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'sweep');
}
