/** Sorting scores: a radix sort of indices on the bits of doubles, linear in their number. Leans on nothing. */

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const HIGH_WORD = LITTLE_ENDIAN ? 1 : 0;
const LOW_WORD = 1 - HIGH_WORD;

const BITS = 11;
const DIGITS = 1 << BITS;
const MASK = DIGITS - 1;
const PASSES = 3;

// Below this, insertion sort beats counting 3 x 2,048 digits.
const SHORT_RUN = 96;

/**
 * The indices of `scores` from the largest score to the smallest.
 * @param scores Finite and without -0.
 */
export function descendingOrder(scores: Float64Array): Uint32Array {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  const words = new Uint32Array(scores.buffer, scores.byteOffset, 2 * scores.length);
  sortByWord(order, words, HIGH_WORD);
  sortTiedHighWords(order, scores, words);
  return order;
}

/**
 * Sorts `order`, in place, by one 32-bit word of each score. The bits of a non-negative double grow with it as an
 * unsigned number, those of a negative one shrink; the keys turn that into "first comes the largest".
 */
function sortByWord(order: Uint32Array, words: Uint32Array, word: number): void {
  const count = order.length;
  const counters = new Uint32Array(PASSES * DIGITS);
  let keys = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const at = 2 * order[i]!;
    const negative = words[at + HIGH_WORD]! >>> 31 !== 0;
    const bits = words[at + word]!;
    const rising = word === HIGH_WORD ? (negative ? ~bits : bits ^ 0x80000000) : negative ? ~bits : bits;
    const key = ~rising >>> 0;
    keys[i] = key;
    counters[key & MASK]!++;
    counters[DIGITS + ((key >>> BITS) & MASK)]!++;
    counters[2 * DIGITS + (key >>> (2 * BITS))]!++;
  }
  let from: Uint32Array = order;
  let to: Uint32Array = new Uint32Array(count);
  let keysTo = new Uint32Array(count);
  for (let pass = 0; pass < PASSES; pass++) {
    const shift = pass * BITS;
    const starts = counters.subarray(pass * DIGITS, (pass + 1) * DIGITS);
    if (count > 0 && starts[(keys[0]! >>> shift) & MASK] === count) continue;
    let start = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const here = starts[digit]!;
      starts[digit] = start;
      start += here;
    }
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const place = starts[(key >>> shift) & MASK]!++;
      keysTo[place] = key;
      to[place] = from[i]!;
    }
    [keys, keysTo] = [keysTo, keys];
    [from, to] = [to, from];
  }
  if (from !== order) order.set(from);
}

/** Finishes the sort where scores share their high word, which holds 20 bits of the fraction. */
function sortTiedHighWords(order: Uint32Array, scores: Float64Array, words: Uint32Array): void {
  let start = 0;
  while (start < order.length) {
    const first = order[start]!;
    const high = words[2 * first + HIGH_WORD]!;
    let end = start + 1;
    let equal = true;
    for (; end < order.length && words[2 * order[end]! + HIGH_WORD] === high; end++) {
      equal &&= words[2 * order[end]! + LOW_WORD] === words[2 * first + LOW_WORD];
    }
    if (!equal) {
      if (end - start > SHORT_RUN) sortByWord(order.subarray(start, end), words, LOW_WORD);
      else insertionSort(order, scores, start, end);
    }
    start = end;
  }
}

function insertionSort(order: Uint32Array, scores: Float64Array, start: number, end: number): void {
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
