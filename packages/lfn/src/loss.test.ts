// The loss and its gradient against a reference in float64 and finite differences of that reference.
import { SeededRandom } from '@lesion/core';
import {
  dispose,
  grad,
  losses,
  memory,
  oneHot,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../test/support.js';
import { LFN_CLASS_WEIGHTS, type WeightedSoftmaxLossOptions, weightedSoftmaxLoss } from './index.js';

const CLASSES = 5;

function reference(labels: number[], logits: number[], options: WeightedSoftmaxLossOptions = {}): number {
  const { weights = LFN_CLASS_WEIGHTS, normalization = 'samples' } = options;
  let total = 0;
  let sumOfWeights = 0;
  labels.forEach((label, sample) => {
    const row = logits.slice(sample * CLASSES, (sample + 1) * CLASSES);
    const largest = Math.max(...row);
    const logSum = largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    total += weights[label]! * (logSum - row[label]!);
    sumOfWeights += weights[label]!;
  });
  return total / (normalization === 'weights' ? sumOfWeights : labels.length);
}

function loss(labels: number[], logits: number[], options?: WeightedSoftmaxLossOptions): number {
  return tidy(
    () =>
      weightedSoftmaxLoss(
        tensor1d(labels, 'int32'),
        tensor2d(logits, [labels.length, CLASSES]),
        options,
      ).dataSync()[0]!,
  );
}

function example(): { labels: number[]; logits: number[] } {
  const random = new SeededRandom(8);
  const labels = [0, 1, 2, 3, 4, 4, 2];
  return { labels, logits: Array.from({ length: labels.length * CLASSES }, () => 3 * random.normal()) };
}

it('counts each class with the paper’s weight', () => {
  // Equal logits: every sample's cross-entropy is log 5.
  const zeros = new Array<number>(CLASSES).fill(0);
  const perClass = [0, 1, 2, 3, 4].map((label) => loss([label], zeros));
  expect(perClass).toBeAllClose(
    [1, 1, 5, 3, 8].map((weight) => weight * Math.log(5)),
    1e-5,
  );
});

describe.each([
  {},
  { normalization: 'weights' },
  { weights: [1, 1, 1, 1, 1] },
  { weights: [0, 2, 0.5, 1, 0], normalization: 'weights' },
] as WeightedSoftmaxLossOptions[])('with %j', (options) => {
  it('equals the reference, from numbers and from one-hot labels', () => {
    const { labels, logits } = example();
    const expected = reference(labels, logits, options);
    expect(loss(labels, logits, options)).toBeCloseTo(expected, 4);
    const fromOneHot = tidy(
      () =>
        weightedSoftmaxLoss(
          oneHot(tensor1d(labels, 'int32'), CLASSES) as Tensor2D,
          tensor2d(logits, [labels.length, CLASSES]),
          options,
        ).dataSync()[0]!,
    );
    expect(fromOneHot).toBeCloseTo(expected, 4);
  });

  it('has the gradient that finite differences give', () => {
    const { labels, logits } = example();
    const step = 1e-5;
    const expected = logits.map((value, index) => {
      const at = (moved: number) => reference(labels, logits.with(index, moved), options);
      return (at(value + step) - at(value - step)) / (2 * step);
    });
    const gradient = tidy(() =>
      grad((x: Tensor) => weightedSoftmaxLoss(tensor1d(labels, 'int32'), x as Tensor2D, options) as Tensor)(
        tensor2d(logits, [labels.length, CLASSES]),
      ).dataSync(),
    );
    expect(gradient).toBeAllClose(expected, 2e-6);
  });
});

it('is the plain softmax cross-entropy with weights of 1', () => {
  const { labels, logits } = example();
  const plain = tidy(
    () =>
      losses
        .softmaxCrossEntropy(
          oneHot(tensor1d(labels, 'int32'), CLASSES),
          tensor2d(logits, [labels.length, CLASSES]),
        )
        .dataSync()[0]!,
  );
  for (const normalization of ['samples', 'weights'] as const) {
    expect(loss(labels, logits, { weights: [1, 1, 1, 1, 1], normalization })).toBeCloseTo(plain, 5);
  }
});

it('does not change when a constant is added to a sample’s logits', () => {
  const row = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), {
    minLength: CLASSES,
    maxLength: CLASSES,
  });
  fc.assert(
    fc.property(
      row,
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: -50, max: 50 }),
      (logits, label, shift) => {
        const shifted = logits.map((value) => value + shift);
        expect(Math.abs(loss([label], shifted) - loss([label], logits))).toBeLessThan(1e-3);
      },
    ),
    { numRuns: 50 },
  );
});

it('stays finite, its gradient too, for large logits', () => {
  const { labels, logits } = example();
  const large = logits.map((value) => 1e5 * value);
  expect(loss(labels, large) / reference(labels, large)).toBeCloseTo(1, 5);
  const gradient = tidy(() =>
    grad((x: Tensor) => weightedSoftmaxLoss(tensor1d(labels, 'int32'), x as Tensor2D) as Tensor)(
      tensor2d(large, [labels.length, CLASSES]),
    ).dataSync(),
  );
  expect(gradient.every(Number.isFinite)).toBe(true);
});

it('leaves no tensors behind', () => {
  const labels = tensor1d([0], 'int32');
  const logits = tensor2d([1, 2, 3, 4, 5], [1, 5]);
  const before = memory().numTensors;
  const scalar = weightedSoftmaxLoss(labels, logits);
  expect(memory().numTensors).toBe(before + 1);
  dispose([scalar, labels, logits]);
});

it('says what does not fit', () => {
  const logits = tensor2d([1, 2, 3, 4, 5], [1, 5]);
  const labels = tensor1d([0], 'int32');
  const shapes = tensor1d([0, 1], 'int32');
  expect(() => weightedSoftmaxLoss(shapes, logits)).toThrow(
    'weightedSoftmaxLoss: labels do not fit the logits; got labels int32 [2], logits [1, 5]; ' +
      'expected logits [n, classes] and labels int32 [n] or one-hot [n, classes]',
  );
  expect(() => weightedSoftmaxLoss(labels, logits, { weights: [1, 1] })).toThrow(
    'weights: one weight a class is needed; got 2 weights; expected 5, the last extent of the logits',
  );
  expect(() => weightedSoftmaxLoss(labels, logits, { weights: [1, 1, 1, 1, -8] })).toThrow(
    'weights[4]: out of range; got -8; expected a number of at least 0',
  );
  dispose([logits, labels, shapes]);
});
