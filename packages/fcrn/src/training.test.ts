// That the networks can be trained: moving averages, gradients to every weight, a falling loss.
import {
  argMax,
  cast,
  dispose,
  equal,
  mean,
  type Scalar,
  type Tensor,
  type Tensor4D,
  tidy,
  train,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { discImages, SMALL_STAGES } from '../test/support.js';
import { buildFcrn, type FcrnOptions, pixelwiseCrossEntropy } from './index.js';

const SMALL: FcrnOptions = { stages: SMALL_STAGES, width: 1 / 16, activation: 'linear' };

function values(model: LayersModel, layer: string): Float32Array[] {
  return model
    .getLayer(layer)
    .getWeights()
    .map((weight) => weight.dataSync() as Float32Array);
}

describe('batch normalisation', () => {
  it('moves its averages in training and only there', () => {
    const model = buildFcrn({ ...SMALL, batchNormMomentum: 0.75, batchNormEpsilon: 0.25 });
    const { images } = discImages(2, 32);
    dispose(model.predict(images));
    expect(values(model, 'conv1_bn')[2]).toEqual(new Float32Array(4));

    const convolved = tidy(() =>
      (model.getLayer('conv1').apply(model.getLayer('conv1_padding').apply(images)) as Tensor).dataSync(),
    );
    dispose(model.apply(images, { training: true }) as Tensor);
    const [, , mean, variance] = values(model, 'conv1_bn') as [unknown, unknown, Float32Array, Float32Array];
    for (const channel of [0, 3]) {
      const column = Array.from(convolved).filter((_, index) => index % 4 === channel);
      const average = column.reduce((a, b) => a + b, 0) / column.length;
      const spread = column.reduce((a, b) => a + (b - average) ** 2, 0) / column.length;
      expect(mean[channel]).toBeCloseTo(0.25 * average, 5);
      expect(variance[channel]).toBeCloseTo(0.75 + 0.25 * spread, 4);
    }
    dispose(images);
    model.dispose();
  });
});

describe('gradients', () => {
  it.each([
    { name: 'FCRN-88 at width 1/16', options: { depth: 88, width: 1 / 16 } },
    { name: 'nested shortcuts', options: { stages: SMALL_STAGES, width: 1 / 16, innerShortcuts: 'both' } },
  ] as { name: string; options: FcrnOptions }[])('reach every trainable weight of $name', ({ options }) => {
    const model = buildFcrn({ ...options, activation: 'linear', seed: 1 });
    const { images, labels } = discImages(3, 64);
    const variables = model.trainableWeights.map((weight) => weight.read());
    const { value, grads } = variableGrads(
      () => pixelwiseCrossEntropy(labels, model.apply(images, { training: true }) as Tensor4D),
      variables as never,
    );
    const without = model.trainableWeights
      .filter((weight) => !grads[weight.name]!.dataSync().some((gradient) => gradient !== 0))
      .map((weight) => weight.originalName);
    expect(without).toEqual([]);
    expect(Object.values(grads).every((gradient) => gradient.dataSync().every(Number.isFinite))).toBe(true);
    dispose([images, labels, value]);
    dispose(grads);
    model.dispose();
  });

  it('leave deconvolutions alone that are not to learn', () => {
    const model = buildFcrn({ ...SMALL, trainableDeconvolutions: false });
    const names = model.trainableWeights.map((weight) => weight.originalName);
    expect(names.filter((name) => name.startsWith('deconvolution'))).toEqual([]);
    expect(model.getLayer('deconvolution3').weights[0]!.read()).toHaveProperty('trainable', false);
    expect(model.nonTrainableWeights.map((weight) => weight.originalName)).toContain('deconvolution3/kernel');
    model.dispose();
  });
});

it('learns', { timeout: 180_000 }, () => {
  const model = buildFcrn({ ...SMALL, seed: 2 });
  const { images, labels } = discImages(3, 32);
  const optimizer = train.momentum(0.02, 0.9);
  const loss = () => pixelwiseCrossEntropy(labels, model.apply(images, { training: true }) as Tensor4D);
  const losses: number[] = [];
  for (let step = 0; step < 60; step++) {
    const scalar = optimizer.minimize(loss as () => Scalar, true)!;
    losses.push(scalar.dataSync()[0]!);
    dispose(scalar);
  }
  expect(losses.at(-1)).toBeLessThan(0.4 * losses[0]!);

  // In inference too, by the moving averages: better than to call all of it background.
  const right = tidy(() => {
    const predicted = argMax(model.predict(images) as Tensor4D, -1);
    return mean(cast(equal(predicted, labels), 'float32')).dataSync()[0]!;
  });
  const background = tidy(() => mean(cast(equal(labels, 0), 'float32')).dataSync()[0]!);
  expect(right).toBeGreaterThan(background);
  optimizer.dispose();
  dispose([images, labels]);
  model.dispose();
});
