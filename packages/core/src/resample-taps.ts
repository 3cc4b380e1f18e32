/** The weights of the resampler along one axis. Leans on nothing. */

/** Along one axis: output pixel `i` is the sum of `weights[i * width + k] * input[first[i] + k]`, `k < count[i]`. */
export interface Taps {
  first: Int32Array;
  count: Int32Array;
  weights: Float64Array;
  width: number;
}

/**
 * How many weights are kept: those of the sizes that images of a folder have, or the boxes of superpixels. 2 MiB, and with
 * what is derived from them 8 MiB at most.
 */
const KEPT_WEIGHTS = 2 ** 18;
const kept = new Map<string, Taps>();
let keptWeights = 0;

/** {@link triangleTaps}, kept for the next calls; the oldest make room. To be read only. */
export function keptTaps(input: number, output: number): Taps {
  const key = `${input} ${output}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const taps = triangleTaps(input, output);
  if (taps.weights.length > KEPT_WEIGHTS) return taps;
  keptWeights += taps.weights.length;
  for (const [oldest, { weights }] of kept) {
    if (keptWeights <= KEPT_WEIGHTS) break;
    kept.delete(oldest);
    keptWeights -= weights.length;
  }
  kept.set(key, taps);
  return taps;
}

/** A function of weights that are kept, and of the pixels that they weigh, which remembers its results as long. */
export function derivedFromTaps<T>(make: (taps: Taps, input: number) => T): (taps: Taps, input: number) => T {
  const results = new WeakMap<Taps, { result: T }>();
  return (taps, input) => {
    let known = results.get(taps);
    if (known === undefined) {
      known = { result: make(taps, input) };
      results.set(taps, known);
    }
    return known.result;
  };
}

/** A triangle of half-width `max(1, input / output)` about each output pixel's centre, scaled to sum 1. */
export function triangleTaps(input: number, output: number): Taps {
  const scale = input / output;
  const support = Math.max(scale, 1);
  const width = 2 * Math.ceil(support) + 1;
  const first = new Int32Array(output);
  const count = new Int32Array(output);
  const weights = new Float64Array(output * width);
  for (let i = 0; i < output; i++) {
    const centre = (i + 0.5) * scale;
    let from = Math.max(0, Math.floor(centre - support + 0.5));
    let to = Math.min(input, Math.floor(centre + support + 0.5));
    const weightAt = (pixel: number): number => 1 - Math.abs(pixel + 0.5 - centre) / support;
    // A pixel of weight 0 must not be read at all: 0 * NaN is NaN.
    while (from < to - 1 && weightAt(from) <= 0) from++;
    while (to > from + 1 && weightAt(to - 1) <= 0) to--;
    let sum = 0;
    for (let pixel = from; pixel < to; pixel++) sum += weightAt(pixel);
    for (let pixel = from; pixel < to; pixel++) weights[i * width + pixel - from] = weightAt(pixel) / sum;
    first[i] = from;
    count[i] = to - from;
  }
  return { first, count, weights, width };
}
