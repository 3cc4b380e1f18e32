/** How alike the results of two programs are. Leans on arrays alone. */
import { type Arrays, type Values, valuesOf } from './array-file.js';
import type { Agreement } from './bench.js';

const outputs = (ours: Arrays, peer: Arrays): [Values, Values] => {
  const pair: [Values, Values] = [valuesOf(ours, 'output'), valuesOf(peer, 'output')];
  if (pair[0].length !== pair[1].length) {
    throw new Error(`results of different length: ${pair[0].length} and ${pair[1].length} values`);
  }
  return pair;
};

/** How often each pair of labels lies on one pixel. */
function countPairs(first: Values, second: Values): { a: number; b: number; count: number }[] {
  const counts = new Map<number, number>();
  const factor = 2 ** 26;
  let run = 0;
  for (let i = 0; i < first.length; i++) {
    run++;
    // Neighbours mostly carry the same pair.
    if (i + 1 < first.length && first[i + 1] === first[i] && second[i + 1] === second[i]) continue;
    const key = first[i]! * factor + second[i]!;
    counts.set(key, (counts.get(key) ?? 0) + run);
    run = 0;
  }
  return [...counts].map(([key, count]) => ({ a: Math.floor(key / factor), b: key % factor, count }));
}

/**
 * The share of pixels whose regions are each other's counterparts: of all regions of the other map, the one that shares
 * most pixels with it, both ways. 1 where both maps draw the same regions, whatever their numbers.
 */
export function sharedRegions(first: Values, second: Values): number {
  const pairs = countPairs(first, second);
  const best = (side: 'a' | 'b'): Map<number, { a: number; b: number; count: number }> => {
    const found = new Map<number, (typeof pairs)[number]>();
    for (const pair of pairs) {
      const known = found.get(pair[side]);
      if (known === undefined || pair.count > known.count) found.set(pair[side], pair);
    }
    return found;
  };
  const [ofFirst, ofSecond] = [best('a'), best('b')];
  let shared = 0;
  for (const pair of ofFirst.values()) if (ofSecond.get(pair.b) === pair) shared += pair.count;
  return shared / first.length;
}

export const SAME_REGIONS: Agreement = {
  measure: 'share of pixels in the same superpixel, up to numbering',
  of: (ours, peer) => sharedRegions(...outputs(ours, peer)),
};

export function largestDifference(first: Values, second: Values): number {
  let largest = 0;
  for (let i = 0; i < first.length; i++) largest = Math.max(largest, Math.abs(first[i]! - second[i]!));
  return largest;
}

/** The largest difference of two values at the same place. */
export function differenceIn(what: string): Agreement {
  return {
    measure: `largest difference, ${what}`,
    of: (ours, peer) => largestDifference(...outputs(ours, peer)),
  };
}

export const MEAN_DIFFERENCE: Agreement = {
  measure: 'mean difference, grey levels',
  of(ours, peer) {
    const [first, second] = outputs(ours, peer);
    let sum = 0;
    for (let i = 0; i < first.length; i++) sum += Math.abs(first[i]! - second[i]!);
    return sum / first.length;
  },
};

export const EQUAL_PIXELS: Agreement = {
  measure: 'share of equal pixels',
  of(ours, peer) {
    const [first, second] = outputs(ours, peer);
    let equal = 0;
    for (let i = 0; i < first.length; i++) if (first[i] === second[i]) equal++;
    return equal / first.length;
  },
};
