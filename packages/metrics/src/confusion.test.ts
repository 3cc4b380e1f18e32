import { createBinaryMask, SeededRandom, setKernels } from '@lesion/core';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { confusionCounts, createConfusionAccumulator } from './index.js';

afterEach(() => setKernels('auto'));

describe('confusionCounts', () => {
  it('counts each cell once', () => {
    expect(confusionCounts([1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0])).toEqual({
      truePositives: 2,
      falsePositives: 1,
      trueNegatives: 3,
      falseNegatives: 1,
    });
  });

  it('reads masks, views and typed arrays alike', () => {
    const truth = createBinaryMask({ height: 2, width: 3 }, Uint8Array.of(1, 0, 0, 1, 1, 0));
    const prediction = createBinaryMask({ height: 3, width: 2 }, Uint8Array.of(1, 1, 1, 0, 0, 0)).transpose(
      1,
      0,
    );
    const expected = { truePositives: 2, falsePositives: 1, trueNegatives: 2, falseNegatives: 1 };
    expect(confusionCounts(truth, prediction)).toEqual(expected);
    expect(confusionCounts(Uint8Array.of(1, 0, 0, 1, 1, 0), Float32Array.of(1, 1, 0, 1, 0, 0))).toEqual(
      expected,
    );
  });

  it.each([
    ['by fours', 'plain', 3000],
    ['by vectors, tile by tile', 'auto', 100_000],
  ] as const)('counts bytes %s as it counts numbers, wherever they begin', (_, kernels, max) => {
    setKernels(kernels);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max }),
        fc.integer(),
        fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
        fc.constantFrom(0.1, 0.5, 1),
        (length, seed, offsets, share) => {
          const random = new SeededRandom(seed);
          const [truth, prediction] = offsets.map((offset) => {
            const bytes = new Uint8Array(length + offset).subarray(offset);
            for (let i = 0; i < length; i++) bytes[i] = random.chance(share) ? 1 : 0;
            return bytes;
          }) as [Uint8Array, Uint8Array];
          expect(confusionCounts(truth, prediction)).toEqual(
            confusionCounts(Float64Array.from(truth), Int32Array.from(prediction)),
          );
          if (length === 0) return;
          const wrong = random.integer(length);
          prediction[wrong] = 128;
          expect(() => confusionCounts(truth, prediction)).toThrow(`got 128 at index ${wrong}`);
        },
      ),
    );
  });

  it('counts nothing as nothing', () => {
    expect(confusionCounts([], [])).toEqual({
      truePositives: 0,
      falsePositives: 0,
      trueNegatives: 0,
      falseNegatives: 0,
    });
  });

  it('refuses other values and other shapes', () => {
    expect(() => confusionCounts([0, 1], [0, 0.7])).toThrow(
      'prediction: holds a value other than 0 and 1; got 0.7 at index 1. Threshold it first.',
    );
    expect(() => confusionCounts([0, Number.NaN], [0, 1])).toThrow(
      'truth: holds a value other than 0 and 1; got NaN',
    );
    expect(() => confusionCounts([0, 1], [0])).toThrow(
      'prediction: prediction has another length than truth; got 1; expected 2',
    );
    const wide = createBinaryMask({ height: 1, width: 2 });
    const tall = createBinaryMask({ height: 2, width: 1 });
    expect(() => confusionCounts(wide, tall)).toThrow(
      'prediction has another size than truth; got 1x2; expected 2x1',
    );
    expect(() => confusionCounts('01' as never, [0, 1])).toThrow(
      'truth: not an array of numbers; got "01"; expected an array, a typed array or an ndarray',
    );
  });
});

describe('createConfusionAccumulator', () => {
  it('adds batches up, keeps out what it refuses, and forgets', () => {
    const confusion = createConfusionAccumulator();
    confusion.update([1, 1], [1, 0]);
    confusion.update([0, 0, 1], [1, 0, 1]);
    expect(() => confusion.update([1, 2], [1, 1])).toThrow('truth: holds a value other than 0 and 1');
    expect(confusion.compute()).toEqual(confusionCounts([1, 1, 0, 0, 1], [1, 0, 1, 0, 1]));
    confusion.compute().truePositives = 99;
    expect(confusion.compute().truePositives).toBe(2);
    confusion.reset();
    expect(confusion.compute()).toEqual(confusionCounts([], []));
  });
});
