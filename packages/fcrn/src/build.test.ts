// The network as a whole: its size, its shapes, its seeds, and that nothing leaks.
import '@tensorflow/tfjs-backend-wasm';
import { weightsHash } from '@lesion/test-support';
import {
  dispose,
  memory,
  pad,
  setBackend,
  slice,
  softmax,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { randomImages, SMALL_STAGES } from '../test/support.js';
import { buildFcrn, countConvolutions, FCRN_STAGES, type FcrnOptions, registerFcrnLayers } from './index.js';

const SMALL: FcrnOptions = { stages: SMALL_STAGES, width: 1 / 16, seed: 3 };

function trainableCount(model: LayersModel): number {
  return model.trainableWeights.reduce((total, { shape }) => total + shape.reduce((a, b) => a! * b!, 1)!, 0);
}

/** Weights of a convolution without bias and the scale and shift after it. */
const convolution = (size: number, inputs: number, outputs: number) =>
  size * size * inputs * outputs + 2 * outputs;
const bottleneck = (inputs: number, width: number, outputs: number) =>
  convolution(1, inputs, width) + convolution(3, width, width) + convolution(1, width, outputs);

/** The trainable weights by the stage table alone: [width, outputs, count, bottlenecks a block]. */
function expectedCount(table: [number, number, number, number][]): number {
  let inputs = 64;
  let total = convolution(7, 3, 64);
  for (const [width, outputs, count, bottlenecks] of table) {
    total += convolution(1, inputs, outputs) + bottleneck(inputs, width, outputs);
    total += (count * bottlenecks - 1) * bottleneck(outputs, width, outputs);
    inputs = outputs;
  }
  const scores = (2048 + 1024 + 512) * 4 + 3 * 4;
  const deconvolutions = (4 * 4 + 4 * 4 + 16 * 16) * 4 * 4;
  return total + scores + deconvolutions;
}

describe('size at width 1', () => {
  const table = (conv4: number, nested: number): [number, number, number, number][] => [
    [64, 256, 3, nested],
    [128, 512, 4, nested],
    [256, 1024, conv4, nested],
    [512, 2048, 3, 1],
  ];

  it.each([
    { depth: 50, convolutions: 49, weights: 23_526_988, expected: expectedCount(table(6, 1)) },
    { depth: 88, convolutions: 88, weights: 31_561_548, expected: expectedCount(table(6, 2)) },
    { depth: 101, convolutions: 100, weights: 42_519_116, expected: expectedCount(table(23, 1)) },
  ] as const)('FCRN-$depth has $convolutions convolutions and $weights weights', (row) => {
    const model = buildFcrn({ depth: row.depth });
    expect(countConvolutions(model)).toBe(row.convolutions);
    expect(row.weights).toBe(row.expected);
    expect(trainableCount(model)).toBe(row.weights);
    expect(model.name).toBe(`fcrn${row.depth}`);
    model.dispose();
  });

  it('has three more projections where both bottlenecks have a shortcut', () => {
    const model = buildFcrn({ innerShortcuts: 'both' });
    const projections = convolution(1, 64, 256) + convolution(1, 256, 512) + convolution(1, 512, 1024);
    expect(countConvolutions(model)).toBe(88);
    expect(trainableCount(model)).toBe(31_561_548 + projections);
    model.dispose();
  });

  it('runs a 320x320 image on the wasm engine', async () => {
    await setBackend('wasm');
    const model = buildFcrn({ depth: 88, width: 0.5 });
    const maps = tidy(() => model.predict(randomImages([1, 320, 320, 3])) as Tensor4D);
    expect(maps.shape).toEqual([1, 320, 320, 4]);
    const total = tidy(() => sum(maps).dataSync()[0]!);
    expect(total).toBeCloseTo(320 * 320, 0);
    dispose(maps);
    model.dispose();
    await setBackend('cpu');
  });
});

describe('shapes', () => {
  it('returns maps of the size of the image, whatever it is', () => {
    const model = buildFcrn(SMALL);
    for (const [height, width] of [
      [1, 1],
      [32, 32],
      [33, 64],
      [50, 71],
      [7, 100],
    ] as const) {
      const maps = tidy(() => model.predict(zeros([2, height, width, 3])) as Tensor);
      expect(maps.shape).toEqual([2, height, width, 4]);
      dispose(maps);
    }
    model.dispose();
  });

  it('gives the same maps as padding with zeros and cropping by hand', () => {
    const model = buildFcrn(SMALL);
    tidy(() => {
      const image = randomImages([1, 50, 71, 3]);
      const padded = pad(image, [
        [0, 0],
        [0, 14],
        [0, 25],
        [0, 0],
      ]);
      const cropped = slice(model.predict(padded) as Tensor4D, [0, 0, 0, 0], [1, 50, 71, 4]);
      expect((model.predict(image) as Tensor).dataSync()).toEqual(cropped.dataSync());
    });
    model.dispose();
  });

  it('ends in probabilities or in the logits of the same weights', () => {
    const model = buildFcrn(SMALL);
    const linear = buildFcrn({ ...SMALL, activation: 'linear' });
    tidy(() => {
      const image = randomImages([1, 20, 40, 3]);
      const probabilities = model.predict(image) as Tensor;
      const fromLogits = softmax(linear.predict(image) as Tensor);
      expect(probabilities.dataSync()).toBeAllClose(fromLogits.dataSync(), 1e-6);
      expect(sum(probabilities, -1).dataSync()).toBeAllClose(new Float32Array(800).fill(1), 1e-5);
    });
    model.dispose();
    linear.dispose();
  });

  it('builds any number of classes and a stage table of one’s own', () => {
    const model = buildFcrn({ stages: SMALL_STAGES, classes: 2, width: 1 / 32, innerShortcuts: 'both' });
    expect(model.outputs[0]!.shape).toEqual([null, null, null, 2]);
    expect(countConvolutions(model)).toBe(1 + 6 + 12 + 3 + 6);
    expect(model.getLayer('conv3_1a_reduce').outputShape).toEqual([null, null, null, 2]);
    expect(model.getLayer('conv3_1_projection').outputShape).toEqual([null, null, null, 8]);
    expect(model.getLayer('conv3_1a_projection').outputShape).toEqual([null, null, null, 8]);
    model.dispose();
  });
});

describe('seeds', () => {
  it('gives the same bits for the same seed, whatever was built before', () => {
    const first = buildFcrn(SMALL);
    const between = buildFcrn({ ...SMALL, seed: 4 });
    const second = buildFcrn(SMALL);
    expect(weightsHash(second)).toBe(weightsHash(first));
    expect(weightsHash(between)).not.toBe(weightsHash(first));
    for (const model of [first, between, second]) model.dispose();
  });

  it('leaves kernels at zero without a seed, for weights that come later', () => {
    const blank = buildFcrn({ ...SMALL, seed: null });
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
    const seeded = buildFcrn(SMALL);
    blank.setWeights(seeded.getWeights());
    expect(weightsHash(blank)).toBe(weightsHash(seeded));
    for (const model of [blank, seeded]) model.dispose();
  });

  it('gives the same bits in every process', () => {
    const model = buildFcrn(SMALL);
    expect(weightsHash(model)).toBe('f0516f9f43588cab15ca156b00a0f816a09bfe96eb5d09d793f1276377d246fa');
    model.dispose();
  });

  it('begins undecided: the deepest score has a tenth of He’s weights, the skips have none', () => {
    const model = buildFcrn(SMALL);
    const kernel = (name: string) => model.getLayer(name).getWeights()[0]!;
    const score = kernel('score5');
    const [, , inputs] = score.shape as [number, number, number];
    const values = [...score.dataSync<'float32'>()];
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(deviation / Math.sqrt(2 / inputs)).toBeGreaterThan(0.05);
    expect(deviation / Math.sqrt(2 / inputs)).toBeLessThan(0.15);
    for (const name of ['score3', 'score4']) expect(new Set(kernel(name).dataSync())).toEqual(new Set([0]));
    model.dispose();
  });

  it('draws a layer’s weights independently of the layers around it', () => {
    const model = buildFcrn(SMALL);
    const deeper = buildFcrn({
      ...SMALL,
      stages: [{ ...SMALL_STAGES[0], count: 3 }, ...SMALL_STAGES.slice(1)] as never,
    });
    const kernel = (of: LayersModel) => of.getLayer('conv5_2_spatial').getWeights()[0]!.dataSync();
    expect(kernel(deeper)).toEqual(kernel(model));
    model.dispose();
    deeper.dispose();
  });
});

describe('saving', () => {
  it('comes back from JSON and weights', async () => {
    const model = buildFcrn(SMALL);
    registerFcrnLayers();
    const copy = await models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string));
    expect(copy.weights.map((weight) => weight.originalName)).toEqual(
      model.weights.map((weight) => weight.originalName),
    );
    copy.setWeights(model.getWeights());
    tidy(() => {
      const image = randomImages([1, 37, 45, 3]);
      expect((copy.predict(image) as Tensor).dataSync()).toEqual((model.predict(image) as Tensor).dataSync());
    });
    model.dispose();
    copy.dispose();
  });
});

describe('memory', () => {
  it('leaves no tensors behind, neither building nor predicting', () => {
    const before = memory().numTensors;
    const model = buildFcrn(SMALL);
    expect(memory().numTensors).toBe(before + model.weights.length);
    const image = randomImages([1, 40, 50, 3]);
    const maps = model.predict(image) as Tensor;
    expect(memory().numTensors).toBe(before + model.weights.length + 2);
    dispose([image, maps]);
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('refusals', () => {
  it.each([
    [{ depth: 34 as never }, 'depth: unknown choice; got 34; expected 50 or 88 or 101'],
    [
      { depht: 50 } as never,
      'buildFcrn: unknown option; got depht; expected one of depth, stages, classes, width, seed, activation, ' +
        'innerShortcuts, trainableDeconvolutions, batchNormEpsilon, batchNormMomentum',
    ],
    [{ width: 0 }, 'width: out of range; got 0; expected a number above 0'],
    [{ classes: 1 }, 'classes: out of range; got 1; expected a whole number of at least 2'],
    [
      { activation: 'relu' as never },
      'activation: unknown choice; got "relu"; expected "softmax" or "linear"',
    ],
    [
      { depth: 50 as const, stages: FCRN_STAGES[88] },
      'buildFcrn: depth and stages exclude each other; got depth 50 and a stage table. Leave one of them out.',
    ],
    [
      { stages: FCRN_STAGES[88].slice(1) as never },
      'stages: the stage table needs four stages; got 3 stages; expected conv2_x, conv3_x, conv4_x and conv5_x. ' +
        'Start from FCRN_STAGES[88] and change what differs.',
    ],
    [
      { stages: [{ ...SMALL_STAGES[0], count: 0 }, ...SMALL_STAGES.slice(1)] as never },
      'stages[0].count: out of range; got 0; expected a whole number of at least 1',
    ],
  ] as [FcrnOptions, string][])('refuses option set %#', (options, message) => {
    expect(() => buildFcrn(options)).toThrow(expect.objectContaining({ message, code: 'INVALID_ARGUMENT' }));
  });
});
