// One row of four class maps, interpolated and added to a sum: operation by operation what the plain path does, in
// doubles, two at a time.

/** Weighs rows of `length` floats, an even number, into doubles. */
function blend(source: usize, pitch: usize, weights: usize, count: i32, blended: usize, length: i32): void {
  for (let x = 0; x < length; x += 2, source += 8, blended += 16) {
    let sum = f64x2.mul(v128.load_splat<f64>(weights), f64x2.promote_low_f32x4(v128.load64_zero(source)));
    let at = source;
    for (let row = 1; row < count; row++) {
      at += pitch;
      sum = f64x2.add(
        sum,
        f64x2.mul(
          v128.load_splat<f64>(weights + (<usize>row << 3)),
          f64x2.promote_low_f32x4(v128.load64_zero(at)),
        ),
      );
    }
    v128.store(blended, sum);
  }
}

/**
 * Adds an interpolated row of four maps to a row of sums.
 *
 * @param source The first of the source's rows that count, `pitch` bytes to the next.
 * @param rowWeights A double for each of `rowCount` rows.
 * @param length Floats in a row of the source.
 * @param blended Room for as many doubles.
 * @param columns For each pixel the first byte of its first source pixel in `blended`, and how many there are (i32 both).
 * @param columnWeights `columnTaps` doubles for each pixel.
 * @param out Floats, four for each of `width` pixels.
 */
export function addMapsRow(
  source: usize,
  pitch: usize,
  rowWeights: usize,
  rowCount: i32,
  length: i32,
  blended: usize,
  columns: usize,
  columnWeights: usize,
  columnTaps: i32,
  out: usize,
  width: i32,
): void {
  blend(source, pitch, rowWeights, rowCount, blended, length);
  const nextWeights = <usize>columnTaps << 3;
  for (const end = out + (<usize>width << 4); out < end; out += 16, columns += 8, columnWeights += nextWeights) {
    let left = f64x2.splat(0);
    let right = f64x2.splat(0);
    let from = blended + <usize>load<i32>(columns);
    const last = columnWeights + (<usize>load<i32>(columns, 4) << 3);
    for (let weight = columnWeights; weight < last; weight += 8, from += 32) {
      const share = v128.load_splat<f64>(weight);
      left = f64x2.add(left, f64x2.mul(share, v128.load(from)));
      right = f64x2.add(right, f64x2.mul(share, v128.load(from, 16)));
    }
    const sum = v128.shuffle<f32>(f32x4.demote_f64x2_zero(left), f32x4.demote_f64x2_zero(right), 0, 1, 4, 5);
    v128.store(out, f32x4.add(v128.load(out), sum));
  }
}
