// Runs of equal pixels, row by row, and which of them are connected: 64 pixels at a time become bits whose changes are
// the runs' ends, and each row's runs are joined with those that they touch in the row above. Joining is union-find over
// numbers that are given out whenever a run touches nothing above; the lowest number of a component stands for it.

/** Four registers of bytes of 0 and 1 as bits, from the lowest. */
@inline
function bitsOf(at: usize): u64 {
  const zero = i8x16.splat(0);
  // A byte of 1 has its highest bit set when it is negated.
  const a = <u64>i8x16.bitmask(i8x16.sub(zero, v128.load(at)));
  const b = <u64>i8x16.bitmask(i8x16.sub(zero, v128.load(at, 16)));
  const c = <u64>i8x16.bitmask(i8x16.sub(zero, v128.load(at, 32)));
  const d = <u64>i8x16.bitmask(i8x16.sub(zero, v128.load(at, 48)));
  return a | (b << 16) | (c << 32) | (d << 48);
}

/** The pixels of a value among the next 64 of a row of which `left` are left. */
@inline
function pixelsOf(at: usize, left: i32, inverted: u64): u64 {
  const bits = bitsOf(at) ^ inverted;
  return left >= 64 ? bits : bits & ((<u64>1 << <u64>left) - 1);
}

/**
 * How many runs there are in `rows` rows of `width` bytes of 0 and 1; 63 bytes more are read.
 * @param inverted Whether to count runs of 0.
 */
export function countRuns(mask: usize, rows: i32, width: i32, inverted: bool): i32 {
  const flip = inverted ? <u64>-1 : 0;
  let runs = 0;
  for (let y = 0; y < rows; y++, mask += width) {
    let carry: u64 = 0;
    for (let x = 0; x < width; x += 64) {
      const bits = pixelsOf(mask + x, width - x, flip);
      runs += <i32>popcnt(bits & ~((bits << 1) | carry));
      carry = bits >> 63;
    }
  }
  return runs;
}

let bounds: usize = 0;
let numbers: usize = 0;
let parents: usize = 0;
let areas: usize = 0;
let edges: usize = 0;
let runCount: i32 = 0;
let numberCount: i32 = 0;
let aboveFirst: i32 = 0;
let steps: i32 = 0;

/**
 * Tells where the results go, for all rows to come.
 *
 * @param boundsAt Room for two 32-bit numbers a run: its first pixel and the one after its last, counted through all rows.
 * @param numbersAt Room for the number of each run's component (i32).
 * @param parentsAt For each number that may be given out, as many as runs, one of the same component that is not higher.
 * @param areasAt Likewise pixels (i32), and `edgesAt` whether any pixel lies at the edge of the image (bytes).
 */
export function useRuns(boundsAt: usize, numbersAt: usize, parentsAt: usize, areasAt: usize, edgesAt: usize): void {
  bounds = boundsAt;
  numbers = numbersAt;
  parents = parentsAt;
  areas = areasAt;
  edges = edgesAt;
  runCount = 0;
  numberCount = 0;
  aboveFirst = 0;
  steps = 0;
}

/** Steps from a number to one that stands for it, since `useRuns`. */
export function stepsTaken(): i32 {
  return steps;
}

/** The runs of one row. @returns The end of their list. */
@inline
function listRow(mask: usize, width: i32, start: i32, flip: u64, list: usize): usize {
  let carry: u64 = 0;
  for (let x = 0; x < width; x += 64) {
    const bits = pixelsOf(mask + x, width - x, flip);
    let changes = bits ^ ((bits << 1) | carry);
    carry = bits >> 63;
    while (changes != 0) {
      store<i32>(list, start + x + <i32>ctz(changes));
      list += 4;
      changes &= changes - 1;
    }
  }
  // A row that ends within a word has ended its last run there.
  if (carry) {
    store<i32>(list, start + width);
    list += 4;
  }
  return list;
}

@inline
function standsFor(number: i32): i32 {
  let at = parents + (<usize>number << 2);
  let parent = load<i32>(at);
  while (parent != number) {
    const next = load<i32>(parents + (<usize>parent << 2));
    store<i32>(at, next);
    number = next;
    at = parents + (<usize>number << 2);
    parent = load<i32>(at);
    steps++;
  }
  return number;
}

/**
 * Lists the runs of some rows and joins them.
 *
 * @param mask `rows` rows of `width` bytes of 0 and 1, the first of them row `firstRow` of the image; 63 bytes more are read.
 * @param height Rows of the image.
 * @param inverted Whether to list runs of 0.
 * @param reach 1 if runs touch at corners, else 0.
 */
export function connectRows(
  mask: usize,
  firstRow: i32,
  rows: i32,
  height: i32,
  width: i32,
  inverted: bool,
  reach: i32,
): void {
  const flip = inverted ? <u64>-1 : 0;
  for (let y = firstRow; y < firstRow + rows; y++, mask += width) {
    const rowStart = y * width;
    const first = runCount;
    const listStart = bounds + (<usize>first << 3);
    const listEnd = listRow(mask, width, rowStart, flip, listStart);
    // What follows the runs above are the runs of this row: they begin beyond all that is asked for.
    let above = bounds + (<usize>aboveFirst << 3);
    let aboveNumber = numbers + (<usize>aboveFirst << 2);
    let numberAt = numbers + (<usize>first << 2);
    const atEdge = y == 0 || y == height - 1;
    for (let run = listStart; run < listEnd; run += 8, numberAt += 4) {
      const start = load<i32>(run);
      const end = load<i32>(run, 4);
      const from = start - width - reach;
      const to = min(end - width + reach, rowStart);
      while (load<i32>(above, 4) <= from) {
        above += 8;
        aboveNumber += 4;
      }
      let number: i32;
      if (load<i32>(above) < to) {
        number = standsFor(load<i32>(aboveNumber));
        // Further runs above; the last of them may touch the next run here as well.
        while (load<i32>(above, 8) < to) {
          above += 8;
          aboveNumber += 4;
          const other = standsFor(load<i32>(aboveNumber));
          const lower = min(number, other);
          store<i32>(parents + (<usize>max(number, other) << 2), lower);
          number = lower;
        }
      } else {
        number = numberCount++;
        store<i32>(parents + (<usize>number << 2), number);
        store<i32>(areas + (<usize>number << 2), 0);
        store<u8>(edges + <usize>number, 0);
      }
      store<i32>(numberAt, number);
      const area = areas + (<usize>number << 2);
      store<i32>(area, load<i32>(area) + end - start);
      if (atEdge || start == rowStart || end == rowStart + width) store<u8>(edges + <usize>number, 1);
    }
    runCount = first + <i32>((listEnd - listStart) >> 3);
    aboveFirst = first;
  }
}

/** Leaves in each parent, and for each run, the number that stands for its component. @returns How many were given out. */
export function settle(): i32 {
  for (let number = 0; number < numberCount; number++) {
    const at = parents + (<usize>number << 2);
    const parent = load<i32>(at);
    if (parent == number) continue;
    // Lower numbers are settled.
    const root = load<i32>(parents + (<usize>parent << 2));
    store<i32>(at, root);
    const area = areas + (<usize>root << 2);
    store<i32>(area, load<i32>(area) + load<i32>(areas + (<usize>number << 2)));
    store<i32>(areas + (<usize>number << 2), 0);
    if (load<u8>(edges + <usize>number)) store<u8>(edges + <usize>root, 1);
  }
  for (let at = numbers, end = numbers + (<usize>runCount << 2); at < end; at += 4) {
    store<i32>(at, load<i32>(parents + (<usize>load<i32>(at) << 2)));
  }
  return numberCount;
}

/** The number with the most pixels, the lowest of several; -1 if there is none. */
export function largestNumber(): i32 {
  let largest = -1;
  let most = 0;
  for (let number = 0; number < numberCount; number++) {
    const area = load<i32>(areas + (<usize>number << 2));
    if (area > most) {
      most = area;
      largest = number;
    }
  }
  return largest;
}

/**
 * Draws some runs.
 *
 * @param run The first run that is not drawn yet.
 * @param kept For each number, whether its runs are drawn (bytes).
 * @param from The first pixel of the stretch of the image that is drawn.
 * @param length Its pixels.
 * @param out These; 15 bytes more are written.
 * @param inverted Whether to draw 0 on 1.
 * @returns The first run beyond the stretch.
 */
export function draw(run: i32, kept: usize, from: i32, length: i32, out: usize, inverted: bool): i32 {
  const ones = i8x16.splat(inverted ? 0 : 1);
  const zeros = i8x16.splat(inverted ? 1 : 0);
  memory.fill(out, inverted ? 1 : 0, <usize>length + 15);
  const end = from + length;
  let at = bounds + (<usize>run << 3);
  for (; run < runCount; run++, at += 8) {
    const start = load<i32>(at);
    if (start >= end) break;
    if (!load<u8>(kept + <usize>load<i32>(numbers + (<usize>run << 2)))) continue;
    // Sixteen at a time, and over the end: what comes after it is not drawn yet.
    const to = out + <usize>(load<i32>(at, 4) - from);
    let place = out + <usize>(start - from);
    do {
      v128.store(place, ones);
      place += 16;
    } while (place < to);
    v128.store(to, zeros);
  }
  return run;
}
