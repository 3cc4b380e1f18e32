/** The lesion's outline from class maps: threshold, largest component, holes. Leans on core and components. */
import {
  assertAllFinite,
  assertClassMaps,
  assertOneOf,
  type BinaryMask,
  CLASS_MAP_CHANNELS,
  type ClassMaps,
  contiguousData,
  createBinaryMask,
  resolveOptions,
  sizeOf,
} from '@lesion/core';
import { type Connectivity, fillHolesPixels, largestComponentPixels } from './components.js';

const CHANNELS = CLASS_MAP_CHANNELS.length;

/** Options of {@link lesionMask}. */
export interface LesionMaskOptions {
  /** Whether only the largest connected component is kept: the images show one lesion each. @default true */
  largestComponent?: boolean | undefined;
  /** Whether holes are filled, after the largest component is chosen. @default true */
  fillHoles?: boolean | undefined;
  /** Which lesion pixels are neighbours; the background uses the other rule. @default 8 */
  connectivity?: Connectivity | undefined;
}

/**
 * The lesion mask: 1 where the three lesion maps together exceed the background map.
 *
 * A tie is background. The paper does not state its rule; this one is inferred, for it asks which of
 * "lesion" and "background" is likelier. https://doi.org/10.3390/s18020556, section II.A.
 *
 * @param classMaps float32 `[height, width, 4]`, in the order of `CLASS_MAP_CHANNELS` (background first); any
 * common scale, such as the sum of several networks' softmax outputs.
 * @returns uint8 `[height, width]`; all 0 where no pixel is lesion.
 * @throws LesionError `INVALID_ARGUMENT` unless `classMaps` has four channels; `NOT_FINITE` if it holds NaN or
 * an infinity.
 * @example
 * ```ts
 * const raw = lesionMask(classMaps, { largestComponent: false, fillHoles: false });
 * ```
 */
export function lesionMask(classMaps: ClassMaps, options?: LesionMaskOptions): BinaryMask {
  const settings = resolveOptions(
    options,
    { largestComponent: true, fillHoles: true, connectivity: 8 },
    'lesionMask',
  );
  const { connectivity } = settings;
  assertClassMaps(classMaps, 'classMaps', CHANNELS);
  assertOneOf(connectivity, [4, 8], 'connectivity');
  const source = contiguousData(classMaps);
  assertAllFinite(source, 'classMaps');
  const size = sizeOf(classMaps);
  let mask: Uint8Array = new Uint8Array(size.height * size.width);
  for (let pixel = 0, at = 0; pixel < mask.length; pixel++, at += CHANNELS) {
    mask[pixel] = source[at + 1]! + source[at + 2]! + source[at + 3]! > source[at]! ? 1 : 0;
  }
  if (settings.largestComponent) mask = largestComponentPixels(mask, size.width, connectivity);
  if (settings.fillHoles) mask = fillHolesPixels(mask, size.width, connectivity);
  return createBinaryMask(size, mask);
}
