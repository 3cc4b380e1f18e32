import { createClassMaps, LesionError } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../test/drawing.js';
import { normalizeClassMaps } from './index.js';

const maps = (...values: number[]) =>
  createClassMaps({ height: 1, width: values.length / 3 }, 3, Float32Array.from(values));

describe('normalizeClassMaps', () => {
  it('subtracts the smallest and divides by the sum', () => {
    expect(normalizeClassMaps(maps(1, 0.5, 2.5))).toBeAllClose([0.2, 0, 0.8]);
    expect(normalizeClassMaps(maps(-3, -1, -2))).toBeAllClose([0, 2 / 3, 1 / 3]);
  });

  it('resolves ties: two smallest are both 0, two largest share, three equal get a third each', () => {
    expect(normalizeClassMaps(maps(0.2, 0.2, 0.9))).toBeAllClose([0, 0, 1]);
    expect(normalizeClassMaps(maps(0.9, 0.2, 0.9))).toBeAllClose([0.5, 0, 0.5]);
    expect(normalizeClassMaps(maps(0.4, 0.4, 0.4, 0, 0, 0))).toBeAllClose(Array(6).fill(1 / 3));
  });

  it('leaves pixels outside the mask at 0', () => {
    expect(normalizeClassMaps(maps(1, 2, 3, 1, 2, 3), { mask: draw(['.1']) })).toBeAllClose([
      0,
      0,
      0,
      0,
      1 / 3,
      2 / 3,
    ]);
  });

  it('reads views', () => {
    const reversed = maps(1, 0.5, 2.5, 0, 0, 1).step(1, -1, 1);
    expect(normalizeClassMaps(reversed)).toBeAllClose([0, 0, 1, 0.2, 0, 0.8]);
  });

  it('refuses what is not finite', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      let caught: unknown;
      try {
        normalizeClassMaps(maps(1, 2, 3, bad, 2, 3));
      } catch (error) {
        caught = error;
      }
      expect(LesionError.isInstance(caught) && caught.code).toBe('NOT_FINITE');
      expect((caught as Error).message).toBe(
        `maps: holds a value that is not finite; got ${bad} at index 3 of 6`,
      );
    }
  });

  it('refuses another number of classes and a mask of another size', () => {
    expect(() => normalizeClassMaps(createClassMaps({ height: 1, width: 1 }, 4))).toThrow(
      'maps: the wrong number of classes; got float32 [1, 1, 4]; expected float32 [height, width, 3]',
    );
    expect(() => normalizeClassMaps(maps(1, 2, 3), { mask: draw(['11']) })).toThrow(
      'mask: mask has another size than maps; got 2x1; expected 1x1',
    );
  });

  it('sums to 1 with a 0 in it, whatever the scale and offset', () => {
    const value = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(value, value, value, fc.constantFrom(0.25, 1, 8), value, (a, b, c, scale, offset) => {
        const plain = normalizeClassMaps(maps(a, b, c)).data;
        const moved = normalizeClassMaps(
          maps(a * scale + offset, b * scale + offset, c * scale + offset),
        ).data;
        expect(plain).toBeAllClose(moved, 0);
        expect(plain[0]! + plain[1]! + plain[2]!).toBeCloseTo(1, 6);
        if (!(a === b && b === c)) expect(Math.min(...plain)).toBe(0);
      }),
    );
  });
});
