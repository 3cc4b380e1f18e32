/** Refined maps: normalised class maps weighted by the distance map. Leans on core alone. */
import {
  assertAllFinite,
  assertClassMaps,
  assertSameSize,
  assertScalarMap,
  type ClassMaps,
  contiguousData,
  createClassMaps,
  LESION_CLASSES,
  type ScalarMap,
  sizeOf,
} from '@lesion/core';

const CLASSES = LESION_CLASSES.length;

/**
 * Multiplies each normalised class map by the distance map.
 *
 * Implements section II.A.3 of https://doi.org/10.3390/s18020556.
 *
 * @param normalizedMaps float32 `[height, width, 3]` in [0, 1], see {@link normalizeClassMaps}.
 * @param distanceMap float32 `[height, width]` in [0, 1], 0 outside the lesion, as the function of that name makes it.
 * @returns float32 `[height, width, 3]` in [0, 1].
 * @throws LesionError `INVALID_ARGUMENT` if shapes do not fit; `NOT_FINITE` if one holds NaN or an infinity.
 * @example
 * ```ts
 * const refined = refineMaps(normalizeClassMaps(maps), distanceMap(mask));
 * ```
 */
export function refineMaps(normalizedMaps: ClassMaps, distanceMap: ScalarMap): ClassMaps {
  assertClassMaps(normalizedMaps, 'normalizedMaps', CLASSES);
  assertScalarMap(distanceMap, 'distanceMap');
  assertSameSize(normalizedMaps, distanceMap, ['normalizedMaps', 'distanceMap']);
  const maps = contiguousData(normalizedMaps);
  const weights = contiguousData(distanceMap);
  assertAllFinite(maps, 'normalizedMaps');
  assertAllFinite(weights, 'distanceMap');
  return createClassMaps(sizeOf(normalizedMaps), CLASSES, refinePixels(maps, weights));
}

/** {@link refineMaps} of checked pixels. */
export function refinePixels(maps: Float32Array, weights: Float32Array): Float32Array {
  const out = new Float32Array(maps.length);
  for (let pixel = 0; pixel < weights.length; pixel++) {
    const weight = weights[pixel]!;
    // Memory that is never written costs nothing, and most of an image is no lesion.
    if (weight === 0) continue;
    const at = CLASSES * pixel;
    out[at] = maps[at]! * weight;
    out[at + 1] = maps[at + 1]! * weight;
    out[at + 2] = maps[at + 2]! * weight;
  }
  return out;
}
