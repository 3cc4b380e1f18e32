/**
 * Runs: the stretches of equal pixels that a mask's rows are made of, and which of them are connected. A mask of a
 * lesion has a few runs a row where it has a thousand pixels. Leans on nothing.
 */

/** Which pixels are neighbours: the 4 that share an edge, or the 8 that share an edge or a corner. */
export type Connectivity = 4 | 8;

/** Runs in the order of their pixels, none longer than its row, with the component that each belongs to. */
export interface ConnectedRuns {
  /** How many there are; the arrays may be longer. */
  count: number;
  /** The first pixel of each. */
  starts: Int32Array;
  /** The pixel after its last. */
  ends: Int32Array;
  /** The first run of the run's component. */
  roots: Int32Array;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The pixels that differ from the one before them, of bytes of 0 and 1; before the first is 0. */
function changesIn(bytes: Uint8Array): { changes: Int32Array; count: number } {
  let changes = new Int32Array(1024);
  let count = 0;
  let last = 0;
  const byteByByte = (from: number, to: number): void => {
    if (count + to - from > changes.length) changes = grown(changes, count + to - from);
    for (let i = from; i < to; i++) {
      if (bytes[i] !== last) changes[count++] = i;
      last = bytes[i]!;
    }
  };
  const byWords = LITTLE_ENDIAN && bytes.length > 3;
  const head = byWords ? -bytes.byteOffset & 3 : bytes.length;
  const words = byWords
    ? new Int32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2)
    : new Int32Array(0);
  byteByByte(0, head);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    // Each byte against the one before it.
    let flips = word ^ ((word << 8) | last);
    last = word >>> 24;
    if (flips === 0) continue;
    if (count + 4 > changes.length) changes = grown(changes, count + 4);
    const at = head + 4 * i;
    do {
      changes[count++] = at + ((31 - Math.clz32(flips & -flips)) >> 3);
      flips &= flips - 1;
    } while (flips !== 0);
  }
  byteByByte(head + 4 * words.length, bytes.length);
  return { changes, count };
}

function grown(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(length, 2 * values.length));
  larger.set(values);
  return larger;
}

/**
 * The runs of one value and how they are connected. Takes time in proportion to a quarter of the pixels and all of the
 * runs, and 20 bytes a run.
 *
 * @param mask Bytes of 0 and 1, rows of `width`.
 * @param value Which of the two.
 */
export function connectedRuns(
  mask: Uint8Array,
  width: number,
  value: 0 | 1,
  connectivity: Connectivity,
): ConnectedRuns {
  const { changes, count: changed } = changesIn(mask);
  // A run that goes on over the end of a row is cut there.
  const most = (changed >> 1) + 1 + mask.length / width;
  const starts = new Int32Array(most);
  const ends = new Int32Array(most);
  let count = 0;
  let rowEnd = width;
  // Where value is 0, the first run begins before the first change.
  for (let next = value === 1 ? 0 : -1; next < changed; next += 2) {
    let start = next < 0 ? 0 : changes[next]!;
    const end = next + 1 < changed ? changes[next + 1]! : mask.length;
    if (start >= rowEnd) rowEnd = (Math.floor(start / width) + 1) * width;
    while (end > rowEnd) {
      starts[count] = start;
      ends[count++] = rowEnd;
      start = rowEnd;
      rowEnd += width;
    }
    if (start < end) {
      starts[count] = start;
      ends[count++] = end;
    }
  }
  return { count, starts, ends, roots: connect(starts, ends, count, width, connectivity) };
}

/** Joins each run with those that it touches in the row above: union-find in which the first run is the root. */
function connect(
  starts: Int32Array,
  ends: Int32Array,
  count: number,
  width: number,
  connectivity: Connectivity,
): Int32Array {
  const roots = new Int32Array(count);
  const reach = connectivity === 8 ? 1 : 0;
  let above = 0;
  let rowStart = 0;
  for (let run = 0; run < count; run++) {
    roots[run] = run;
    while (starts[run]! >= rowStart + width) rowStart += width;
    // The stretch of the row above that it touches.
    const from = Math.max(starts[run]! - width - reach, rowStart - width);
    const to = Math.min(ends[run]! - width + reach, rowStart);
    while (above < run && ends[above]! <= from) above++;
    let root = run;
    for (let other = above; other < run && starts[other]! < to; other++) {
      let found = other;
      while (roots[found] !== found) {
        roots[found] = roots[roots[found]!]!;
        found = roots[found]!;
      }
      if (found < root) {
        roots[root] = found;
        root = found;
      } else {
        roots[found] = root;
      }
    }
  }
  // No run's root comes after it, so that one pass leaves all of them final.
  for (let run = 0; run < count; run++) roots[run] = roots[roots[run]!]!;
  return roots;
}

/** Sets a stretch to 1; a call of `fill` is worth it for long ones only. */
export function fillRun(pixels: Uint8Array, start: number, end: number): void {
  if (end - start > 32) pixels.fill(1, start, end);
  else for (let i = start; i < end; i++) pixels[i] = 1;
}
