import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision, precisionRecallCurve } from './index.js';

describe('averagePrecision', () => {
  it('sums steps, or trapezoids from (0, 1) on', () => {
    // By falling score: 1, 0, 1, 0; precision 1, 1/2, 2/3, 1/2; recall 1/2, 1/2, 1, 1.
    const labels = [0, 0, 1, 1];
    const scores = [0.1, 0.4, 0.35, 0.8];
    expect(averagePrecision(labels, scores)).toBeCloseTo(0.5 + 0.5 * (2 / 3), 15);
    expect(averagePrecision(labels, scores, { rule: 'trapezoid' })).toBeCloseTo(
      0.5 + (0.5 * (1 / 2 + 2 / 3)) / 2,
      15,
    );
  });

  it('is the share of positives where all scores are equal, and more by trapezoids', () => {
    expect(averagePrecision([1, 0, 0, 0], [7, 7, 7, 7])).toBe(0.25);
    expect(averagePrecision([1, 0, 0, 0], [7, 7, 7, 7], { rule: 'trapezoid' })).toBe(0.625);
  });

  it('is NaN without positives and of nothing, 1 where all is right', () => {
    expect(averagePrecision([0, 0], [0.1, 0.2])).toBeNaN();
    expect(averagePrecision([], [], { rule: 'trapezoid' })).toBeNaN();
    expect(averagePrecision([0, 1, 1], [0, 1, 2])).toBe(1);
    expect(averagePrecision([1, 1], [0, 1], { rule: 'trapezoid' })).toBe(1);
  });

  it('does not change under rising maps', () => {
    const pairs = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 9 })), { minLength: 1 });
    fc.assert(
      fc.property(pairs, fc.constantFrom('step' as const, 'trapezoid' as const), (list, rule) => {
        const labels = list.map(([label]) => label);
        const scores = list.map(([, score]) => score);
        const mapped = scores.map((score) => Math.atan(score) - 5);
        expect(averagePrecision(labels, mapped, { rule })).toBe(averagePrecision(labels, scores, { rule }));
      }),
    );
  });

  it('refuses unknown rules and options', () => {
    expect(() => averagePrecision([1], [1], { rule: 'auto' as 'step' })).toThrow(
      'rule: unknown choice; got "auto"; expected "step" or "trapezoid"',
    );
    expect(() => averagePrecision([1], [1], { method: 'step' } as never)).toThrow(
      'averagePrecision: unknown option; got method; expected one of rule',
    );
  });
});

describe('precisionRecallCurve', () => {
  it('runs from recall 0 to 1', () => {
    const curve = precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
    expect([...curve.recall]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect(curve.precision).toBeAllClose([1, 1, 1 / 2, 2 / 3, 1 / 2]);
    expect([...curve.thresholds]).toEqual([Number.POSITIVE_INFINITY, 0.8, 0.4, 0.35, 0.1]);
  });
});
