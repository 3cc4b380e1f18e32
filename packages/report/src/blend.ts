/** Mixing two images of one size; leans on core alone. */
import {
  assertNumber,
  assertRgbImage,
  assertSameSize,
  contiguousData,
  createRgbImage,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';

/** Options of {@link blend}. */
export interface BlendOptions {
  /** The share of the second image, 0 to 1. @default 0.5 */
  alpha?: number | undefined;
}

/**
 * Mixes two images pixel by pixel: `(1 - alpha) x bottom + alpha x top`, rounded.
 *
 * @param bottom `[height, width, 3]`, not modified.
 * @param top `[height, width, 3]`, not modified.
 * @returns A new image of the same size.
 * @throws LesionError `INVALID_ARGUMENT` if the sizes differ or alpha is not within 0 and 1.
 * @example
 * ```ts
 * blend(image, drawHeatMap(distanceMap), { alpha: 0.4 });
 * ```
 */
export function blend(bottom: RgbImage, top: RgbImage, options?: BlendOptions): RgbImage {
  const { alpha } = resolveOptions(options, { alpha: 0.5 }, 'blend');
  assertRgbImage(bottom, 'bottom');
  assertRgbImage(top, 'top');
  assertSameSize(bottom, top, ['bottom', 'top']);
  assertNumber(alpha, 'alpha', { min: 0, max: 1 });
  const below = contiguousData(bottom);
  const above = contiguousData(top);
  const data = new Uint8Array(below.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.round((1 - alpha) * below[i]! + alpha * above[i]!);
  }
  return createRgbImage(sizeOf(bottom), data);
}
