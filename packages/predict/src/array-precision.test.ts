import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFloat16, fromInt8, toFloat16, toInt8 } from './array-precision.js';

const bitsOf = (value: number): number => {
  const [low, high] = toFloat16(Float32Array.of(value), 'w');
  return low! | (high! << 8);
};

/** A half-precision number by its definition: sign, five bits of exponent, ten of fraction. */
function numberOf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

describe('half precision', () => {
  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [-0, 0x8000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    // Halfway: to the even neighbour, which is zero, 2 ** -23, 1 and 1 + 2 / 1024.
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [1 + 1 / 2048, 0x3c00],
    [1 + 3 / 2048, 0x3c02],
    // A float32's last bit beyond halfway decides.
    [1 + 1 / 2048 + 2 ** -23, 0x3c01],
    [2 ** -25 + 2 ** -48, 0x0001],
    [2 ** -126, 0x0000],
  ])('stores %d as %i', (value, bits) => expect(bitsOf(value)).toBe(bits));

  it('has every finite number exactly, and back', () => {
    const finite = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => (bits & 0x7c00) !== 0x7c00,
    );
    const values = Float32Array.from(finite, numberOf);
    const bytes = toFloat16(values, 'w');
    expect(new Uint16Array(bytes.buffer)).toEqual(Uint16Array.from(finite));
    expect(fromFloat16(bytes)).toEqual(values);
  });

  it('is read from bytes that begin at an odd place', () => {
    const bytes = Buffer.concat([Buffer.of(0), toFloat16(Float32Array.of(1, -2), 'w')]).subarray(1);
    expect([...fromFloat16(bytes)]).toEqual([1, -2]);
  });

  it('takes the nearest number', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const bits = bitsOf(value);
        const error = Math.abs(numberOf(bits) - value);
        for (const other of [bits - 1, bits + 1]) {
          if ((other & 0x7c00) === 0x7c00 || other < 0 || other > 0xffff) continue;
          expect(error).toBeLessThanOrEqual(Math.abs(numberOf(other) - value));
        }
      }),
    );
  });

  it('refuses what it cannot hold', () => {
    expect(() => bitsOf(65520)).toThrow(
      'w: too large for half precision; got 65520 at index 0 of 1; expected at most 65504 from zero. Store it as float32 or int8.',
    );
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => bitsOf(value)).toThrow(
        `w: holds a value that is not finite; got ${value} at index 0 of 1`,
      );
    }
  });
});

/** Two axes, the last of one to five channels whose sizes may differ by far. */
const kernel = fc.integer({ min: 1, max: 5 }).chain((channels) =>
  fc.record({
    channels: fc.constant(channels),
    rows: fc.array(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
        minLength: channels,
        maxLength: channels,
      }),
      { maxLength: 12 },
    ),
  }),
);

describe('bytes with a scale a channel', () => {
  it('count steps from zero to 127', () => {
    // Rows of two channels: one reaches 127, the other 63.5.
    const values = Float32Array.of(127, -63.5, 1.25, 0.2, -126.6, 0.3);
    const { steps, scales } = toInt8(values, [3, 2], 'w');
    expect([...scales]).toEqual([1, 0.5]);
    expect([...steps]).toEqual([127, -127, 1, 0, -127, 1]);
  });

  it('move no value by more than half a step', () => {
    fc.assert(
      fc.property(kernel, ({ channels, rows }) => {
        const values = Float32Array.from(rows.flat());
        const stored = toInt8(values, [rows.length, channels], 'w');
        const read = fromInt8(stored);
        values.forEach((value, i) => {
          const scale = stored.scales[i % channels]!;
          expect(Math.abs(read[i]! - value)).toBeLessThanOrEqual(scale / 2);
        });
        for (let channel = 0; channel < channels; channel++) {
          const largest = Math.max(...rows.map((row) => Math.abs(row[channel]!)), 0);
          const expected = largest === 0 ? 0 : Math.max(largest / 127, 2 ** -126);
          expect(stored.scales[channel]).toBeGreaterThanOrEqual(expected * (1 - 2 ** -15));
          expect(stored.scales[channel]).toBeLessThanOrEqual(expected * (1 + 2 ** -23));
        }
      }),
    );
  });

  it('keep every bit when they are read and stored again', () => {
    fc.assert(
      fc.property(kernel, ({ channels, rows }) => {
        const shape = [rows.length, channels];
        const once = fromInt8(toInt8(Float32Array.from(rows.flat()), shape, 'w'));
        expect(fromInt8(toInt8(once, shape, 'w'))).toEqual(once);
      }),
    );
  });

  it('give a channel of zeros back as zeros', () => {
    const { steps, scales } = toInt8(Float32Array.of(0, 1, -0, -1), [2, 2], 'w');
    expect([...scales]).toEqual([0, expect.closeTo(1 / 127, 6)]);
    expect([...fromInt8({ steps, scales })].filter((_, i) => i % 2 === 0)).toEqual([0, 0]);
  });

  it('refuse what is not finite', () => {
    expect(() => toInt8(Float32Array.of(1, Number.NaN), [1, 2], 'conv1/kernel')).toThrow(
      'conv1/kernel: holds a value that is not finite; got NaN at index 1 of 2',
    );
  });
});
