// Kernels that no function of tfjs asks for any more, but other packages may.
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { relativeError, tensors } from './support.js';

const run = (name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap) =>
  tf.engine().runKernel(name, inputs, attributes) as tf.Tensor;

describe('kernels by name', () => {
  beforeEach(async () => {
    await tf.setBackend('onnxruntime');
  });

  it('LogSoftmax is the logarithm of Softmax', async () => {
    const [logits] = tensors(3, [4, 5]);
    const direct = run('LogSoftmax', { logits: logits! }, { axis: -1 });
    const composed = tf.log(tf.softmax(logits!));
    expect(relativeError(Array.from(await direct.data()), Array.from(await composed.data()))).toBeLessThan(
      1e-6,
    );
  });

  it('BroadcastTo repeats what has one element, also where channels lie first', () => {
    const row = tf.tensor2d([[1, 2]]);
    expect(run('BroadcastTo', { x: row }, { shape: [2, 2, 2] }).arraySync()).toEqual([
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2],
        [1, 2],
      ],
    ]);
    const image = tf.conv2d(
      tf.ones([1, 2, 1, 1]) as tf.Tensor4D,
      tf.tensor4d([1, 2, 3], [1, 1, 1, 3]),
      1,
      'same',
    );
    expect(run('BroadcastTo', { x: image }, { shape: [1, 2, 2, 3] }).arraySync()).toEqual([
      [
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
      ],
    ]);
  });
});
