// Training steps against torch with the same weights; skipped where Python has no torch.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { relativeError, uniform } from './support.js';

const PYTHONS = ['python3', '/usr/bin/python3'];
const python = PYTHONS.find((name) => spawnSync(name, ['-c', 'import torch']).status === 0);

const CLASSES = 3;
const STEPS = 10;
const RATE = 0.05;
const MOMENTUM = 0.9;
const EPSILON = 1e-3;

interface TorchResult {
  losses: number[];
  parameters: Record<string, number[]>;
}

describe.skipIf(python === undefined)('training equals that of torch', () => {
  it.each([
    { batch: 5, size: 8, inputs: 3, outputs: 6 },
    { batch: 16, size: 8, inputs: 16, outputs: 32 },
  ])('with $batch images and $inputs to $outputs channels', async ({ batch, size, inputs, outputs }) => {
    const random = new SeededRandom(3);
    const shapes: Record<string, number[]> = {
      filter: [3, 3, inputs, outputs],
      scale: [outputs],
      offset: [outputs],
      weights: [(size / 2) ** 2 * outputs, CLASSES],
      bias: [CLASSES],
    };
    const x = {
      shape: [batch, size, size, inputs],
      values: Array.from(uniform(random, batch * size * size * inputs)),
    };
    const labels = Array.from({ length: batch }, (_, i) => i % CLASSES);
    const parameters = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        // Small enough that ten steps do not run away.
        const values = Array.from(uniform(random, tf.util.sizeFromShape(shape)), (value) =>
          Math.fround(name === 'scale' ? 1 + value / 4 : value / 4),
        );
        return [name, { shape, values }];
      }),
    );
    const job = { x, labels, parameters, steps: STEPS, rate: RATE, momentum: MOMENTUM, epsilon: EPSILON };
    const script = fileURLToPath(new URL('torch/train.py', import.meta.url));
    const run = spawnSync(python!, [script], {
      input: JSON.stringify(job),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect(run.stderr).toBe('');
    const expected = JSON.parse(run.stdout) as TorchResult;

    await tf.setBackend('onnxruntime');
    const images = tf.tensor4d(x.values, [batch, size, size, inputs]);
    const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES);
    const variables = Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, values }]) => [
        name,
        tf.variable(tf.tensor(values, shape)),
      ]),
    ) as Record<string, tf.Variable>;
    const optimizer = tf.train.momentum(RATE, MOMENTUM);
    const losses: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const cost = optimizer.minimize(
        () => {
          const convolved = tf.conv2d(images, variables['filter'] as unknown as tf.Tensor4D, 1, 'same');
          const { mean, variance } = tf.moments(convolved, [0, 1, 2]);
          const normalized = tf.batchNorm(
            convolved,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            variables['offset'] as unknown as tf.Tensor1D,
            variables['scale'] as unknown as tf.Tensor1D,
            EPSILON,
          );
          const features = tf.reshape(tf.maxPool(tf.relu(normalized), 2, 2, 'valid'), [batch, -1]);
          const logits = tf.add(tf.matMul(features, variables['weights']!), variables['bias']!);
          return tf.losses.softmaxCrossEntropy(targets, logits) as tf.Scalar;
        },
        true,
        Object.values(variables),
      )!;
      losses.push((await cost.data())[0]!);
    }
    // Each step adds rounding of its own to the weights and the next step amplifies it.
    expect(relativeError(losses, expected.losses)).toBeLessThan(1e-4);
    for (const [name, variable] of Object.entries(variables)) {
      const values = Array.from(await variable.data());
      expect(relativeError(values, expected.parameters[name]!), name).toBeLessThan(5e-4);
    }
  });
});
