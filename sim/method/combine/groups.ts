import type { OutputTable } from './outputs.ts';

/**
 * Greedy complete linkage: in ascending order each classifier that is still free starts a group and takes in every later
 * free one that correlates with all its members by at least `threshold`, up to `groupLimit` members.
 */
export function groupClassifiers(
  outputs: OutputTable,
  candidates: Uint32Array,
  { threshold, groupLimit }: { readonly threshold: number; readonly groupLimit: number },
): number[][] {
  const groups: number[][] = [];
  let free = candidates;
  while (free.length > 0) {
    const group = [free[0]!];
    const left = new Uint32Array(free.length);
    let count = 0;
    for (let at = 1; at < free.length; at++) {
      const candidate = free[at]!;
      if (group.length < groupLimit && fits(outputs, group, candidate, threshold)) group.push(candidate);
      else left[count++] = candidate;
    }
    groups.push(group);
    free = left.subarray(0, count);
  }
  return groups;
}

/** Classifiers, ascending, without those that correlate with an earlier one by at least `threshold`. */
export function withoutDuplicates(outputs: OutputTable, candidates: Uint32Array, threshold: number): Uint32Array {
  const kept = new Uint32Array(candidates.length);
  let count = 0;
  for (const candidate of candidates) {
    let duplicate = false;
    for (let at = 0; at < count && !duplicate; at++) duplicate = outputs.correlated(kept[at]!, candidate, threshold);
    if (!duplicate) kept[count++] = candidate;
  }
  return kept.subarray(0, count);
}

function fits(outputs: OutputTable, group: readonly number[], candidate: number, threshold: number): boolean {
  for (const member of group) if (!outputs.correlated(member, candidate, threshold)) return false;
  return true;
}
