// The networks of Table VI: their size, their layers, their seeds, and that nothing leaks.
import '@tensorflow/tfjs-backend-wasm';
import { weightsHash } from '@lesion/test-support';
import { dispose, memory, setBackend, softmax, sum, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { stripedPatches } from '../test/support.js';
import { buildLfn, type LfnOptions, type LfnVariant } from './index.js';

function trainableCount(model: LayersModel, of: (name: string) => boolean): number {
  return model.trainableWeights
    .filter((weight) => of(weight.originalName))
    .reduce((total, { shape }) => total + shape.reduce((a, b) => a! * b!, 1)!, 0);
}
const isNormalization = (name: string) => name.includes('_bn/');

/** Weights and biases of a stage: 3x3, 1x1 and 3x3 convolutions. */
const stage = (inputs: number, width: number) =>
  9 * inputs * width + width + (width * width + width) + (9 * width * width + width);
/** Weights and biases of the two fully connected layers. */
const head = (inputs: number) => inputs * 512 + 512 + (512 * 5 + 5);

describe('size', () => {
  it.each([
    {
      variant: 'standard',
      weights: 384_133,
      byHand: stage(3, 16) + stage(16, 32) + stage(32, 64) + stage(64, 128) + head(128),
      normalization: 1440,
    },
    {
      variant: 'narrow',
      weights: 47_269,
      byHand: stage(3, 16) + stage(16, 16) + stage(16, 16) + stage(16, 32) + head(32),
      normalization: 480,
    },
    {
      variant: 'wide',
      weights: 455_365,
      byHand: stage(3, 32) + stage(32, 64) + stage(64, 64) + stage(64, 128) + head(128),
      normalization: 1728,
    },
  ] as { variant: LfnVariant; weights: number; byHand: number; normalization: number }[])(
    'the $variant network has $weights weights and $normalization scales and shifts',
    ({ variant, weights, byHand, normalization }) => {
      expect(weights).toBe(byHand);
      const model = buildLfn({ variant });
      expect(trainableCount(model, (name) => !isNormalization(name))).toBe(weights);
      expect(trainableCount(model, isNormalization)).toBe(normalization);
      model.dispose();
      const plain = buildLfn({ variant, batchNorm: false });
      expect(plain.countParams()).toBe(weights);
      plain.dispose();
    },
  );
});

describe('shape', () => {
  it('follows Fig. 5', () => {
    const model = buildLfn();
    const shapes = [
      'conv1_3',
      'pool1',
      'conv2_3',
      'pool2',
      'conv3_3',
      'pool3',
      'conv4_3',
      'pool4',
      'fc5',
      'logits',
    ];
    expect(shapes.map((name) => (model.getLayer(name).outputShape as number[]).slice(1))).toEqual([
      [56, 56, 16],
      [28, 28, 16],
      [28, 28, 32],
      [14, 14, 32],
      [14, 14, 64],
      [7, 7, 64],
      [7, 7, 128],
      [1, 1, 128],
      [512],
      [5],
    ]);
    const kernels = [1, 2, 3].map((position) => model.getLayer(`conv2_${position}`).weights[0]!.shape);
    expect(kernels).toEqual([
      [3, 3, 16, 32],
      [1, 1, 32, 32],
      [3, 3, 32, 32],
    ]);
    expect(model.layers.slice(1, 4).map((layer) => layer.getClassName())).toEqual([
      'Conv2D',
      'BatchNormalization',
      'Activation',
    ]);
    model.dispose();
  });

  it('ends in probabilities or in the logits of the same weights, on the cpu and the wasm engine', async () => {
    const { patches } = stripedPatches(2, 56);
    const values = patches.dataSync();
    dispose(patches);
    const run = (activation: 'softmax' | 'linear') => {
      const model = buildLfn({ seed: 5, activation });
      const output = tidy(() => {
        const { patches: again } = stripedPatches(2, 56);
        expect(again.dataSync()).toEqual(values);
        const predicted = model.predict(again) as Tensor;
        expect(predicted.shape).toEqual([2, 5]);
        return (activation === 'linear' ? softmax(predicted) : predicted).dataSync();
      });
      model.dispose();
      return output;
    };
    const probabilities = run('softmax');
    expect(run('linear')).toBeAllClose(probabilities, 1e-6);
    expect(
      probabilities[0]! + probabilities[1]! + probabilities[2]! + probabilities[3]! + probabilities[4]!,
    ).toBeCloseTo(1);
    await setBackend('wasm');
    expect(run('softmax')).toBeAllClose(probabilities, 1e-4);
    await setBackend('cpu');
  });

  it('takes other patch sizes and class counts', () => {
    const model = buildLfn({ variant: 'narrow', size: 24, classes: 3 });
    const output = tidy(() => {
      const predicted = model.predict(zeros([1, 24, 24, 3])) as Tensor;
      expect(predicted.shape).toEqual([1, 3]);
      return sum(predicted).dataSync()[0]!;
    });
    expect(output).toBeCloseTo(1);
    model.dispose();
  });
});

describe('seeds', () => {
  it('gives the same bits for the same seed, whatever was built before', () => {
    const first = buildLfn({ seed: 3 });
    const between = buildLfn({ seed: 4 });
    const second = buildLfn({ seed: 3 });
    expect(weightsHash(second)).toBe(weightsHash(first));
    expect(weightsHash(between)).not.toBe(weightsHash(first));
    for (const model of [first, between, second]) model.dispose();
  });

  it('gives the same bits in every process', () => {
    const model = buildLfn({ variant: 'narrow', seed: 3 });
    expect(weightsHash(model)).toBe('db44a5af032065f76217a5f5d919b7fc1adcbc537fe46fea4f67942c798ab053');
    model.dispose();
  });

  it('leaves kernels at zero without a seed, for weights that come later', () => {
    const blank = buildLfn({ seed: null });
    const kernels = blank.weights.filter(({ name }) => name.includes('kernel'));
    expect(kernels.length).toBeGreaterThan(10);
    expect(
      kernels.every((kernel) =>
        kernel
          .read()
          .dataSync()
          .every((value) => value === 0),
      ),
    ).toBe(true);
    const seeded = buildLfn({ seed: 3 });
    blank.setWeights(seeded.getWeights());
    expect(weightsHash(blank)).toBe(weightsHash(seeded));
    for (const model of [blank, seeded]) model.dispose();
  });

  it('draws kernels with variance 2 / fan-in and the same ones without batch normalisation', () => {
    const model = buildLfn({ seed: 3 });
    const plain = buildLfn({ seed: 3, batchNorm: false });
    const kernel = Array.from(model.getLayer('conv4_3').getWeights()[0]!.dataSync());
    expect(Array.from(plain.getLayer('conv4_3').getWeights()[0]!.dataSync())).toEqual(kernel);
    const variance = kernel.reduce((total, value) => total + value * value, 0) / kernel.length;
    const expected = 2 / (9 * 128);
    expect(Math.abs(variance - expected)).toBeLessThan(4 * expected * Math.sqrt(2 / kernel.length));
    model.dispose();
    plain.dispose();
  });
});

it('comes back from JSON and weights without anything being registered', async () => {
  const model = buildLfn({ variant: 'narrow', seed: 1, size: 16 });
  const copy = await models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string));
  expect(copy.weights.map((weight) => weight.originalName)).toEqual(
    model.weights.map((weight) => weight.originalName),
  );
  copy.setWeights(model.getWeights());
  tidy(() => {
    const { patches } = stripedPatches(3, 16);
    expect((copy.predict(patches) as Tensor).dataSync()).toEqual(
      (model.predict(patches) as Tensor).dataSync(),
    );
  });
  model.dispose();
  copy.dispose();
});

it('leaves no tensors behind, neither building nor predicting', () => {
  const before = memory().numTensors;
  const model = buildLfn({ variant: 'narrow', size: 16 });
  expect(memory().numTensors).toBe(before + model.weights.length);
  const { patches, labels } = stripedPatches(1, 16);
  const predicted = model.predict(patches) as Tensor;
  expect(memory().numTensors).toBe(before + model.weights.length + 3);
  dispose([patches, labels, predicted]);
  model.dispose();
  expect(memory().numTensors).toBe(before);
});

it.each([
  [
    { variant: 'tiny' as never },
    'variant: unknown choice; got "tiny"; expected "standard" or "narrow" or "wide"',
  ],
  [
    { size: 50 },
    'size: three poolings halve the size; got 50; expected a multiple of 8. Resize the patches; the paper uses 56.',
  ],
  [{ classes: 0 }, 'classes: out of range; got 0; expected a whole number of at least 2'],
  [
    { widths: [1] } as never,
    'buildLfn: unknown option; got widths; expected one of variant, batchNorm, classes, size, seed, activation, ' +
      'batchNormEpsilon, batchNormMomentum',
  ],
] as [LfnOptions, string][])('refuses %j', (options, message) => {
  expect(() => buildLfn(options)).toThrow(expect.objectContaining({ message, code: 'INVALID_ARGUMENT' }));
});
