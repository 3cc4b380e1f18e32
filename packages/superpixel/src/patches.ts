/** Cuts the LFN's input patches out of an image. Leans on `regions` and on `@lesion/core`, whose resampler it uses. */
import {
  assertNumber,
  assertRgbImage,
  assertSameSize,
  contiguousData,
  formatSize,
  invalidArgument,
  type LabelMap,
  type RgbImage,
  resizeImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';
import { type Region, regionProperties } from './regions.js';

/** Options of {@link extractPatches}. */
export interface PatchOptions {
  /** Height and width of every patch, in pixels. @default 56 */
  size?: number | undefined;
}

/** Patches of one image, side by side in memory. */
export interface Patches {
  /** RGB, `[count, size, size, 3]`. */
  data: Uint8Array;
  /** How many patches there are. */
  count: number;
  /** Height and width of each, in pixels. */
  size: number;
  /** The superpixel of each patch. */
  labels: Int32Array;
}

/**
 * Cuts one patch for each superpixel: its bounding box, neighbours kept, stretched to a square by bilinear,
 * antialiased resampling. https://doi.org/10.3390/s18020556 has patches of 56x56 for the LFN; that
 * neighbours stay visible and the box is stretched is inferred.
 *
 * @param image `[height, width, 3]`, views too.
 * @param regions The superpixels: a label map of the image's size, or some of its {@link regionProperties}.
 * @throws LesionError `INVALID_ARGUMENT` if the label map has another size, a box reaches beyond the image,
 *   or an option is out of range.
 * @example
 * ```ts
 * const patches = extractPatches(image, labels);
 * patches.data.length === patches.count * 56 * 56 * 3; // true
 * ```
 */
export function extractPatches(
  image: RgbImage,
  regions: LabelMap | readonly Region[],
  options?: PatchOptions,
): Patches {
  const { size } = resolveOptions(options, { size: 56 }, 'extractPatches');
  assertNumber(size, 'size', { integer: true, min: 1 });
  assertRgbImage(image);
  const { height, width } = sizeOf(image);
  let list: readonly Region[];
  if (Array.isArray(regions)) {
    list = regions;
  } else {
    list = regionProperties(regions as LabelMap);
    assertSameSize(image, regions as LabelMap, ['image', 'labels']);
  }
  const length = size * size * 3;
  const data = new Uint8Array(list.length * length);
  const labels = new Int32Array(list.length);
  list.forEach(({ label, box }, i) => {
    if (!(box.top >= 0 && box.left >= 0 && box.bottom <= height && box.right <= width)) {
      throw invalidArgument({
        what: 'the box of a region reaches beyond the image',
        where: `regions[${i}]`,
        got: `rows ${box.top} to ${box.bottom}, columns ${box.left} to ${box.right}`,
        expected: `a box within ${formatSize({ height, width })} pixels`,
        mend: "Take the regions of this image's own label map.",
      });
    }
    const crop = image.lo(box.top, box.left, 0).hi(box.bottom - box.top, box.right - box.left, 3);
    data.set(contiguousData(resizeImage(crop, { height: size, width: size })), i * length);
    labels[i] = label;
  });
  return { data, count: list.length, size, labels };
}
