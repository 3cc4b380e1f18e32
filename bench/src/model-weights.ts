/** The weights of a layers model under the names that `python/networks.py` knows. */
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedValues } from './array-file.js';

/** A weight of a layers model, `layer/kernel`. */
export async function readWeights(model: LayersModel): Promise<(NamedValues & { values: Float32Array })[]> {
  const all: (NamedValues & { values: Float32Array })[] = [];
  for (const layer of model.layers) {
    for (const weight of layer.weights) {
      const variable = weight.read() as tf.Tensor;
      all.push({
        name: `${layer.name}/${weight.originalName.split('/').pop()}`,
        shape: variable.shape,
        values: await variable.data<'float32'>(),
      });
    }
  }
  return all;
}
