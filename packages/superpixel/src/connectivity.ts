/**
 * Makes every superpixel one connected piece: numbers the pieces afresh in reading order and merges those
 * that are too small into a neighbour, by scikit-image's rule or EPFL's. Leans on nothing but types.
 */
import type { Size } from '@lesion/core';

/** How {@link enforceConnectivity} merges. */
export interface ConnectivityRule {
  rule: 'scikit-image' | 'epfl';
  /** Pieces with fewer pixels are merged. */
  minSize: number;
  /** A piece is cut when it has this many pixels, at least 1. */
  maxSize: number;
}

/**
 * Numbers the 4-connected pieces of `labels` from 0, in the order in which reading meets them, into `out`.
 * Linear in the number of pixels.
 *
 * @returns How many labels `out` holds.
 */
export function enforceConnectivity(
  labels: Int32Array,
  out: Int32Array,
  size: Size,
  { rule, minSize, maxSize }: ConnectivityRule,
): number {
  const { width } = size;
  const pixels = labels.length;
  const lastColumn = width - 1;
  const queue = new Int32Array(Math.min(pixels, maxSize));
  const epfl = rule === 'epfl';
  out.fill(-1);
  let next = 0;
  let adjacent = 0;
  for (let start = 0; start < pixels; start++) {
    if (out[start]! >= 0) continue;
    if (epfl) {
      // Before a piece has a labelled neighbour, as in the first corner, it keeps the label met last. To the
      // right and below nothing is labelled unless a piece reached around; the last of the four wins.
      const column = start % width;
      if (column > 0 && out[start - 1]! >= 0) adjacent = out[start - 1]!;
      if (start >= width && out[start - width]! >= 0) adjacent = out[start - width]!;
      if (column < lastColumn && out[start + 1]! >= 0) adjacent = out[start + 1]!;
      if (start + width < pixels && out[start + width]! >= 0) adjacent = out[start + width]!;
    } else {
      adjacent = next;
    }
    const label = labels[start]!;
    out[start] = next;
    queue[0] = start;
    let found = 1;
    for (let visited = 0; visited < found && found < maxSize; visited++) {
      const at = queue[visited]!;
      const column = at % width;
      for (let side = 0; side < 4 && found < maxSize; side++) {
        let neighbour: number;
        if (side === 0) {
          if (column === lastColumn) continue;
          neighbour = at + 1;
        } else if (side === 1) {
          if (column === 0) continue;
          neighbour = at - 1;
        } else if (side === 2) {
          neighbour = at + width;
          if (neighbour >= pixels) continue;
        } else {
          neighbour = at - width;
          if (neighbour < 0) continue;
        }
        const known = out[neighbour]!;
        if (known < 0) {
          if (labels[neighbour] === label) {
            out[neighbour] = next;
            queue[found++] = neighbour;
          }
        } else if (known !== next && !epfl) {
          adjacent = known;
        }
      }
    }
    if (found < minSize) {
      for (let i = 0; i < found; i++) out[queue[i]!] = adjacent;
    } else {
      next++;
    }
  }
  // If the pieces met last were all merged into an image without any other, their one label is 0.
  return Math.max(1, next);
}

/** Renumbers `labels` in place to 0, 1, 2, ... without gaps, keeping their order. @returns How many there are. */
export function closeGaps(labels: Int32Array, bound: number): number {
  const renumbered = new Int32Array(bound);
  for (let i = 0; i < labels.length; i++) renumbered[labels[i]!] = 1;
  let count = 0;
  for (let label = 0; label < bound; label++) if (renumbered[label] === 1) renumbered[label] = count++;
  for (let i = 0; i < labels.length; i++) labels[i] = renumbered[labels[i]!]!;
  return count;
}
