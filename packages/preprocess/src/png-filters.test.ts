import { SeededRandom, setKernels } from '@lesion/core';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { filterRows } from './png-filters.js';

afterEach(() => setKernels('auto'));

describe('filterRows', () => {
  it('gives the same bytes plainly and in WebAssembly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 3),
        fc.constantFrom(2, 9, 256),
        fc.nat(),
        (width, height, step, levels, seed) => {
          const random = new SeededRandom(seed);
          const stride = width * step;
          const spread = Math.floor(255 / (levels - 1));
          const data = new Uint8Array(height * stride).map(() => random.integer(levels) * spread);
          setKernels('plain');
          const plain = filterRows(data, stride, step);
          setKernels('auto');
          expect(filterRows(data, stride, step)).toEqual(plain);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      'a row like the one above',
      [
        [7, 90, 3],
        [7, 90, 3],
      ],
      1,
      [0, 2],
    ],
    ['a row of one value', [[40, 40, 40, 40]], 1, [1]],
    ['zeros', [[0, 0, 0]], 3, [0]],
    [
      'rows that differ, with an edge',
      [
        [50, 50, 200, 200],
        [90, 90, 240, 240],
      ],
      1,
      [1, 4],
    ],
  ])('chooses the filter that leaves least: %s', (_, rows, step, expected) => {
    const stride = rows[0]!.length;
    for (const mode of ['plain', 'auto'] as const) {
      setKernels(mode);
      const filtered = filterRows(Uint8Array.from(rows.flat()), stride, step);
      expect(rows.map((__, y) => filtered[y * (1 + stride)])).toEqual(expected);
    }
  });
});
