// The connected pieces of src/connectivity.ts, in place. A frame of -1 lies around the labels: a row before, a row
// after, and at least one column between two rows. It is no one's label, so no side needs a check.

/** A label that is not yet that of a piece: below the frame's -1, so that one number tells all. */
@inline
function waiting(label: v128): v128 {
  return i32x4.sub(i32x4.splat(-2), label);
}

/**
 * Replaces labels by the numbers of their pieces.
 *
 * @param queue Room for `maxSize` numbers of 4 bytes.
 * @returns How many pieces there are.
 */
export function connectPieces(
  labels: usize,
  queue: usize,
  width: i32,
  height: i32,
  stride: i32,
  minSize: i32,
  maxSize: i32,
  epfl: bool,
): i32 {
  const rowBytes = <usize>stride << 2;
  for (let y = 0; y < height; y++) {
    const row = labels + <usize>y * rowBytes;
    for (let x: usize = 0; x < rowBytes; x += 16) v128.store(row + x, waiting(v128.load(row + x)));
    for (let x = width; x < stride; x++) store<i32>(row + (<usize>x << 2), -1);
  }
  memory.fill(labels - rowBytes, 255, rowBytes);
  memory.fill(labels + <usize>height * rowBytes, 255, rowBytes);

  let next = 0;
  let adjacent = 0;
  for (let y = 0; y < height; y++) {
    let start = labels + <usize>y * rowBytes;
    for (const end = start + (<usize>width << 2); start < end; start += 4) {
      const label = load<i32>(start);
      if (label >= 0) continue;
      if (epfl) {
        const left = load<i32>(start - 4);
        const above = load<i32>(start - rowBytes);
        const right = load<i32>(start, 4);
        const below = load<i32>(start + rowBytes);
        if (left >= 0) adjacent = left;
        if (above >= 0) adjacent = above;
        if (right >= 0) adjacent = right;
        if (below >= 0) adjacent = below;
      } else {
        adjacent = next;
      }
      store<i32>(start, next);
      store<u32>(queue, <u32>start);
      let found = 1;
      let met = adjacent;
      for (let visited = 0; visited < found && found < maxSize; visited++) {
        const at = <usize>load<u32>(queue + (<usize>visited << 2));
        // Right, left, down, up: the order decides where a piece is cut and which neighbour was met last.
        let known = load<i32>(at, 4);
        if (known == label) {
          store<i32>(at, next, 4);
          store<u32>(queue + (<usize>found << 2), <u32>(at + 4));
          if (++found >= maxSize) break;
        } else if (known >= 0 && known != next) met = known;
        known = load<i32>(at - 4);
        if (known == label) {
          store<i32>(at - 4, next);
          store<u32>(queue + (<usize>found << 2), <u32>(at - 4));
          if (++found >= maxSize) break;
        } else if (known >= 0 && known != next) met = known;
        known = load<i32>(at + rowBytes);
        if (known == label) {
          store<i32>(at + rowBytes, next);
          store<u32>(queue + (<usize>found << 2), <u32>(at + rowBytes));
          if (++found >= maxSize) break;
        } else if (known >= 0 && known != next) met = known;
        known = load<i32>(at - rowBytes);
        if (known == label) {
          store<i32>(at - rowBytes, next);
          store<u32>(queue + (<usize>found << 2), <u32>(at - rowBytes));
          if (++found >= maxSize) break;
        } else if (known >= 0 && known != next) met = known;
      }
      if (found < minSize) {
        if (!epfl) adjacent = met;
        for (let i = 0; i < found; i++) store<i32>(<usize>load<u32>(queue + (<usize>i << 2)), adjacent);
      } else {
        next++;
      }
    }
  }
  return max(1, next);
}
