/** The pixels of a mask, checked four at a time. Leans on core alone. */
import { areBinary, assertBinaryMask, type BinaryMask, contiguousData } from '@lesion/core';

/**
 * A mask's pixels in row-major order; its own data where it is contiguous.
 * @throws LesionError `INVALID_ARGUMENT` unless `mask` is uint8 `[height, width]` of 0 and 1.
 */
export function maskPixels(mask: BinaryMask, name = 'mask'): Uint8Array {
  const { dtype, dimension, size } = (mask ?? {}) as Partial<BinaryMask>;
  // What is wrong, and where, is for core to say.
  if (dtype !== 'uint8' || dimension !== 2 || !(size! > 0)) assertBinaryMask(mask, name);
  const pixels = contiguousData(mask);
  if (!areBinary(pixels)) assertBinaryMask(mask, name);
  return pixels;
}
