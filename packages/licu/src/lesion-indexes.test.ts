import { createClassMaps, createScalarMap, SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lesionIndexes, normalizeClassMaps } from './index.js';

const size = { height: 1, width: 3 };
const maps = createClassMaps(size, 3, Float32Array.of(1, 0, 0, 0.5, 0.5, 0, 0, 0.25, 0.75));
const weights = (...values: number[]) => createScalarMap(size, Float32Array.from(values));

describe('lesionIndexes', () => {
  it('divides by the sum of the map, or by the number of lesion pixels', () => {
    // Refined maps: 0.5, 0, 0 and 0.5, 0.5, 0; the third pixel is no lesion.
    expect(lesionIndexes(maps, weights(0.5, 1, 0))).toEqual({
      melanoma: 1 / 1.5,
      seborrheic_keratosis: 0.5 / 1.5,
      nevus: 0,
    });
    expect(lesionIndexes(maps, weights(0.5, 1, 0), { form: 'literal' })).toEqual({
      melanoma: 0.5,
      seborrheic_keratosis: 0.25,
      nevus: 0,
    });
  });

  it('gives the mean of the whole image where no pixel has a weight, in both forms', () => {
    const expected = { melanoma: 0.5, seborrheic_keratosis: 0.25, nevus: 0.25 };
    expect(lesionIndexes(maps, weights(0, 0, 0))).toEqual(expected);
    expect(lesionIndexes(maps, weights(0, 0, 0), { form: 'literal' })).toEqual(expected);
  });

  it('sums to 1 as a weighted mean and is blind to the scale of the weights', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new SeededRandom(seed);
        const shape = { height: 4, width: 5 };
        const normalized = normalizeClassMaps(
          createClassMaps(
            shape,
            3,
            Float32Array.from({ length: 60 }, () => random.next()),
          ),
        );
        const map = Float32Array.from({ length: 20 }, () => (random.chance(0.3) ? 0 : random.next()));
        const indexes = Object.values(lesionIndexes(normalized, createScalarMap(shape, map)));
        const quarter = map.map((value) => value / 4);
        expect(indexes.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        expect(Object.values(lesionIndexes(normalized, createScalarMap(shape, quarter)))).toBeAllClose(
          indexes,
          1e-12,
        );
      }),
    );
  });

  it('refuses weights below 0, values that are not finite and unknown forms', () => {
    expect(() => lesionIndexes(maps, weights(0, -1, 0))).toThrow(
      'distanceMap: a weight below 0; got -1 at index 1 of 3; expected at least 0',
    );
    expect(() => lesionIndexes(maps, weights(0, Number.NaN, 0))).toThrow('got NaN at index 1 of 3');
    expect(() => lesionIndexes(maps, weights(0, 1, 0), { form: 'mean' as 'literal' })).toThrow(
      'form: unknown choice; got "mean"; expected "weighted-mean" or "literal"',
    );
  });
});
