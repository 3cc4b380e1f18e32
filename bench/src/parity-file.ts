/** Weights, input and output of a network in one file that the peer reads. */
import { SeededRandom } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type NamedValues, writeArrays } from './array-file.js';
import { readWeights } from './model-weights.js';
import { type Batch, inputShape, labelShape } from './network-steps.js';
import type { NetworkWork } from './work.js';

/**
 * Moves every weight away from 0 and 1, so that one which is in the wrong place shows, and makes the residual
 * branches small beside their shortcuts: gradients grow through 88 layers of random weights until the rounding of
 * float32 decides how the second step ends, on any engine.
 */
function disturbWeights(model: LayersModel): void {
  const random = new SeededRandom(2);
  for (const layer of model.layers) {
    for (const weight of layer.weights) {
      const variable = weight.read() as tf.Variable;
      const isVariance = /moving_variance$/.test(weight.originalName);
      const endsBranch = layer.name.endsWith('_expand_bn') && /gamma$/.test(weight.originalName);
      const noise = Float32Array.from({ length: variable.size }, () =>
        isVariance ? random.uniform(0, 0.5) : random.uniform(-0.05, 0.05),
      );
      tf.tidy(() => {
        const disturbed = tf.add(variable, tf.tensor(noise, variable.shape));
        variable.assign(endsBranch ? tf.mul(disturbed, 0.1) : disturbed);
      });
    }
  }
}

/** Gives the model weights that say something, and writes them with a batch and what the model makes of it. */
export async function writeParityFile(
  path: string,
  model: LayersModel,
  work: NetworkWork,
  batch: Batch,
): Promise<void> {
  disturbWeights(model);
  const output = tf.tidy(
    () => model.apply(tf.tensor4d(batch.inputs, inputShape(work)), { training: false }) as tf.Tensor,
  );
  const entries: NamedValues[] = [
    ...(await readWeights(model)),
    { name: 'inputs', shape: inputShape(work), values: batch.inputs },
    { name: 'labels', shape: labelShape(work), values: Float32Array.from(batch.labels) },
    { name: 'output', shape: output.shape, values: await output.data<'float32'>() },
  ];
  output.dispose();
  await writeArrays(path, entries);
}
