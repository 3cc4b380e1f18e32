/** Connected components of a binary mask: the largest one, and holes. Linear time; leans on core and runs. */
import { assertOneOf, type BinaryMask, createBinaryMask, resolveOptions, sizeOf } from '@lesion/core';
import { maskPixels } from './mask-pixels.js';
import { type Connectivity, connectedRuns, fillRun } from './runs.js';

export type { Connectivity } from './runs.js';

/** Options of {@link largestComponent} and {@link fillHoles}. */
export interface ComponentOptions {
  /**
   * Which lesion pixels are neighbours of each other. The background uses the other rule, as it must for a
   * closed curve to have an inside: with 8, a diagonal line of lesion pixels closes a hole; with 4, it does
   * not.
   * @default 8
   */
  connectivity?: Connectivity | undefined;
}

/**
 * {@link largestComponent} on raw pixels.
 * @param weigh The weight of a run of pixels, which lie in one row; with it, the component that weighs most is kept.
 */
export function largestComponentPixels(
  mask: Uint8Array,
  width: number,
  connectivity: Connectivity,
  weigh?: (start: number, end: number) => number,
): Uint8Array {
  const { count, starts, ends, roots } = connectedRuns(mask, width, 1, connectivity);
  const weights = new Float64Array(count);
  for (let run = 0; run < count; run++) {
    const start = starts[run]!;
    const end = ends[run]!;
    weights[roots[run]!]! += weigh === undefined ? end - start : weigh(start, end);
  }
  let largest = -1;
  let largestWeight = 0;
  for (let run = 0; run < count; run++) {
    if (weights[run]! > largestWeight) {
      largest = run;
      largestWeight = weights[run]!;
    }
  }
  const out = new Uint8Array(mask.length);
  for (let run = 0; run < count; run++) {
    if (roots[run] === largest) fillRun(out, starts[run]!, ends[run]!);
  }
  return out;
}

/** {@link fillHoles} on raw pixels. */
export function fillHolesPixels(mask: Uint8Array, width: number, connectivity: Connectivity): Uint8Array {
  const { count, starts, ends, roots } = connectedRuns(mask, width, 0, connectivity === 8 ? 4 : 8);
  const lastRow = mask.length - width;
  const outside = new Uint8Array(count);
  for (let run = 0; run < count; run++) {
    const start = starts[run]!;
    const end = ends[run]!;
    if (start < width || end > lastRow || start % width === 0 || end % width === 0) outside[roots[run]!] = 1;
  }
  const out = mask.slice();
  for (let run = 0; run < count; run++) {
    if (outside[roots[run]!] === 0) fillRun(out, starts[run]!, ends[run]!);
  }
  return out;
}

/**
 * Keeps the connected component with the most pixels; of equally large ones, the one met first row by row.
 * An empty mask stays empty. Beside the result it takes 28 bytes for each horizontal run of pixels, of which lesions
 * have a few a row.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask or `connectivity` is neither 4 nor 8.
 * @example
 * ```ts
 * largestComponent(mask, { connectivity: 4 });
 * ```
 */
export function largestComponent(mask: BinaryMask, options?: ComponentOptions): BinaryMask {
  const { connectivity } = resolveOptions(options, { connectivity: 8 }, 'largestComponent');
  const pixels = maskPixels(mask);
  assertOneOf(connectivity, [4, 8], 'connectivity');
  const size = sizeOf(mask);
  return createBinaryMask(size, largestComponentPixels(pixels, size.width, connectivity));
}

/**
 * Fills the holes of a mask: background pixels from which no path through the background leads to the edge of
 * the image. A bay that touches the edge of the image is not a hole. Beside the result it takes 21 bytes for each
 * horizontal run of background.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask or `connectivity` is neither 4 nor 8.
 * @example
 * ```ts
 * fillHoles(mask);
 * ```
 */
export function fillHoles(mask: BinaryMask, options?: ComponentOptions): BinaryMask {
  const { connectivity } = resolveOptions(options, { connectivity: 8 }, 'fillHoles');
  const pixels = maskPixels(mask);
  assertOneOf(connectivity, [4, 8], 'connectivity');
  const size = sizeOf(mask);
  return createBinaryMask(size, fillHolesPixels(pixels, size.width, connectivity));
}
