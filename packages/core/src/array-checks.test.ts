import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areBinary, areFinite, areNotNegative } from './array-checks.js';

const offset = fc.integer({ min: 0, max: 5 });
const length = fc.integer({ min: 0, max: 41 });
const place = fc.integer({ min: 0, max: 40 });

describe('areBinary', () => {
  it('finds any other byte, wherever the bytes begin and end, and reads no byte beside them', () => {
    fc.assert(
      fc.property(offset, length, place, fc.integer({ min: 2, max: 255 }), (start, count, at, byte) => {
        const whole = new Uint8Array(start + count + 7).fill(255);
        const bytes = whole.subarray(start, start + count);
        for (let i = 0; i < count; i++) bytes[i] = i & 1;
        expect(areBinary(bytes)).toBe(true);
        if (at >= count) return;
        bytes[at] = byte;
        expect(areBinary(bytes)).toBe(false);
      }),
    );
  });
});

describe('areNotNegative', () => {
  it('finds any number below 0', () => {
    fc.assert(
      fc.property(length, place, fc.integer({ min: -(2 ** 31), max: -1 }), (count, at, negative) => {
        const values = Int32Array.from({ length: count }, (_, i) => i * 51_130_563);
        expect(areNotNegative(values)).toBe(true);
        if (at >= count) return;
        values[at] = negative;
        expect(areNotNegative(values)).toBe(false);
      }),
    );
  });
});

describe('areFinite', () => {
  const extremes = [3.4e38, -3.4e38, 1e-45, -0, 0.5];

  it.each([Float32Array, Float64Array])('finds any value that is not, of a %o', (type) => {
    fc.assert(
      fc.property(length, place, fc.constantFrom(Number.NaN, 1 / 0, -1 / 0), (count, at, value) => {
        const values = new type(Array.from({ length: count }, (_, i) => extremes[i % 5]!));
        expect(areFinite(values)).toBe(true);
        if (at >= count) return;
        values[at] = value;
        expect(areFinite(values)).toBe(false);
        // Two of them must not cancel out.
        values[(at * 3) % count] = -value;
        expect(areFinite(values)).toBe(false);
      }),
    );
  });

  it('takes whole numbers as they are, and other lists value by value', () => {
    expect(areFinite(Uint8Array.of(1, 255))).toBe(true);
    expect(areFinite([1, 1e308, -1e308])).toBe(true);
    expect(areFinite([1, Number.NaN])).toBe(false);
    expect(areFinite([])).toBe(true);
    expect(areFinite(Float64Array.of(1.7e308, 1.7e308, 1.7e308))).toBe(true);
  });
});
