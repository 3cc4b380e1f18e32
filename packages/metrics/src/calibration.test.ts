import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedCalibrationError, reliabilityCurve } from './index.js';

describe('reliabilityCurve', () => {
  it('cuts into bins of the same width, an edge belonging to the bin below', () => {
    const curve = reliabilityCurve([0, 0, 1, 0, 1, 1], [0, 0.25, 0.5, 0.75, 0.75, 1], { bins: 4 });
    expect(curve).toEqual([
      { lower: 0, upper: 0.25, count: 2, meanScore: 0.125, positiveShare: 0 },
      { lower: 0.25, upper: 0.5, count: 1, meanScore: 0.5, positiveShare: 1 },
      { lower: 0.5, upper: 0.75, count: 2, meanScore: 0.75, positiveShare: 0.5 },
      { lower: 0.75, upper: 1, count: 1, meanScore: 1, positiveShare: 1 },
    ]);
  });

  it('leaves empty bins out', () => {
    const curve = reliabilityCurve([0, 1], [0.05, 0.95]);
    expect(curve.map(({ lower, upper }) => [lower, upper])).toEqual([
      [0, 0.1],
      [0.9, 1],
    ]);
    expect(reliabilityCurve([], [])).toEqual([]);
    expect(reliabilityCurve([], [], { binning: 'equal-mass' })).toEqual([]);
  });

  it('cuts into bins of the same mass, ties kept together', () => {
    const scores = [0.1, 0.11, 0.12, 0.13, 0.14, 0.9, 0.91];
    const curve = reliabilityCurve([0, 0, 0, 1, 0, 1, 1], scores, { bins: 3, binning: 'equal-mass' });
    expect(curve.map((bin) => bin.count)).toEqual([3, 2, 2]);
    expect(curve[0]!.lower).toBe(0.1);
    expect(curve[2]!.upper).toBe(0.91);
    const tied = reliabilityCurve([0, 1, 1, 1], [0.5, 0.5, 0.5, 0.5], { bins: 4, binning: 'equal-mass' });
    expect(tied).toEqual([{ lower: 0.5, upper: 0.5, count: 4, meanScore: 0.5, positiveShare: 0.75 }]);
  });

  it('loses no score', () => {
    const pairs = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(
        pairs,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom('equal-width' as const, 'equal-mass' as const),
        (list, bins, binning) => {
          const labels = list.map(([label]) => label);
          const scores = list.map(([, score]) => score);
          const curve = reliabilityCurve(labels, scores, { bins, binning });
          const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
          expect(sum(curve.map((bin) => bin.count))).toBe(list.length);
          expect(sum(curve.map((bin) => bin.count * bin.positiveShare))).toBeCloseTo(sum(labels), 9);
          for (const bin of curve) {
            expect(bin.meanScore).toBeGreaterThanOrEqual(bin.lower - 1e-12);
            expect(bin.meanScore).toBeLessThanOrEqual(bin.upper + 1e-12);
          }
        },
      ),
    );
  });
});

describe('expectedCalibrationError', () => {
  it('weighs the bins by their counts', () => {
    expect(expectedCalibrationError([0, 1, 1], [0.1, 0.6, 0.8], { bins: 2 })).toBeCloseTo(
      (0.1 + 2 * 0.3) / 3,
      15,
    );
    expect(expectedCalibrationError([0, 1], [0, 1])).toBe(0);
    expect(expectedCalibrationError([1, 0], [0, 1])).toBe(1);
    expect(expectedCalibrationError([], [])).toBeNaN();
  });

  it('refuses scores that are no probabilities', () => {
    expect(() => expectedCalibrationError([0, 1], [0.5, 1.5])).toThrow(
      'scores: holds a score outside [0, 1]; got 1.5 at index 1 of 2',
    );
    expect(() => expectedCalibrationError([0], [0.5], { bins: 0 })).toThrow('bins: out of range; got 0');
    expect(() => reliabilityCurve([0], [0.5], { binning: 'equal' as 'equal-mass' })).toThrow(
      'binning: unknown choice; got "equal"; expected "equal-width" or "equal-mass"',
    );
  });
});
