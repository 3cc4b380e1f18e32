/** The centred square that the networks are trained on. */
import {
  assertBinaryMask,
  assertNumber,
  assertRgbImage,
  type BinaryMask,
  copyData,
  createBinaryMask,
  createRgbImage,
  type RgbImage,
  resolveOptions,
  type Size,
  sizeOf,
} from '@lesion/core';

/** Options of {@link centreCrop} and {@link centreCropMask}. */
export interface CentreCropOptions {
  /**
   * The side of the square as a share of the short side, above 0 and at most 1. The paper's Fig. 1 shows
   * about 0.906 (695 of 767 pixels); the text gives no number.
   * @default 0.9
   */
  fraction?: number | undefined;
}

/** The square's top left corner and side, in whole pixels. */
function square({ height, width }: Size, options: CentreCropOptions | undefined, where: string) {
  const { fraction } = resolveOptions(options, { fraction: 0.9 }, where);
  assertNumber(fraction, 'fraction', { min: 0, aboveMin: true, max: 1 });
  const side = Math.max(1, Math.floor(Math.min(height, width) * fraction + 0.5));
  return { top: Math.floor((height - side) / 2), left: Math.floor((width - side) / 2), side };
}

/**
 * Cuts out the centred square, as Fig. 1 of the paper does before resizing to 320 x 320.
 *
 * The side is rounded to whole pixels; where it cannot lie exactly in the centre, it lies half a pixel up or left.
 *
 * @param image `[height, width, 3]`, views too.
 * @returns A new image `[side, side, 3]`.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is no RGB image or `fraction` is not above 0 and at most 1.
 * @example
 * ```ts
 * const input = resizeImage(centreCrop(image), { height: 320, width: 320 });
 * ```
 * @see https://doi.org/10.3390/s18020556 Fig. 1
 */
export function centreCrop(image: RgbImage, options?: CentreCropOptions): RgbImage {
  assertRgbImage(image);
  const { top, left, side } = square(sizeOf(image), options, 'centreCrop');
  const view = image.lo(top, left, 0).hi(side, side, 3) as RgbImage;
  return createRgbImage({ height: side, width: side }, copyData(view));
}

/**
 * Cuts the same square out of a mask as {@link centreCrop} does out of an image of the same size.
 *
 * @param mask `[height, width]`, views too.
 * @returns A new mask `[side, side]`.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is no mask or `fraction` is not above 0 and at most 1.
 */
export function centreCropMask(mask: BinaryMask, options?: CentreCropOptions): BinaryMask {
  assertBinaryMask(mask);
  const { top, left, side } = square(sizeOf(mask), options, 'centreCropMask');
  const view = mask.lo(top, left).hi(side, side) as BinaryMask;
  return createBinaryMask({ height: side, width: side }, copyData(view));
}
