/** The pixels of a mask, checked four at a time. Leans on core alone. */
import { assertBinaryMask, type BinaryMask, contiguousData } from '@lesion/core';

/** The bits that no pixel of four may have. */
const NOT_BINARY = 0xfefefefe;

/** Whether bytes are 0 or 1 throughout. */
function isBinary(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return bytes.every((byte) => byte <= 1);
  const head = -bytes.byteOffset & 3;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2);
  let bits = 0;
  for (let i = 0; i < words.length; i++) bits |= words[i]!;
  bits &= NOT_BINARY;
  for (let i = 0; i < head; i++) bits |= bytes[i]! & 0xfe;
  for (let i = head + 4 * words.length; i < bytes.length; i++) bits |= bytes[i]! & 0xfe;
  return bits === 0;
}

/**
 * A mask's pixels in row-major order; its own data where it is contiguous.
 * @throws LesionError `INVALID_ARGUMENT` unless `mask` is uint8 `[height, width]` of 0 and 1.
 */
export function maskPixels(mask: BinaryMask, name = 'mask'): Uint8Array {
  const { dtype, dimension, size } = (mask ?? {}) as Partial<BinaryMask>;
  // What is wrong, and where, is for core to say.
  if (dtype !== 'uint8' || dimension !== 2 || !(size! > 0)) assertBinaryMask(mask, name);
  const pixels = contiguousData(mask);
  if (!isBinary(pixels)) assertBinaryMask(mask, name);
  return pixels;
}
