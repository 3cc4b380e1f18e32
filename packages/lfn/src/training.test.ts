// That the network can be trained: moving averages, gradients to every weight, a falling loss.
import {
  argMax,
  dispose,
  type Scalar,
  type Tensor,
  type Tensor2D,
  tidy,
  train,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { stripedPatches } from '../test/support.js';
import { buildLfn, weightedSoftmaxLoss } from './index.js';

function largestGradients(batchNorm: boolean): Map<string, number> {
  const model = buildLfn({ variant: 'narrow', batchNorm, activation: 'linear', size: 8, seed: 1 });
  const { patches, labels } = stripedPatches(5, 8);
  const { value, grads } = variableGrads(
    () => weightedSoftmaxLoss(labels, model.apply(patches, { training: true }) as Tensor2D),
    model.trainableWeights.map((weight) => weight.read()) as never,
  );
  const largest = new Map(
    model.trainableWeights.map((weight) => [
      weight.originalName,
      Array.from(grads[weight.name]!.dataSync()).reduce((a, b) => Math.max(a, Math.abs(b)), 0),
    ]),
  );
  dispose([patches, labels, value]);
  dispose(grads);
  model.dispose();
  return largest;
}

describe('gradients', () => {
  it('reach every weight without batch normalisation', () => {
    expect([...largestGradients(false)].filter(([, gradient]) => !(gradient > 1e-6))).toEqual([]);
  });

  it('reach every weight but the biases that batch normalisation takes out again', () => {
    for (const [name, gradient] of largestGradients(true)) {
      if (/^conv.*\/bias$/.test(name)) expect(gradient, name).toBeLessThan(1e-4);
      else expect(gradient, name).toBeGreaterThan(1e-4);
    }
  });
});

it('moves the averages of batch normalisation in training and only there', () => {
  const model = buildLfn({ variant: 'narrow', size: 8, batchNormMomentum: 0.5 });
  const { patches, labels } = stripedPatches(4, 8);
  const movingMean = () => model.getLayer('conv1_1_bn').getWeights()[2]!.dataSync() as Float32Array;
  dispose(model.predict(patches));
  expect(movingMean()).toEqual(new Float32Array(16));
  dispose(model.apply(patches, { training: true }) as Tensor);
  const once = movingMean();
  expect(once.every((value) => value !== 0)).toBe(true);
  dispose(model.apply(patches, { training: true }) as Tensor);
  expect(movingMean()).toBeAllClose(
    Array.from(once, (value) => 1.5 * value),
    1e-6,
  );
  dispose([patches, labels]);
  model.dispose();
});

it('learns', { timeout: 180_000 }, () => {
  const model = buildLfn({
    variant: 'narrow',
    activation: 'linear',
    size: 8,
    seed: 2,
    batchNormMomentum: 0.5,
  });
  const { patches, labels } = stripedPatches(5, 8);
  const optimizer = train.momentum(0.01, 0.9);
  const loss = () => weightedSoftmaxLoss(labels, model.apply(patches, { training: true }) as Tensor2D);
  const values: number[] = [];
  for (let step = 0; step < 45; step++) {
    const scalar = optimizer.minimize(loss as () => Scalar, true)!;
    values.push(scalar.dataSync()[0]!);
    dispose(scalar);
  }
  expect(values.at(-1)).toBeLessThan(0.2 * values[0]!);
  // In inference too, by the moving averages.
  const predicted = tidy(() => argMax(model.predict(patches) as Tensor2D, -1).dataSync());
  expect(predicted).toEqual(labels.dataSync());
  optimizer.dispose();
  dispose([patches, labels]);
  model.dispose();
});
