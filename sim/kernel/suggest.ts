/** Edits (insert, delete, replace, swap neighbours) from one text to the other: optimal string alignment distance. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** The name that was probably meant: within two fifths of its length in edits (at least one), or an abbreviation; else none. */
export function nearest(text: string, names: Iterable<string>): string | undefined {
  const wanted = normal(text);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const known = normal(name);
    let distance = editDistance(wanted, known);
    if (wanted.length >= 3 && (known.startsWith(wanted) || wanted.startsWith(known))) distance = Math.min(distance, 1);
    if (distance < least && distance <= Math.max(1, Math.floor(0.4 * Math.max(wanted.length, known.length)))) {
      best = name;
      least = distance;
    }
  }
  return best;
}

/** Case, spaces and the kind of dash are no difference worth an edit. */
function normal(text: string): string {
  return text.toLowerCase().replace(/[\s_-]/g, '');
}

/** "; did you mean loss?", or nothing. */
export function didYouMean(text: string, names: Iterable<string>): string {
  const name = nearest(text, names);
  return name === undefined ? '' : `; did you mean ${name}?`;
}
