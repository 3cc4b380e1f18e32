// Sums over the lanes of vectors, for the kernels of any package.

/** Bytes without a sign, added to four lanes of 32 bits. */
// @ts-expect-error: decorators of functions are AssemblyScript's
@inline
export function addBytes(sums: v128, bytes: v128): v128 {
  return i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
}

/** The sum of four lanes of 32 bits. */
export function total(sums: v128): i32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}
