/** Sorting scores: a radix sort on the bits of doubles, linear in their number. Leans on nothing. */

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const HIGH_WORD = LITTLE_ENDIAN ? 1 : 0;
const LOW_WORD = 1 - HIGH_WORD;

const BITS = 8;
const DIGITS = 1 << BITS;
const MASK = DIGITS - 1;
const PASSES = 4;

// Below this, insertion sort beats counting 4 x 256 digits.
const SHORT_RUN = 32;

/** Scores put in order. */
export interface DescendingOrder {
  /** The indices of the scores, from the largest score to the smallest. */
  order: Uint32Array;
  /** At 2 i, a number that differs from the one at 2 i - 2 only if the two ranked scores differ. */
  keys: Uint32Array;
}

/**
 * Sorts scores: by their high words, which hold sign, exponent and 20 bits of the fraction, then within those that
 * share a high word.
 * @param scores Finite and without -0.
 */
export function descendingOrder(scores: Float64Array): DescendingOrder {
  const count = scores.length;
  const words = new Uint32Array(scores.buffer, scores.byteOffset, 2 * count);
  const unsorted = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    unsorted[2 * i] = descendingKey(words, i, HIGH_WORD);
    unsorted[2 * i + 1] = i;
  }
  const keys = sortPairs(unsorted);
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = keys[2 * i + 1]!;
  let start = 0;
  while (start < count) {
    const key = keys[2 * start]!;
    let end = start + 1;
    while (end < count && keys[2 * end] === key) end++;
    if (end - start > 1) sortRun(order, start, end, scores, words);
    start = end;
  }
  return { order, keys };
}

/**
 * A key that is small where the score is large. The bits of a non-negative double grow with it as an unsigned number,
 * those of a negative one shrink.
 */
function descendingKey(words: Uint32Array, index: number, word: number): number {
  const negative = words[2 * index + HIGH_WORD]! >>> 31 !== 0;
  const bits = words[2 * index + word]!;
  if (negative) return bits;
  return word === HIGH_WORD ? (bits ^ 0x7fffffff) >>> 0 : ~bits >>> 0;
}

/** Sorts pairs of key and payload by key, ascending; returns them in the array given or in another. */
function sortPairs(pairs: Uint32Array): Uint32Array {
  const length = pairs.length;
  const counters = new Uint32Array(PASSES * DIGITS);
  for (let at = 0; at < length; at += 2) {
    const key = pairs[at]!;
    counters[key & MASK]!++;
    counters[DIGITS + ((key >>> BITS) & MASK)]!++;
    counters[2 * DIGITS + ((key >>> (2 * BITS)) & MASK)]!++;
    counters[3 * DIGITS + (key >>> (3 * BITS))]!++;
  }
  let from = pairs;
  let to: Uint32Array = new Uint32Array(length);
  for (let pass = 0; pass < PASSES; pass++) {
    const shift = pass * BITS;
    const places = counters.subarray(pass * DIGITS, (pass + 1) * DIGITS);
    if (length > 0 && 2 * places[(from[0]! >>> shift) & MASK]! === length) continue;
    let start = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const here = places[digit]!;
      places[digit] = start;
      start += here;
    }
    for (let at = 0; at < length; at += 2) {
      const key = from[at]!;
      const place = 2 * places[(key >>> shift) & MASK]!++;
      to[place] = key;
      to[place + 1] = from[at + 1]!;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Sorts, in place, the part of `order` from `start` to `end`, whose scores share their high word. */
function sortRun(
  order: Uint32Array,
  start: number,
  end: number,
  scores: Float64Array,
  words: Uint32Array,
): void {
  const count = end - start;
  if (count <= SHORT_RUN) {
    insertionSort(order, start, end, scores);
    return;
  }
  const pairs = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    pairs[2 * i] = descendingKey(words, order[start + i]!, LOW_WORD);
    pairs[2 * i + 1] = order[start + i]!;
  }
  const sorted = sortPairs(pairs);
  for (let i = 0; i < count; i++) order[start + i] = sorted[2 * i + 1]!;
}

function insertionSort(order: Uint32Array, start: number, end: number, scores: Float64Array): void {
  for (let i = start + 1; i < end; i++) {
    const index = order[i]!;
    const score = scores[index]!;
    let at = i - 1;
    while (at >= start && scores[order[at]!]! < score) {
      order[at + 1] = order[at]!;
      at--;
    }
    order[at + 1] = index;
  }
}
