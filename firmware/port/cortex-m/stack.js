// The most stack that an image can use: GCC's own call graph with each function's frame (-fcallgraph-info=su), its deepest path added up.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What a function of the libraries (copies, float and 64-bit arithmetic) takes at most: the largest of newlib's and libgcc's pushes eight words and keeps a few. */
const LIBRARY = 96;
/** Registers that an interrupt stacks (with the FPU's, aligned) and its handler's own frames. */
const INTERRUPT = 128 + 64;

/** @param folders of objects, with their .ci files beside them. @returns bytes from main down, an interrupt on top. */
export function stackBound(folders) {
  const frames = new Map();
  const calls = new Map();
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ci'))
      .map((name) => join(folder, name)),
  );
  for (const file of files) read(file, frames, calls);
  return deepest('main', { frames, calls, ...candidates(frames, calls) }, []) + INTERRUPT;
}

function read(file, frames, calls) {
  const text = readFileSync(file, 'utf8');
  for (const [, name, bytes] of text.matchAll(
    /node: \{ title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \((?:static|dynamic,bounded)\)/g,
  ))
    frames.set(name, Number(bytes));
  if (/\(dynamic\)/.test(text)) throw new Error(`${file}: a frame of no fixed size`);
  for (const [, from, to] of text.matchAll(/edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"/g)) {
    const target = to === '__indirect_call' ? `indirect from ${basename(file)}` : to;
    calls.set(from, (calls.get(from) ?? new Set()).add(target));
  }
}

/**
 * What a call through a pointer can reach. The core and the session call down in one direction only: the session the board; the core its learners and
 * codecs, and the session's answers for memory and rows. A static function that is called by name nowhere is taken to be reached through a pointer.
 */
function candidates(frames, calls) {
  const named = new Set([...calls.values()].flatMap((targets) => [...targets]));
  const byPointer = [...frames.keys()].filter((name) => name.includes(':') && !named.has(name));
  const board = [...frames.keys()].filter((name) => name.startsWith('board_'));
  return { board, core: byPointer.filter((name) => !board.includes(name)) };
}

function deepest(name, graph, path) {
  if (path.includes(name)) throw new Error(`recursion: ${[...path, name].join(' > ')}`);
  const indirect = /^indirect from (.*)$/.exec(name)?.[1];
  if (indirect !== undefined) {
    const reached = /^(g2t_(session|cobs)|main)/.test(indirect) ? graph.board : graph.core;
    return Math.max(0, ...reached.map((target) => deepest(target, graph, path)));
  }
  const frame = graph.frames.get(name);
  if (frame === undefined) return LIBRARY;
  const below = [...(graph.calls.get(name) ?? [])].map((target) => deepest(target, graph, [...path, name]));
  return frame + Math.max(0, ...below);
}
