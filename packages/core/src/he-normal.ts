/** Initial weights of the networks, drawn the same way by all packages; leans on the random numbers alone. */
import type { SeededRandom } from './random.js';

/**
 * A kernel drawn from a normal distribution of variance 2 / fan-in
 * (He et al. 2015, https://doi.org/10.1109/ICCV.2015.123, eq. 10).
 *
 * @param shape The kernel's; the last axis is the output's, the others make up the fan-in.
 * @returns Its values in row-major order.
 * @example
 * ```ts
 * const kernel = heNormal([3, 3, 16, 32], new SeededRandom(7).fork('conv1/kernel'));
 * ```
 */
export function heNormal(shape: readonly number[], random: SeededRandom): Float32Array {
  const fanIn = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
  const deviation = Math.sqrt(2 / fanIn);
  const values = new Float32Array(fanIn * shape.at(-1)!);
  for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
  return values;
}
