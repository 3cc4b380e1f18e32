import { createBinaryMask, createScalarMap, LesionError, SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rocAuc, rocCurve } from './index.js';

/** Labels and scores with many ties. */
const samples = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 12 })), {
  minLength: 1,
  maxLength: 60,
});

const split = (pairs: (readonly [number, number])[]) => ({
  labels: pairs.map(([label]) => label),
  scores: pairs.map(([, score]) => score),
});

describe('rocAuc', () => {
  it('is the share of pairs in the right order, a tie counting one half', () => {
    expect(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75);
    expect(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])).toBe(0.875);
    expect(rocAuc([0, 1, 1], [0.5, 0.5, 0.5])).toBe(0.5);
  });

  it('equals the count over all pairs', () => {
    fc.assert(
      fc.property(samples, (pairs) => {
        let right = 0;
        let all = 0;
        for (const [a, high] of pairs) {
          for (const [b, low] of pairs) {
            if (a !== 1 || b !== 0) continue;
            all++;
            right += high > low ? 1 : high === low ? 0.5 : 0;
          }
        }
        const { labels, scores } = split(pairs);
        if (all === 0) expect(rocAuc(labels, scores)).toBeNaN();
        else expect(rocAuc(labels, scores)).toBeCloseTo(right / all, 13);
      }),
    );
  });

  it('does not change under rising maps and turns over with the sign', () => {
    fc.assert(
      fc.property(samples, (pairs) => {
        const { labels, scores } = split(pairs);
        fc.pre(labels.includes(0) && labels.includes(1));
        const area = rocAuc(labels, scores);
        expect(rocAuc(labels, scores.map(Math.exp))).toBe(area);
        expect(
          rocAuc(
            labels,
            scores.map((score) => 3 * score - 40),
          ),
        ).toBe(area);
        expect(
          rocAuc(
            labels,
            scores.map((score) => -score),
          ),
        ).toBeCloseTo(1 - area, 14);
        expect(
          rocAuc(
            labels.map((label) => 1 - label),
            scores,
          ),
        ).toBeCloseTo(1 - area, 14);
      }),
    );
  });

  it('takes -0 and 0 as equal', () => {
    expect(rocAuc([0, 1], [0, -0])).toBe(0.5);
    expect(rocAuc([0, 1], [-0, 0])).toBe(0.5);
  });

  it('reads maps', () => {
    const size = { height: 1, width: 4 };
    const labels = createBinaryMask(size, Uint8Array.of(1, 1, 0, 0)).step(1, -1);
    const scores = createScalarMap(size, Float32Array.of(0.75, 0.25, 0.5, 0)).step(1, -1);
    expect(rocAuc(labels, scores)).toBe(0.75);
  });

  it('is NaN without positives, without negatives, and of nothing', () => {
    expect(rocAuc([0, 0], [0.1, 0.2])).toBeNaN();
    expect(rocAuc([1, 1], [0.1, 0.2])).toBeNaN();
    expect(rocAuc([], [])).toBeNaN();
  });

  it('is exact on 600,000 scores', () => {
    const random = new SeededRandom(8);
    const labels = Uint8Array.from({ length: 600_000 }, () => (random.chance(0.04) ? 1 : 0));
    const scores = Float32Array.from(labels, (label) => random.integer(1000) + 200 * label);
    const positives = new Float64Array(1200);
    const negatives = new Float64Array(1200);
    scores.forEach((score, i) => {
      (labels[i] === 1 ? positives : negatives)[score]!++;
    });
    let doubled = 0;
    let below = 0;
    for (let score = 0; score < 1200; score++) {
      doubled += positives[score]! * (2 * below + negatives[score]!);
      below += negatives[score]!;
    }
    const positiveCount = positives.reduce((sum, count) => sum + count, 0);
    expect(rocAuc(labels, scores)).toBe(doubled / 2 / positiveCount / below);
  });

  it('refuses what it cannot rank', () => {
    let caught: unknown;
    try {
      rocAuc([0, 1], [0.5, Number.POSITIVE_INFINITY]);
    } catch (error) {
      caught = error;
    }
    expect(LesionError.isInstance(caught) && caught.code).toBe('NOT_FINITE');
    expect(() => rocAuc([0, 1], [0.5, Number.NaN])).toThrow(
      'scores: holds a value that is not a finite number; got NaN at index 1 of 2',
    );
    expect(() => rocAuc([0, 1], ['0.5', '0.2'] as never)).toThrow(
      'scores: holds a value that is not a finite number; got "0.5" at index 0 of 2',
    );
    expect(() => rocAuc([0, 2], [0.5, 0.5])).toThrow(
      'labels: holds a value other than 0 and 1; got 2 at index 1',
    );
    expect(() => rocAuc([0, 1], [0.5])).toThrow(
      'scores: scores has another length than labels; got 1; expected 2',
    );
  });
});

describe('rocCurve', () => {
  it('has one point a threshold, from none positive to all', () => {
    const curve = rocCurve([0, 1, 1, 0], [0.1, 0.1, 0.8, 0.3]);
    expect([...curve.thresholds]).toEqual([Number.POSITIVE_INFINITY, 0.8, 0.3, 0.1]);
    expect([...curve.truePositiveRate]).toEqual([0, 0.5, 0.5, 1]);
    expect([...curve.falsePositiveRate]).toEqual([0, 0, 0.5, 1]);
  });

  it('has NaN rates where there is nothing to rate', () => {
    const curve = rocCurve([1, 1], [0.1, 0.2]);
    expect([...curve.falsePositiveRate]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([...curve.truePositiveRate]).toEqual([0, 0.5, 1]);
    expect([...rocCurve([], []).thresholds]).toEqual([Number.POSITIVE_INFINITY]);
  });

  it('keeps its area and its ends when collinear points are dropped', () => {
    const area = ({ falsePositiveRate: x, truePositiveRate: y }: ReturnType<typeof rocCurve>) =>
      x.reduce((sum, _, i) => (i === 0 ? 0 : sum + ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2), 0);
    fc.assert(
      fc.property(samples, (pairs) => {
        const { labels, scores } = split(pairs);
        fc.pre(labels.includes(0) && labels.includes(1));
        const full = rocCurve(labels, scores);
        const short = rocCurve(labels, scores, { dropCollinear: true });
        expect(area(short)).toBeCloseTo(rocAuc(labels, scores), 13);
        expect(area(full)).toBeCloseTo(rocAuc(labels, scores), 13);
        expect(short.truePositiveRate.at(-1)).toBe(1);
        expect(short.falsePositiveRate.at(-1)).toBe(1);
        expect(short.thresholds.length).toBeLessThanOrEqual(full.thresholds.length);
      }),
    );
    const straight = rocCurve([1, 1, 1, 0, 0, 0], [6, 5, 4, 3, 2, 1], { dropCollinear: true });
    expect([...straight.thresholds]).toEqual([Number.POSITIVE_INFINITY, 4, 1]);
  });
});
