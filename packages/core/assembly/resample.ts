// One row of a resized image: rows blended in whole numbers, columns in float32, with a bound on the error of both.
// Where that leaves open which way a value rounds, it is worked out again in doubles, in the order of the plain path.

/** Weighs pairs of rows: `pairs` holds two 16-bit weights each. Writes `length` floats, up to 15 more. */
function blend(
  source: usize,
  pitch: usize,
  pairs: usize,
  pairCount: i32,
  scale: f32,
  blended: usize,
  length: i32,
): void {
  const factor = f32x4.splat(scale);
  const end = pairs + (<usize>pairCount << 2);
  for (let x: usize = 0; x < <usize>length; x += 16) {
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    let c = i32x4.splat(0);
    let d = i32x4.splat(0);
    let from = source + x;
    for (let pair = pairs; pair < end; pair += 4) {
      const weights = v128.load32_splat(pair);
      const upper = v128.load(from);
      const lower = v128.load(from + pitch);
      const left = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const right = i8x16.shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(left), weights));
      b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(left), weights));
      c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(right), weights));
      d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(right), weights));
      from += pitch << 1;
    }
    const to = blended + (x << 2);
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(a), factor));
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(b), factor), 16);
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(c), factor), 32);
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(d), factor), 48);
  }
}

/** One value in doubles, operation by operation what the plain path does. */
function exactly(
  source: usize,
  pitch: usize,
  rowWeights: usize,
  rowCount: i32,
  columnWeights: usize,
  columnCount: i32,
): u8 {
  let sum: f64 = 0;
  for (let k = 0; k < columnCount; k++, source += 3) {
    let blended = load<f64>(rowWeights) * <f64>load<u8>(source);
    for (let row = 1, at = source + pitch; row < rowCount; row++, at += pitch) {
      blended += load<f64>(rowWeights + (<usize>row << 3)) * <f64>load<u8>(at);
    }
    sum += load<f64>(columnWeights + (<usize>k << 3)) * blended;
  }
  return <u8>Math.floor(sum + 0.5);
}

/**
 * @param source The first row that counts, `pitch` bytes to the next; one row and 16 bytes more than count are read.
 * @param rowWeights Their weights in doubles.
 * @param pairs The same in 16 bits, by twos, the last padded with 0.
 * @param scale What makes weights of these.
 * @param blended Room for a source row as floats, and 16 more.
 * @param columns For each output pixel, two 32-bit numbers: the offset of its first source pixel and how many count.
 * @param columnWeights Their weights in doubles, `columnTaps` to a pixel; `columnFloats` as floats.
 * @param bound How far a value may be from the one of the plain path.
 * @param out `width` pixels, and one byte more.
 * @param doubtful Room for a 32-bit number a pixel.
 * @param most How many pixels may be worked out again.
 * @returns How many were; if more than `most`, `out` does not hold the row.
 */
export function resampleRow(
  source: usize,
  pitch: usize,
  rowWeights: usize,
  rowCount: i32,
  pairs: usize,
  scale: f32,
  blended: usize,
  columns: usize,
  columnWeights: usize,
  columnFloats: usize,
  columnTaps: i32,
  bound: f32,
  out: usize,
  width: i32,
  doubtful: usize,
  most: i32,
): i32 {
  blend(source, pitch, pairs, (rowCount + 1) >> 1, scale, blended, <i32>pitch);
  const half = f32x4.splat(0.5);
  const near = f32x4.splat(bound);
  let doubts = 0;
  for (let x = 0; x < width; x++) {
    let from = blended + (<usize>load<i32>(columns + (<usize>x << 3)) << 2);
    const count = load<i32>(columns + (<usize>x << 3), 4);
    let weight = columnFloats + ((<usize>x * columnTaps) << 2);
    let sum = f32x4.mul(v128.load32_splat(weight), v128.load(from));
    for (let k = 1; k < count; k++) {
      from += 12;
      weight += 4;
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight), v128.load(from)));
    }
    const above = f32x4.add(sum, half);
    const whole = i32x4.trunc_sat_f32x4_s(above);
    v128.store_lane<u32>(
      out + <usize>x * 3,
      i8x16.shuffle(whole, whole, 0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      0,
    );
    const far = f32x4.gt(f32x4.abs(f32x4.sub(above, f32x4.nearest(above))), near);
    store<i32>(doubtful + (<usize>doubts << 2), x);
    doubts += (i32x4.bitmask(far) & 7) != 7 ? 1 : 0;
  }
  if (doubts > most) return doubts;
  for (let i = 0; i < doubts; i++) {
    const x = load<i32>(doubtful + (<usize>i << 2));
    const first = source + <usize>load<i32>(columns + (<usize>x << 3));
    const count = load<i32>(columns + (<usize>x << 3), 4);
    const weights = columnWeights + ((<usize>x * columnTaps) << 3);
    const to = out + <usize>x * 3;
    for (let channel: usize = 0; channel < 3; channel++) {
      store<u8>(to + channel, exactly(first + channel, pitch, rowWeights, rowCount, weights, count));
    }
  }
  return doubts;
}
