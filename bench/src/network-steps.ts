/** A network at work: one training step or one prediction at a time, on the active tfjs backend. */
import { SeededRandom } from '@lesion/core';
import { buildFcrn, pixelwiseCrossEntropy } from '@lesion/fcrn';
import { buildLfn, weightedSoftmaxLoss } from '@lesion/lfn';
import { compileStep } from '@lesion/tfjs-backend-onnxruntime';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NetworkWork, OurWork } from './work.js';

/** A batch in plain arrays: inputs `[batch, size, size, 3]` from -1 to 1, and a class for each patch or pixel. */
export interface Batch {
  inputs: Float32Array;
  labels: Int32Array;
}

/** Batches that take turns, so that no step sees the data of the one before. */
const BATCHES = 4;

export function inputShape({ batch, size }: NetworkWork): [number, number, number, number] {
  return [batch, size, size, 3];
}

export function labelShape({ network, batch, size }: NetworkWork): number[] {
  return network === 'lfn' ? [batch] : [batch, size, size];
}

/**
 * Waves of random length and direction, a few in each channel. White noise would not do: averaged over a deep
 * layer's field of view it is the same everywhere, and batch normalisation then amplifies rounding.
 */
function fillWithWaves(image: Float32Array, size: number, random: SeededRandom): void {
  const waves = Array.from({ length: 9 }, () => ({
    alongX: random.uniform(-8, 8),
    alongY: random.uniform(-8, 8),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  for (let i = 0; i < image.length; i++) {
    const channel = i % 3;
    const x = (Math.floor(i / 3) % size) / size;
    const y = Math.floor(i / (3 * size)) / size;
    for (let k = channel; k < waves.length; k += 3) {
      const { alongX, alongY, phase } = waves[k]!;
      image[i]! += Math.sin(alongX * x + alongY * y + phase) / 3;
    }
  }
}

export function makeBatches(work: NetworkWork): Batch[] {
  const { network, batch, size } = work;
  const random = new SeededRandom(1);
  const classes = network === 'lfn' ? 5 : 4;
  const labels = batch * (network === 'lfn' ? 1 : size * size);
  const values = size * size * 3;
  return Array.from({ length: BATCHES }, () => {
    const inputs = new Float32Array(batch * values);
    for (let i = 0; i < batch; i++) {
      fillWithWaves(inputs.subarray(i * values, (i + 1) * values), size, random);
    }
    return { inputs, labels: Int32Array.from({ length: labels }, () => random.integer(classes)) };
  });
}

/** The network of the work, with logits for training and probabilities for prediction, as each is used. */
export function buildNetwork({ network, task, variant, size, width }: NetworkWork): LayersModel {
  const activation = task === 'train' ? 'linear' : 'softmax';
  return network === 'lfn'
    ? buildLfn({ variant, size, activation })
    : buildFcrn({ depth: 88, width, activation });
}

export function countTrainableWeights(model: LayersModel): number {
  return model.trainableWeights.reduce(
    (total, { shape }) => total + shape.reduce<number>((product, extent) => product * (extent ?? 1), 1),
    0,
  );
}

function lossOf({ network }: NetworkWork, labels: tf.Tensor, output: tf.Tensor): tf.Scalar {
  return network === 'lfn'
    ? weightedSoftmaxLoss(labels as tf.Tensor1D, output as tf.Tensor2D)
    : pixelwiseCrossEntropy(labels as tf.Tensor3D, output as tf.Tensor4D);
}

/** Takes training steps on a model. */
export class Trainer {
  readonly #model: LayersModel;
  readonly #work: OurWork;
  readonly #optimizer: tf.MomentumOptimizer;
  readonly #variables: tf.Variable[];
  readonly #compiled: (inputs: tf.Tensor, labels: tf.Tensor) => tf.Tensor;

  constructor(model: LayersModel, work: OurWork) {
    this.#model = model;
    this.#work = work;
    this.#optimizer = tf.train.momentum(work.learningRate, work.momentum);
    this.#variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    this.#compiled = compileStep((inputs: tf.Tensor, labels: tf.Tensor) => {
      const { value, grads } = tf.variableGrads(() => this.#forward(inputs, labels), this.#variables);
      this.#optimizer.applyGradients(this.#variables.map(({ name }) => ({ name, tensor: grads[name]! })));
      return value;
    });
  }

  /** Forward, backward, update. @returns the loss, which is read as training does to report it */
  async step(batch: Batch): Promise<number> {
    const inputs = tf.tensor4d(batch.inputs, inputShape(this.#work));
    const labels = tf.tensor(batch.labels, labelShape(this.#work), 'int32');
    const loss =
      this.#work.step === 'minimize'
        ? await this.#minimize(() => this.#forward(inputs, labels))
        : await this.#asTheLoopDoes(inputs, labels);
    tf.dispose([inputs, labels]);
    return loss;
  }

  #forward(inputs: tf.Tensor, labels: tf.Tensor): tf.Scalar {
    return tf.tidy(() =>
      lossOf(this.#work, labels, this.#model.apply(inputs, { training: true }) as tf.Tensor),
    );
  }

  async #minimize(forward: () => tf.Scalar): Promise<number> {
    const value = this.#optimizer.minimize(forward, true, this.#variables)!;
    const loss = (await value.data())[0]!;
    value.dispose();
    return loss;
  }

  /** As `@lesion/train`'s loop does: gradients and update traced once, the loss read. */
  async #asTheLoopDoes(inputs: tf.Tensor, labels: tf.Tensor): Promise<number> {
    const value = this.#compiled(inputs, labels);
    const loss = (await value.data())[0]!;
    value.dispose();
    return loss;
  }
}
