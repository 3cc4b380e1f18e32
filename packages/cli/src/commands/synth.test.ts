import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideImages } from './synth.js';

describe('divideImages', () => {
  it('gives a fifth each to validation and test', () => {
    expect(divideImages(3)).toEqual({ training: 1, validation: 1, test: 1 });
    expect(divideImages(40)).toEqual({ training: 24, validation: 8, test: 8 });
  });

  it('divides every number from three on without a rest or an empty split', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 100_000 }), (images) => {
        const { training, validation, test } = divideImages(images);
        expect(training + validation + test).toBe(images);
        expect(Math.min(training, validation, test)).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});
