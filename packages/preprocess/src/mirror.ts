/** Mirroring and quarter turns: pixels change places, none is interpolated. */
import {
  assertBinaryMask,
  assertNumber,
  assertOneOf,
  assertRgbImage,
  type BinaryMask,
  copyData,
  createBinaryMask,
  createRgbImage,
  type NdArray,
  type RgbImage,
  sizeOf,
} from '@lesion/core';

/** The axis along which an image is mirrored: `x` swaps left and right, `y` swaps top and bottom. */
export type MirrorAxis = 'x' | 'y';

function mirrored<T extends NdArray>(array: T, axis: MirrorAxis): T {
  assertOneOf(axis, ['x', 'y'], 'axis');
  return array.step(...(axis === 'x' ? [1, -1] : [-1, 1])) as T;
}

/**
 * Mirrors an image: `x` swaps left and right, `y` swaps top and bottom.
 *
 * @param image `[height, width, 3]`, views too.
 * @returns A new image of the same size.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is no RGB image or the axis is neither.
 */
export function mirrorImage(image: RgbImage, axis: MirrorAxis): RgbImage {
  assertRgbImage(image);
  return createRgbImage(sizeOf(image), copyData(mirrored(image, axis)));
}

/** Mirrors a mask as {@link mirrorImage} does an image. @throws LesionError `INVALID_ARGUMENT` */
export function mirrorMask(mask: BinaryMask, axis: MirrorAxis): BinaryMask {
  assertBinaryMask(mask);
  return createBinaryMask(sizeOf(mask), copyData(mirrored(mask, axis)));
}

function quarterTurned<T extends NdArray>(array: T, turns: number): T {
  assertNumber(turns, 'turns', { integer: true });
  const rest = array.shape.slice(2).map((_, i) => i + 2);
  switch (((turns % 4) + 4) % 4) {
    case 1:
      return array.transpose(1, 0, ...rest).step(-1, 1) as T;
    case 2:
      return array.step(-1, -1) as T;
    case 3:
      return array.transpose(1, 0, ...rest).step(1, -1) as T;
    default:
      return array;
  }
}

/**
 * Turns an image by quarters of a circle, counter-clockwise as seen; an odd number of turns swaps the sides.
 *
 * @param image `[height, width, 3]`, views too.
 * @param turns A whole number; negative turns clockwise.
 * @returns A new image.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is no RGB image or `turns` is not whole.
 */
export function quarterTurnImage(image: RgbImage, turns: number): RgbImage {
  assertRgbImage(image);
  const view = quarterTurned(image, turns);
  return createRgbImage(sizeOf(view), copyData(view));
}

/** Turns a mask as {@link quarterTurnImage} does an image. @throws LesionError `INVALID_ARGUMENT` */
export function quarterTurnMask(mask: BinaryMask, turns: number): BinaryMask {
  assertBinaryMask(mask);
  const view = quarterTurned(mask, turns);
  return createBinaryMask(sizeOf(view), copyData(view));
}
