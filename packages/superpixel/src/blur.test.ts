import { describe, expect, it } from 'vitest';
import { gaussianWeights, mirrored, rowBlur } from './blur.js';

function blur(image: number[][][], sigma: number): number[][] {
  const height = image.length;
  const width = image[0]!.length;
  const next = rowBlur((y, out) => out.set(image[y]!.flat()), { height, width }, sigma);
  return image.map((_, y) => {
    const row = new Float64Array(width * 3);
    next(y, row);
    return [...row];
  });
}

describe('blur', () => {
  it('mirrors again and again, with the edge repeated', () => {
    const walk = Array.from({ length: 13 }, (_, i) => mirrored(i - 5, 3));
    expect(walk).toEqual([1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]);
    expect(mirrored(-7, 1)).toBe(0);
  });

  it('has weights that sum to 1 and reach four sigma', () => {
    const weights = gaussianWeights(2);
    expect(weights.length).toBe(9);
    expect(weights.reduce((sum, weight) => sum + 2 * weight, -weights[0]!)).toBeCloseTo(1, 14);
    expect(weights[2]! / weights[0]!).toBeCloseTo(Math.exp(-0.5), 12);
  });

  it('spreads one bright pixel into the product of two bells, each channel for itself', () => {
    const image = Array.from({ length: 21 }, (_, y) =>
      Array.from({ length: 23 }, (_, x) => [0, y === 10 && x === 11 ? 1 : 0, 5]),
    );
    const rows = blur(image, 1);
    const weights = gaussianWeights(1);
    expect(rows[10]![3 * 11 + 1]).toBeCloseTo(weights[0]! ** 2, 12);
    expect(rows[12]![3 * 8 + 1]).toBeCloseTo(weights[2]! * weights[3]!, 12);
    expect(rows[15]![3 * 11 + 1]).toBe(0);
    for (const row of rows) expect(row.filter((_, i) => i % 3 === 2)).toBeAllClose(Array(23).fill(5), 1e-12);
  });

  it('keeps an even image as it is, however small', () => {
    for (const [height, width] of [
      [1, 1],
      [2, 9],
      [9, 2],
    ] as const) {
      const image = Array.from({ length: height }, () => Array.from({ length: width }, () => [1, 2, 3]));
      expect(blur(image, 2).flat()).toBeAllClose(image.flat(2), 1e-12);
    }
  });
});
