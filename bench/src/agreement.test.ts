import { describe, expect, it } from 'vitest';
import {
  differenceIn,
  EQUAL_PIXELS,
  largestDifference,
  MEAN_DIFFERENCE,
  sharedRegions,
} from './agreement.js';
import type { Arrays, Values } from './array-file.js';

const output = (values: Values): Arrays =>
  new Map([['output', { name: 'output', shape: [values.length], values }]]);

describe('sharedRegions', () => {
  it('does not look at the numbers of regions', () => {
    expect(sharedRegions(Int32Array.of(0, 0, 1, 1, 2), Int32Array.of(7, 7, 0, 0, 3))).toBe(1);
  });

  it('counts the pixels of counterparts alone', () => {
    // Region 0 and 5 share three pixels; of 1 and 6 two; one pixel of 0 went to 6.
    expect(sharedRegions(Int32Array.of(0, 0, 0, 0, 1, 1), Int32Array.of(5, 5, 5, 6, 6, 6))).toBe(5 / 6);
  });

  it('gives nothing for regions that were merged or cut', () => {
    const whole = new Int32Array(10);
    const pieces = Int32Array.from({ length: 10 }, (_, i) => i);
    expect(sharedRegions(whole, pieces)).toBe(0.1);
    expect(sharedRegions(pieces, whole)).toBe(0.1);
  });
});

describe('differences', () => {
  it('are the largest or the mean one', () => {
    const [first, second] = [Float32Array.of(1, 2, 3), Float64Array.of(1, 2.5, 2)];
    expect(largestDifference(first, second)).toBe(1);
    expect(MEAN_DIFFERENCE.of(output(first), output(second))).toBe(0.5);
    expect(differenceIn('pixels').measure).toBe('largest difference, pixels');
    expect(EQUAL_PIXELS.of(output(first), output(second))).toBe(1 / 3);
  });

  it('show where a side computed no number', () => {
    expect(largestDifference([1, Number.NaN] as never, [1, 1] as never)).toBeNaN();
  });

  it('are not of results of different length', () => {
    expect(() => EQUAL_PIXELS.of(output(new Uint8Array(2)), output(new Uint8Array(3)))).toThrow(
      'results of different length: 2 and 3 values',
    );
  });
});
