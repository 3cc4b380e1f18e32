import { createRgbImage, type RgbImage } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustColors } from './index.js';

const pixel = (red: number, green: number, blue: number): RgbImage =>
  createRgbImage({ height: 1, width: 1 }, Uint8Array.of(red, green, blue));
const byte = fc.integer({ min: 0, max: 255 });

describe('adjustColors', () => {
  it('changes nothing by default', () => {
    fc.assert(
      fc.property(byte, byte, byte, (red, green, blue) => {
        expect([...adjustColors(pixel(red, green, blue)).data]).toEqual([red, green, blue]);
      }),
    );
  });

  it('does what each factor says', () => {
    const values = (options: Parameters<typeof adjustColors>[1]) => [
      ...adjustColors(pixel(100, 60, 200), options).data,
    ];
    expect(values({ brightness: 1.2 })).toEqual([120, 72, 240]);
    expect(values({ brightness: 2 })).toEqual([200, 120, 255]);
    expect(values({ contrast: 0.5 })).toEqual([114, 94, 164]);
    expect(values({ contrast: 2 })).toEqual([72, 0, 255]);
    expect(values({ tint: [1.1, 1, 0.5] })).toEqual([110, 60, 100]);
    const luma = 0.299 * 100 + 0.587 * 60 + 0.114 * 200;
    expect(values({ saturation: 0 })).toEqual(Array(3).fill(Math.round(luma)));
  });

  it('is tint, saturation, brightness and contrast in this order', () => {
    const factor = fc.double({ min: 0.8, max: 1.2, noNaN: true });
    fc.assert(
      fc.property(byte, byte, byte, factor, factor, factor, factor, (red, green, blue, a, b, c, d) => {
        const tinted = [red * a, green, blue / a];
        const luma = 0.299 * tinted[0]! + 0.587 * tinted[1]! + 0.114 * tinted[2]!;
        const expected = tinted.map((value) => {
          const bright = (luma + (value - luma) * b) * c;
          return Math.min(255, Math.max(0, 128 + (bright - 128) * d));
        });
        const options = { tint: [a, 1, 1 / a], saturation: b, brightness: c, contrast: d } as const;
        expect(adjustColors(pixel(red, green, blue), options)).toBeAllClose(expected, 0.5 + 1e-6);
      }),
    );
  });

  it('reads views, leaves its input alone and refuses what is no factor', () => {
    const image = createRgbImage({ height: 2, width: 1 }, Uint8Array.of(10, 20, 30, 40, 50, 60));
    const flipped = adjustColors(image.step(-1) as RgbImage, { brightness: 2 });
    expect([...flipped.data]).toEqual([80, 100, 120, 20, 40, 60]);
    expect([...image.data]).toEqual([10, 20, 30, 40, 50, 60]);
    expect(() => adjustColors(image, { contrast: -1 })).toThrow('contrast: out of range; got -1');
    expect(() => adjustColors(image, { tint: [1, Number.NaN, 1] })).toThrow('tint[1]: out of range; got NaN');
  });
});
