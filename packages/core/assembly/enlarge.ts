// Enlarging of images in 16 bits, eight values at a time: each output value lies between two neighbours of its row and
// two rows. The steps are 128 to a grey level, which leaves open how a value close to a half rounds; those values are
// worked out again in doubles, in the order of the plain path.

const STEPS: i32 = 7;
const HALF: i16 = 64;
const WITHIN: i16 = 127;

// Bytes that say where eight values of a row come from, and where a row or a pixel does.
const GROUP: usize = 64;
const PLACE: usize = 32;

/** Eight values of a row: first neighbour plus a share of the difference to the second, in 128ths. */
@inline
function stretchEight(source: usize, group: usize): v128 {
  const bytes = v128.load(source + load<i32>(group));
  const first = i16x8.shr_u(i8x16.swizzle(bytes, v128.load(group, 16)), 1);
  const second = i16x8.shr_u(i8x16.swizzle(bytes, v128.load(group, 32)), 1);
  return i16x8.add(first, i16x8.q15mulr_sat_s(i16x8.sub(second, first), v128.load(group, 48)));
}

/** A row. */
function stretchRow(source: usize, groups: usize, groupCount: i32, out: usize): void {
  for (let group = groups, end = groups + <usize>groupCount * GROUP; group < end; group += 2 * GROUP, out += 32) {
    v128.store(out, stretchEight(source, group));
    v128.store(out, stretchEight(source, group + GROUP), 16);
  }
}

@inline
function mix(upper: usize, lower: usize, weight: v128): v128 {
  const above = v128.load(upper);
  // Half a level more, so that cutting off rounds.
  return i16x8.add(
    i16x8.add(above, i16x8.splat(HALF)),
    i16x8.q15mulr_sat_s(i16x8.sub(v128.load(lower), above), weight),
  );
}

/** Rounds 16 values between two rows. @returns Which of them are in doubt. */
@inline
function mixSixteen(upper: usize, lower: usize, weight: v128, margin: v128, beyond: v128, out: usize): i32 {
  const left = mix(upper, lower, weight);
  const right = mix(upper + 16, lower + 16, weight);
  v128.store(out, i8x16.narrow_i16x8_u(i16x8.shr_u(left, STEPS), i16x8.shr_u(right, STEPS)));
  // How far above the next lower half, and the doubt more.
  const within = i16x8.splat(WITHIN);
  const above = i8x16.narrow_i16x8_u(
    v128.and(i16x8.add(left, margin), within),
    v128.and(i16x8.add(right, margin), within),
  );
  return i8x16.bitmask(i8x16.gt_s(beyond, above));
}

/** Rounds a row between two. @returns The end of the list of doubts: where 16 values lie, and which of them. */
function mixRows(upper: usize, lower: usize, share: i32, length: i32, doubt: i32, out: usize, doubts: usize): usize {
  const weight = i16x8.splat(<i16>share);
  const margin = i16x8.splat(<i16>doubt);
  const beyond = i8x16.splat(<i8>(2 * doubt + 1));
  for (let x = 0; x < length; x += 32, upper += 64, lower += 64) {
    const first = mixSixteen(upper, lower, weight, margin, beyond, out + x);
    store<i32>(doubts, x);
    store<i32>(doubts, first, 4);
    doubts += <usize>(first != 0) << 3;
    const second = mixSixteen(upper + 32, lower + 32, weight, margin, beyond, out + x + 16);
    store<i32>(doubts, x + 16);
    store<i32>(doubts, second, 4);
    doubts += <usize>(second != 0) << 3;
  }
  return doubts;
}

/** One value in doubles, operation by operation what the plain path does. */
@inline
function exactly(upper: usize, lower: usize, row: usize, column: usize): u8 {
  const above = load<f64>(row, 16);
  const below = load<f64>(row, 24);
  const first = <usize>load<i32>(column);
  const second = <usize>load<i32>(column, 4);
  const left = above * <f64>load<u8>(upper + first) + below * <f64>load<u8>(lower + first);
  const right = above * <f64>load<u8>(upper + second) + below * <f64>load<u8>(lower + second);
  return <u8>(load<f64>(column, 16) * left + load<f64>(column, 24) * right + 0.5);
}

/**
 * Enlarges a band of rows.
 *
 * @param source The first row of the source that counts, row `sourceRow`, `pitch` bytes to the next; 16 bytes more are read.
 * @param rows A record of 32 bytes for each row of the band: the numbers of its two source rows (i32), the second one's
 * weight times 2^15 (i32), 4 bytes unused, both weights (f64).
 * @param columns Likewise for each output pixel; offsets of its source pixels in bytes.
 * @param groups A record of 64 bytes for eight values of a row: an offset (i32), 12 bytes unused, which of the 16 bytes
 * from there are the high bytes of their first and of their second neighbours, their second neighbours' weights times
 * 2^15 (i16). Their number is a multiple of 4.
 * @param length Values in a row.
 * @param doubt A value so many 128ths from a half is in doubt.
 * @param stretched Room for two rows of 16-bit numbers, 8 to a record.
 * @param doubts Room for 8 bytes for each 2 records, and 8 more.
 * @param out The band, and 31 bytes more.
 * @returns How many values were in doubt.
 */
export function enlargeRows(
  source: usize,
  sourceRow: i32,
  pitch: i32,
  rows: usize,
  rowCount: i32,
  columns: usize,
  groups: usize,
  groupCount: i32,
  length: i32,
  doubt: i32,
  stretched: usize,
  doubts: usize,
  out: usize,
): i32 {
  let doubtful = 0;
  let upper = stretched;
  let lower = stretched + (<usize>groupCount << 4);
  let upperRow = -1;
  let lowerRow = -1;
  for (const end = rows + <usize>rowCount * PLACE; rows < end; rows += PLACE, out += length) {
    const first = load<i32>(rows);
    const second = load<i32>(rows, 4);
    const above = source + <usize>(first - sourceRow) * pitch;
    const below = source + <usize>(second - sourceRow) * pitch;
    if (lowerRow == first) {
      const other = upper;
      upper = lower;
      lower = other;
      lowerRow = upperRow;
      upperRow = first;
    }
    if (upperRow != first) {
      stretchRow(above, groups, groupCount, upper);
      upperRow = first;
    }
    if (lowerRow != second && second != first) {
      stretchRow(below, groups, groupCount, lower);
      lowerRow = second;
    }
    const listEnd = mixRows(upper, second == first ? upper : lower, load<i32>(rows, 8), length, doubt, out, doubts);
    for (let entry = doubts; entry < listEnd; entry += 8) {
      const x = load<i32>(entry);
      let which = load<i32>(entry, 4);
      // Beyond the row's end there is nothing.
      const left = length - x;
      if (left < 16) which &= (1 << max(left, 0)) - 1;
      while (which != 0) {
        const value = x + ctz(which);
        const pixel = value / 3;
        const channel = <usize>(value - 3 * pixel);
        const place = columns + <usize>pixel * PLACE;
        store<u8>(out + value, exactly(above + channel, below + channel, rows, place));
        which &= which - 1;
        doubtful++;
      }
    }
  }
  return doubtful;
}
