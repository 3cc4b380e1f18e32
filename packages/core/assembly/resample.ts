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

/** A row of floats as weighted sums of `taps` pixels each. Writes 12 bytes a pixel, and 4 more. */
function gather(blended: usize, places: usize, weights: usize, taps: i32, width: i32, sums: usize): void {
  const end = places + (<usize>width << 2);
  const step = <usize>taps << 2;
  if (taps == 3) {
    for (; places < end; places += 4, weights += 12, sums += 12) {
      const from = blended + <usize>load<i32>(places);
      let sum = f32x4.mul(v128.load32_splat(weights), v128.load(from));
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights, 4), v128.load(from, 12)));
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights, 8), v128.load(from, 24)));
      v128.store(sums, sum);
    }
    return;
  }
  const odd = taps & 1;
  for (; places < end; places += 4, sums += 12) {
    let from = blended + <usize>load<i32>(places);
    let sum = f32x4.splat(0);
    if (odd) {
      sum = f32x4.mul(v128.load32_splat(weights), v128.load(from));
      from += 12;
    }
    let weight = weights + (<usize>odd << 2);
    weights += step;
    for (; weight < weights; weight += 8, from += 24) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight), v128.load(from)));
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight, 4), v128.load(from, 12)));
    }
    v128.store(sums, sum);
  }
}

// Added to a float below 2^22, it leaves the whole number nearest to it in the low bits.
const TO_WHOLE: f32 = 12582912;

@inline
function farFrom(value: v128, whole: v128, limit: v128): v128 {
  return f32x4.gt(f32x4.abs(f32x4.sub(value, f32x4.sub(whole, f32x4.splat(TO_WHOLE)))), limit);
}

/** Rounds a row, 16 values at a time. @returns The end of the list of doubts: where 16 values lie, and which of them. */
function round(sums: usize, length: i32, bound: f32, out: usize, doubts: usize): usize {
  const whole = f32x4.splat(TO_WHOLE);
  // A value so far from the nearest whole number is close to a half.
  const limit = f32x4.splat(<f32>0.5 - bound);
  for (let x = 0; x < length; x += 16, sums += 64) {
    const a = v128.load(sums);
    const b = v128.load(sums, 16);
    const c = v128.load(sums, 32);
    const d = v128.load(sums, 48);
    const wholeA = f32x4.add(a, whole);
    const wholeB = f32x4.add(b, whole);
    const wholeC = f32x4.add(c, whole);
    const wholeD = f32x4.add(d, whole);
    v128.store(
      out + x,
      i8x16.shuffle(
        i8x16.shuffle(wholeA, wholeB, 0, 4, 8, 12, 16, 20, 24, 28, 0, 0, 0, 0, 0, 0, 0, 0),
        i8x16.shuffle(wholeC, wholeD, 0, 4, 8, 12, 16, 20, 24, 28, 0, 0, 0, 0, 0, 0, 0, 0),
        0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23,
      ),
    );
    const which = i8x16.bitmask(
      i8x16.narrow_i16x8_s(
        i16x8.narrow_i32x4_s(farFrom(a, wholeA, limit), farFrom(b, wholeB, limit)),
        i16x8.narrow_i32x4_s(farFrom(c, wholeC, limit), farFrom(d, wholeD, limit)),
      ),
    );
    store<i32>(doubts, x);
    store<i32>(doubts, which, 4);
    doubts += <usize>(which != 0) << 3;
  }
  return doubts;
}

/**
 * @param source The first row that counts, `pitch` bytes to the next; one row and 16 bytes more than count are read.
 * @param rowWeights Their weights in doubles.
 * @param pairs The same in 16 bits, by twos, the last padded with 0.
 * @param scale What makes weights of these.
 * @param blended Room for a source row as floats, and 16 more, and 16 more after them.
 * @param columns For each output pixel, two 32-bit numbers: the offset of its first source pixel and how many count.
 * @param columnWeights Their weights in doubles, `columnTaps` to a pixel.
 * @param places For each output pixel, the offset of its first source pixel in `blended`: of `floatTaps` that count.
 * @param floats Their weights, as floats.
 * @param bound How far a value may be from the one of the plain path.
 * @param sums Room for a row as floats, and 16 more.
 * @param out `width` pixels, and 15 bytes more.
 * @param doubts Room for 8 bytes for each 16 values of a row, and 8 more.
 * @param most How many values may be worked out again.
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
  columnTaps: i32,
  places: usize,
  floats: usize,
  floatTaps: i32,
  bound: f32,
  sums: usize,
  out: usize,
  width: i32,
  doubts: usize,
  most: i32,
): i32 {
  blend(source, pitch, pairs, (rowCount + 1) >> 1, scale, blended, <i32>pitch);
  gather(blended, places, floats, floatTaps, width, sums);
  const length = 3 * width;
  const end = round(sums, length, bound, out, doubts);
  let doubtful = 0;
  for (let entry = doubts; entry < end; entry += 8) {
    // Beyond the row's end there is nothing.
    const left = length - load<i32>(entry);
    if (left < 16) store<i32>(entry, load<i32>(entry, 4) & ((1 << left) - 1), 4);
    doubtful += popcnt(load<i32>(entry, 4));
  }
  if (doubtful > most) return doubtful;
  for (let entry = doubts; entry < end; entry += 8) {
    for (let which = load<i32>(entry, 4); which != 0; which &= which - 1) {
      const value = load<i32>(entry) + ctz(which);
      const x = value / 3;
      const first = source + <usize>load<i32>(columns + (<usize>x << 3)) + <usize>(value - 3 * x);
      const count = load<i32>(columns + (<usize>x << 3), 4);
      const weights = columnWeights + ((<usize>x * columnTaps) << 3);
      store<u8>(out + value, exactly(first, pitch, rowWeights, rowCount, weights, count));
    }
  }
  return doubtful;
}
