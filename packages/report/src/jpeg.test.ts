import { contiguousData, createRgbImage, type RgbImage, SeededRandom, sizeOf } from '@lesion/core';
import { decodeImage } from '@lesion/preprocess';
import { readImage } from '@lesion/preprocess/node';
import { realData, realFile } from '@lesion/test-support';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeJpeg, picture } from './index.js';

/** Peak signal to noise ratio in dB. */
function fidelity(a: RgbImage, b: RgbImage): number {
  const first = contiguousData(a);
  const second = contiguousData(b);
  let sum = 0;
  for (let i = 0; i < first.length; i++) sum += (first[i]! - second[i]!) ** 2;
  return 10 * Math.log10((255 * 255 * first.length) / Math.max(sum, 1e-9));
}

function smooth(height: number, width: number): RgbImage {
  const image = createRgbImage({ height, width });
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      image.data[at++] = 128 + 100 * Math.sin(x / 7);
      image.data[at++] = 128 + 100 * Math.cos(y / 9);
      image.data[at++] = 128 + 100 * Math.sin((x + y) / 11);
    }
  }
  return image;
}

describe('encodeJpeg', () => {
  it('gives files that a decoder reads back, whatever the size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        async (height, width) => {
          const image = smooth(height, width);
          const decoded = await decodeImage(encodeJpeg(image, { quality: 95 }));
          expect(sizeOf(decoded)).toEqual({ height, width });
          expect(fidelity(image, decoded)).toBeGreaterThan(34);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('copes with noise at every quality, long codes and stuffed bytes included', async () => {
    const random = new SeededRandom(3);
    const size = { height: 64, width: 48 };
    const noise = createRgbImage(
      size,
      Uint8Array.from({ length: 64 * 48 * 3 }, () => random.integer(2) * 255),
    );
    let before = 0;
    for (const quality of [1, 10, 50, 90, 100]) {
      const bytes = encodeJpeg(noise, { quality });
      const faithful = fidelity(noise, await decodeImage(bytes));
      expect(faithful).toBeGreaterThan(before);
      before = faithful;
    }
    expect(before).toBeGreaterThan(40);
  });

  it('keeps a flat colour to within a level or two', async () => {
    for (const colour of [
      [255, 0, 0],
      [0, 0, 255],
      [240, 228, 66],
      [0, 0, 0],
      [255, 255, 255],
    ]) {
      const flat = createRgbImage({ height: 9, width: 9 });
      for (let i = 0; i < flat.data.length; i++) flat.data[i] = colour[i % 3]!;
      expect(await decodeImage(encodeJpeg(flat))).toBeAllClose(flat.data, 3);
    }
  });

  it('names what is wrong', () => {
    expect(() => encodeJpeg(smooth(1, 1), { quality: 0 })).toThrow(
      'quality: out of range; got 0; expected a whole number of at least 1 and at most 100',
    );
    expect(() => encodeJpeg(createRgbImage({ height: 1, width: 65536 }))).toThrow(
      'image: too large for a JPEG; got 65536x1; expected at most 65535 pixels a side',
    );
  });

  describe.skipIf(!realData)('on a real image', () => {
    it('is small and faithful at the default quality', async () => {
      const image = await readImage(realFile('isic2017', 'ISIC-2017_Validation_Data', 'ISIC_0001769.jpg'));
      const bytes = encodeJpeg(image);
      expect(bytes.length).toBeLessThan(contiguousData(image).length / 15);
      expect(fidelity(image, await decodeImage(bytes))).toBeGreaterThan(38);
    });
  });
});

describe('picture', () => {
  it('shrinks to the short side asked for and keeps smaller images as they are', async () => {
    const made = picture(smooth(60, 90), { description: 'waves', shortSide: 20 });
    expect(made).toMatchObject({ width: 30, height: 20, description: 'waves' });
    const bytes = Uint8Array.from(atob(made.source.slice('data:image/jpeg;base64,'.length)), (c) =>
      c.charCodeAt(0),
    );
    expect(sizeOf(await decodeImage(bytes))).toEqual({ height: 20, width: 30 });
    expect(picture(smooth(6, 9), { description: 'waves' })).toMatchObject({ width: 9, height: 6 });
  });

  it('asks for a description', () => {
    expect(() => picture(smooth(1, 1), { description: ' ' })).toThrow(
      'description: a picture needs a description',
    );
  });
});
