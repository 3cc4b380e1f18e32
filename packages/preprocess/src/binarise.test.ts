import { SeededRandom, setKernels } from '@lesion/core';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { binarise } from './binarise.js';

afterEach(() => setKernels('auto'));

describe.each(['plain', 'auto'] as const)('binarise, kernels %s', (kernels) => {
  it('tells each value from the threshold, wherever the array begins, and touches nothing beside it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 4090, max: 80_000 })),
        fc.integer({ min: 0, max: 5 }),
        fc.oneof(fc.integer({ min: 0, max: 254 }), fc.constantFrom(127.5, 128, 0.25)),
        fc.constantFrom(2, 3, 256),
        fc.nat(),
        (length, offset, threshold, levels, seed) => {
          const random = new SeededRandom(seed);
          const spread = Math.floor(255 / (levels - 1));
          const all = new Uint8Array(length + offset + 3).map(() => random.integer(levels) * spread);
          const before = all.slice();
          setKernels(kernels);
          binarise(all.subarray(offset, offset + length), threshold);
          const expected = before.map((value, i) =>
            i < offset || i >= offset + length ? value : Number(value > threshold),
          );
          // One comparison of bytes: a matcher would look at each.
          expect(Buffer.compare(all, expected)).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});
