/** A network that predicts, whatever computes it, and the one that runs anywhere: layers on an engine of tfjs. */
import { invalidArgument } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * What computes a network's predictions: `exported`, an ONNX graph exported from its layers, or `tfjs`, the layers
 * themselves. Both give the same numbers but for rounding.
 */
export type NetworkForm = 'exported' | 'tfjs';

/** A network's answer, row by row. */
export interface NetworkOutput {
  data: Float32Array;
  shape: readonly number[];
}

/** A network that is ready to predict. `dispose()` it when it is no longer needed. */
export interface PredictionNetwork {
  readonly form: NetworkForm;
  /**
   * What the network says of some images or patches of one size.
   *
   * @param pixels normalised pixels, row by row
   * @param shape `[count, height, width, 3]`
   */
  predict(pixels: Float32Array, shape: [number, number, number, number]): Promise<NetworkOutput>;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * Makes a network that predicts from one that `build` builds on the active engine of tfjs, and sees to it that the
 * model is disposed of, at once or with the network.
 */
export type ToNetwork = (build: () => LayersModel) => PredictionNetwork | Promise<PredictionNetwork>;

/** That a network that was disposed of predicts no more. */
export function disposedOf(name: string): Error {
  return invalidArgument({ what: 'the network was disposed of', where: name, mend: 'Load it again.' });
}

/** A tfjs-layers model on the engine that is active; the model is disposed of with the network. */
export function tfjsNetwork(model: LayersModel): PredictionNetwork {
  let isDisposed = false;
  return {
    form: 'tfjs',
    async predict(pixels, shape) {
      if (isDisposed) throw disposedOf(model.name);
      const output = tf.tidy(() => model.predict(tf.tensor4d(pixels, shape)) as tf.Tensor);
      try {
        const data = await output.data<'float32'>();
        return { data, shape: output.shape };
      } finally {
        output.dispose();
      }
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      model.dispose();
    },
  };
}
