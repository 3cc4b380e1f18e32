import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { enlargeImageFast } from './enlarge-kernels.js';
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
import { keptTaps, triangleTaps } from './resample-taps.js';

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

  it('is in doubt about few values of a photograph, however much it shrinks', () => {
    const image = randomImage({ height: 380, width: 510 }, 8, 256);
    for (const [height, width] of [
      [256, 343],
      [128, 171],
      [40, 53],
    ] as const) {
      const { values, rows } = doubtsOf(image, { height, width })!;
      expect(rows).toBe(0);
      expect(values / (3 * height * width)).toBeLessThan(0.01);
    }
  });

  it('leaves rows to the plain path where most values are halves', () => {
    const stripes = new Uint8Array(6000).map((_, i) => Math.floor(i / 300) % 2);
    const image = createRgbImage({ height: 20, width: 100 }, stripes);
    expect(doubtsOf(image, { height: 10, width: 100 })).toEqual({ values: 0, rows: 8 });
    expectSame(image, { height: 10, width: 100 });
  });

  it('says so where it does nothing', () => {
    const image = randomImage({ height: 4000, width: 2 }, 9, 256);
    expect(doubtsOf(image, { height: 1, width: 1 })).toBeUndefined();
    setKernels('plain');
    expect(doubtsOf(image, { height: 400, width: 1 })).toBeUndefined();
  });
});

describe('enlargeImageFast', () => {
  function doubtsOf(image: RgbImage, to: Size) {
    const from = sizeOf(image);
    const out = new Uint8Array(to.height * to.width * 3);
    const rows = triangleTaps(from.height, to.height);
    const columns = triangleTaps(from.width, to.width);
    return enlargeImageFast(contiguousData(image), from, to, rows, columns, out);
  }

  it('is in doubt about three values in 128, whatever the size, and never about flat colour', () => {
    const image = randomImage({ height: 380, width: 510 }, 8, 256);
    const flat = createRgbImage({ height: 380, width: 510 }, new Uint8Array(380 * 510 * 3).fill(77));
    for (const [height, width] of [
      [380, 510],
      [499, 701],
      [1111, 1601],
    ] as const) {
      expect(doubtsOf(image, { height, width })! / (3 * height * width)).toBeLessThan(3.1 / 128);
      expect(doubtsOf(flat, { height, width })).toBe(0);
    }
  });

  it('has the same bytes where each value is in doubt, and over several bands', () => {
    const checks = new Uint8Array(90 * 60 * 3).map((_, i) => (Math.floor(i / 3) + Math.floor(i / 180)) % 2);
    const image = createRgbImage({ height: 90, width: 60 }, checks);
    for (const [height, width] of [
      [180, 120],
      [90, 61],
      [91, 60],
      [700, 1000],
    ] as const) {
      expectSame(image, { height, width });
    }
    expectSame(randomImage({ height: 33, width: 400 }, 3, 256), { height: 35, width: 60_000 });
  });

  it('leaves what shrinks along a side to the other kernels', () => {
    expect(
      doubtsOf(randomImage({ height: 30, width: 40 }, 1, 256), { height: 29, width: 80 }),
    ).toBeUndefined();
    expect(
      doubtsOf(randomImage({ height: 30, width: 40 }, 1, 256), { height: 60, width: 39 }),
    ).toBeUndefined();
    setKernels('plain');
    expect(
      doubtsOf(randomImage({ height: 30, width: 40 }, 1, 256), { height: 60, width: 80 }),
    ).toBeUndefined();
  });
});

describe('keptTaps', () => {
  it('gives the same weights again, until others have taken their room', () => {
    const taps = keptTaps(70, 31);
    expect(taps).toEqual(triangleTaps(70, 31));
    for (let output = 1; output <= 40; output++) keptTaps(71, output);
    expect(keptTaps(70, 31)).toBe(taps);
    // 30,000 weights each; those of 71 are older and go first.
    for (let output = 10_000; output < 10_010; output++) keptTaps(10_000, output);
    expect(keptTaps(70, 31)).not.toBe(taps);
  });

  it('keeps none of a size that would take all the room', () => {
    const taps = keptTaps(100_000, 100_001);
    expect(keptTaps(100_000, 100_001)).not.toBe(taps);
  });
});
