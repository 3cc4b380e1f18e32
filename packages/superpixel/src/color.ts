/**
 * sRGB to CIELAB, row by row in doubles. The constants are those of scikit-image, so that colour distances
 * come out as there. Leans on nothing.
 */

/** Gamma of sRGB taken off: a value in 0..1 to linear light in 0..1. */
export function linearize(value: number): number {
  return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
}

const NODES = 2048;
/** `(i / NODES) ** 2.4` and `NODES / i`. */
const nodePowers = Float64Array.from({ length: NODES + 1 }, (_, i) => (i / NODES) ** 2.4);
const nodeInverses = Float64Array.from({ length: NODES + 1 }, (_, i) => (i === 0 ? 0 : NODES / i));

/**
 * Does {@link linearize} to a row in place, within 1e-15 of it and many times faster: powers are the slowest
 * step of a large image, and the binomial series of `(1 + d) ** 2.4` around 2048 known ones needs none.
 */
export function linearizeRow(row: Float64Array): void {
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!;
    if (value > 0.04045) {
      const base = (value + 0.055) / 1.055;
      const node = Math.round(base * NODES);
      const d = base * nodeInverses[node]! - 1;
      const series = 1 + d * (2.4 + d * (1.68 + d * (0.224 + d * (-0.0336 + d * 0.010752))));
      row[i] = nodePowers[node]! * series;
    } else {
      row[i] = value / 12.92;
    }
  }
}

function labCurve(value: number): number {
  return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
}

/** Replaces linear RGB in 0..1, interleaved, by CIELAB (white point D65, 2 degrees). */
export function linearToLab(row: Float64Array): void {
  for (let i = 0; i + 2 < row.length; i += 3) {
    const red = row[i]!;
    const green = row[i + 1]!;
    const blue = row[i + 2]!;
    const x = labCurve((red * 0.412453 + green * 0.35758 + blue * 0.180423) / 0.95047);
    const y = labCurve(red * 0.212671 + green * 0.71516 + blue * 0.072169);
    const z = labCurve((red * 0.019334 + green * 0.119193 + blue * 0.950227) / 1.08883);
    row[i] = 116 * y - 16;
    row[i + 1] = 500 * (x - y);
    row[i + 2] = 200 * (y - z);
  }
}
