/** The boundaries of superpixels drawn on their image (Fig. 4); leans on core, the brush and @lesion/superpixel. */
import {
  assertLabelMap,
  assertNumber,
  assertRgbImage,
  assertSameSize,
  contiguousData,
  copyData,
  createRgbImage,
  type LabelMap,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';
import { boundaries } from '@lesion/superpixel';
import { blend } from './blend.js';
import { createBrush, lineThickness } from './brush.js';
import { assertColour, type Colour } from './colours.js';

/** Options of {@link drawSuperpixels}. */
export interface DrawSuperpixelsOptions {
  /** The lines' colour. @default [255, 255, 0] (yellow) */
  colour?: Colour | undefined;
  /** The lines' width in pixels. @default a 500th of the short side, at least 1 */
  thickness?: number | undefined;
  /** How much of the lines covers the image, 0 to 1. @default 0.75 */
  alpha?: number | undefined;
}

/**
 * Draws the boundaries of superpixels on a copy of their image, as Fig. 4 of https://doi.org/10.3390/s18020556
 * does. The edge of the image is not a boundary.
 *
 * @param image `[height, width, 3]`, not modified.
 * @param labels The superpixel of each pixel, `[height, width]`, 0 and up.
 * @returns A new image of the same size.
 * @throws LesionError `INVALID_ARGUMENT` if the sizes differ or an option is out of range.
 * @example
 * ```ts
 * drawSuperpixels(image, labels, { colour: [255, 255, 255], alpha: 1 });
 * ```
 */
export function drawSuperpixels(
  image: RgbImage,
  labels: LabelMap,
  options?: DrawSuperpixelsOptions,
): RgbImage {
  const { colour, thickness, alpha } = resolveOptions(
    options,
    { colour: [255, 255, 0] as Colour, thickness: undefined, alpha: 0.75 },
    'drawSuperpixels',
  );
  assertRgbImage(image);
  assertLabelMap(labels);
  assertSameSize(image, labels, ['image', 'labels']);
  assertColour(colour);
  assertNumber(alpha, 'alpha', { min: 0, max: 1 });
  const size = sizeOf(image);
  const data = copyData(image);
  const dot = createBrush(data, size, lineThickness(thickness, size, 1 / 500), colour);
  const lines = contiguousData(boundaries(labels));
  for (let y = 0, i = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, i++) if (lines[i] === 1) dot(y, x);
  }
  return blend(image, createRgbImage(size, data), { alpha });
}
