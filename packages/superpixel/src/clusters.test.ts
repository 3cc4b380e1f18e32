import { SeededRandom, type Size } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClusterOptions, clusterPixels } from './clusters.js';
import { hexagonalSeeds, type Seeds, squareSeeds } from './seeds.js';

/** Every cluster against every pixel of its window, in turn: the definition, without any shortcut. */
function everyClusterInTurn(features: Float64Array, size: Size, seeds: Seeds, options: ClusterOptions) {
  const { height, width } = size;
  const count = seeds.rows.length;
  const centres = Array.from({ length: count }, (_, k) => {
    const at = (seeds.rows[k]! * width + seeds.columns[k]!) * 3;
    const color = options.seedColors === 'pixel' ? [...features.subarray(at, at + 3)] : [0, 0, 0];
    return { row: seeds.rows[k]!, column: seeds.columns[k]!, color, largest: 1, empty: false };
  });
  const colorDistance = (at: number, color: number[]): number => {
    let sum = 0;
    for (let c = 0; c < 3; c++) sum += (features[3 * at + c]! - color[c]!) ** 2;
    return sum;
  };
  const labels = Int32Array.from({ length: height * width }, (_, at) => {
    const row = Math.floor((Math.floor(at / width) * seeds.shape.rows) / height);
    return row * seeds.shape.columns + Math.floor(((at % width) * seeds.shape.columns) / width);
  });
  const reachRows = options.window * seeds.windowStep.row;
  const reachColumns = options.window * seeds.windowStep.column;
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const nearest = new Float64Array(labels.length).fill(Number.POSITIVE_INFINITY);
    centres.forEach(({ row, column, color, largest, empty }, k) => {
      if (empty) return;
      const bottom = Math.trunc(Math.min(row + reachRows + 1, height));
      const right = Math.trunc(Math.min(column + reachColumns + 1, width));
      for (let y = Math.trunc(Math.max(row - reachRows, 0)); y < bottom; y++) {
        for (let x = Math.trunc(Math.max(column - reachColumns, 0)); x < right; x++) {
          const at = y * width + x;
          const space = ((row - y) ** 2 + (column - x) ** 2) * (1 / (seeds.step * seeds.step));
          const distance = space + colorDistance(at, color) / largest;
          if (distance < nearest[at]!) {
            nearest[at] = distance;
            labels[at] = k;
          }
        }
      }
    });
    centres.forEach((centre, k) => {
      const sums = [0, 0, 0, 0, 0];
      let pixels = 0;
      labels.forEach((label, at) => {
        if (label !== k) return;
        pixels++;
        sums[0]! += Math.floor(at / width);
        sums[1]! += at % width;
        for (let c = 0; c < 3; c++) sums[2 + c]! += features[3 * at + c]!;
      });
      centre.empty = pixels === 0;
      [centre.row, centre.column, ...centre.color] = sums.map((sum) => sum / pixels) as [number, number];
    });
    if (options.algorithm === 'slico') {
      labels.forEach((label, at) => {
        const centre = centres[label]!;
        centre.largest = Math.max(centre.largest, colorDistance(at, centre.color));
      });
    }
  }
  return labels;
}

describe('clusterPixels', () => {
  it('takes its shortcuts without changing one label', () => {
    const side = fc.integer({ min: 1, max: 45 });
    const options = fc.record({
      algorithm: fc.constantFrom('slic' as const, 'slico' as const),
      iterations: fc.integer({ min: 1, max: 6 }),
      seedColors: fc.constantFrom('zero' as const, 'pixel' as const),
      window: fc.constantFrom(0.3, 1, 2),
    });
    const levels = fc.constantFrom(2, 3, 1000);
    const contrast = fc.constantFrom(0.1, 3, 1e4);
    const grids = fc.constantFrom(squareSeeds, hexagonalSeeds);
    fc.assert(
      fc.property(
        fc.tuple(side, side, fc.integer({ min: 1, max: 60 })),
        options,
        fc.tuple(levels, contrast, fc.nat()),
        grids,
        ([height, width, count], options, [levels, contrast, seed], grid) => {
          // Few levels make many equal distances, which only the order of the clusters decides.
          const random = new SeededRandom(seed);
          const features = Float64Array.from(
            { length: height * width * 3 },
            () => (contrast * Math.floor(random.next() * levels)) / levels,
          );
          const size = { height, width };
          const seeds = grid(size, count);
          const expected = everyClusterInTurn(features, size, seeds, options);
          expect([...clusterPixels(features, size, seeds, options)]).toEqual([...expected]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('starts SLICO and seed colours of zero from the Voronoi diagram of the seeds', () => {
    const size = { height: 1, width: 8 };
    const features = Float64Array.from({ length: 24 }, (_, i) => i * 1000);
    const options = { algorithm: 'slico', iterations: 1, seedColors: 'zero', window: 2 } as const;
    const labels = clusterPixels(features, size, squareSeeds(size, 2), options);
    // Seeds at columns 2 and 6; column 4 is as far from both and goes to the first.
    expect([...labels]).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
  });
});
