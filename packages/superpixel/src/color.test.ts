import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cubeRoot, linearize, linearizeRow, linearToLab } from './color.js';

function lab(red: number, green: number, blue: number): Float64Array {
  const row = Float64Array.of(red, green, blue).map((byte) => linearize(byte / 255));
  linearToLab(row);
  return row;
}

describe('color', () => {
  it('gives the CIELAB values of well-known colours', () => {
    expect(lab(255, 255, 255)).toBeAllClose([100, 0, 0], 0.01);
    expect(lab(0, 0, 0)).toBeAllClose([0, 0, 0], 1e-9);
    expect(lab(255, 0, 0)).toBeAllClose([53.24, 80.09, 67.2], 0.02);
    expect(lab(0, 0, 255)).toBeAllClose([32.3, 79.19, -107.86], 0.02);
  });

  it('has no step where the curves join', () => {
    expect(linearize(0.04045 + 1e-12)).toBeCloseTo(linearize(0.04045), 7);
  });

  it('linearizes a row as it does one value', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
        const row = Float64Array.of(value);
        linearizeRow(row);
        expect(Math.abs(row[0]! - linearize(value))).toBeLessThan(2e-15);
      }),
      { numRuns: 2000, examples: [[0], [1], [0.04045], [0.040450001]] },
    );
  });

  it('takes cube roots', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.008856, max: 1, noNaN: true }), (value) => {
        expect(Math.abs(cubeRoot(value) - Math.cbrt(value))).toBeLessThan(1e-15);
      }),
      { numRuns: 5000, examples: [[0.008856], [1]] },
    );
  });
});
