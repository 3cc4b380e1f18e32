/**
 * Initial weights from a seed. Each kernel has a random stream of its own, named after its layer, so
 * that neither the order of layers nor what was built before changes a value.
 */
import { SeededRandom } from '@lesion/core';
import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * A kernel drawn from a normal distribution of variance 2 / fan-in
 * (He et al. 2015, https://doi.org/10.1109/ICCV.2015.123, eq. 10); the last axis is the output's.
 */
export function heNormal(shape: readonly number[], random: SeededRandom): Float32Array {
  const fanIn = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
  const deviation = Math.sqrt(2 / fanIn);
  const values = new Float32Array(fanIn * shape.at(-1)!);
  for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
  return values;
}

/** Writes the initial kernels of a freshly built network; all else is 0 or 1 from its building. */
export function seedWeights(model: LayersModel, seed: number): void {
  const random = new SeededRandom(seed);
  for (const layer of model.layers) {
    if (!['Conv2D', 'Dense'].includes(layer.getClassName())) continue;
    const [kernel, ...others] = layer.getWeights();
    const values = heNormal(kernel!.shape, random.fork(`${layer.name}/kernel`));
    const seeded = tensor(values, kernel!.shape);
    layer.setWeights([seeded, ...others]);
    dispose(seeded);
  }
}
