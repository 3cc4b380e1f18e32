/**
 * The exact Euclidean distance transform in linear time, after Meijster, Roerdink and Hesselink 2000
 * (https://doi.org/10.1007/0-306-47025-X_36): squared distances are whole numbers throughout. Leans on core alone.
 */
import {
  assertBinaryMask,
  assertOneOf,
  type BinaryMask,
  contiguousData,
  createLabelMap,
  createScalarMap,
  formatSize,
  LesionError,
  type NdArray,
  resolveOptions,
  type ScalarMap,
  sizeOf,
} from '@lesion/core';

/** What lies beyond the image for a distance transform. */
export type ImageBorder = 'ignore' | 'background';

/** Options of {@link distanceTransform} and {@link squaredDistanceTransform}. */
export interface DistanceTransformOptions {
  /**
   * What the edge of the image counts as.
   *
   * - `'ignore'`: nothing; only background pixels inside the image count, since a lesion that the image cuts
   *   off does not end there (scipy's and Matlab's rule). A mask without any background pixel has no distance
   *   by this rule and is treated as with `'background'`.
   * - `'background'`: every pixel just outside the image is background.
   * @default 'ignore'
   */
  border?: ImageBorder | undefined;
}

// With height + width below this, every squared distance and (height + width)^2 fit 32 signed bits.
const LARGEST_PERIMETER = 46340;

/** Phase one: to each pixel, the distance to the nearest background pixel of its column. */
function columnDistances(mask: Uint8Array, height: number, width: number, outside: number): Int32Array {
  const distances = new Int32Array(height * width);
  for (let x = 0; x < width; x++) distances[x] = mask[x] === 0 ? 0 : outside;
  for (let at = width; at < distances.length; at++) {
    distances[at] = mask[at] === 0 ? 0 : distances[at - width]! + 1;
  }
  const bottom = (height - 1) * width;
  for (let x = 0; x < width; x++) {
    if (distances[bottom + x]! > outside) distances[bottom + x] = outside;
  }
  for (let at = bottom - 1; at >= 0; at--) {
    const below = distances[at + width]! + 1;
    if (below < distances[at]!) distances[at] = below;
  }
  return distances;
}

/** Phase two, in place: each row's lower envelope of the parabolas that stand on its column distances. */
function rowEnvelopes(distances: Int32Array, height: number, width: number): void {
  const site = new Int32Array(width); // the column of each parabola in the envelope
  const from = new Int32Array(width); // the first column where it is the lowest
  const squares = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) squares[x] = distances[row + x]! * distances[row + x]!;
    let top = 0;
    site[0] = 0;
    from[0] = 0;
    for (let x = 1; x < width; x++) {
      while (top >= 0) {
        const start = from[top]!;
        const i = site[top]!;
        if ((start - i) * (start - i) + squares[i]! <= (start - x) * (start - x) + squares[x]!) break;
        top--;
      }
      if (top < 0) {
        top = 0;
        site[0] = x;
        from[0] = 0;
        continue;
      }
      const i = site[top]!;
      const start = 1 + Math.floor((x * x - i * i + squares[x]! - squares[i]!) / (2 * (x - i)));
      if (start < width) {
        top++;
        site[top] = x;
        from[top] = start;
      }
    }
    for (let x = width - 1; x >= 0; x--) {
      const i = site[top]!;
      distances[row + x] = (x - i) * (x - i) + squares[i]!;
      if (x === from[top]) top--;
    }
  }
}

/** {@link squaredDistanceTransform} on raw pixels. */
export function squaredDistancePixels(mask: Uint8Array, width: number, border: ImageBorder): Int32Array {
  const height = mask.length / width;
  const framed = border === 'background' || !mask.includes(0);
  // Without a frame, a column without background is farther than any pixel of the image can be.
  const distances = columnDistances(mask, height, width, framed ? 1 : height + width);
  rowEnvelopes(distances, height, width);
  if (framed) {
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const side = Math.min(x + 1, width - x);
        if (side * side < distances[at]!) distances[at] = side * side;
      }
    }
  }
  return distances;
}

function checked(mask: BinaryMask, options: DistanceTransformOptions | undefined, where: string): Int32Array {
  const { border } = resolveOptions(options, { border: 'ignore' }, where);
  assertBinaryMask(mask);
  assertOneOf(border, ['ignore', 'background'], 'border');
  const size = sizeOf(mask);
  if (size.height + size.width >= LARGEST_PERIMETER) {
    throw new LesionError('LIMIT_EXCEEDED', {
      what: 'the mask is too large for squared distances of 32 bits',
      where: 'mask',
      got: formatSize(size),
      expected: `width + height below ${LARGEST_PERIMETER}`,
      mend: 'Shrink the mask first.',
    });
  }
  return squaredDistancePixels(contiguousData(mask), size.width, border);
}

/**
 * The squared Euclidean distance, in pixels, from the centre of each lesion pixel to the centre of the nearest
 * background pixel: whole numbers without any rounding; 0 on the background, at least 1 on the lesion.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @returns int32 `[height, width]`.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask; `LIMIT_EXCEEDED` if its height and
 * width sum to 46,340 or more.
 * @example
 * ```ts
 * const squared = squaredDistanceTransform(mask);
 * ```
 */
export function squaredDistanceTransform(
  mask: BinaryMask,
  options?: DistanceTransformOptions,
): NdArray<Int32Array> {
  return createLabelMap(sizeOf(mask), checked(mask, options, 'squaredDistanceTransform'));
}

/**
 * The exact Euclidean distance, in pixels, from the centre of each lesion pixel to the centre of the nearest
 * background pixel; 0 on the background, at least 1 on the lesion.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @returns float32 `[height, width]`: the square root of {@link squaredDistanceTransform}, rounded once.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask; `LIMIT_EXCEEDED` if its height and
 * width sum to 46,340 or more.
 * @example
 * ```ts
 * const distance = distanceTransform(mask, { border: 'background' });
 * ```
 */
export function distanceTransform(mask: BinaryMask, options?: DistanceTransformOptions): ScalarMap {
  const squared = checked(mask, options, 'distanceTransform');
  return createScalarMap(sizeOf(mask), Float32Array.from(squared, Math.sqrt));
}
