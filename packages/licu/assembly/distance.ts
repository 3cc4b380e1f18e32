// The exact Euclidean distance transform: columns eight at a time, then each row's runs of lesion pixels by
// themselves. All arithmetic is in whole numbers.

/** What a column without background holds; sums saturate here. */
const FAR: i32 = 65535;

/**
 * Phase one, downwards: to each pixel the distance, in 16 bits, to the nearest background pixel above it.
 *
 * @param mask `rows` rows of `width` bytes.
 * @param distances Rows of `stride` elements, from the first row of this band; the row above is read.
 */
export function columnsDown(mask: usize, distances: usize, rows: i32, width: i32, stride: i32): void {
  const one = i16x8.splat(1);
  const zero = i16x8.splat(0);
  const pitch = <usize>stride << 1;
  const whole = width & ~15;
  for (let y = 0; y < rows; y++) {
    const from = mask + <usize>y * width;
    const to = distances + <usize>y * pitch;
    for (let x = 0; x < whole; x += 16) {
      const bytes = v128.load(from + x);
      const at = to + (<usize>x << 1);
      const low = i16x8.ne(i16x8.extend_low_i8x16_u(bytes), zero);
      const high = i16x8.ne(i16x8.extend_high_i8x16_u(bytes), zero);
      v128.store(at, v128.and(i16x8.add_sat_u(v128.load(at - pitch), one), low));
      v128.store(at, v128.and(i16x8.add_sat_u(v128.load(at - pitch, 16), one), high), 16);
    }
    for (let x = whole; x < width; x++) {
      const byte = <i32>load<u8>(from + x);
      const at = to + (<usize>x << 1);
      const above = <i32>load<u16>(at - pitch);
      store<u16>(at, byte == 0 ? 0 : above < FAR ? above + 1 : FAR);
    }
  }
}

/** Phase one, upwards, of one row: the nearer of the background above and below. */
function rowUp(row: usize, stride: i32): void {
  const one = i16x8.splat(1);
  const pitch = <usize>stride << 1;
  for (let at = row, end = row + pitch; at < end; at += 16) {
    v128.store(at, i16x8.min_u(v128.load(at), i16x8.add_sat_u(v128.load(at + pitch), one)));
  }
}

/**
 * Phase two of one run of lesion pixels: the lower envelope of the parabolas (x - i)^2 + g(i)^2. These are lowest
 * where the points (i, i^2 + g(i)^2) have their lower convex hull, which takes no division to find. Background ends
 * the run on either side, and no parabola from beyond it can be lower than the one that stands there.
 *
 * @param row Column distances of the row.
 * @param out Squared distances of the row.
 * @param start First pixel of the run.
 * @param end The pixel after its last.
 * @param openLeft Whether the run begins at an edge of the image that does not count.
 * @param openRight Likewise where it ends.
 * @param hull Room for two 64-bit numbers a pixel of the row, and two pixels more.
 * @returns The largest squared distance.
 */
function runEnvelope(
  row: usize,
  out: usize,
  start: i32,
  end: i32,
  openLeft: bool,
  openRight: bool,
  hull: usize,
): i32 {
  // Coordinates count from the pixel before the run. Entries are site and height, 16 bytes.
  const length = end - start;
  const source = row + (<usize>start << 1) - 2;
  let top = hull - 16;
  let topSite: i64 = 0;
  let topHeight: i64 = 0;
  if (!openLeft) {
    top = hull;
    store<i64>(top, 0);
    store<i64>(top, 0, 8);
  }
  for (let x = 1; x <= length + 1; x++) {
    let height: i64 = <i64>x * x;
    if (x <= length) {
      const column = <i64>load<u16>(source + (<usize>x << 1));
      if (column == FAR) continue;
      // Lower nowhere than the background at one end or the other.
      if (column >= x && column > length - x && !openLeft && !openRight) continue;
      height += column * column;
    } else if (openRight) break;
    while (top > hull) {
      const site = load<i64>(top - 16);
      if ((topHeight - load<i64>(top - 16, 8)) * (x - topSite) < (height - topHeight) * (topSite - site)) break;
      top -= 16;
      topSite = site;
      topHeight = load<i64>(top, 8);
    }
    top += 16;
    topSite = x;
    topHeight = height;
    store<i64>(top, topSite);
    store<i64>(top, topHeight, 8);
  }
  const target = out + (<usize>start << 2) - 4;
  let at = hull;
  let site = load<i64>(at);
  let height = load<i64>(at, 8);
  let largest: i64 = 0;
  for (let x: i64 = 1; x <= length; x++) {
    while (at < top) {
      const nextSite = load<i64>(at, 16);
      const nextHeight = load<i64>(at, 24);
      if (nextHeight - height > 2 * x * (nextSite - site)) break;
      at += 16;
      site = nextSite;
      height = nextHeight;
    }
    const squared = x * (x - 2 * site) + height;
    store<i32>(target + (<usize>x << 2), <i32>squared);
    if (squared > largest) largest = squared;
  }
  return <i32>largest;
}

/** The first column from `x` on whose distance is 0 (or is not, if `inside`); `width` if there is none. */
function seek(row: usize, x: i32, width: i32, inside: bool): i32 {
  // Beyond the width the padding may hold anything.
  while (x < width) {
    const zeros = i16x8.bitmask(i16x8.eq(v128.load(row + (<usize>x << 1)), i16x8.splat(0)));
    const found = inside ? ~zeros & 255 : zeros;
    if (found != 0) return min(x + ctz(found), width);
    x += 8;
  }
  return width;
}

/**
 * Phase one upwards and phase two, from the last row of a band to its first.
 *
 * @param distances Rows of `stride` elements, from the first row of this band; the row below is read.
 * @param out Squared distances, `rows` rows of `width`.
 * @param framed Whether the left and right edge of the image count as background.
 * @param hull Room for two 64-bit numbers a column and two more.
 * @returns The largest squared distance of the band; if 0, `out` was not written. Otherwise `hull` holds two 32-bit
 * numbers: the first column of the band's lesion pixels and the one after the last.
 */
export function rowsUp(
  distances: usize,
  out: usize,
  rows: i32,
  width: i32,
  stride: i32,
  framed: bool,
  hull: usize,
): i32 {
  let largest = 0;
  let cleared = false;
  let left = width;
  let right = 0;
  for (let y = rows - 1; y >= 0; y--) {
    const row = distances + ((<usize>y * stride) << 1);
    rowUp(row, stride);
    let end = 0;
    while (true) {
      const start = seek(row, end, width, true);
      if (start == width) break;
      end = seek(row, start, width, false);
      if (!cleared) {
        memory.fill(out, 0, (<usize>rows * width) << 2);
        cleared = true;
      }
      left = min(left, start);
      right = max(right, end);
      const to = out + ((<usize>y * width) << 2);
      const openLeft = start == 0 && !framed;
      const openRight = end == width && !framed;
      let here = 1;
      if (end - start > 2 || openLeft || openRight) {
        here = runEnvelope(row, to, start, end, openLeft, openRight, hull);
      } else {
        store<i32>(to + (<usize>start << 2), 1);
        store<i32>(to + (<usize>(end - 1) << 2), 1);
      }
      if (here > largest) largest = here;
    }
  }
  store<i32>(hull, left);
  store<i32>(hull, right, 4);
  return largest;
}

/**
 * Distances from squared ones below 2^24, in place, int32 to float32. A square root of 24 bits out of such whole numbers
 * is what rounding the one of 53 bits would give.
 *
 * @param count Rounded up to a multiple of 4.
 */
export function roots(squares: usize, count: i32): void {
  for (let at = squares, end = squares + (<usize>count << 2); at < end; at += 16) {
    v128.store(at, f32x4.sqrt(f32x4.convert_i32x4_s(v128.load(at))));
  }
}

/**
 * Distances divided by the largest one from squared distances, in place, int32 to float32: the root of the quotient in
 * doubles, rounded once.
 *
 * @param count Rounded up to a multiple of 4.
 */
export function shares(squares: usize, count: i32, largest: f64): void {
  const divisor = f64x2.splat(largest);
  for (let at = squares, end = squares + (<usize>count << 2); at < end; at += 16) {
    const four = v128.load(at);
    if (!v128.any_true(four)) continue;
    const swapped = i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    const low = f64x2.sqrt(f64x2.div(f64x2.convert_low_i32x4_s(four), divisor));
    const high = f64x2.sqrt(f64x2.div(f64x2.convert_low_i32x4_s(swapped), divisor));
    v128.store(
      at,
      i8x16.shuffle(
        f32x4.demote_f64x2_zero(low),
        f32x4.demote_f64x2_zero(high),
        0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23,
      ),
    );
  }
}
