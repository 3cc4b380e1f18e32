// Gradients against finite differences of a reference that is written out in double precision.
import { SeededRandom } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { relativeError } from './support.js';

interface Network {
  batch: number;
  size: number;
  inputs: number;
  outputs: number;
  stride: number;
  pool: 'max' | 'average';
}

type Parameters = Record<'x' | 'filter' | 'scale' | 'offset' | 'weights' | 'bias', Float64Array>;

const CLASSES = 4;
const EPSILON = 1e-3;
/** Differences of doubles: 1e-16 / 1e-5 of the loss is rounding, 1e-10 times its third derivative the rest. */
const STEP = 1e-5;

/** Pixels before the image that padding to equal size adds. */
const padBefore = (size: number, window: number, stride: number, out: number) =>
  Math.floor(Math.max(0, (out - 1) * stride + window - size) / 2);

/** Sizes along the way: after the convolution and after the pooling. */
function sizes({ size, stride, pool }: Network) {
  const convolved = Math.ceil(size / stride);
  return { convolved, pooled: pool === 'max' ? Math.floor(convolved / 2) : Math.ceil(convolved / 2) };
}

/** 3x3 convolution to equal size. */
function convolve(x: Float64Array, filter: Float64Array, n: Network): Float64Array {
  const { convolved } = sizes(n);
  const before = padBefore(n.size, 3, n.stride, convolved);
  const result = new Float64Array(n.batch * convolved * convolved * n.outputs);
  let at = 0;
  for (let image = 0; image < n.batch; image++) {
    for (let row = 0; row < convolved; row++) {
      for (let column = 0; column < convolved; column++, at += n.outputs) {
        for (let tap = 0; tap < 9; tap++) {
          const y = row * n.stride - before + Math.floor(tap / 3);
          const z = column * n.stride - before + (tap % 3);
          if (y < 0 || y >= n.size || z < 0 || z >= n.size) continue;
          const pixel = ((image * n.size + y) * n.size + z) * n.inputs;
          for (let i = 0; i < n.inputs; i++) {
            const value = x[pixel + i]!;
            const weights = (tap * n.inputs + i) * n.outputs;
            for (let o = 0; o < n.outputs; o++) result[at + o]! += value * filter[weights + o]!;
          }
        }
      }
    }
  }
  return result;
}

/** Normalisation with the statistics of the batch, then what is negative becomes 0. */
function normalizeAndRectify(
  x: Float64Array,
  scale: Float64Array,
  offset: Float64Array,
  channels: number,
): Float64Array {
  const count = x.length / channels;
  const result = new Float64Array(x.length);
  for (let channel = 0; channel < channels; channel++) {
    let mean = 0;
    for (let i = channel; i < x.length; i += channels) mean += x[i]! / count;
    let variance = 0;
    for (let i = channel; i < x.length; i += channels) variance += (x[i]! - mean) ** 2 / count;
    const factor = scale[channel]! / Math.sqrt(variance + EPSILON);
    for (let i = channel; i < x.length; i += channels) {
      result[i] = Math.max(0, (x[i]! - mean) * factor + offset[channel]!);
    }
  }
  return result;
}

/** Maxima of 2x2 tiles, or means of 3x3 windows with stride 2 over the pixels inside the image. */
function pool(x: Float64Array, n: Network): Float64Array {
  const { convolved, pooled } = sizes(n);
  const window = n.pool === 'max' ? 2 : 3;
  const before = n.pool === 'max' ? 0 : padBefore(convolved, 3, 2, pooled);
  const result = new Float64Array(n.batch * pooled * pooled * n.outputs);
  let at = 0;
  for (let image = 0; image < n.batch; image++) {
    for (let row = 0; row < pooled; row++) {
      for (let column = 0; column < pooled; column++) {
        for (let channel = 0; channel < n.outputs; channel++, at++) {
          const values: number[] = [];
          for (let y = row * 2 - before; y < row * 2 - before + window; y++) {
            for (let z = column * 2 - before; z < column * 2 - before + window; z++) {
              if (y < 0 || y >= convolved || z < 0 || z >= convolved) continue;
              values.push(x[((image * convolved + y) * convolved + z) * n.outputs + channel]!);
            }
          }
          result[at] =
            n.pool === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b) / values.length;
        }
      }
    }
  }
  return result;
}

/** The mean cross entropy; image `i` belongs to class `i % CLASSES`. */
function crossEntropy(
  features: Float64Array,
  weights: Float64Array,
  bias: Float64Array,
  batch: number,
): number {
  const length = features.length / batch;
  let loss = 0;
  for (let image = 0; image < batch; image++) {
    const logits = Array.from(bias);
    for (let i = 0; i < length; i++) {
      const value = features[image * length + i]!;
      for (let k = 0; k < CLASSES; k++) logits[k]! += value * weights[i * CLASSES + k]!;
    }
    const largest = Math.max(...logits);
    const logSum = largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    loss += (logSum - logits[image % CLASSES]!) / batch;
  }
  return loss;
}

function referenceLoss(p: Parameters, n: Network): number {
  const rectified = normalizeAndRectify(convolve(p.x, p.filter, n), p.scale, p.offset, n.outputs);
  return crossEntropy(pool(rectified, n), p.weights, p.bias, n.batch);
}

function shapesOf(n: Network): Record<keyof Parameters, number[]> {
  const { pooled } = sizes(n);
  return {
    x: [n.batch, n.size, n.size, n.inputs],
    filter: [3, 3, n.inputs, n.outputs],
    scale: [n.outputs],
    offset: [n.outputs],
    weights: [pooled * pooled * n.outputs, CLASSES],
    bias: [CLASSES],
  };
}

/** The same network in tfjs. */
function loss(tensors: Record<keyof Parameters, tf.Tensor>, n: Network): tf.Scalar {
  const convolved = tf.conv2d(tensors.x as tf.Tensor4D, tensors.filter as tf.Tensor4D, n.stride, 'same');
  const { mean, variance } = tf.moments(convolved, [0, 1, 2]);
  const normalized = tf.batchNorm(
    convolved,
    mean as tf.Tensor1D,
    variance as tf.Tensor1D,
    tensors.offset as tf.Tensor1D,
    tensors.scale as tf.Tensor1D,
    EPSILON,
  );
  const rectified = tf.relu(normalized);
  const pooled =
    n.pool === 'max' ? tf.maxPool(rectified, 2, 2, 'valid') : tf.avgPool(rectified, 3, 2, 'same');
  const features = tf.reshape(pooled, [n.batch, -1]);
  const logits = tf.add(tf.matMul(features, tensors.weights as tf.Tensor2D), tensors.bias);
  const classes = tf.tensor1d(
    Array.from({ length: n.batch }, (_, i) => i % CLASSES),
    'int32',
  );
  return tf.losses.softmaxCrossEntropy(tf.oneHot(classes, CLASSES), logits) as tf.Scalar;
}

const NETWORKS: Record<string, Network> = {
  'a few channels, maximum pooling': { batch: 3, size: 6, inputs: 2, outputs: 3, stride: 1, pool: 'max' },
  'padded mean pooling': { batch: 4, size: 7, inputs: 3, outputs: 5, stride: 1, pool: 'average' },
  'a strided convolution': { batch: 5, size: 9, inputs: 4, outputs: 6, stride: 2, pool: 'average' },
  'whole blocks of channels and images': {
    batch: 16,
    size: 6,
    inputs: 16,
    outputs: 16,
    stride: 1,
    pool: 'max',
  },
  'a strided convolution in blocks': {
    batch: 16,
    size: 7,
    inputs: 16,
    outputs: 32,
    stride: 2,
    pool: 'average',
  },
};

describe('gradients agree with finite differences', () => {
  beforeEach(async () => {
    await tf.setBackend('onnxruntime');
  });

  it.each(Object.entries(NETWORKS))('%s', async (_name, n) => {
    const random = new SeededRandom(5);
    const shapes = shapesOf(n);
    const names = Object.keys(shapes) as (keyof Parameters)[];
    const parameters = Object.fromEntries(
      names.map((name) => [
        name,
        // Numbers that float32 can hold, so that both compute with the same.
        Float64Array.from({ length: tf.util.sizeFromShape(shapes[name]) }, () =>
          Math.fround(name === 'scale' ? random.uniform(0.5, 1.5) : random.uniform(-1, 1)),
        ),
      ]),
    ) as Parameters;

    const gradient = tf.valueAndGrads((...tensors: tf.Tensor[]) =>
      loss(
        Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Record<keyof Parameters, tf.Tensor>,
        n,
      ),
    );
    const { value, grads } = gradient(
      names.map((name) => tf.tensor(Float32Array.from(parameters[name]), shapes[name])),
    );
    expect((await value.data())[0]).toBeCloseTo(referenceLoss(parameters, n), 5);

    for (const [i, name] of names.entries()) {
      const computed = await grads[i]!.data();
      const elements = parameters[name];
      const count = Math.min(elements.length, 24);
      const chosen = Array.from({ length: count }, () => random.integer(elements.length));
      const differences = chosen.map((at) => {
        const before = elements[at]!;
        elements[at] = before + STEP;
        const above = referenceLoss(parameters, n);
        elements[at] = before - STEP;
        const below = referenceLoss(parameters, n);
        elements[at] = before;
        return (above - below) / (2 * STEP);
      });
      const error = relativeError(
        chosen.map((at) => computed[at]!),
        differences,
      );
      expect(error, name).toBeLessThan(1e-4);
    }
  });
});
