/** Carries out one sample of a plan on an image and on its mask, aligned with each other. */
import { type BinaryMask, type RgbImage, resolveOptions } from '@lesion/core';
import type { AugmentedSample } from './plans.js';
import { rotatedCrop, rotatedCropMask } from './rotate.js';

/** Options of {@link applyAugmentation} and {@link applyAugmentationToMask}. */
export interface AugmentationOptions {
  /** Height and width of the result, in pixels. @default 320 */
  size?: number | undefined;
  /** The side of the centred square as a share of the short side, above 0 and at most 1. @default 0.9 */
  fraction?: number | undefined;
  /** The square's centre, in shares of the image's height and width. @default [0.5, 0.5] */
  centre?: readonly [down: number, right: number] | undefined;
}

const DEFAULTS = { size: 320, fraction: 0.9, centre: [0.5, 0.5] } as const;

/** The part of a sample that changes pixels. */
export type Augmentation = Pick<AugmentedSample, 'degrees' | 'mirror'>;

/**
 * Turns, crops, resizes and mirrors an image as a sample of a plan says.
 *
 * @param image `[height, width, 3]`, views too.
 * @returns A new image `[size, size, 3]`.
 * @throws LesionError `INVALID_ARGUMENT` as {@link rotatedCrop}.
 * @example
 * ```ts
 * const [sample] = planDm(planDr([{ id: 'ISIC_0000002', diagnosis: 'melanoma' }]), { seed: 1 });
 * const input = applyAugmentation(image, sample);
 * ```
 */
export function applyAugmentation(
  image: RgbImage,
  sample: Augmentation,
  options?: AugmentationOptions,
): RgbImage {
  const { size, fraction, centre } = resolveOptions(options, DEFAULTS, 'applyAugmentation');
  const { degrees, mirror } = sample;
  return rotatedCrop(image, { degrees, mirror, size, fraction, centre });
}

/**
 * Does to a mask what {@link applyAugmentation} does to its image, by the nearest rule.
 *
 * @param mask `[height, width]` of 0 and 1, of the image's size, views too.
 * @returns A new mask `[size, size]`.
 * @throws LesionError `INVALID_ARGUMENT` as {@link rotatedCropMask}.
 */
export function applyAugmentationToMask(
  mask: BinaryMask,
  sample: Augmentation,
  options?: AugmentationOptions,
): BinaryMask {
  const { size, fraction, centre } = resolveOptions(options, DEFAULTS, 'applyAugmentationToMask');
  const { degrees, mirror } = sample;
  return rotatedCropMask(mask, { degrees, mirror, size, fraction, centre });
}
