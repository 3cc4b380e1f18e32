// PNG's row filters, 16 bytes at a time: byte for byte what the plain path makes.
import { addBytes, total } from '../../../tools/wasm/lanes';

/** Distances of bytes that have no sign. */
// @ts-expect-error: decorators of functions are AssemblyScript's
@inline
function distance(a: v128, b: v128): v128 {
  return v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
}

/** The bytes' magnitudes, read as signed, added to four lanes. */
// @ts-expect-error: decorators of functions are AssemblyScript's
@inline
function addMagnitudes(sums: v128, bytes: v128): v128 {
  return addBytes(sums, i8x16.abs(bytes));
}

/**
 * Filters a row in each way and tells which leaves the smallest magnitudes.
 *
 * @param row Its bytes; `step` zeros before, and room for 16 bytes behind.
 * @param above The row above, in the same form.
 * @param length Bytes in a row.
 * @param step Bytes in a pixel.
 * @param sub,up,paeth Where the filtered rows go; room for 16 bytes behind each.
 * @returns 0 for the row as it is, 1 to 3 for `sub`, `up` and `paeth`; the first of those that are equal.
 */
export function filterRow(
  row: usize,
  above: usize,
  length: i32,
  step: i32,
  sub: usize,
  up: usize,
  paeth: usize,
): i32 {
  let plainSums = i32x4.splat(0);
  let subSums = i32x4.splat(0);
  let upSums = i32x4.splat(0);
  let paethSums = i32x4.splat(0);
  for (let i = 0; i < length; i += 16, row += 16, above += 16, sub += 16, up += 16, paeth += 16) {
    const value = v128.load(row);
    const left = v128.load(row - step);
    const top = v128.load(above);
    const topLeft = v128.load(above - step);

    const lessLeft = i8x16.sub(value, left);
    const lessTop = i8x16.sub(value, top);
    // How far left + top - topLeft is from each; as two sums of bytes with signs, it may leave a byte's range, where
    // it is farther than any other anyway.
    const toLeft = distance(top, topLeft);
    const toTop = distance(left, topLeft);
    const sameSide = i8x16.eq(i8x16.ge_u(top, topLeft), i8x16.ge_u(left, topLeft));
    const toTopLeft = v128.bitselect(i8x16.add_sat_u(toLeft, toTop), distance(toLeft, toTop), sameSide);
    const isLeft = v128.and(i8x16.le_u(toLeft, toTop), i8x16.le_u(toLeft, toTopLeft));
    const isTop = i8x16.le_u(toTop, toTopLeft);
    const guess = v128.bitselect(left, v128.bitselect(top, topLeft, isTop), isLeft);
    const lessGuess = i8x16.sub(value, guess);
    v128.store(sub, lessLeft);
    v128.store(up, lessTop);
    v128.store(paeth, lessGuess);

    const remaining = length - i;
    if (remaining >= 16) {
      plainSums = addMagnitudes(plainSums, value);
      subSums = addMagnitudes(subSums, lessLeft);
      upSums = addMagnitudes(upSums, lessTop);
      paethSums = addMagnitudes(paethSums, lessGuess);
    } else {
      const inside = i8x16.lt_u(
        i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        i8x16.splat(<i8>remaining),
      );
      plainSums = addMagnitudes(plainSums, v128.and(value, inside));
      subSums = addMagnitudes(subSums, v128.and(lessLeft, inside));
      upSums = addMagnitudes(upSums, v128.and(lessTop, inside));
      paethSums = addMagnitudes(paethSums, v128.and(lessGuess, inside));
    }
  }
  let best = 0;
  let least = total(plainSums);
  const subSum = total(subSums);
  if (subSum < least) {
    best = 1;
    least = subSum;
  }
  const upSum = total(upSums);
  if (upSum < least) {
    best = 2;
    least = upSum;
  }
  return total(paethSums) < least ? 3 : best;
}
