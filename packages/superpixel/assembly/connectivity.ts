// The connected pieces of src/connectivity.ts, on labels with a frame of -1 around them: a row before, a row
// after, and at least one column between two rows. The frame is no one's label, so no side needs a check.

/** @returns How many labels `out` holds; its frame must be -1 too. */
export function connectPieces(
  labels: usize,
  out: usize,
  queue: usize,
  width: i32,
  height: i32,
  stride: i32,
  minSize: i32,
  maxSize: i32,
  epfl: bool,
): i32 {
  const rowBytes = <usize>stride << 2;
  let next = 0;
  let adjacent = 0;
  for (let y = 0; y < height; y++) {
    let start = <usize>(y * stride) << 2;
    const rowEnd = start + (<usize>width << 2);
    for (; start < rowEnd; start += 4) {
      if (load<i32>(out + start) >= 0) continue;
      if (epfl) {
        const left = load<i32>(out + start - 4);
        const above = load<i32>(out + start - rowBytes);
        const right = load<i32>(out + start + 4);
        const below = load<i32>(out + start + rowBytes);
        if (left >= 0) adjacent = left;
        if (above >= 0) adjacent = above;
        if (right >= 0) adjacent = right;
        if (below >= 0) adjacent = below;
      } else {
        adjacent = next;
      }
      const label = load<i32>(labels + start);
      store<i32>(out + start, next);
      store<u32>(queue, <u32>start);
      let found = 1;
      let met = adjacent;
      for (let visited = 0; visited < found && found < maxSize; visited++) {
        const at = <usize>load<u32>(queue + (<usize>visited << 2));
        // Right, left, down, up: the order decides where a piece is cut and which neighbour was met last.
        let known = load<i32>(out + at + 4);
        if (known < 0) {
          if (load<i32>(labels + at + 4) == label) {
            store<i32>(out + at + 4, next);
            store<u32>(queue + (<usize>found << 2), <u32>(at + 4));
            if (++found >= maxSize) break;
          }
        } else if (known != next) met = known;
        known = load<i32>(out + at - 4);
        if (known < 0) {
          if (load<i32>(labels + at - 4) == label) {
            store<i32>(out + at - 4, next);
            store<u32>(queue + (<usize>found << 2), <u32>(at - 4));
            if (++found >= maxSize) break;
          }
        } else if (known != next) met = known;
        known = load<i32>(out + at + rowBytes);
        if (known < 0) {
          if (load<i32>(labels + at + rowBytes) == label) {
            store<i32>(out + at + rowBytes, next);
            store<u32>(queue + (<usize>found << 2), <u32>(at + rowBytes));
            if (++found >= maxSize) break;
          }
        } else if (known != next) met = known;
        known = load<i32>(out + at - rowBytes);
        if (known < 0) {
          if (load<i32>(labels + at - rowBytes) == label) {
            store<i32>(out + at - rowBytes, next);
            store<u32>(queue + (<usize>found << 2), <u32>(at - rowBytes));
            if (++found >= maxSize) break;
          }
        } else if (known != next) met = known;
      }
      if (!epfl) adjacent = met;
      if (found < minSize) {
        for (let i = 0; i < found; i++) store<i32>(out + <usize>load<u32>(queue + (<usize>i << 2)), adjacent);
      } else {
        next++;
      }
    }
  }
  return max(1, next);
}
