/** The whole lesion index calculation unit, composed of this package's steps. */
import {
  assertAllFinite,
  assertBinaryMask,
  assertClassMaps,
  assertOneOf,
  assertSameSize,
  type BinaryMask,
  CLASS_MAP_CHANNELS,
  type ClassMaps,
  contiguousData,
  createClassMaps,
  createScalarMap,
  LESION_CLASSES,
  resolveOptions,
  type ScalarMap,
  sizeOf,
} from '@lesion/core';
import { type DistanceMapOptions, distanceMap } from './distance-map.js';
import { indexesOf, type LesionIndexes, type LesionIndexesOptions } from './lesion-indexes.js';
import { type LesionMaskOptions, lesionMask } from './lesion-mask.js';
import { normalizePixels } from './normalize-class-maps.js';
import { refinePixels } from './refine-maps.js';

/** How the pixels of a lesion are weighted, see {@link AnalyzeLesionOptions.weighting}. */
export type Weighting = 'distance' | 'uniform';

/** Options of {@link analyzeLesion}: its own and those of the steps it is made of. */
export interface AnalyzeLesionOptions extends LesionMaskOptions, DistanceMapOptions, LesionIndexesOptions {
  /**
   * `'distance'` weights each pixel by the distance map; `'uniform'` weights all lesion pixels alike, which is
   * "LIN without LICU" in Table V. `levels` and `border` then have no effect.
   * @default 'distance'
   */
  weighting?: Weighting | undefined;
  /**
   * A lesion mask to use, uint8 `[height, width]`, in place of the one that the class maps give.
   * `threshold`, `largestComponent`, `componentWeight`, `fillHoles` and `connectivity` then have no effect.
   * @default undefined
   */
  mask?: BinaryMask | undefined;
}

/** What the lesion index calculation unit says of one image. */
export interface LesionAnalysis {
  /** The lesion, uint8 `[height, width]` of 0 and 1. */
  mask: BinaryMask;
  /** The lesion index of each class. */
  indexes: LesionIndexes;
  /**
   * Eq. (1), float32 `[height, width, 3]` in [0, 1]: 0 outside the lesion, or normalised everywhere if the mask
   * is empty.
   */
  normalizedMaps: ClassMaps;
  /** `normalizedMaps` times `distanceMap`, float32 `[height, width, 3]` in [0, 1]. */
  refinedMaps: ClassMaps;
  /** The weight of each pixel, float32 `[height, width]` in [0, 1]: with uniform weighting, the mask itself. */
  distanceMap: ScalarMap;
  /** Whether the mask is empty, so that the indexes are means over the whole image. */
  emptyMask: boolean;
}

/**
 * The lesion index calculation unit (LICU): mask, normalised maps, distance map, refined maps and lesion
 * indexes from the class maps of one image.
 *
 * Implements section II.A.3, eq. (1), Fig. 3 and Table V of https://doi.org/10.3390/s18020556. Each step is
 * exported on its own, for whoever wants to replace one.
 *
 * @param classMaps float32 `[height, width, 4]`, in the order of `CLASS_MAP_CHANNELS` (background first), such
 * as the sum of several networks' softmax outputs.
 * @throws LesionError `INVALID_ARGUMENT` on a wrong shape or option; `NOT_FINITE` if `classMaps` holds NaN or an
 * infinity.
 * @example
 * ```ts
 * const { indexes, mask, emptyMask } = analyzeLesion(classMaps);
 * const withoutLicu = analyzeLesion(classMaps, { weighting: 'uniform' }).indexes;
 * ```
 */
export function analyzeLesion(classMaps: ClassMaps, options?: AnalyzeLesionOptions): LesionAnalysis {
  const settings = resolveOptions(
    options,
    {
      weighting: 'distance',
      form: 'weighted-mean',
      levels: undefined,
      border: 'ignore',
      mask: undefined,
      threshold: 0.5,
      largestComponent: true,
      componentWeight: 'area',
      fillHoles: true,
      connectivity: 8,
    },
    'analyzeLesion',
  );
  const { weighting, form, levels, border } = settings;
  const { threshold, largestComponent, componentWeight, fillHoles, connectivity } = settings;
  assertOneOf(weighting, ['distance', 'uniform'], 'weighting');
  assertOneOf(form, ['weighted-mean', 'literal'], 'form');
  assertClassMaps(classMaps, 'classMaps', CLASS_MAP_CHANNELS.length);
  const source = contiguousData(classMaps);
  if (settings.mask !== undefined) {
    assertBinaryMask(settings.mask);
    assertSameSize(classMaps, settings.mask, ['classMaps', 'mask']);
    assertAllFinite(source, 'classMaps');
  }
  const mask =
    settings.mask ??
    lesionMask(classMaps, { threshold, largestComponent, componentWeight, fillHoles, connectivity });
  const lesion = contiguousData(mask);
  const emptyMask = !lesion.includes(1);
  const size = sizeOf(classMaps);
  const classes = LESION_CLASSES.length;
  const normalized = normalizePixels(source, CLASS_MAP_CHANNELS.length, emptyMask ? undefined : lesion);
  const weights =
    weighting === 'uniform'
      ? createScalarMap(size, new Float32Array(lesion))
      : distanceMap(mask, { levels, border });
  const weightPixels = contiguousData(weights);
  return {
    mask,
    indexes: indexesOf(normalized, weightPixels, form),
    normalizedMaps: createClassMaps(size, classes, normalized),
    refinedMaps: createClassMaps(size, classes, refinePixels(normalized, weightPixels)),
    distanceMap: weights,
    emptyMask,
  };
}
