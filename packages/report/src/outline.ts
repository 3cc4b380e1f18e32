/** The outline of a lesion mask drawn on its image (Fig. 3 and Fig. 8); leans on core and the brush. */
import {
  assertBinaryMask,
  assertRgbImage,
  assertSameSize,
  type BinaryMask,
  contiguousData,
  copyData,
  createRgbImage,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';
import { createBrush, lineThickness } from './brush.js';
import { assertColour, type Colour, OUTLINE_COLOURS } from './colours.js';

/** Options of {@link drawOutline}. */
export interface DrawOutlineOptions {
  /** The line's colour. @default OUTLINE_COLOURS.result (blue) */
  colour?: Colour | undefined;
  /** The line's width in pixels. @default a 150th of the short side, at least 1 */
  thickness?: number | undefined;
}

/**
 * Draws the outline of a mask on a copy of its image, as Fig. 8 of https://doi.org/10.3390/s18020556 does.
 *
 * The line is centred on the outermost pixels of the mask. Where a lesion is cut off by the edge of the image,
 * the line follows that edge. An empty mask has no outline.
 *
 * @param image `[height, width, 3]`, not modified.
 * @param mask `[height, width]` of 0 and 1.
 * @returns A new image of the same size.
 * @throws LesionError `INVALID_ARGUMENT` if the sizes differ or an option is out of range.
 * @example
 * ```ts
 * const both = drawOutline(drawOutline(image, truth, { colour: OUTLINE_COLOURS.truth }), result);
 * ```
 */
export function drawOutline(image: RgbImage, mask: BinaryMask, options?: DrawOutlineOptions): RgbImage {
  const { colour, thickness } = resolveOptions(
    options,
    { colour: OUTLINE_COLOURS.result, thickness: undefined },
    'drawOutline',
  );
  assertRgbImage(image);
  assertBinaryMask(mask);
  assertSameSize(image, mask, ['image', 'mask']);
  assertColour(colour);
  const size = sizeOf(image);
  const { height, width } = size;
  const data = copyData(image);
  const inside = contiguousData(mask);
  const dot = createBrush(data, size, lineThickness(thickness, size, 1 / 150), colour);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (inside[i] === 0) continue;
      const within =
        y > 0 &&
        y < height - 1 &&
        x > 0 &&
        x < width - 1 &&
        inside[i - 1] === 1 &&
        inside[i + 1] === 1 &&
        inside[i - width] === 1 &&
        inside[i + width] === 1;
      if (!within) dot(y, x);
    }
  }
  return createRgbImage(size, data);
}
