// From bytes to the colours that are compared, a row at a time, each channel for itself; rows are padded to whole tiles.
// Every operation and its order are those of src/color.ts and src/blur.ts, so that both give the same bits.

/** Where the tables of src/color.ts lie: pairs of (inverse, power) for each node. */
let powers: usize = 0;
let roots: usize = 0;

export function useTables(powerTable: usize, rootTable: usize): void {
  powers = powerTable;
  roots = rootTable;
}

/** The smallest and largest of some bytes, the largest in bits 8 to 15; `length` is a multiple of 16. */
export function byteRange(bytes: usize, length: i32): i32 {
  let low = v128.load(bytes);
  let high = low;
  for (const end = bytes + <usize>length; bytes < end; bytes += 16) {
    low = v128.min<u8>(low, v128.load(bytes));
    high = v128.max<u8>(high, v128.load(bytes));
  }
  let least: u32 = 255;
  let most: u32 = 0;
  for (let part = 0; part < 4; part++) {
    let lows = <u32>i32x4.extract_lane(low, 0);
    let highs = <u32>i32x4.extract_lane(high, 0);
    for (let byte = 0; byte < 4; byte++, lows >>= 8, highs >>= 8) {
      least = min(least, lows & 255);
      most = max(most, highs & 255);
    }
    low = v128.shuffle<i32>(low, low, 1, 2, 3, 0);
    high = v128.shuffle<i32>(high, high, 1, 2, 3, 0);
  }
  return <i32>(least | (most << 8));
}

/** Looks each byte of an interleaved row up in a table and spreads the row over three planes `apart` bytes from each other. */
export function readRow(bytes: usize, table: usize, width: i32, out: usize, apart: usize): void {
  const end = bytes + 3 * <usize>width;
  while (bytes < end) {
    store<f64>(out, load<f64>(table + (<usize>load<u8>(bytes) << 3)));
    store<f64>(out + apart, load<f64>(table + (<usize>load<u8>(bytes, 1) << 3)));
    store<f64>(out + 2 * apart, load<f64>(table + (<usize>load<u8>(bytes, 2) << 3)));
    bytes += 3;
    out += 8;
  }
}

/** Constants lie in memory, from where one instruction spreads them; as literals they would take several. */
const CONSTANTS = memory.data<f64>([
  0.055, // GAMMA_OFFSET
  0.9478672985781991, // GAMMA_SCALE = 1 / 1.055
  2048.0, // POWER_NODES
  4503599627370496.0, // WHOLE = 2 ** 52: beyond it only whole numbers, which stand in the low bits
  1.0, // ONE
  -0.0336, // POWER_4
  0.010752, // POWER_5
  0.224, // POWER_3
  1.68, // POWER_2
  2.4, // POWER_1
  0.04045, // GAMMA_END
  12.92, // GAMMA_SLOPE
  4096.0, // ROOT_NODES
  0.03017832647462277, // ROOT_5 = 22 / 729
  -0.023472031702484377, // ROOT_6 = -154 / 6561
  -0.0411522633744856, // ROOT_4 = -10 / 243
  0.06172839506172839, // ROOT_3 = 5 / 81
  -0.1111111111111111, // ROOT_2 = -1 / 9
  0.3333333333333333, // ROOT_1 = 1 / 3
  0.008856, // CURVE_END
  7.787, // CURVE_SLOPE
  0.13793103448275862, // CURVE_OFFSET = 16 / 116
  0.412453, // X_RED
  0.35758, // X_GREEN
  0.180423, // X_BLUE
  1.0521110608435826, // X_WHITE = 1 / 0.95047
  0.212671, // Y_RED
  0.71516, // Y_GREEN
  0.072169, // Y_BLUE
  0.019334, // Z_RED
  0.119193, // Z_GREEN
  0.950227, // Z_BLUE
  0.9184170164304805, // Z_WHITE = 1 / 1.08883
  116.0, // L_SCALE
  16.0, // L_OFFSET
  500.0, // A_SCALE
  200.0, // B_SCALE
], 16);

const enum At {
  GAMMA_OFFSET = 0,
  GAMMA_SCALE = 8,
  POWER_NODES = 16,
  WHOLE = 24,
  ONE = 32,
  POWER_4 = 40,
  POWER_5 = 48,
  POWER_3 = 56,
  POWER_2 = 64,
  POWER_1 = 72,
  GAMMA_END = 80,
  GAMMA_SLOPE = 88,
  ROOT_NODES = 96,
  ROOT_5 = 104,
  ROOT_6 = 112,
  ROOT_4 = 120,
  ROOT_3 = 128,
  ROOT_2 = 136,
  ROOT_1 = 144,
  CURVE_END = 152,
  CURVE_SLOPE = 160,
  CURVE_OFFSET = 168,
  X_RED = 176,
  X_GREEN = 184,
  X_BLUE = 192,
  X_WHITE = 200,
  Y_RED = 208,
  Y_GREEN = 216,
  Y_BLUE = 224,
  Z_RED = 232,
  Z_GREEN = 240,
  Z_BLUE = 248,
  Z_WHITE = 256,
  L_SCALE = 264,
  L_OFFSET = 272,
  A_SCALE = 280,
  B_SCALE = 288,
}

@inline
function constant(at: At): v128 {
  return v128.load64_splat(CONSTANTS + <usize>at);
}

@inline
function linear(value: v128): v128 {
  const base = f64x2.mul(f64x2.add(value, constant(At.GAMMA_OFFSET)), constant(At.GAMMA_SCALE));
  const node = f64x2.add(f64x2.mul(base, constant(At.POWER_NODES)), constant(At.WHOLE));
  const one = v128.load(powers + (<usize>i32x4.extract_lane(node, 0) << 4));
  const two = v128.load(powers + (<usize>i32x4.extract_lane(node, 2) << 4));
  const d = f64x2.sub(f64x2.mul(base, v128.shuffle<f64>(one, two, 0, 2)), constant(At.ONE));
  let series = f64x2.add(constant(At.POWER_4), f64x2.mul(d, constant(At.POWER_5)));
  series = f64x2.add(constant(At.POWER_3), f64x2.mul(d, series));
  series = f64x2.add(constant(At.POWER_2), f64x2.mul(d, series));
  series = f64x2.add(constant(At.POWER_1), f64x2.mul(d, series));
  series = f64x2.add(constant(At.ONE), f64x2.mul(d, series));
  const curved = f64x2.mul(v128.shuffle<f64>(one, two, 1, 3), series);
  const bright = f64x2.gt(value, constant(At.GAMMA_END));
  if (i64x2.all_true(bright)) return curved;
  return v128.bitselect(curved, f64x2.div(value, constant(At.GAMMA_SLOPE)), bright);
}

@inline
function labCurve(value: v128): v128 {
  const node = f64x2.add(f64x2.mul(value, constant(At.ROOT_NODES)), constant(At.WHOLE));
  const one = v128.load(roots + (<usize>i32x4.extract_lane(node, 0) << 4));
  const two = v128.load(roots + (<usize>i32x4.extract_lane(node, 2) << 4));
  const d = f64x2.sub(f64x2.mul(value, v128.shuffle<f64>(one, two, 0, 2)), constant(At.ONE));
  let series = f64x2.add(constant(At.ROOT_5), f64x2.mul(d, constant(At.ROOT_6)));
  series = f64x2.add(constant(At.ROOT_4), f64x2.mul(d, series));
  series = f64x2.add(constant(At.ROOT_3), f64x2.mul(d, series));
  series = f64x2.add(constant(At.ROOT_2), f64x2.mul(d, series));
  series = f64x2.add(constant(At.ROOT_1), f64x2.mul(d, series));
  series = f64x2.add(constant(At.ONE), f64x2.mul(d, series));
  const curved = f64x2.mul(v128.shuffle<f64>(one, two, 1, 3), series);
  const bright = f64x2.gt(value, constant(At.CURVE_END));
  if (i64x2.all_true(bright)) return curved;
  const straight = f64x2.add(f64x2.mul(constant(At.CURVE_SLOPE), value), constant(At.CURVE_OFFSET));
  return v128.bitselect(curved, straight, bright);
}

/** Takes the gamma off a row in place; `length` is even. */
export function linearRow(row: usize, length: i32): void {
  for (const end = row + (<usize>length << 3); row < end; row += 16) v128.store(row, linear(v128.load(row)));
}

/** Turns a row of linear RGB, three rows `apart` bytes from each other, into CIELAB in place; `length` is even. */
export function labRow(row: usize, apart: usize, length: i32): void {
  const end = row + (<usize>length << 3);
  for (; row < end; row += 16) {
    const red = v128.load(row);
    const green = v128.load(row + apart);
    const blue = v128.load(row + 2 * apart);
    const x = labCurve(
      f64x2.mul(
        f64x2.add(
          f64x2.add(f64x2.mul(red, constant(At.X_RED)), f64x2.mul(green, constant(At.X_GREEN))),
          f64x2.mul(blue, constant(At.X_BLUE)),
        ),
        constant(At.X_WHITE),
      ),
    );
    const y = labCurve(
      f64x2.add(
        f64x2.add(f64x2.mul(red, constant(At.Y_RED)), f64x2.mul(green, constant(At.Y_GREEN))),
        f64x2.mul(blue, constant(At.Y_BLUE)),
      ),
    );
    const z = labCurve(
      f64x2.mul(
        f64x2.add(
          f64x2.add(f64x2.mul(red, constant(At.Z_RED)), f64x2.mul(green, constant(At.Z_GREEN))),
          f64x2.mul(blue, constant(At.Z_BLUE)),
        ),
        constant(At.Z_WHITE),
      ),
    );
    v128.store(row, f64x2.sub(f64x2.mul(constant(At.L_SCALE), y), constant(At.L_OFFSET)));
    v128.store(row + apart, f64x2.mul(constant(At.A_SCALE), f64x2.sub(x, y)));
    v128.store(row + 2 * apart, f64x2.mul(constant(At.B_SCALE), f64x2.sub(y, z)));
  }
}

/**
 * Sums rows under the kernel, the outermost pair first. `pairs` holds the addresses of the centre row and of the
 * rows above and below at distance 1, 2, ...; `length` is a multiple of 8.
 */
export function blurDown(pairs: usize, weights: usize, radius: i32, out: usize, length: i32): void {
  const centre = <usize>load<u32>(pairs);
  const centreWeight = v128.load64_splat(weights);
  const bytes = <usize>length << 3;
  for (let at: usize = 0; at < bytes; at += 64) {
    let sum0 = f64x2.mul(v128.load(centre + at), centreWeight);
    let sum1 = f64x2.mul(v128.load(centre + at, 16), centreWeight);
    let sum2 = f64x2.mul(v128.load(centre + at, 32), centreWeight);
    let sum3 = f64x2.mul(v128.load(centre + at, 48), centreWeight);
    for (let j = radius; j >= 1; j--) {
      const above = <usize>load<u32>(pairs + (<usize>j << 3)) + at;
      const below = <usize>load<u32>(pairs + (<usize>j << 3), 4) + at;
      const weight = v128.load64_splat(weights + (<usize>j << 3));
      sum0 = f64x2.add(sum0, f64x2.mul(f64x2.add(v128.load(above), v128.load(below)), weight));
      sum1 = f64x2.add(sum1, f64x2.mul(f64x2.add(v128.load(above, 16), v128.load(below, 16)), weight));
      sum2 = f64x2.add(sum2, f64x2.mul(f64x2.add(v128.load(above, 32), v128.load(below, 32)), weight));
      sum3 = f64x2.add(sum3, f64x2.mul(f64x2.add(v128.load(above, 48), v128.load(below, 48)), weight));
    }
    v128.store(out + at, sum0);
    v128.store(out + at, sum1, 16);
    v128.store(out + at, sum2, 32);
    v128.store(out + at, sum3, 48);
  }
}

/** Sums a row under the kernel; `row` has `radius` mirrored values on both sides, `length` is a multiple of 8. */
export function blurAcross(row: usize, weights: usize, radius: i32, out: usize, length: i32): void {
  const centreWeight = v128.load64_splat(weights);
  const end = row + (<usize>length << 3);
  const reach = <usize>radius << 3;
  for (; row < end; row += 64, out += 64) {
    let sum0 = f64x2.mul(v128.load(row), centreWeight);
    let sum1 = f64x2.mul(v128.load(row, 16), centreWeight);
    let sum2 = f64x2.mul(v128.load(row, 32), centreWeight);
    let sum3 = f64x2.mul(v128.load(row, 48), centreWeight);
    for (let distance = reach; distance > 0; distance -= 8) {
      const left = row - distance;
      const right = row + distance;
      const weight = v128.load64_splat(weights + distance);
      sum0 = f64x2.add(sum0, f64x2.mul(f64x2.add(v128.load(left), v128.load(right)), weight));
      sum1 = f64x2.add(sum1, f64x2.mul(f64x2.add(v128.load(left, 16), v128.load(right, 16)), weight));
      sum2 = f64x2.add(sum2, f64x2.mul(f64x2.add(v128.load(left, 32), v128.load(right, 32)), weight));
      sum3 = f64x2.add(sum3, f64x2.mul(f64x2.add(v128.load(left, 48), v128.load(right, 48)), weight));
    }
    v128.store(out, sum0);
    v128.store(out, sum1, 16);
    v128.store(out, sum2, 32);
    v128.store(out, sum3, 48);
  }
}
