import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionCounts, segmentationMetrics } from './index.js';

const counts = (
  truePositives: number,
  falsePositives: number,
  trueNegatives: number,
  falseNegatives: number,
) => ({
  truePositives,
  falsePositives,
  trueNegatives,
  falseNegatives,
});

describe('segmentationMetrics', () => {
  it('has the ratios of eqs. (3) to (5)', () => {
    expect(segmentationMetrics(counts(3, 1, 4, 2))).toEqual({
      AC: 0.7,
      JA: 0.5,
      DI: 2 / 3,
      SE: 0.6,
      SP: 0.8,
    });
  });

  it('has NaN where a denominator is 0, or the value that was asked for', () => {
    const undefinedValue = Number.NaN;
    expect(segmentationMetrics(counts(0, 0, 5, 0))).toEqual({
      AC: 1,
      JA: undefinedValue,
      DI: undefinedValue,
      SE: undefinedValue,
      SP: 1,
    });
    expect(segmentationMetrics(counts(5, 0, 0, 0)).SP).toBeNaN();
    expect(segmentationMetrics(counts(0, 5, 0, 0))).toEqual({
      AC: 0,
      JA: 0,
      DI: 0,
      SE: undefinedValue,
      SP: 0,
    });
    expect(segmentationMetrics(counts(0, 0, 0, 0)).AC).toBeNaN();
    expect(segmentationMetrics(counts(0, 0, 5, 0), { whenUndefined: 1 })).toEqual({
      AC: 1,
      JA: 1,
      DI: 1,
      SE: 1,
      SP: 1,
    });
    expect(JSON.stringify(segmentationMetrics(counts(0, 0, 5, 0)))).toContain('"JA":null');
  });

  it('has DI = 2 JA / (1 + JA), SE and SP that change places with the classes', () => {
    const cell = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(cell, cell, cell, cell, (tp, fp, tn, fn) => {
        const { AC, JA, DI, SE, SP } = segmentationMetrics(counts(tp, fp, tn, fn));
        const turned = segmentationMetrics(counts(tn, fn, tp, fp));
        if (Number.isNaN(JA)) expect(DI).toBeNaN();
        else expect(DI).toBeCloseTo((2 * JA) / (1 + JA), 12);
        expect([turned.AC, turned.SE, turned.SP]).toEqual([AC, SP, SE]);
      }),
    );
  });

  it('is blind to the order of pixels', () => {
    const pixel = fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1));
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 1 }), (pixels) => {
        const measure = (list: (readonly [number, number])[]) =>
          segmentationMetrics(
            confusionCounts(
              list.map(([truth]) => truth),
              list.map(([, prediction]) => prediction),
            ),
          );
        expect(measure([...pixels].reverse())).toEqual(measure(pixels));
      }),
    );
  });

  it('refuses counts that are none', () => {
    expect(() => segmentationMetrics(counts(1, -1, 0, 0))).toThrow(
      'counts.falsePositives: out of range; got -1; expected a number of at least 0',
    );
    expect(() => segmentationMetrics(counts(1, 1, 0, 0), { whenUndefined: 2 })).toThrow(
      'whenUndefined: out of range',
    );
  });
});
