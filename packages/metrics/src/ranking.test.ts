import { SeededRandom, setKernels } from '@lesion/core';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { averagePrecision, precisionRecallCurve, rocAuc, rocCurve, scoreMetrics } from './index.js';

afterEach(() => setKernels('auto'));

/** All that is made of a ranking, by one path. */
function ranked(labels: ArrayLike<number>, scores: ArrayLike<number>, kernels: 'auto' | 'plain') {
  setKernels(kernels);
  const roc = rocCurve(labels, scores);
  const recall = precisionRecallCurve(labels, scores);
  return [
    rocAuc(labels, scores),
    averagePrecision(labels, scores),
    averagePrecision(labels, scores, { rule: 'trapezoid' }),
    scoreMetrics(labels, scores),
    roc,
    rocCurve(labels, scores, { dropCollinear: true }),
    recall,
  ];
}

function expectSame(labels: ArrayLike<number>, scores: ArrayLike<number>): void {
  expect(ranked(labels, scores, 'auto')).toEqual(ranked(labels, scores, 'plain'));
}

function labelsOf(length: number, share: number, seed: number): Uint8Array {
  const random = new SeededRandom(seed);
  return Uint8Array.from({ length }, () => (random.chance(share) ? 1 : 0));
}

const shares = fc.constantFrom(0, 0.01, 0.5, 1);
const lengths = fc.integer({ min: 250, max: 900 });

describe('rankings by both paths', () => {
  it('agree to the last digit on doubles of every size and sign', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(double, { minLength: 256, maxLength: 500 }), shares, (scores, share) =>
        expectSame(labelsOf(scores.length, share, scores.length), Float64Array.from(scores)),
      ),
      { numRuns: 40 },
    );
  });

  it('agree on ties, on float32, on plain arrays and on zeros of both signs', () => {
    fc.assert(
      fc.property(lengths, shares, fc.integer(), (length, share, seed) => {
        const random = new SeededRandom(seed);
        const labels = labelsOf(length, share, seed + 1);
        const coarse = Array.from({ length }, () => (random.integer(9) - 4) / 8);
        expectSame(labels, coarse);
        expectSame([...labels], Float32Array.from(coarse));
        expectSame(
          labels,
          coarse.map((score) => score * -0),
        );
        expectSame(
          labels,
          Float32Array.from(coarse, () => random.next()),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('agree on scores that only their last bits tell apart, near and far from order', () => {
    const random = new SeededRandom(5);
    for (const length of [256, 5000, 40_000]) {
      const labels = labelsOf(length, 0.3, length);
      for (const sign of [1, -1]) {
        expectSame(
          labels,
          Float64Array.from({ length }, () => sign * (1 + random.integer(2 ** 20) * 2 ** -52)),
        );
        expectSame(
          labels,
          Float64Array.from({ length }, (_, i) => sign * (1 + i * 2 ** -52)),
        );
      }
      expectSame(
        labels,
        Float32Array.from({ length }, () => 1 / (1 + Math.exp(-40 * (random.next() - 0.5)))),
      );
    }
  });

  it('leave what they are given alone, and read views of larger buffers', () => {
    const scores = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    const labels = labelsOf(1003, 0.4, 1).subarray(3);
    const [scoresBefore, labelsBefore] = [scores.slice(), labels.slice()];
    expectSame(labels, scores);
    expect([scores, labels]).toEqual([scoresBefore, labelsBefore]);
    expectSame(labels.subarray(0, 600), scores.subarray(400));
  });

  it('refuse the same, with the same words', () => {
    const labels = labelsOf(400, 0.5, 2);
    const scores = Float64Array.from({ length: 400 }, (_, i) => i);
    for (const kernels of ['auto', 'plain'] as const) {
      setKernels(kernels);
      for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(() => rocAuc(labels, scores.with(7, wrong))).toThrow(
          `scores: holds a value that is not a finite number; got ${wrong} at index 7 of 400`,
        );
      }
      expect(() => rocAuc(labels.with(399, 3), scores)).toThrow(
        'labels: holds a value other than 0 and 1; got 3 at index 399',
      );
      expect(() => rocAuc(labels, scores.subarray(1))).toThrow('scores has another length than labels');
    }
  });
});
