/** How many superpixels a synthetic image is divided into unless the caller says otherwise. */
import type { Size } from '@lesion/core';

/** The challenge's count. */
const CHALLENGE_COUNT = 1000;
/** Below a square of 9 pixels a superpixel has no shape of its own and a patch of it shows nothing. */
const SMALLEST_AREA = 80;

/**
 * The challenge's 1000 where a superpixel then has at least 80 pixels on the mean (from 327x245 on), else
 * fewer in proportion, so that small images do not get superpixels of a few pixels.
 */
export function defaultSuperpixelCount(size: Size): number {
  return Math.max(1, Math.min(CHALLENGE_COUNT, Math.round((size.height * size.width) / SMALLEST_AREA)));
}
