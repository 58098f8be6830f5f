import { coldStream, shuffle } from '../kernel/random.ts';

/**
 * Deals rows evenly: sizes differ by at most one, the first devices have the larger ones. The deal for one device more
 * takes rows from the others, evenly, and moves none between them.
 * @param order the rows, shuffled: what a device gets and gives is in this order.
 */
export function dealEvenly(order: Uint32Array, devices: number): number[][] {
  const hands: number[][] = [Array.from(order)];
  const rows = order.length;
  for (let count = 2; count <= devices; count++) {
    const least = Math.floor(rows / count);
    const larger = rows % count;
    // Where the least size stays, only devices past the larger ones give a row.
    const from = Math.floor(rows / (count - 1)) === least ? larger : 0;
    const to = from === 0 ? count - 1 : rows % (count - 1);
    const hand: number[] = [];
    for (let device = from; device < to; device++) {
      const keeps = least + (device < larger ? 1 : 0);
      const held = hands[device]!;
      while (held.length > keeps) hand.push(held.pop()!);
    }
    hands.push(hand);
  }
  return hands;
}

/** How many rows each device gets: shares by the largest remainder, each at least 1. @param shares sum to 1. */
export function sizesByShare(shares: Float64Array, rows: number): Uint32Array {
  const spare = rows - shares.length;
  const sizes = Uint32Array.from(shares, (share) => 1 + Math.floor(share * spare));
  let left = rows - sizes.reduce((sum, size) => sum + size, 0);
  const byRemainder = Array.from(shares, (share, device) => ({ device, rest: (share * spare) % 1 }));
  byRemainder.sort((a, b) => b.rest - a.rest || a.device - b.device);
  for (let i = 0; left > 0; i = (i + 1) % byRemainder.length, left--) sizes[byRemainder[i]!.device]!++;
  return sizes;
}

/**
 * Gives each device `each` different labels from decks of all labels, so that every label is given once before any is
 * given twice; one device more changes no other's. @returns the devices of each label, ascending.
 */
export function dealLabels(spec: {
  readonly labels: number;
  readonly devices: number;
  readonly each: number;
  readonly seed: number;
}): number[][] {
  const { labels, devices, each } = spec;
  const uniform = coldStream(spec.seed, 'data.partition.labels');
  const holders: number[][] = Array.from({ length: labels }, () => []);
  let deck: number[] = [];
  for (let device = 0; device < devices; device++) {
    for (let n = 0; n < each; n++) {
      let at = deck.findLastIndex((label) => holders[label]!.at(-1) !== device);
      if (at < 0) {
        deck = [...newDeck(labels, uniform), ...deck];
        at = deck.findLastIndex((label) => holders[label]!.at(-1) !== device);
      }
      holders[deck.splice(at, 1)[0]!]!.push(device);
    }
  }
  return holders;
}

function newDeck(labels: number, uniform: () => number): Uint32Array {
  const deck = Uint32Array.from({ length: labels }, (_, label) => label);
  shuffle(deck, uniform);
  return deck;
}
