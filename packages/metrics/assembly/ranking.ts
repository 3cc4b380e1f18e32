// Counts of labels at each threshold: keys that sort as scores descend, sorted by radix, positives and negatives by
// themselves, and merged. A label needs no place in a key then, and a key needs no index.

/** Bits of a digit and how many digits the upper part of a key has; what is below is mostly put right by insertion. */
const BITS: u64 = 11;
const DIGITS: i32 = 1 << <i32>BITS;
const DIGIT: u64 = DIGITS - 1;
const UPPER: u64 = 31;

/** No finite score has this key. */
const END: u64 = u64.MAX_VALUE;

/**
 * A key that is small where the score is large: bits of negative doubles already grow as the doubles fall. Of a key it
 * gives the bits back.
 */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function keyOf(bits: u64): u64 {
  return bits >> 63 != 0 ? bits : bits ^ 0x7fffffffffffffff;
}

/**
 * Writes the keys of positives from the front, then {@link END}, then those of negatives, then END again.
 *
 * @param labels A byte each.
 * @param scores A double each; -0 counts as 0.
 * @param keys Room for `count` + 2.
 * @returns The number of positives, or -1 if a label is neither 0 nor 1 or a score is not finite.
 */
function split(labels: usize, scores: usize, keys: usize, count: i32): i32 {
  let front = keys;
  let back = keys + (<usize>count << 3);
  let wrong: u64 = 0;
  for (let i = 0; i < count; i++) {
    const label = <u64>load<u8>(labels + i);
    let bits = load<u64>(scores + (<usize>i << 3));
    bits = bits == 0x8000000000000000 ? 0 : bits;
    wrong |= (label >> 1) | (((bits >> 52) & 0x7ff) + 1) >> 11;
    const positive = label != 0;
    store<u64>(positive ? front : back, keyOf(bits));
    front += positive ? 8 : 0;
    back -= positive ? 0 : 8;
  }
  if (wrong != 0) return -1;
  store<u64>(front, END);
  store<u64>(keys + (<usize>(count + 1) << 3), END);
  return <i32>((front - keys) >> 3);
}

/** Stable sort by three digits, the lowest of which begins at bit `shift`. Returns which buffer holds the result. */
function sortDigits(from: usize, to: usize, count: i32, shift: u64, counters: usize): usize {
  const second = counters + (<usize>DIGITS << 2);
  const third = second + (<usize>DIGITS << 2);
  memory.fill(counters, 0, (<usize>DIGITS << 2) * 3);
  const bytes = <usize>count << 3;
  for (let at = from; at < from + bytes; at += 8) {
    const key = load<u64>(at) >> shift;
    const one = counters + ((<usize>(key & DIGIT)) << 2);
    const two = second + ((<usize>((key >> BITS) & DIGIT)) << 2);
    const three = third + ((<usize>((key >> (2 * BITS)) & DIGIT)) << 2);
    store<u32>(one, load<u32>(one) + 1);
    store<u32>(two, load<u32>(two) + 1);
    store<u32>(three, load<u32>(three) + 1);
  }
  for (let pass = 0; pass < 3; pass++) {
    const places = counters + ((<usize>pass * DIGITS) << 2);
    const here = shift + <u64>pass * BITS;
    const first = <usize>((load<u64>(from) >> here) & DIGIT);
    if (load<u32>(places + (first << 2)) == <u32>count) continue;
    let next: u32 = <u32>to;
    for (let digit = 0; digit < DIGITS; digit++) {
      const size = load<u32>(places + (<usize>digit << 2));
      store<u32>(places + (<usize>digit << 2), next);
      next += size << 3;
    }
    for (let at = from; at < from + bytes; at += 8) {
      const key = load<u64>(at);
      const place = places + (((<usize>(key >> here)) & <usize>DIGIT) << 2);
      const target = load<u32>(place);
      store<u64>(target, key);
      store<u32>(place, target + 8);
    }
    const other = from;
    from = to;
    to = other;
  }
  return from;
}

/**
 * Sorts keys, ascending. Three digits from bit 31 up tell nearly all scores apart that a network gives; neighbours that
 * they do not are put in order by insertion. Where that would be long, all digits are sorted.
 *
 * @param keys `count` keys.
 * @param spare Room for as many.
 * @param counters Room for three times 2048 numbers of 32 bits.
 * @returns Which of the two holds the result, {@link END} after it.
 */
function sort(keys: usize, spare: usize, count: i32, counters: usize): usize {
  const bytes = <usize>count << 3;
  if (count < 2) {
    store<u64>(keys + bytes, END);
    return keys;
  }
  const sorted = sortDigits(keys, spare, count, UPPER, counters);
  const end = sorted + bytes;
  store<u64>(end, END);
  let moves = 4 * count;
  let last = load<u64>(sorted);
  for (let at = sorted + 8; at < end; at += 8) {
    const key = load<u64>(at);
    if (key >= last) {
      last = key;
      continue;
    }
    let to = at;
    do {
      store<u64>(to, load<u64>(to - 8));
      to -= 8;
      moves--;
    } while (to > sorted && load<u64>(to - 8) > key);
    store<u64>(to, key);
    if (moves < 0) {
      const lower = sortDigits(sorted, sorted == keys ? spare : keys, count, 0, counters);
      const whole = sortDigits(lower, lower == keys ? spare : keys, count, UPPER, counters);
      store<u64>(whole + bytes, END);
      return whole;
    }
  }
  return sorted;
}

/**
 * Counts positives and negatives of at least each distinct score, descending.
 *
 * @param above Sorted keys of positives, then {@link END}.
 * @param below Those of negatives.
 * @param truePositives A number of 32 bits for each distinct score; so is `falsePositives`.
 * @param thresholds The distinct scores; 0 if they are not wanted.
 * @returns How many distinct scores there are.
 */
function merge(
  above: usize,
  below: usize,
  truePositives: usize,
  falsePositives: usize,
  thresholds: usize,
): i32 {
  let positives: u32 = 0;
  let negatives: u32 = 0;
  let groups = 0;
  let high = load<u64>(above);
  let low = load<u64>(below);
  let key = high < low ? high : low;
  // Without a branch that labels decide; a group's numbers are written again until it ends.
  while (key != END) {
    positives += high == key ? 1 : 0;
    negatives += low == key ? 1 : 0;
    store<u32>(truePositives + (<usize>groups << 2), positives);
    store<u32>(falsePositives + (<usize>groups << 2), negatives);
    if (thresholds != 0) store<u64>(thresholds + (<usize>groups << 3), keyOf(key));
    high = load<u64>(above + (<usize>positives << 3));
    low = load<u64>(below + (<usize>negatives << 3));
    const next = high < low ? high : low;
    groups += next != key ? 1 : 0;
    key = next;
  }
  return groups;
}

/**
 * Counts the labels at each threshold.
 *
 * @param labels A byte each, of `count`.
 * @param scores A double each and room for two more; overwritten.
 * @param keys Room for `count` + 2 doubles.
 * @param counters Room for three times 2048 numbers of 32 bits.
 * @param thresholds Receives the distinct scores, descending; 0 if they are not wanted.
 * @returns How many distinct scores there are, or -1 if a label is neither 0 nor 1 or a score is not finite. The counts
 * are numbers of 32 bits: true positives at the pointer that `counters` then holds, false positives `count` + 2 numbers
 * later.
 */
export function countAtThresholds(
  labels: usize,
  scores: usize,
  keys: usize,
  count: i32,
  counters: usize,
  thresholds: usize,
): i32 {
  const positives = split(labels, scores, keys, count);
  if (positives < 0) return -1;
  const negatives = count - positives;
  const offset = <usize>(positives + 1) << 3;
  const above = sort(keys, scores, positives, counters);
  let below = sort(keys + offset, scores + offset, negatives, counters);
  // The counts take the buffer that holds no keys.
  const spare = above == keys ? scores : keys;
  if (below != above + offset) {
    memory.copy(above + offset, below, <usize>(negatives + 1) << 3);
    below = above + offset;
  }
  store<u32>(counters, <u32>spare);
  return merge(above, below, spare, spare + (<usize>(count + 2) << 2), thresholds);
}
