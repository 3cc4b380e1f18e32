/** One number a class for the whole lesion. Leans on core alone. */
import {
  assertAllFinite,
  assertClassMaps,
  assertOneOf,
  assertSameSize,
  assertScalarMap,
  type ClassMaps,
  contiguousData,
  invalidArgument,
  LESION_CLASSES,
  type LesionClass,
  resolveOptions,
  type ScalarMap,
} from '@lesion/core';

/** How a lesion index is formed, see {@link LesionIndexesOptions.form}. */
export type IndexForm = 'weighted-mean' | 'literal';

/** The lesion index of each class, in [0, 1]. */
export type LesionIndexes = Record<LesionClass, number>;

/** Options of {@link lesionIndexes}. */
export interface LesionIndexesOptions {
  /**
   * How the indexes are formed.
   *
   * - `'weighted-mean'`: the sum of the refined map divided by the sum of the distance map. The three indexes
   *   sum to 1.
   * - `'literal'`: the mean of the refined map over the lesion, as the paper words it. No index can pass the
   *   mean of the distance map (1/3 for a cone), so that hardly any reaches 0.5; since the paper reports a
   *   sensitivity of 0.504 at that threshold, its authors must have rescaled somehow.
   * @default 'weighted-mean'
   */
  form?: IndexForm | undefined;
}

/**
 * The lesion index of each class: the mean of its normalised map over the lesion, each pixel weighted by the
 * distance map.
 *
 * The lesion is where the distance map is above 0. Where that is nowhere (an empty mask), the weights say
 * nothing, and both forms give the plain mean over the whole image.
 *
 * Implements section II.A.3 of https://doi.org/10.3390/s18020556.
 *
 * @param normalizedMaps float32 `[height, width, 3]` in [0, 1], see {@link normalizeClassMaps}.
 * @param distanceMap float32 `[height, width]` of at least 0, as the function of that name makes it.
 * @throws LesionError `INVALID_ARGUMENT` if shapes do not fit or a weight is negative; `NOT_FINITE` if a map
 * holds NaN or an infinity.
 * @example
 * ```ts
 * const { melanoma } = lesionIndexes(normalizeClassMaps(maps), distanceMap(mask), { form: 'literal' });
 * ```
 */
export function lesionIndexes(
  normalizedMaps: ClassMaps,
  distanceMap: ScalarMap,
  options?: LesionIndexesOptions,
): LesionIndexes {
  const { form } = resolveOptions(options, { form: 'weighted-mean' }, 'lesionIndexes');
  assertOneOf(form, ['weighted-mean', 'literal'], 'form');
  assertClassMaps(normalizedMaps, 'normalizedMaps', LESION_CLASSES.length);
  assertScalarMap(distanceMap, 'distanceMap');
  assertSameSize(normalizedMaps, distanceMap, ['normalizedMaps', 'distanceMap']);
  const maps = contiguousData(normalizedMaps);
  const weights = contiguousData(distanceMap);
  assertAllFinite(maps, 'normalizedMaps');
  assertAllFinite(weights, 'distanceMap');

  for (let pixel = 0; pixel < weights.length; pixel++) {
    if (weights[pixel]! >= 0) continue;
    throw invalidArgument({
      what: 'a weight below 0',
      where: 'distanceMap',
      got: `${weights[pixel]} at index ${pixel} of ${weights.length}`,
      expected: 'at least 0',
    });
  }
  return indexesOf(maps, weights, form);
}

/** {@link lesionIndexes} of checked pixels. */
export function indexesOf(maps: Float32Array, weights: Float32Array, form: IndexForm): LesionIndexes {
  let lesionPixels = 0;
  let weightSum = 0;
  let melanoma = 0;
  let seborrheicKeratosis = 0;
  let nevus = 0;
  for (let pixel = 0; pixel < weights.length; pixel++) {
    const weight = weights[pixel]!;
    if (weight === 0) continue;
    const at = 3 * pixel;
    lesionPixels++;
    weightSum += weight;
    melanoma += weight * maps[at]!;
    seborrheicKeratosis += weight * maps[at + 1]!;
    nevus += weight * maps[at + 2]!;
  }
  let divisor = form === 'literal' ? lesionPixels : weightSum;
  if (lesionPixels === 0) {
    divisor = weights.length;
    for (let at = 0; at < maps.length; at += 3) {
      melanoma += maps[at]!;
      seborrheicKeratosis += maps[at + 1]!;
      nevus += maps[at + 2]!;
    }
  }
  return {
    melanoma: melanoma / divisor,
    seborrheic_keratosis: seborrheicKeratosis / divisor,
    nevus: nevus / divisor,
  };
}
