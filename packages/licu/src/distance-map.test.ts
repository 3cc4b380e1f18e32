import { createBinaryMask, SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../test/drawing.js';
import { distanceMap } from './index.js';

describe('distanceMap', () => {
  it('is 1 at the innermost pixel and 0 outside', () => {
    expect(distanceMap(draw(['.11111.']))).toBeAllClose([0, 1 / 3, 2 / 3, 1, 2 / 3, 1 / 3, 0]);
  });

  it('rounds up to equal steps', () => {
    expect(distanceMap(draw(['.11111.']), { levels: 2 })).toBeAllClose([0, 0.5, 1, 1, 1, 0.5, 0], 0);
    expect(distanceMap(draw(['.11111.']), { levels: 1 })).toBeAllClose([0, 1, 1, 1, 1, 1, 0], 0);
    // 1/3 and 2/3 are steps of their own: neither may slip one up by rounding.
    expect(distanceMap(draw(['.11111.']), { levels: 3 })).toBeAllClose([0, 1 / 3, 2 / 3, 1, 2 / 3, 1 / 3, 0]);
  });

  it('leaves distances that are steps already as they are', () => {
    for (let radius = 1; radius <= 300; radius++) {
      const row = `.${'1'.repeat(2 * radius - 1)}.`;
      expect(distanceMap(draw([row]), { levels: radius })).toBeAllClose(distanceMap(draw([row])), 1e-6);
    }
  });

  it('knows one pixel, the full frame and the empty mask', () => {
    expect(distanceMap(draw(['...', '.1.']))).toBeAllClose([0, 0, 0, 0, 1, 0], 0);
    expect(distanceMap(draw(['111', '111', '111']))).toBeAllClose(
      [0.5, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 0.5],
      0,
    );
    expect(distanceMap(draw(['..', '..']))).toBeAllClose([0, 0, 0, 0], 0);
    expect(distanceMap(draw(['..', '..']), { levels: 7 })).toBeAllClose([0, 0, 0, 0], 0);
  });

  it('has at most as many values as levels, all of them steps, never below the exact map', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), (seed, levels) => {
        const random = new SeededRandom(seed);
        const data = Uint8Array.from({ length: 400 }, () => (random.chance(0.03) ? 0 : 1));
        const mask = createBinaryMask({ height: 20, width: 20 }, data);
        const exact = distanceMap(mask).data;
        const stepped = distanceMap(mask, { levels }).data;
        for (let i = 0; i < data.length; i++) {
          expect(Math.abs(stepped[i]! * levels - Math.round(stepped[i]! * levels))).toBeLessThan(1e-5);
          expect(stepped[i]!).toBeGreaterThanOrEqual(exact[i]! - 1e-7);
          expect(stepped[i]!).toBeLessThan(exact[i]! + 1 / levels + 1e-7);
          expect(stepped[i]! > 0).toBe(data[i] === 1);
        }
      }),
    );
  });

  it('refuses other levels', () => {
    expect(() => distanceMap(draw(['1']), { levels: 0 })).toThrow(
      'levels: out of range; got 0; expected a whole number of at least 1 and at most 1024',
    );
    expect(() => distanceMap(draw(['1']), { levels: 2.5 })).toThrow('levels: out of range; got 2.5');
  });
});
