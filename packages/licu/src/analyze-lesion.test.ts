import { type ClassMaps, createClassMaps, LesionError, type ScalarMap, SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../test/drawing.js';
import {
  analyzeLesion,
  distanceMap,
  lesionIndexes,
  lesionMask,
  normalizeClassMaps,
  refineMaps,
} from './index.js';

/** One row of pixels, each of background, melanoma, seborrheic keratosis, nevus. */
const row = (...pixels: number[][]): ClassMaps =>
  createClassMaps({ height: 1, width: pixels.length }, 4, Float32Array.from(pixels.flat()));

const skin = [0.75, 0.125, 0, 0.125];
const rim = [0, 0, 0, 1];
const core = [0, 1, 0, 0];

describe('analyzeLesion', () => {
  it('weights the centre of the lesion more than its rim', () => {
    const analysis = analyzeLesion(row(skin, rim, core, rim, skin));
    expect(analysis.mask).toMatchMask(['.111.']);
    expect(analysis.distanceMap).toBeAllClose([0, 0.5, 1, 0.5, 0], 0);
    expect(analysis.normalizedMaps).toBeAllClose([0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0], 0);
    expect(analysis.refinedMaps).toBeAllClose([0, 0, 0, 0, 0, 0.5, 1, 0, 0, 0, 0, 0.5, 0, 0, 0], 0);
    expect(analysis.indexes).toEqual({ melanoma: 0.5, seborrheic_keratosis: 0, nevus: 0.5 });
    expect(analysis.emptyMask).toBe(false);
  });

  it('has the literal form and the uniform weighting of Table V', () => {
    const maps = row(skin, rim, core, rim, skin);
    expect(analyzeLesion(maps, { form: 'literal' }).indexes.melanoma).toBe(1 / 3);
    const uniform = analyzeLesion(maps, { weighting: 'uniform' });
    expect(uniform.indexes).toEqual({ melanoma: 1 / 3, seborrheic_keratosis: 0, nevus: 2 / 3 });
    expect(uniform.distanceMap).toBeAllClose([0, 1, 1, 1, 0], 0);
    expect(analyzeLesion(maps, { weighting: 'uniform', form: 'literal' }).indexes).toEqual(uniform.indexes);
  });

  it('flags an empty mask and averages the whole image', () => {
    const analysis = analyzeLesion(row(skin, [0.75, 0, 0, 0.25]));
    expect(analysis.emptyMask).toBe(true);
    expect(analysis.mask).toMatchMask(['..']);
    expect(analysis.indexes).toEqual({ melanoma: 0.25, seborrheic_keratosis: 0, nevus: 0.75 });
    expect(analysis.normalizedMaps).toBeAllClose([0.5, 0, 0.5, 0, 0, 1], 0);
    expect(analysis.distanceMap).toBeAllClose([0, 0], 0);
    expect(analysis.refinedMaps).toBeAllClose([0, 0, 0, 0, 0, 0], 0);
    for (const form of ['literal', 'weighted-mean'] as const) {
      for (const weighting of ['distance', 'uniform'] as const) {
        expect(analyzeLesion(row(skin), { form, weighting }).indexes).toEqual({
          melanoma: 0.5,
          seborrheic_keratosis: 0,
          nevus: 0.5,
        });
      }
    }
  });

  it('knows the full frame and one pixel', () => {
    const full = analyzeLesion(row(core, core, rim));
    expect(full.mask).toMatchMask(['111']);
    expect(full.distanceMap).toBeAllClose([1, 1, 1], 0);
    expect(full.indexes.melanoma).toBeCloseTo(2 / 3, 12);
    const one = analyzeLesion(row(core));
    expect(one.indexes).toEqual({ melanoma: 1, seborrheic_keratosis: 0, nevus: 0 });
    expect(one.emptyMask).toBe(false);
  });

  it('uses a mask that is given', () => {
    const mask = draw(['1....']);
    const analysis = analyzeLesion(row(skin, rim, core, rim, skin), { mask });
    expect(analysis.mask).toBe(mask);
    expect(analysis.indexes).toEqual({ melanoma: 0.5, seborrheic_keratosis: 0, nevus: 0.5 });
    expect(() => analyzeLesion(row(skin), { mask })).toThrow(
      'mask: mask has another size than classMaps; got 5x1',
    );
  });

  it('is what its steps give one after the other, views included', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom('ignore' as const, 'background' as const),
        fc.constantFrom('literal' as const, 'weighted-mean' as const),
        fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        (seed, border, form, levels) => {
          const random = new SeededRandom(seed);
          const size = { height: 8, width: 7 };
          const values = Float32Array.from({ length: 224 }, (_, i) => random.next() * (i % 4 === 0 ? 3 : 1));
          const classMaps = createClassMaps(size, 4, values);
          const mask = lesionMask(classMaps);
          const lesion = mask.data.includes(1) ? mask : undefined;
          const normalized = normalizeClassMaps(classMaps.lo(0, 0, 1), { mask: lesion });
          const weights: ScalarMap = distanceMap(mask, { border, levels });
          const analysis = analyzeLesion(classMaps, { border, form, levels });
          expect(analysis.normalizedMaps).toBeAllClose(normalized, 0);
          expect(analysis.refinedMaps).toBeAllClose(refineMaps(normalized, weights), 0);
          expect(analysis.indexes).toEqual(lesionIndexes(normalized, weights, { form }));
          const turned = analyzeLesion(classMaps.transpose(1, 0, 2), { border, form, levels });
          expect(turned.distanceMap.transpose(1, 0)).toBeAllClose(
            distanceMap(turned.mask.transpose(1, 0), { border, levels }),
            0,
          );
        },
      ),
    );
  });

  it('refuses NaN with and without a mask, and unknown options', () => {
    const maps = row(skin, [0, Number.NaN, 0, 0]);
    for (const options of [{}, { mask: draw(['1.']) }]) {
      let caught: unknown;
      try {
        analyzeLesion(maps, options);
      } catch (error) {
        caught = error;
      }
      expect(LesionError.isInstance(caught) && caught.code).toBe('NOT_FINITE');
      expect((caught as Error).message).toBe(
        'classMaps: holds a value that is not finite; got NaN at index 5 of 8',
      );
    }
    expect(() => analyzeLesion(row(skin), { weighting: 'none' as 'uniform' })).toThrow(
      'weighting: unknown choice; got "none"; expected "distance" or "uniform"',
    );
    expect(() => analyzeLesion(row(skin), { level: 3 } as never)).toThrow(
      'analyzeLesion: unknown option; got level',
    );
  });
});
