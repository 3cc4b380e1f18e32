/** The importance of each lesion pixel: its distance to the lesion's border, in [0, 1]. Leans on core and distance-transform. */
import {
  assertNumber,
  assertOneOf,
  type BinaryMask,
  createScalarMap,
  resolveOptions,
  type ScalarMap,
  type Size,
  sizeOf,
} from '@lesion/core';
import { distanceShares, type ImageBorder } from './distance-transform.js';
import { maskPixels } from './mask-pixels.js';

/** Options of {@link distanceMap}. */
export interface DistanceMapOptions {
  /**
   * Into how many equal steps the lesion's distances are rounded up: with 4, the values inside are 0.25, 0.5,
   * 0.75 and 1. The maps of Fig. 3 show 7 and 9 steps; whether the authors computed with them is not known.
   * @default undefined no steps, exact distances
   */
  levels?: number | undefined;
  /** What the edge of the image counts as, see {@link DistanceTransformOptions.border}. @default 'ignore' */
  border?: ImageBorder | undefined;
}

/**
 * The distance map: each lesion pixel's Euclidean distance to the nearest background pixel, divided by the
 * largest one. 1 at the innermost pixel, above 0 on all of the lesion, 0 outside.
 *
 * One pixel alone is 1; a mask without background is measured to the edge of the image; an empty mask gives 0
 * everywhere. Implements section II.A.3 and Fig. 3 of https://doi.org/10.3390/s18020556.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @returns float32 `[height, width]` in [0, 1].
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask or `levels` not a whole number from
 * 1 to 1024.
 * @example
 * ```ts
 * const mask = createBinaryMask({ height: 1, width: 5 }, Uint8Array.of(0, 1, 1, 1, 0));
 * distanceMap(mask).data; // [0, 0.5, 1, 0.5, 0]
 * ```
 */
export function distanceMap(mask: BinaryMask, options?: DistanceMapOptions): ScalarMap {
  const { levels, border } = resolveOptions(options, { levels: undefined, border: 'ignore' }, 'distanceMap');
  if (levels !== undefined) assertNumber(levels, 'levels', { integer: true, min: 1, max: 1024 });
  const pixels = maskPixels(mask);
  assertOneOf(border, ['ignore', 'background'], 'border');
  const size = sizeOf(mask);
  return createScalarMap(size, distanceMapPixels(pixels, size, border, levels));
}

/** {@link distanceMap} of a checked mask. */
export function distanceMapPixels(
  mask: Uint8Array,
  size: Size,
  border: ImageBorder,
  levels: number | undefined,
): Float32Array {
  if (levels === undefined) return distanceShares(mask, size, border);
  return distanceShares(
    mask,
    size,
    border,
    (squared, largest, share) => stepAbove(squared, largest, share, levels) / levels,
  );
}

/**
 * The smallest whole k with k / levels >= sqrt(here / largest), decided in whole numbers so that rounding moves no
 * pixel a step up or down.
 */
function stepAbove(here: number, largest: number, share: number, levels: number): number {
  const target = levels * levels * here;
  const step = Math.ceil(share * levels);
  if ((step - 1) * (step - 1) * largest >= target) return step - 1;
  return step * step * largest >= target ? step : step + 1;
}
