// The loss and its gradient against a reference in float64 and finite differences of that reference.
import { SeededRandom } from '@lesion/core';
import {
  dispose,
  grad,
  memory,
  type Scalar,
  type Tensor,
  type Tensor4D,
  tensor3d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import '../test/support.js';
import { type PixelwiseCrossEntropyOptions, pixelwiseCrossEntropy, softJaccardLoss } from './index.js';

const CLASSES = 4;

function reference(labels: number[], logits: number[], options: PixelwiseCrossEntropyOptions = {}): number {
  const { classWeights = [1, 1, 1, 1], ignoreLabel, normalization = 'pixels' } = options;
  let total = 0;
  let divisor = 0;
  labels.forEach((label, pixel) => {
    if (label === ignoreLabel || label < 0 || label >= CLASSES) return;
    const row = logits.slice(pixel * CLASSES, (pixel + 1) * CLASSES);
    const largest = Math.max(...row);
    const logSum = largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    total += classWeights[label]! * (logSum - row[label]!);
    divisor += normalization === 'weights' ? classWeights[label]! : 1;
  });
  return divisor === 0 ? 0 : total / divisor;
}

function example(): { labels: number[]; logits: number[] } {
  const random = new SeededRandom(11);
  return {
    labels: Array.from({ length: 12 }, (_, i) => (i === 5 ? 255 : random.integer(CLASSES))),
    logits: Array.from({ length: 12 * CLASSES }, () => 3 * random.normal()),
  };
}

function loss(labels: number[], logits: number[], options?: PixelwiseCrossEntropyOptions): number {
  return tidy(
    () =>
      pixelwiseCrossEntropy(
        tensor3d(labels, [2, 2, 3], 'int32'),
        tensor4d(logits, [2, 2, 3, CLASSES]),
        options,
      ).dataSync()[0]!,
  );
}

describe.each([
  {},
  { ignoreLabel: 255 },
  { ignoreLabel: 0 },
  { classWeights: [1, 2, 0.5, 3] },
  { classWeights: [1, 2, 0, 3], normalization: 'weights' },
  { classWeights: [1, 2, 0.5, 3], normalization: 'weights', ignoreLabel: 1 },
] as PixelwiseCrossEntropyOptions[])('with %j', (options) => {
  it('equals the reference', () => {
    const { labels, logits } = example();
    expect(loss(labels, logits, options)).toBeCloseTo(reference(labels, logits, options), 5);
  });

  it('has the gradient that finite differences give', () => {
    const { labels, logits } = example();
    const step = 1e-5;
    const expected = logits.map((value, index) => {
      const at = (moved: number) => reference(labels, logits.with(index, moved), options);
      return (at(value + step) - at(value - step)) / (2 * step);
    });
    const gradient = tidy(() =>
      grad(
        (x: Tensor) =>
          pixelwiseCrossEntropy(tensor3d(labels, [2, 2, 3], 'int32'), x as Tensor4D, options) as Tensor,
      )(tensor4d(logits, [2, 2, 3, CLASSES])).dataSync(),
    );
    expect(gradient).toBeAllClose(expected, 1e-6);
  });
});

it('is log(classes) for equal logits', () => {
  expect(loss(new Array(12).fill(2), new Array(48).fill(7))).toBeCloseTo(Math.log(4), 6);
});

it('stays finite for large logits', () => {
  const logits = example().logits.map((value) => 1e4 * value);
  const { labels } = example();
  expect(loss(labels, logits) / reference(labels, logits)).toBeCloseTo(1, 5);
});

it('is 0 where no pixel counts', () => {
  expect(loss(new Array(12).fill(255), example().logits, { ignoreLabel: 255 })).toBeCloseTo(0, 12);
});

it('leaves no tensors behind', () => {
  const labels = tensor3d([0, 1], [1, 1, 2], 'int32');
  const logits = tensor4d([1, 2, 3, 4], [1, 1, 2, 2]);
  const before = memory().numTensors;
  const scalar: Scalar = pixelwiseCrossEntropy(labels, logits);
  expect(memory().numTensors).toBe(before + 1);
  dispose([scalar, labels, logits]);
});

it('says what does not fit', () => {
  const labels = tensor3d([0, 1], [1, 1, 2], 'int32');
  const logits = tensor4d([1, 2, 3, 4], [1, 1, 2, 2]);
  expect(() => pixelwiseCrossEntropy(tensor3d([0, 1], [1, 1, 2], 'float32'), logits)).toThrow(
    'pixelwiseCrossEntropy: labels do not fit the logits; got labels float32 [1, 1, 2], logits [1, 1, 2, 2]; expected labels int32 [n, height, width], logits [n, height, width, classes]',
  );
  expect(() => pixelwiseCrossEntropy(labels, logits, { classWeights: [1, 2, 3] })).toThrow(
    'classWeights: one weight a class is needed; got 3 weights; expected 2, the last extent of the logits',
  );
  expect(() => pixelwiseCrossEntropy(labels, logits, { classWeights: [1, -2] })).toThrow(
    'classWeights[1]: out of range; got -2; expected a number of at least 0',
  );
  dispose([labels, logits]);
});

describe('softJaccardLoss', () => {
  const shares = (logits: number[]): number[] =>
    Array.from({ length: logits.length / CLASSES }, (_, pixel) => {
      const exponents = logits.slice(pixel * CLASSES, (pixel + 1) * CLASSES).map(Math.exp);
      return 1 - exponents[0]! / exponents.reduce((sum, value) => sum + value, 0);
    });
  /** Images of 6 pixels. */
  const expected = (labels: number[], logits: number[]): number => {
    const share = shares(logits);
    const losses = [0, 1].flatMap((image) => {
      let [common, union, size] = [0, 0, 0];
      for (let pixel = 6 * image; pixel < 6 * image + 6; pixel++) {
        const truth = labels[pixel]! > 0 ? 1 : 0;
        common += truth * share[pixel]!;
        union += truth + share[pixel]! - truth * share[pixel]!;
        size += truth;
      }
      return size === 0 ? [] : [1 - common / union];
    });
    return losses.length === 0 ? 0 : losses.reduce((sum, value) => sum + value, 0) / losses.length;
  };
  const measured = (labels: number[], logits: number[]): number =>
    tidy(
      () =>
        softJaccardLoss(
          tensor3d(labels, [2, 2, 3], 'int32'),
          tensor4d(logits, [2, 2, 3, CLASSES]),
        ).dataSync()[0]!,
    );
  const labels = example().labels.map((label) => label % CLASSES);
  const { logits } = example();

  it('equals the reference, images without lesion left out', () => {
    expect(measured(labels, logits)).toBeCloseTo(expected(labels, logits), 5);
    const half = labels.map((label, pixel) => (pixel < 6 ? 0 : label));
    expect(measured(half, logits)).toBeCloseTo(expected(half, logits), 5);
    expect(measured(labels.fill.call([...labels], 0) as number[], logits)).toBe(0);
  });

  it('is 0 where lesion and background are right, whatever the diagnosis, and near 1 where they are swapped', () => {
    const sure = (pick: (label: number) => number) =>
      labels.flatMap((label) => Array.from({ length: CLASSES }, (_, c) => (c === pick(label) ? 40 : -40)));
    expect(
      measured(
        labels,
        sure((label) => (label === 0 ? 0 : 1 + (label % 3))),
      ),
    ).toBeCloseTo(0, 5);
    expect(
      measured(
        labels,
        sure((label) => (label === 0 ? 1 : 0)),
      ),
    ).toBeCloseTo(1, 5);
  });

  it('has the gradient that finite differences give', () => {
    const step = 1e-5;
    const differences = logits.map((value, index) => {
      const moved = (by: number) => expected(labels, logits.with(index, value + by));
      return (moved(step) - moved(-step)) / (2 * step);
    });
    const gradient = tidy(() => {
      const truth = tensor3d(labels, [2, 2, 3], 'int32');
      return [
        ...grad((x: Tensor) => softJaccardLoss(truth, x as Tensor4D))(
          tensor4d(logits, [2, 2, 3, CLASSES]),
        ).dataSync(),
      ];
    });
    expect(gradient).toBeAllClose(differences, 1e-5);
  });

  it('refuses labels that do not fit', () => {
    const labels = tensor3d([0], [1, 1, 1], 'int32');
    expect(() => softJaccardLoss(labels, tensor4d([0, 0, 0, 0, 0, 0, 0, 0], [1, 1, 2, 4]))).toThrow(
      'labels do not fit the logits',
    );
    dispose(labels);
  });
});
