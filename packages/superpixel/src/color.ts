/**
 * sRGB to CIELAB, row by row in doubles. The constants are those of scikit-image, so that colour distances
 * come out as there. Leans on nothing.
 */

/** Gamma of sRGB taken off: a value in 0..1 to linear light in 0..1. */
export function linearize(value: number): number {
  return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
}

/** Beyond 2 ** 52 there are only whole numbers: adding it and taking it off rounds. */
const WHOLE = 2 ** 52;

const NODES = 2048;
/** `NODES / i` and `(i / NODES) ** 2.4`, in turn. */
export const POWER_TABLE: Float64Array = nodeTable(NODES, 2.4);

const ROOT_NODES = 4096;
/** `ROOT_NODES / i` and `(i / ROOT_NODES) ** (1 / 3)`, in turn. */
export const ROOT_TABLE: Float64Array = nodeTable(ROOT_NODES, 1 / 3);

function nodeTable(nodes: number, power: number): Float64Array {
  const table = new Float64Array(2 * (nodes + 2));
  for (let i = 1; i < nodes + 2; i++) {
    table[2 * i] = nodes / i;
    table[2 * i + 1] = (i / nodes) ** power;
  }
  return table;
}

/**
 * Does {@link linearize} to a row in place, within 1e-15 of it and many times faster: powers are the slowest
 * step of a large image, and the binomial series of `(1 + d) ** 2.4` around 2048 known ones needs none.
 */
export function linearizeRow(row: Float64Array): void {
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!;
    if (value > 0.04045) {
      const base = (value + 0.055) * (1 / 1.055);
      const node = base * NODES + WHOLE - WHOLE;
      const d = base * POWER_TABLE[2 * node]! - 1;
      const series = 1 + d * (2.4 + d * (1.68 + d * (0.224 + d * (-0.0336 + d * 0.010752))));
      row[i] = POWER_TABLE[2 * node + 1]! * series;
    } else {
      row[i] = value / 12.92;
    }
  }
}

/**
 * The cube root of a value from 0.008856 to 1, within 1e-15 of it, by the series of `(1 + d) ** (1 / 3)` around 4096
 * known ones. Its few operations are the same wherever they run.
 */
export function cubeRoot(value: number): number {
  const node = value * ROOT_NODES + WHOLE - WHOLE;
  const d = value * ROOT_TABLE[2 * node]! - 1;
  const series =
    1 + d * (1 / 3 + d * (-1 / 9 + d * (5 / 81 + d * (-10 / 243 + d * (22 / 729 + d * (-154 / 6561))))));
  return ROOT_TABLE[2 * node + 1]! * series;
}

function labCurve(value: number): number {
  return value > 0.008856 ? cubeRoot(value) : 7.787 * value + 16 / 116;
}

/** Replaces linear RGB in 0..1, interleaved, by CIELAB (white point D65, 2 degrees). */
export function linearToLab(row: Float64Array): void {
  for (let i = 0; i + 2 < row.length; i += 3) {
    const red = row[i]!;
    const green = row[i + 1]!;
    const blue = row[i + 2]!;
    const x = labCurve((red * 0.412453 + green * 0.35758 + blue * 0.180423) * (1 / 0.95047));
    const y = labCurve(red * 0.212671 + green * 0.71516 + blue * 0.072169);
    const z = labCurve((red * 0.019334 + green * 0.119193 + blue * 0.950227) * (1 / 1.08883));
    row[i] = 116 * y - 16;
    row[i + 1] = 500 * (x - y);
    row[i + 2] = 200 * (y - z);
  }
}
