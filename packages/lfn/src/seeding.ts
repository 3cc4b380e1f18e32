/**
 * Initial weights from a seed. Each kernel has a random stream of its own, named after its layer, so
 * that neither the order of layers nor what was built before changes a value.
 */
import { heNormal, SeededRandom } from '@lesion/core';
import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

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
