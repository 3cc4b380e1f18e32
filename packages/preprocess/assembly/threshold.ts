// Grey levels to masks, 16 bytes at a time.

/**
 * Makes each byte 1 if it is above a threshold, else 0, in place.
 *
 * @param bytes Room for a multiple of 16.
 * @param length How many.
 * @param threshold 0 to 255.
 */
export function binarise(bytes: usize, length: i32, threshold: i32): void {
  const limit = i8x16.splat(<i8>threshold);
  const one = i8x16.splat(1);
  for (const end = bytes + length; bytes < end; bytes += 16) {
    v128.store(bytes, v128.and(i8x16.gt_u(v128.load(bytes), limit), one));
  }
}
