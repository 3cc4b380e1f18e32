/** A layers model predicting on the active tfjs backend. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Batch, inputShape } from './network-steps.js';
import type { NetworkWork } from './work.js';

export class TfjsPredictor {
  readonly #model: LayersModel;
  readonly #work: NetworkWork;

  constructor(model: LayersModel, work: NetworkWork) {
    this.#model = model;
    this.#work = work;
  }

  /** @returns the first output */
  async step({ inputs }: Batch): Promise<number> {
    const output = tf.tidy(
      () => this.#model.predict(tf.tensor4d(inputs, inputShape(this.#work))) as tf.Tensor,
    );
    const values = await output.data<'float32'>();
    output.dispose();
    return values[0]!;
  }
}
