import { SeededRandom } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { computeOn, type Result, relativeError } from '../../test/support.js';
import { configureOnnxRuntime } from '../index.js';

interface Case {
  inputs: number;
  outputs: number;
  stride: number;
  shortcut: 'none' | 'identity' | 'projection';
  rectified: boolean;
  bias: boolean;
}

const normal = (random: SeededRandom, shape: number[], scale = 1): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * random.normal()),
    shape,
  );

/** A pointwise convolution, normalised by its batch, with what follows it in a residual block: result and gradients. */
function work({ inputs, outputs, stride, shortcut, rectified, bias }: Case): tf.Tensor[] {
  const random = new SeededRandom(7);
  const [height, width] = [9, 8];
  const x = normal(random, [3, height, width, inputs]) as tf.Tensor4D;
  const filter = normal(random, [1, 1, inputs, outputs], 0.3) as tf.Tensor4D;
  const side = normal(random, [1, 1, inputs, outputs], 0.3) as tf.Tensor4D;
  const [scale, offset, sideScale, sideOffset, constant] = [1, 1, 1, 1, 5].map(
    (size) => normal(random, [outputs], size) as tf.Tensor1D,
  );
  const rows = Math.ceil(height / stride);
  const columns = Math.ceil(width / stride);
  const identity = normal(random, [3, rows, columns, outputs]);
  const weight = normal(random, [3, rows, columns, outputs]);
  const normalise = (z: tf.Tensor, gamma: tf.Tensor1D, beta: tf.Tensor1D): tf.Tensor => {
    const { mean, variance } = tf.moments(z, [0, 1, 2]);
    return tf.batchNorm(z, mean as tf.Tensor1D, variance as tf.Tensor1D, beta, gamma, 1e-3);
  };
  const loss = (...[a, w, v, g, b, sg, sb, id, c]: tf.Tensor[]): tf.Scalar => {
    let z: tf.Tensor = tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, stride, 'same');
    if (bias) z = tf.add(z, c!);
    let y = normalise(z, g as tf.Tensor1D, b as tf.Tensor1D);
    if (shortcut === 'identity') y = tf.add(y, id!);
    if (shortcut === 'projection') {
      const projected = tf.conv2d(a as tf.Tensor4D, v as tf.Tensor4D, stride, 'same');
      y = tf.add(y, normalise(projected, sg as tf.Tensor1D, sb as tf.Tensor1D));
    }
    return tf.sum(tf.mul(rectified ? tf.relu(y) : y, weight));
  };
  const operands = [x, filter, side, scale, offset, sideScale, sideOffset, identity, constant] as tf.Tensor[];
  const used = operands.filter((_, i) => {
    if ([2, 5, 6].includes(i)) return shortcut === 'projection';
    if (i === 7) return shortcut === 'identity';
    return i !== 8 || bias;
  });
  const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
    const all = operands.map((operand) => {
      const at = used.indexOf(operand);
      return at < 0 ? operand : given[at]!;
    });
    return loss(...all);
  })(used);
  return [value, ...grads];
}

const cases: Case[] = [];
for (const [inputs, outputs] of [
  [4, 16],
  [5, 7],
  [16, 64],
] as const) {
  for (const stride of [1, 2]) {
    for (const shortcut of ['none', 'identity', 'projection'] as const) {
      for (const rectified of [false, true]) {
        cases.push({ inputs, outputs, stride, shortcut, rectified, bias: stride === 1 && inputs === 5 });
      }
    }
  }
}

/**
 * Sums of some 200 products in float32, in another order; the variance comes from a covariance, whose rounding is
 * that of the largest products in it.
 */
const BOUND = 1e-4;
/** A bias before a normalisation has a gradient of 0: tfjs-cpu gives its rounding, of terms of about 100. */
const ZERO = 1e-3;

const errorOf = (actual: Result, expected: Result): number => {
  const largest = Math.max(...expected.values.map(Math.abs));
  if (largest < ZERO) return Math.max(...actual.values.map(Math.abs)) < ZERO ? 0 : 1;
  return relativeError(actual.values, expected.values);
};

describe('a normalisation folded into a pointwise convolution', () => {
  it.each(cases)(
    '$inputs to $outputs channels, stride $stride, shortcut $shortcut, rectified $rectified: as tfjs-cpu',
    async (example) => {
      const expected = await computeOn('cpu', () => work(example));
      for (const foldBatchNorm of ['always', 'never'] as const) {
        configureOnnxRuntime({ foldBatchNorm });
        const actual = await computeOn('onnxruntime', () => work(example));
        expect(actual).toHaveLength(expected.length);
        actual.forEach((result, i) => {
          expect(errorOf(result, expected[i]!), `${foldBatchNorm}, result ${i}`).toBeLessThan(BOUND);
        });
      }
    },
  );

  it('changes the graph, and only when it is asked for', async () => {
    const nodes = async (foldBatchNorm: 'always' | 'never' | 'auto') => {
      configureOnnxRuntime({ foldBatchNorm });
      await computeOn('onnxruntime', () => work(cases[0]!));
      return (tf.backend() as unknown as { statistics: { onnxNodes: number } }).statistics.onnxNodes;
    };
    const plain = await nodes('never');
    expect(await nodes('always')).not.toBe(plain);
    // So few pixels do not pay.
    expect(await nodes('auto')).toBe(plain);
  });
});
