import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOnly, importsOf } from './source-code.ts';

/** The floor of each room: imports run strictly to a lower one (sim/README.md). */
const FLOORS: Readonly<Record<string, number>> = {
  kernel: 0,
  metrics: 1,
  data: 1,
  protocol: 1,
  device: 1,
  net: 1,
  fleet: 2,
  method: 3,
  scenario: 4,
  files: 4,
  run: 5,
  report: 6,
  board: 6,
  live: 7,
  cli: 8,
};
/** The one file below that loads node:wasi, and silences its warning. */
const WASI = 'sim/device/wasi.ts';
/** Where the outside world begins; below it only files/ may touch it. */
const OUTSIDE = 5;
const LONGEST = 400;

interface Ban {
  readonly what: RegExp;
  readonly instead: string;
  /** Rooms where it is allowed after all. */
  readonly allowed: (room: string) => boolean;
}

const nowhere = () => false;
const outside = (room: string) => room === 'files' || FLOORS[room]! >= OUTSIDE;

const BANS: readonly Ban[] = [
  { what: /\bMath\.random\b/, instead: 'draw from Streams or coldStream of kernel/random.ts', allowed: nowhere },
  { what: /\bMath\.pow\b|\*\*/, instead: 'pow of kernel/numeric.ts, the same bits on every Node', allowed: nowhere },
  { what: /\bnew Date\b|\bDate\.\w/, instead: 'simulated time: sim.now', allowed: outside },
  { what: /\bperformance\.\w/, instead: 'simulated time, or the counter of whoever calls', allowed: outside },
  { what: /\bconsole\.\w/, instead: 'an error, a note in the result, or the Io of cli/', allowed: outside },
  { what: /\bset(Timeout|Interval|Immediate)\s*\(/, instead: 'an event: sim.schedule', allowed: outside },
  { what: /\bprocess\.\w/, instead: 'an argument from cli/', allowed: outside },
  { what: /\bBuffer\.\w|\bnew Buffer\b/, instead: 'Uint8Array, DataView and TextEncoder', allowed: outside },
];

interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly room: string;
  readonly text: string;
}

const sources: readonly SourceFile[] = readdirSync('sim', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .map((name) => {
    const path = posix.join('sim', name.replaceAll('\\', '/'));
    return { path, room: path.split('/')[1]!, text: readFileSync(join('sim', name), 'utf8') };
  });
const isTest = (path: string) => path.endsWith('.test.ts') || path.startsWith('sim/test/');
/** Not what only tests load. */
const isProduct = ({ path }: SourceFile) => !isTest(path) && path !== WASI && !/fixture/.test(path);

describe('the house', () => {
  it('has files, and every room has a floor', () => {
    expect(sources.length).toBeGreaterThan(50);
    const unknown = sources.filter(({ room, path }) => FLOORS[room] === undefined && !path.startsWith('sim/test/'));
    expect(unknown.map(({ path }) => `${path}: not in a room of sim/README.md`)).toEqual([]);
  });

  it('imports strictly to a lower floor', () => {
    const wrong = sources.filter(({ path }) => !path.startsWith('sim/test/')).flatMap(wrongImports);
    expect(wrong).toEqual([]);
  });

  it('touches node: only where the outside world begins', () => {
    const wrong = sources.filter(isProduct).flatMap(({ path, room, text }) =>
      importsOf(text)
        .filter(({ from }) => from.startsWith('node:') && !outside(room))
        .map(({ line, from }) => `${path}:${line}: ${from}; only files/ and floor ${OUTSIDE} up: take an argument`),
    );
    expect(wrong).toEqual([]);
  });

  it('calls nothing whose answer differs from run to run', () => {
    expect(sources.filter(isProduct).flatMap(bannedCalls)).toEqual([]);
  });

  it(`has no file past ${LONGEST} lines: such a file holds two concepts`, () => {
    const long = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > LONGEST)).toEqual([]);
  });
});

function wrongImports({ path, room, text }: SourceFile): string[] {
  return importsOf(text).flatMap(({ line, from }) => {
    if (!from.startsWith('.')) return [];
    const target = posix.join(posix.dirname(path), from).split('/')[1]!;
    if (target === room || (FLOORS[target] ?? Number.POSITIVE_INFINITY) < FLOORS[room]!) return [];
    const why = FLOORS[target] === FLOORS[room] ? 'the same floor' : 'a higher floor';
    return [`${path}:${line}: ${room} imports ${target}, which is on ${why}: pass it in from above`];
  });
}

function bannedCalls({ path, room, text }: SourceFile): string[] {
  const lines = codeOnly(text).split('\n');
  return BANS.filter(({ allowed }) => !allowed(room)).flatMap(({ what, instead }) =>
    lines.flatMap((line, index) => {
      const found = what.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1}: ${found}; instead: ${instead}`];
    }),
  );
}

describe('the checks themselves', () => {
  const file = (text: string, room = 'net') => ({ path: `sim/${room}/x.ts`, room, text });

  /** A template with text and one expression. */
  const inTemplate = (expression: string, text = '') => `\`${text} $` + `{${expression}} ${text}\``;

  it('see what they should', () => {
    expect(bannedCalls(file('const a = Math.random();'))[0]).toMatch(/^sim\/net\/x.ts:1: Math.random; instead: draw/);
    expect(bannedCalls(file('\nconst a = b ** 0.5;'))[0]).toMatch(/x.ts:2: \*\*; instead: pow/);
    expect(bannedCalls(file(`const a = ${inTemplate('Date.now()')};`))).toHaveLength(1);
    expect(bannedCalls(file('setTimeout(f, 1); process.exit(1); console.log(Buffer.from(x))'))).toHaveLength(4);
    expect(bannedCalls(file('process.exit(1)', 'cli'))).toEqual([]);
    expect(bannedCalls(file('process.exit(1)', 'scenario'))).toHaveLength(1);
    expect(wrongImports(file("import { a } from '../device/b.ts';"))[0]).toMatch(
      /net imports device, which is on the same floor/,
    );
    expect(wrongImports(file("const a = await import('../cli/b.ts');"))[0]).toMatch(/a higher floor/);
    expect(wrongImports(file("import { a } from '../kernel/b.ts';\nimport './c.ts';"))).toEqual([]);
  });

  it('look at code alone', () => {
    const harmless = [
      '// Math.random() is banned',
      '/* Date.now() ** 2 */',
      "const a = 'process.exit() ** 2';",
      `const b = ${inTemplate('x', 'console.log')};`,
      'const c = /Math.pow|\\*\\*/;',
      'const d = a / b; const e = "//";',
      `const f = ${inTemplate(inTemplate('g', 'Math.pow'), 'Math.random')};`,
    ];
    expect(bannedCalls(file(harmless.join('\n')))).toEqual([]);
    expect(codeOnly(harmless.join('\n')).split('\n')).toHaveLength(harmless.length);
    expect(bannedCalls(file(`${harmless.join('\n')}\nMath.random()`))).toHaveLength(1);
  });
});
