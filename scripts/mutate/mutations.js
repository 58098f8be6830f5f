// Changes of a file's bytes, of the values in a JSON document and of the words in a text. Each says in words what it did.

/** A whole number from 0, below `n`. */
export const below = (uniform, n) => Math.floor(uniform() * n);
export const oneOf = (uniform, list) => list[below(uniform, list.length)];

/** Values that no reader should take for granted. */
const VALUES = [
  null,
  true,
  '',
  'x',
  '7',
  -1,
  0,
  0.5,
  1e300,
  2 ** 53,
  [],
  {},
  [null],
  { a: 1 },
  '\u0000',
  'é'.repeat(300),
];
/** Words that stand in no scenario, or not where they come to stand. */
const WORDS = [
  '',
  '-1',
  '0',
  '1e308',
  '1e-300',
  'nan',
  'inf',
  'null',
  '~',
  '{}',
  '[]',
  '"',
  '../../etc',
  '1 XB',
  '9e99 s',
  '!!js x',
  '&a',
  '*a',
];

/** @returns {{ bytes: Buffer, what: string }} */
export function mutateBytes(bytes, uniform) {
  const at = below(uniform, bytes.length);
  const length = 1 + below(uniform, Math.min(64, bytes.length - at));
  const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
  switch (below(uniform, 7)) {
    case 0: {
      const bit = below(uniform, 8);
      const copy = Buffer.from(bytes);
      copy[at] ^= 1 << bit;
      return { bytes: copy, what: `bit ${bit} of byte ${at} flipped` };
    }
    case 1: {
      const value = oneOf(uniform, [0, 1, 10, 34, 127, 128, 255]);
      const copy = Buffer.from(bytes);
      copy[at] = value;
      return { bytes: copy, what: `byte ${at} set to ${value}` };
    }
    case 2:
      return { bytes: Buffer.from(head), what: `cut to ${at} bytes` };
    case 3:
      return { bytes: Buffer.concat([head, tail]), what: `${length} bytes from ${at} left out` };
    case 4:
      return { bytes: Buffer.concat([head, middle, middle, tail]), what: `${length} bytes from ${at} twice` };
    case 5:
      return {
        bytes: Buffer.concat([head, Buffer.alloc(middle.length), tail]),
        what: `${length} bytes from ${at} zero`,
      };
    default: {
      const noise = Buffer.from(Array.from({ length }, () => below(uniform, 256)));
      return { bytes: Buffer.concat([head, noise, tail]), what: `${length} bytes from ${at} of noise` };
    }
  }
}

/** One value of a JSON document changed, left out or moved below another. */
export function mutateJson(bytes, uniform) {
  const document = JSON.parse(bytes.toString());
  // From the top downwards, so that a long list below one key is not all that is ever changed.
  let parent = document;
  const path = [oneOf(uniform, Object.keys(document))];
  for (;;) {
    const inner = parent[path.at(-1)];
    if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0 || uniform() < 0.4) break;
    parent = inner;
    path.push(oneOf(uniform, Object.keys(inner)));
  }
  const key = path.at(-1);
  const value = oneOf(uniform, [...VALUES, undefined, 'as text', 'nested']);
  if (value === undefined) delete parent[key];
  else if (value === 'as text') parent[key] = String(parent[key]);
  else if (value === 'nested') parent[key] = { [key]: parent[key] };
  else parent[key] = value;
  const shown = value === undefined ? 'left out' : JSON.stringify(value).slice(0, 30);
  return { bytes: Buffer.from(JSON.stringify(document)), what: `${path.join('.')}: ${shown}` };
}

/** One word or number of a text changed, or one line left out, doubled or moved. */
export function mutateText(bytes, uniform) {
  const text = bytes.toString();
  if (uniform() < 0.3) {
    const lines = text.split('\n');
    const at = below(uniform, lines.length);
    const [line] = lines.splice(at, 1);
    if (uniform() < 0.5) {
      lines.splice(below(uniform, lines.length + 1), 0, line, line);
      return { bytes: Buffer.from(lines.join('\n')), what: `line ${at + 1} twice elsewhere` };
    }
    return { bytes: Buffer.from(lines.join('\n')), what: `line ${at + 1} left out` };
  }
  const words = [...text.matchAll(/[A-Za-z0-9.%-]+/g)];
  const { 0: word, index } = oneOf(uniform, words);
  const other = oneOf(uniform, [...WORDS, oneOf(uniform, words)[0]]);
  const changed = `${text.slice(0, index)}${other}${text.slice(index + word.length)}`;
  return { bytes: Buffer.from(changed), what: `${JSON.stringify(word)} at ${index} now ${JSON.stringify(other)}` };
}
