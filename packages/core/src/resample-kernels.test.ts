import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  contiguousData,
  createRgbImage,
  type RgbImage,
  resizeImage,
  SeededRandom,
  type Size,
  setKernels,
  sizeOf,
} from './index.js';
import { resizeImageFast } from './resample-kernels.js';
import { triangleTaps } from './resample-taps.js';

afterEach(() => setKernels('auto'));

/** An image of `levels` values a channel, spread from 0 to 255. */
function randomImage({ height, width }: Size, seed: number, levels: number): RgbImage {
  const random = new SeededRandom(seed);
  const data = Uint8Array.from({ length: height * width * 3 }, () =>
    Math.round((255 / (levels - 1)) * random.integer(levels)),
  );
  return createRgbImage({ height, width }, data);
}

function expectSame(image: RgbImage, size: Size): void {
  setKernels('plain');
  const plain = resizeImage(image, size).data;
  setKernels('auto');
  const fast = resizeImage(image, size).data;
  if (Buffer.compare(fast, plain) !== 0) expect(fast).toEqual(plain);
}

describe('images by both paths', () => {
  it('have the same bytes, whatever the sizes', () => {
    const side = fc.integer({ min: 1, max: 60 });
    const sizes = fc.record({ height: side, width: side });
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), fc.constantFrom(2, 3, 256), (from, to, seed, levels) => {
        expectSame(randomImage(from, seed, levels), to);
      }),
      { numRuns: 400 },
    );
  });

  it('have the same bytes where halves are common, so that rounding is often in doubt', () => {
    const image = randomImage({ height: 64, width: 96 }, 1, 2);
    for (const [height, width] of [
      [32, 48],
      [128, 192],
      [16, 24],
      [64, 48],
      [21, 32],
      [63, 95],
    ] as const) {
      expectSame(image, { height, width });
    }
    const odd = new Uint8Array(300).map((_, i) => (Math.floor(i / 3) % 2 === 0 ? 1 : 0));
    expectSame(createRgbImage({ height: 1, width: 100 }, odd), { height: 7, width: 50 });
    expectSame(createRgbImage({ height: 100, width: 1 }, odd), { height: 50, width: 7 });
  });

  it('have the same bytes over several windows of rows, on lines, and when shrinking to nothing', () => {
    expectSame(randomImage({ height: 300, width: 1500 }, 2, 256), { height: 100, width: 331 });
    expectSame(randomImage({ height: 300, width: 1500 }, 3, 256), { height: 450, width: 1501 });
    expectSame(randomImage({ height: 4000, width: 3 }, 4, 256), { height: 17, width: 3 });
    expectSame(randomImage({ height: 3, width: 4000 }, 5, 256), { height: 2, width: 1 });
    expectSame(randomImage({ height: 4000, width: 2 }, 6, 256), { height: 1, width: 1 });
  });

  it('have the same bytes when the image is a view', () => {
    const image = randomImage({ height: 50, width: 70 }, 7, 256);
    expectSame(image.transpose(1, 0, 2), { height: 33, width: 21 });
    expectSame(image.lo(3, 4).hi(40, 60).step(1, -1), { height: 19, width: 31 });
  });
});

describe('resizeImageFast', () => {
  /** What the fast path works out again of one of these images. */
  function doubtsOf(image: RgbImage, to: Size) {
    const from = sizeOf(image);
    const out = new Uint8Array(to.height * to.width * 3);
    const rows = triangleTaps(from.height, to.height);
    const columns = triangleTaps(from.width, to.width);
    return resizeImageFast(contiguousData(image), from, to, rows, columns, out, () => {});
  }

  it('is in doubt about few pixels of a photograph, however much it shrinks or grows', () => {
    const image = randomImage({ height: 380, width: 510 }, 8, 256);
    for (const [height, width] of [
      [256, 343],
      [128, 171],
      [40, 53],
      [499, 701],
    ] as const) {
      const { pixels, rows } = doubtsOf(image, { height, width })!;
      expect(rows).toBe(0);
      expect(pixels / (height * width)).toBeLessThan(0.03);
    }
  });

  it('leaves rows to the plain path where most pixels are halves', () => {
    const stripes = new Uint8Array(6000).map((_, i) => Math.floor(i / 300) % 2);
    const image = createRgbImage({ height: 20, width: 100 }, stripes);
    expect(doubtsOf(image, { height: 10, width: 100 })).toEqual({ pixels: 0, rows: 8 });
    expectSame(image, { height: 10, width: 100 });
  });

  it('says so where it does nothing', () => {
    const image = randomImage({ height: 4000, width: 2 }, 9, 256);
    expect(doubtsOf(image, { height: 1, width: 1 })).toBeUndefined();
    setKernels('plain');
    expect(doubtsOf(image, { height: 400, width: 1 })).toBeUndefined();
  });
});
