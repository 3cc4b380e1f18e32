import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexagonalSeeds, perturbSeeds, type Seeds, squareSeeds } from './seeds.js';

const places = ({ rows, columns }: Seeds) => Array.from(rows, (row, i) => [row, columns[i]]);

describe('seeds', () => {
  it('puts square seeds half a step from the corner', () => {
    const seeds = squareSeeds({ height: 20, width: 40 }, 8);
    expect(places(seeds)).toEqual([
      [5, 5],
      [5, 15],
      [5, 25],
      [5, 35],
      [15, 5],
      [15, 15],
      [15, 25],
      [15, 35],
    ]);
    expect(seeds.step).toBe(10);
    expect(seeds.windowStep).toEqual({ row: 10, column: 10 });
  });

  it('covers a thin side by one seed and shares the count along the other', () => {
    expect(places(squareSeeds({ height: 2, width: 30 }, 3))).toEqual([
      [1, 5],
      [1, 15],
      [1, 25],
    ]);
    expect(places(squareSeeds({ height: 30, width: 2 }, 3))).toEqual([
      [5, 1],
      [15, 1],
      [25, 1],
    ]);
  });

  it('rounds half a step to the even number', () => {
    // sqrt(25 * 4 / 16) = 2.5 and sqrt(49 * 4 / 16) = 3.5
    expect(squareSeeds({ height: 10, width: 10 }, 16).step).toBe(2);
    expect(squareSeeds({ height: 14, width: 14 }, 16).step).toBe(4);
  });

  it('shifts every second hexagonal row by half a step', () => {
    const seeds = hexagonalSeeds({ height: 20, width: 43 }, 8);
    expect(seeds.shape).toEqual({ rows: 2, columns: 4 });
    expect(places(seeds)).toEqual([
      [5, 5],
      [5, 15],
      [5, 26],
      [5, 37],
      [15, 10],
      [15, 20],
      [15, 31],
      [15, 42],
    ]);
  });

  it('keeps all seeds within the image, at least one and at most one a pixel', () => {
    const side = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 5000 }), (height, width, count) => {
        for (const grid of [squareSeeds, hexagonalSeeds]) {
          const seeds = grid({ height, width }, count);
          expect(seeds.rows.length).toBe(seeds.shape.rows * seeds.shape.columns);
          expect(seeds.rows.length).toBeGreaterThan(0);
          expect(seeds.rows.length).toBeLessThanOrEqual(height * width);
          expect(seeds.step).toBeGreaterThanOrEqual(1);
          for (const [row, column] of places(seeds)) {
            expect(row! >= 0 && row! < height && Number.isInteger(row)).toBe(true);
            expect(column! >= 0 && column! < width && Number.isInteger(column)).toBe(true);
          }
        }
      }),
    );
  });

  it('moves a seed off an edge, not onto the border, and leaves it where nothing is gained', () => {
    const size = { height: 5, width: 7 };
    const features = new Float64Array(5 * 7 * 3);
    // Columns 0 to 2 are dark, the rest bright: the gradient is large at columns 2 and 3.
    for (let i = 0; i < 35; i++) if (i % 7 >= 3) features.fill(9, 3 * i, 3 * i + 3);
    const seeds: Seeds = {
      rows: Float64Array.of(2, 2, 0),
      columns: Float64Array.of(3, 5, 0),
      step: 3,
      windowStep: { row: 3, column: 3 },
      shape: { rows: 1, columns: 3 },
    };
    perturbSeeds(seeds, (y, x, channel) => features[3 * (7 * y + x) + channel]!, size);
    expect(places(seeds)).toEqual([
      [1, 4],
      [2, 5],
      [1, 1],
    ]);
  });
});
