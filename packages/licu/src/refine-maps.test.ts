import { createClassMaps, createScalarMap } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { refineMaps } from './index.js';

const maps = createClassMaps({ height: 1, width: 2 }, 3, Float32Array.of(0.5, 0.25, 0.25, 1, 0, 0));

describe('refineMaps', () => {
  it('multiplies each class by the weight of its pixel', () => {
    const weights = createScalarMap({ height: 1, width: 2 }, Float32Array.of(0.5, 0));
    expect(refineMaps(maps, weights)).toBeAllClose([0.25, 0.125, 0.125, 0, 0, 0], 0);
  });

  it('reads views', () => {
    const weights = createScalarMap({ height: 2, width: 1 }, Float32Array.of(0.5, 1)).transpose(1, 0);
    expect(refineMaps(maps.step(1, -1, 1), weights)).toBeAllClose([0.5, 0, 0, 0.5, 0.25, 0.25], 0);
  });

  it('refuses sizes that differ and values that are not finite', () => {
    expect(() => refineMaps(maps, createScalarMap({ height: 2, width: 1 }))).toThrow(
      'distanceMap: distanceMap has another size than normalizedMaps; got 1x2; expected 2x1',
    );
    const weights = createScalarMap({ height: 1, width: 2 }, Float32Array.of(Number.NaN, 1));
    expect(() => refineMaps(maps, weights)).toThrow('distanceMap: holds a value that is not finite');
  });
});
