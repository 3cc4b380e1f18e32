// The project's own networks take three training steps here as they do on tfjs-cpu.
import '@tensorflow/tfjs-backend-cpu';
import '../src/index.js';
import { SeededRandom } from '@lesion/core';
import { buildFcrn, pixelwiseCrossEntropy } from '@lesion/fcrn';
import { buildLfn, weightedSoftmaxLoss } from '@lesion/lfn';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { compileStep, configureOnnxRuntime } from '../src/index.js';
import { relativeError } from './support.js';

interface Run {
  losses: number[];
  /** How far each weight has moved. */
  moves: number[][];
}

interface Problem {
  build(): LayersModel;
  inputs: [number, number, number, number];
  labels: number[];
  classes: number;
  loss(labels: tf.Tensor, output: tf.Tensor): tf.Scalar;
}

const STEPS = 3;

const read = async (model: LayersModel): Promise<number[][]> =>
  Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));

async function train(backend: string, { build, inputs, labels, classes, loss }: Problem): Promise<Run> {
  await tf.setBackend(backend);
  const model = build();
  // Branches that are added to a shortcut begin small, see the bound below.
  for (const layer of model.layers.filter(({ name }) => name.endsWith('_expand_bn'))) {
    const [gamma, ...rest] = layer.getWeights();
    layer.setWeights([tf.mul(gamma!, 0.1), ...rest]);
  }
  const before = await read(model);
  const optimizer = tf.train.momentum(0.01, 0.9);
  const step = compileStep(
    (x: tf.Tensor, y: tf.Tensor) =>
      optimizer.minimize(() => loss(y, model.apply(x, { training: true }) as tf.Tensor), true)!,
  );
  const random = new SeededRandom(11);
  const size = (shape: number[]): number => shape.reduce((a, b) => a * b, 1);
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const x = tf.tensor4d(
      Float32Array.from({ length: size(inputs) }, () => random.normal()),
      inputs,
    );
    const y = tf.tensor(
      Int32Array.from({ length: size(labels) }, () => random.integer(classes)),
      labels,
      'int32',
    );
    const value = step(x, y);
    losses.push((await value.data())[0]!);
    tf.dispose([x, y, value]);
  }
  const after = await read(model);
  model.dispose();
  return { losses, moves: after.map((weight, i) => weight.map((value, j) => value - before[i]![j]!)) };
}

const PROBLEMS: Record<string, Problem> = {
  LFN: {
    build: () => buildLfn({ variant: 'narrow', seed: 5, activation: 'linear' }),
    inputs: [2, 56, 56, 3],
    labels: [2],
    classes: 5,
    loss: (labels, output) => weightedSoftmaxLoss(labels as tf.Tensor1D, output as tf.Tensor2D),
  },
  'FCRN-88': {
    build: () => buildFcrn({ depth: 88, width: 1 / 16, seed: 5, activation: 'linear' }),
    inputs: [2, 64, 64, 3],
    labels: [2, 64, 64],
    classes: 4,
    loss: (labels, output) => pixelwiseCrossEntropy(labels as tf.Tensor3D, output as tf.Tensor4D),
  },
};

/**
 * One step is equal to rounding, 1e-6. Where a value is within rounding of 0, though, a ReLU passes a gradient on
 * one backend and none on the other, and batch statistics over 8 values (2x2 pixels of 2 images, in the last
 * stage) carry that on to whole channels: even in float64 a change of 1e-7 in the input then shows in the
 * gradients of a network of 88 layers that begins at random, which is why its branches begin small here.
 */
const LOSS_BOUND = 1e-4;
const MOVE_BOUND = 0.02;
const FOLDED_LOSS_BOUND = 0.01;

describe.each(Object.entries(PROBLEMS))('%s', (_name, problem) => {
  it('takes three training steps as on tfjs-cpu', async () => {
    const expected = await train('cpu', problem);
    configureOnnxRuntime({});
    const actual = await train('onnxruntime', problem);
    expect(relativeError([actual.losses[0]!], [expected.losses[0]!])).toBeLessThan(1e-5);
    expect(relativeError(actual.losses, expected.losses)).toBeLessThan(LOSS_BOUND);
    // All weights together: the gradients of a bias before a normalisation are nothing but rounding.
    expect(relativeError(actual.moves.flat(), expected.moves.flat())).toBeLessThan(MOVE_BOUND);

    // Folded everywhere, which no network of this size is by itself, variances keep a digit less.
    configureOnnxRuntime({ foldBatchNorm: 'always' });
    const folded = await train('onnxruntime', problem);
    expect(relativeError([folded.losses[0]!], [expected.losses[0]!])).toBeLessThan(1e-5);
    expect(relativeError(folded.losses, expected.losses)).toBeLessThan(FOLDED_LOSS_BOUND);
  }, 240_000);
});
