import { createClassMaps, SeededRandom } from '@lesion/core';
import { analyzeLesion } from '@lesion/licu';
import { describe, expect, it } from 'vitest';
import { calibrateIndexes, classScores, isDefaultLicu, LICU_DEFAULTS } from './class-scores.js';

const indexes = { melanoma: 0.2, seborrheic_keratosis: 0.3, nevus: 0.5 };

describe('calibrateIndexes', () => {
  it("applies each class's own curve, and forgives a rounding error", () => {
    const calibration = {
      melanoma: { slope: 1, intercept: 0 },
      seborrheic_keratosis: { slope: 0, intercept: 0 },
      nevus: { slope: 1, intercept: Math.log(3) },
    };
    const probabilities = calibrateIndexes(indexes, calibration);
    expect(probabilities.melanoma).toBeCloseTo(0.2, 12);
    expect(probabilities.seborrheic_keratosis).toBe(0.5);
    expect(probabilities.nevus).toBeCloseTo(0.75, 12);
    const rounded = { melanoma: -1e-17, seborrheic_keratosis: 0, nevus: 1 + 1e-7 };
    expect(calibrateIndexes(rounded, calibration).nevus).toBeLessThanOrEqual(1);
  });
});

describe('classScores', () => {
  const probabilities = { melanoma: 0.6, seborrheic_keratosis: 0.1, nevus: 0.7 };

  it('gives probabilities where there are any, and what is asked for', () => {
    expect(classScores({ indexes })).toEqual({ kind: 'indexes', scores: indexes });
    expect(classScores({ indexes, probabilities })).toEqual({ kind: 'calibrated', scores: probabilities });
    expect(classScores({ indexes, probabilities }, 'indexes').scores).toBe(indexes);
    expect(classScores({ indexes, probabilities }, 'calibrated').scores).toBe(probabilities);
  });

  it('refuses probabilities that are not there, and other kinds', () => {
    expect(() => classScores({ indexes }, 'calibrated')).toThrow(
      'scores: no calibrated probabilities; got a LIN without calibration, or other scales or LICU options',
    );
    expect(() => classScores({ indexes }, 'raw' as 'indexes')).toThrow(
      'scores: unknown choice; got "raw"; expected "calibrated" or "indexes"',
    );
  });
});

describe('isDefaultLicu', () => {
  it('tells what analyzeLesion does anyway from what it does on request', () => {
    expect(isDefaultLicu()).toBe(true);
    expect(isDefaultLicu({})).toBe(true);
    expect(isDefaultLicu({ weighting: 'distance', form: 'weighted-mean', levels: undefined })).toBe(true);
    expect(isDefaultLicu({ weighting: 'uniform' })).toBe(false);
    expect(isDefaultLicu({ levels: 7 })).toBe(false);
    expect(isDefaultLicu({ fillHoles: false })).toBe(false);
    expect(isDefaultLicu({ threshold: 0.4 })).toBe(false);
  });

  it('knows what analyzeLesion does', () => {
    const random = new SeededRandom(2);
    const values = Float32Array.from({ length: 30 * 40 * 4 }, () => random.next());
    const maps = createClassMaps({ height: 30, width: 40 }, 4, values);
    expect(analyzeLesion(maps, LICU_DEFAULTS)).toEqual(analyzeLesion(maps));
    for (const other of [{ weighting: 'uniform' }, { form: 'literal' }, { threshold: 0.8 }] as const) {
      expect(analyzeLesion(maps, other).indexes).not.toEqual(analyzeLesion(maps).indexes);
    }
  });
});
