/**
 * A Gaussian blur that runs down the image with only the rows under the kernel in memory. Edges are
 * mirrored with the edge pixel repeated. Leans on nothing.
 */

/** Weights at distance 0 to `floor(4 sigma + 0.5)`, which sum to 1 when all but the first count twice. */
export function gaussianWeights(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const weights = new Float64Array(radius + 1);
  const factor = -0.5 / (sigma * sigma);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += Math.exp(factor * i * i);
  for (let i = 0; i <= radius; i++) weights[i] = Math.exp(factor * i * i) / sum;
  return weights;
}

/** Where an index outside `0 .. length - 1` falls when the row is mirrored at both ends, again and again. */
export function mirrored(index: number, length: number): number {
  const period = 2 * length;
  const at = ((index % period) + period) % period;
  return at < length ? at : period - 1 - at;
}

/**
 * Returns a function that gives blurred rows. It must be asked for rows 0, 1, 2, ... in turn.
 *
 * @param readRow Writes the unblurred row `y`, `[width * 3]`; called once for each row.
 */
export function rowBlur(
  readRow: (y: number, out: Float64Array) => void,
  size: { height: number; width: number },
  sigma: number,
): (y: number, out: Float64Array) => void {
  const { height, width } = size;
  const weights = gaussianWeights(sigma);
  const radius = weights.length - 1;
  const stride = width * 3;
  const kept = Math.min(height, 2 * radius + 1);
  const ring = Array.from({ length: kept }, () => new Float64Array(stride));
  const padded = new Float64Array(stride + 6 * radius);
  const columns = padded.subarray(3 * radius, 3 * radius + stride);
  let read = 0;
  return (y, out) => {
    for (const last = Math.min(height - 1, y + radius); read <= last; read++)
      readRow(read, ring[read % kept]!);
    const centre = ring[y % kept]!;
    const centreWeight = weights[0]!;
    for (let i = 0; i < stride; i++) columns[i] = centre[i]! * centreWeight;
    // The outermost pair first: the order of additions decides the last bit.
    for (let j = radius; j >= 1; j--) {
      const above = ring[mirrored(y - j, height) % kept]!;
      const below = ring[mirrored(y + j, height) % kept]!;
      const weight = weights[j]!;
      for (let i = 0; i < stride; i++) columns[i]! += (above[i]! + below[i]!) * weight;
    }
    for (let j = 1; j <= radius; j++) {
      const left = 3 * mirrored(-j, width);
      const right = 3 * mirrored(width - 1 + j, width);
      for (let channel = 0; channel < 3; channel++) {
        padded[3 * (radius - j) + channel] = columns[left + channel]!;
        padded[3 * (radius + width - 1 + j) + channel] = columns[right + channel]!;
      }
    }
    for (let i = 0, at = 3 * radius; i < stride; i += 3, at += 3) {
      let red = padded[at]! * centreWeight;
      let green = padded[at + 1]! * centreWeight;
      let blue = padded[at + 2]! * centreWeight;
      for (
        let j = radius, left = at - 3 * radius, right = at + 3 * radius;
        j >= 1;
        j--, left += 3, right -= 3
      ) {
        const weight = weights[j]!;
        red += (padded[left]! + padded[right]!) * weight;
        green += (padded[left + 1]! + padded[right + 1]!) * weight;
        blue += (padded[left + 2]! + padded[right + 2]!) * weight;
      }
      out[i] = red;
      out[i + 1] = green;
      out[i + 2] = blue;
    }
  };
}
