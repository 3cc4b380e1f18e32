import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision, createScoreAccumulator, rocAuc, scoreMetrics } from './index.js';

describe('scoreMetrics', () => {
  it('has the areas and, above the threshold, the counts', () => {
    const labels = [0, 0, 1, 1];
    const scores = [0.1, 0.5, 0.5, 0.8];
    expect(scoreMetrics(labels, scores)).toEqual({ AUC: 0.875, AP: 0.5 + 1 / 3, AC: 0.75, SE: 0.5, SP: 1 });
    expect(scoreMetrics(labels, scores, { threshold: 0.4, rule: 'trapezoid' })).toEqual({
      AUC: 0.875,
      AP: averagePrecision(labels, scores, { rule: 'trapezoid' }),
      AC: 0.75,
      SE: 1,
      SP: 0.5,
    });
  });

  it('is NaN where undefined', () => {
    expect(scoreMetrics([0], [0.2])).toEqual({
      AUC: Number.NaN,
      AP: Number.NaN,
      AC: 1,
      SE: Number.NaN,
      SP: 1,
    });
    expect(Object.values(scoreMetrics([], []))).toEqual(Array(5).fill(Number.NaN));
  });
});

describe('createScoreAccumulator', () => {
  it('equals one shot however the batches are cut, also when read in between', () => {
    const batch = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 10 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 8 }), (batches) => {
        const accumulator = createScoreAccumulator({ threshold: 4 });
        for (const pairs of batches) {
          accumulator.update(
            pairs.map(([label]) => label),
            pairs.map(([, score]) => score),
          );
          accumulator.compute();
        }
        const labels = batches.flat().map(([label]) => label);
        const scores = batches.flat().map(([, score]) => score);
        expect(accumulator.count).toBe(labels.length);
        expect(accumulator.compute()).toEqual(scoreMetrics(labels, scores, { threshold: 4 }));
        expect(accumulator.compute().AUC).toBe(rocAuc(labels, scores));
      }),
    );
  });

  it('adds nothing of a batch that it refuses, and forgets', () => {
    const accumulator = createScoreAccumulator();
    accumulator.update([0, 1], [0.2, 0.8]);
    expect(() => accumulator.update([0, 1], [0.2, Number.NaN])).toThrow(
      'scores: holds a value that is not a finite',
    );
    expect(accumulator.compute()).toEqual(scoreMetrics([0, 1], [0.2, 0.8]));
    accumulator.reset();
    expect(accumulator.count).toBe(0);
    expect(accumulator.compute().AUC).toBeNaN();
  });
});
