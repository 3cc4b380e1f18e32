/** Eq. (1): class maps made comparable at each pixel. Leans on core alone. */
import {
  assertAllFinite,
  assertBinaryMask,
  assertClassMaps,
  assertSameSize,
  type BinaryMask,
  type ClassMaps,
  contiguousData,
  createClassMaps,
  LESION_CLASSES,
  resolveOptions,
  sizeOf,
} from '@lesion/core';

const CLASSES = LESION_CLASSES.length;

/** Options of {@link normalizeClassMaps}. */
export interface NormalizeClassMapsOptions {
  /**
   * The lesion: pixels outside it become 0 in every map.
   * @default undefined every pixel is normalised
   */
  mask?: BinaryMask | undefined;
}

/**
 * Reads the three lesion maps out of `source`, whose pixels hold `channels` values each, the lesion
 * classes last. Working on the network's four channels directly spares a copy of the whole array.
 */
export function normalizePixels(
  source: Float32Array,
  channels: number,
  mask: Uint8Array | undefined,
): Float32Array {
  const pixels = source.length / channels;
  const first = channels - CLASSES;
  const out = new Float32Array(pixels * CLASSES);
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (mask !== undefined && mask[pixel] === 0) continue;
    const from = pixel * channels + first;
    const to = pixel * CLASSES;
    const a = source[from]!;
    const b = source[from + 1]!;
    const c = source[from + 2]!;
    const smallest = Math.min(a, b, c);
    const sum = a - smallest + (b - smallest) + (c - smallest);
    if (sum === 0) {
      out[to] = out[to + 1] = out[to + 2] = 1 / CLASSES;
    } else {
      out[to] = (a - smallest) / sum;
      out[to + 1] = (b - smallest) / sum;
      out[to + 2] = (c - smallest) / sum;
    }
  }
  return out;
}

/**
 * Normalises the summed maps of the three lesion classes at each pixel, eq. (1):
 * p_i = (v_i - min v) / sum(v - min v).
 *
 * The weakest class is always 0 and the three values sum to 1. Where all three are equal, eq. (1) is 0/0
 * and each class gets 1/3. Any scale and offset of the input gives the same result, so summed softmax
 * outputs need no division by the number of networks.
 *
 * Implements eq. (1) of https://doi.org/10.3390/s18020556.
 *
 * @param maps float32 `[height, width, 3]`, in the order of `LESION_CLASSES`; any finite values.
 * @returns float32 `[height, width, 3]` in [0, 1].
 * @throws LesionError `INVALID_ARGUMENT` unless `maps` has three classes and `mask` its size; `NOT_FINITE` if
 * `maps` holds NaN or an infinity, inside the mask or not.
 * @example
 * ```ts
 * const maps = createClassMaps({ height: 1, width: 1 }, 3, Float32Array.of(1, 0.5, 2.5));
 * normalizeClassMaps(maps).data; // [0.2, 0, 0.8]
 * ```
 */
export function normalizeClassMaps(maps: ClassMaps, options?: NormalizeClassMapsOptions): ClassMaps {
  const { mask } = resolveOptions(options, { mask: undefined }, 'normalizeClassMaps');
  assertClassMaps(maps, 'maps', CLASSES);
  const source = contiguousData(maps);
  assertAllFinite(source, 'maps');
  if (mask !== undefined) {
    assertBinaryMask(mask);
    assertSameSize(maps, mask, ['maps', 'mask']);
  }
  const normalized = normalizePixels(source, CLASSES, mask && contiguousData(mask));
  return createClassMaps(sizeOf(maps), CLASSES, normalized);
}
