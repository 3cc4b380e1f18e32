/** Rotation about the centre, of a whole image or of the centred square cut from it. */
import {
  assertBinaryMask,
  assertNumber,
  assertOneOf,
  assertRgbImage,
  type BinaryMask,
  contiguousData,
  createBinaryMask,
  createRgbImage,
  type RgbImage,
  resolveOptions,
  type Size,
  sizeOf,
} from '@lesion/core';
import type { MirrorAxis } from './mirror.js';
import { type Grid, sampleImage, sampleMask } from './sampling.js';

const MIDDLE = [0.5, 0.5] as const;

function rotation(size: Size, degrees: number): Grid {
  assertNumber(degrees, 'degrees');
  return { size, degrees, scale: 1, mirror: null, centre: MIDDLE };
}

/**
 * Rotates an image about its centre, counter-clockwise as seen, keeping its size.
 *
 * Corners that the source does not reach show its reflection, never black. Bilinear; at multiples of 90 degrees
 * a square image is turned exactly. To turn an image of unequal sides whole, use {@link quarterTurnImage}.
 *
 * @param image `[height, width, 3]`, views too.
 * @param degrees Any angle; negative turns clockwise.
 * @returns A new image of the same size.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is no RGB image or `degrees` not finite.
 */
export function rotateImage(image: RgbImage, degrees: number): RgbImage {
  assertRgbImage(image);
  const size = sizeOf(image);
  return createRgbImage(size, sampleImage(contiguousData(image), size, rotation(size, degrees)));
}

/**
 * Rotates a mask as {@link rotateImage} does an image, by the nearest rule: it stays 0 and 1.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is no mask or `degrees` not finite.
 */
export function rotateMask(mask: BinaryMask, degrees: number): BinaryMask {
  assertBinaryMask(mask);
  const size = sizeOf(mask);
  return createBinaryMask(size, sampleMask(contiguousData(mask), size, rotation(size, degrees)));
}

/** Options of {@link rotatedCrop} and {@link rotatedCropMask}. */
export interface RotatedCropOptions {
  /** Counter-clockwise turn of what is seen, in degrees. @default 0 */
  degrees?: number | undefined;
  /** The side of the square as a share of the short side, above 0 and at most 1. @default 0.9 */
  fraction?: number | undefined;
  /** Height and width of the result, in pixels. @default 320 */
  size?: number | undefined;
  /** The axis along which the turned square is mirrored: `x` swaps left and right. @default null */
  mirror?: MirrorAxis | null | undefined;
  /**
   * The point that the turn is about and the square's centre, in shares of the image's height and width from its top
   * left corner, each from 0 to 1.
   * @default [0.5, 0.5]
   */
  centre?: readonly [down: number, right: number] | undefined;
}

function cropGrid(source: Size, options: RotatedCropOptions | undefined, where: string): Grid {
  const defaults = { degrees: 0, fraction: 0.9, size: 320, mirror: null, centre: MIDDLE };
  const { degrees, fraction, size, mirror, centre } = resolveOptions(options, defaults, where);
  assertNumber(degrees, 'degrees');
  assertNumber(fraction, 'fraction', { min: 0, aboveMin: true, max: 1 });
  assertNumber(size, 'size', { integer: true, min: 1 });
  if (mirror !== null) assertOneOf(mirror, ['x', 'y'], 'mirror');
  for (const share of centre) assertNumber(share, 'centre', { min: 0, max: 1 });
  const scale = (Math.min(source.height, source.width) * fraction) / size;
  return { size: { height: size, width: size }, degrees, scale, mirror, centre };
}

/**
 * Turns the image about its centre (or another point), cuts out the square around it, resizes and mirrors it: all in one pass
 * over the source, so nothing is blurred twice and the corners of the turned square show what the image has
 * there. Only beyond the image's own edge does its reflection fill in.
 *
 * Antialiased when shrinking. The results of angles that differ by multiples of 90 degrees are exact turns of
 * one another. The square's side is not rounded to whole source pixels.
 *
 * @param image `[height, width, 3]`, views too.
 * @returns A new image `[size, size, 3]`.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is no RGB image or an option is out of range.
 * @example
 * ```ts
 * const turned = rotatedCrop(image, { degrees: 18, size: 320, mirror: 'x' });
 * ```
 */
export function rotatedCrop(image: RgbImage, options?: RotatedCropOptions): RgbImage {
  assertRgbImage(image);
  const source = sizeOf(image);
  const grid = cropGrid(source, options, 'rotatedCrop');
  return createRgbImage(grid.size, sampleImage(contiguousData(image), source, grid));
}

/**
 * Does to a mask what {@link rotatedCrop} does to an image of the same size, by the nearest rule: pixel by pixel
 * aligned with it.
 *
 * @param mask `[height, width]`, views too.
 * @returns A new mask `[size, size]` of 0 and 1.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is no mask or an option is out of range.
 */
export function rotatedCropMask(mask: BinaryMask, options?: RotatedCropOptions): BinaryMask {
  assertBinaryMask(mask);
  const source = sizeOf(mask);
  const grid = cropGrid(source, options, 'rotatedCropMask');
  return createBinaryMask(grid.size, sampleMask(contiguousData(mask), source, grid));
}
