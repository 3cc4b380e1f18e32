/** The lesion's outline from class maps: threshold, largest component, holes. Leans on core and components. */
import {
  assertAllFinite,
  assertClassMaps,
  assertNumber,
  assertOneOf,
  type BinaryMask,
  CLASS_MAP_CHANNELS,
  type ClassMaps,
  contiguousData,
  createBinaryMask,
  resolveOptions,
  type Size,
  sizeOf,
} from '@lesion/core';
import { type Connectivity, fillHolesPixels, largestComponentPixels } from './components.js';

const CHANNELS = CLASS_MAP_CHANNELS.length;

/** What a component's size is measured by. */
export const COMPONENT_WEIGHTS = ['area', 'centrality'] as const;
/** One of {@link COMPONENT_WEIGHTS}. */
export type ComponentWeight = (typeof COMPONENT_WEIGHTS)[number];

/** How far from the image's centre `centrality` still looks, in short sides. */
export const CENTRE_DEVIATION = 0.35;

/** Options of {@link lesionMask}. */
export interface LesionMaskOptions {
  /**
   * A pixel is lesion where the lesion maps' share of all four exceeds this, from 0 up to 1. Below one half masks
   * grow. @default 0.5
   */
  threshold?: number | undefined;
  /** Whether only the largest connected component is kept: the images show one lesion each. @default true */
  largestComponent?: boolean | undefined;
  /**
   * What makes a component the largest. `area`: its pixels. `centrality`: its pixels, each weighted by its lesion share
   * and by a Gaussian about the image's centre with a deviation of {@link CENTRE_DEVIATION} short sides; photographers
   * centre the lesion that they mean, and a second one or a smudge near the edge may be larger.
   * @default 'area'
   */
  componentWeight?: ComponentWeight | undefined;
  /** Whether holes are filled, after the largest component is chosen. @default true */
  fillHoles?: boolean | undefined;
  /** Which lesion pixels are neighbours; the background uses the other rule. @default 8 */
  connectivity?: Connectivity | undefined;
}

/**
 * The lesion mask: 1 where the three lesion maps together exceed the background map (or another share of the whole).
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
    {
      threshold: 0.5,
      largestComponent: true,
      componentWeight: 'area',
      fillHoles: true,
      connectivity: 8,
    },
    'lesionMask',
  );
  const { threshold, connectivity } = settings;
  assertNumber(threshold, 'threshold', { min: 0, max: 1 });
  assertClassMaps(classMaps, 'classMaps', CHANNELS);
  assertOneOf(settings.componentWeight, COMPONENT_WEIGHTS, 'componentWeight');
  assertOneOf(connectivity, [4, 8], 'connectivity');
  const source = contiguousData(classMaps);
  const size = sizeOf(classMaps);
  let mask: Uint8Array = new Uint8Array(size.height * size.width);
  const lesionWeight = 1 - threshold;
  // Becomes NaN at the first value that is not finite: no sum of four floats passes the range of doubles.
  let finite = 0;
  for (let pixel = 0, at = 0; pixel < mask.length; pixel++, at += CHANNELS) {
    const background = source[at]!;
    const lesion = source[at + 1]! + source[at + 2]! + source[at + 3]!;
    finite += 0 * (lesion + background);
    mask[pixel] = lesion * lesionWeight > background * threshold ? 1 : 0;
  }
  if (finite !== 0) assertAllFinite(source, 'classMaps');
  if (settings.largestComponent) {
    const weigh = settings.componentWeight === 'area' ? undefined : centrality(source, size);
    mask = largestComponentPixels(mask, size.width, connectivity, weigh);
  }
  if (settings.fillHoles) mask = fillHolesPixels(mask, size.width, connectivity);
  return createBinaryMask(size, mask);
}

/** The lesion shares of pixels of one row, the less the farther they are from the centre, summed. */
function centrality(
  classMaps: Float32Array,
  { height, width }: Size,
): (start: number, end: number) => number {
  const falling = 1 / (2 * (CENTRE_DEVIATION * Math.min(height, width)) ** 2);
  const bell = (length: number): Float64Array =>
    Float64Array.from({ length }, (_, i) => Math.exp(-((i + 0.5 - length / 2) ** 2) * falling));
  const rows = bell(height);
  const columns = bell(width);
  return (start, end) => {
    const row = Math.floor(start / width);
    let sum = 0;
    for (let pixel = start, x = start - row * width; pixel < end; pixel++, x++) {
      const at = pixel * CHANNELS;
      const lesion = classMaps[at + 1]! + classMaps[at + 2]! + classMaps[at + 3]!;
      sum += (lesion / (lesion + classMaps[at]!)) * columns[x]!;
    }
    return sum * rows[row]!;
  };
}
