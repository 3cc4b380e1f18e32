import {
  contiguousData,
  createRgbImage,
  type RgbImage,
  SeededRandom,
  type Size,
  setKernels,
} from '@lesion/core';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type SuperpixelOptions, superpixels } from '../index.js';
import { resolveSettings } from '../options.js';
import { squareSeeds } from '../seeds.js';
import { colorStrips } from './colors.js';
import { segmentWithKernels, type Work } from './segment.js';

afterEach(() => setKernels('auto'));

function bytesOf(labels: Int32Array): Uint8Array {
  return new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
}

function withPath(mode: 'plain' | 'auto', image: RgbImage, options: SuperpixelOptions) {
  setKernels(mode);
  const { labels, count } = superpixels(image, options);
  return { labels: bytesOf(contiguousData(labels)), count };
}

/** Skin with a darker spot, hairs and grain: what the pruning meets in practice. */
function skin({ height, width }: Size): Uint8Array {
  const random = new SeededRandom(7);
  const data = new Uint8Array(height * width * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const spot = Math.hypot(y - height / 2, x - width / 2) < 0.3 * height ? 70 : 0;
      const hair = (3 * x + 5 * y) % 211 < 6 ? 60 : 0;
      const grain = 24 * (random.next() - 0.5);
      for (const channel of [214, 164, 140]) data[at++] = Math.max(0, channel - spot - hair + grain);
    }
  }
  return data;
}

/** Many lesions of 192x256 pixels, beside and below each other. */
function skins({ height, width }: Size): Uint8Array {
  const one = skin({ height: 192, width: 256 });
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x += 256)
      data.set(one.subarray(768 * (y % 192), 768 * (y % 192) + 768), 3 * (y * width + x));
  return data;
}

/** @param repeats How many times 192x256 pixels are repeated, down and across. */
function work(repeats: number, options: SuperpixelOptions): Work & { pixels: number } {
  const size = { height: 192 * repeats, width: 256 * repeats };
  const settings = resolveSettings({ ...options, count: 60 * repeats ** 2 });
  const taken: Work = { bytes: 0, distances: 0, passes: 0 };
  const seeds = squareSeeds(size, settings.count);
  expect(segmentWithKernels(skins(size), size, seeds, settings, undefined, taken)).toBeDefined();
  return { ...taken, pixels: size.height * size.width };
}

describe('segmentWithKernels', () => {
  it('gives every label as the plain path does', () => {
    const side = fc.integer({ min: 1, max: 60 });
    const options = fc.record({
      preset: fc.constantFrom('isic2017' as const, 'scikit-image' as const, 'epfl' as const),
      algorithm: fc.constantFrom('slic' as const, 'slico' as const),
      count: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(4000)),
      compactness: fc.constantFrom(0.01, 1, 10, 1000),
      iterations: fc.integer({ min: 1, max: 6 }),
      sigma: fc.constantFrom(0, 0.1, 0.4, 2, 9),
      colorSpace: fc.constantFrom('lab' as const, 'rgb' as const),
      blurSpace: fc.constantFrom('lab' as const, 'rgb' as const),
      stretch: fc.boolean(),
      seeds: fc.constantFrom('square' as const, 'hexagonal' as const),
      seedColors: fc.constantFrom('zero' as const, 'pixel' as const),
      perturbSeeds: fc.boolean(),
      window: fc.constantFrom(0.3, 1, 2, 50),
      connectivity: fc.constantFrom('none' as const, 'scikit-image' as const, 'epfl' as const),
      minSizeFactor: fc.constantFrom(0, 0.5, 1e9),
      maxSizeFactor: fc.constantFrom(0.4, 3, Number.POSITIVE_INFINITY),
    });
    const levels = fc.constantFrom(1, 2, 5, 256);
    fc.assert(
      fc.property(side, side, fc.nat(), levels, options, (height, width, seed, levels, options) => {
        // Few levels make many equal distances, which only the order of the clusters decides.
        const random = new SeededRandom(seed);
        const data = Uint8Array.from(
          { length: height * width * 3 },
          () => (255 * Math.floor(levels * random.next())) / Math.max(1, levels - 1),
        );
        const image = createRgbImage({ height, width }, data);
        const plain = withPath('plain', image, options);
        const fast = withPath('auto', image, options);
        expect(fast.count).toBe(plain.count);
        expect(Buffer.compare(fast.labels, plain.labels)).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('gives every label of larger images, with whole tiles, as the plain path does', () => {
    for (const size of [
      { height: 160, width: 208 },
      { height: 203, width: 331 },
    ]) {
      const image = createRgbImage(size, skin(size));
      for (const preset of ['isic2017', 'scikit-image', 'epfl'] as const) {
        for (const count of [20, 300]) {
          const options = { preset, count };
          const plain = withPath('plain', image, options);
          const fast = withPath('auto', image, options);
          expect(fast.count).toBe(plain.count);
          expect(Buffer.compare(fast.labels, plain.labels)).toBe(0);
        }
      }
    }
  });

  it('blurs strips as it blurs the whole', () => {
    for (const { width, sigma } of [
      { width: 1401, sigma: 2 },
      { width: 1280, sigma: 9 },
    ]) {
      const size = { height: 90, width };
      expect(colorStrips(size, sigma).width).toBeLessThan(width - 100);
      const image = createRgbImage(size, skin(size));
      for (const preset of ['isic2017', 'scikit-image'] as const) {
        const options = { preset, sigma, count: 400, iterations: 3 };
        const plain = withPath('plain', image, options);
        const fast = withPath('auto', image, options);
        expect(Buffer.compare(fast.labels, plain.labels)).toBe(0);
      }
    }
  });

  it('computes few distances for a pixel, and no more of them in larger images', () => {
    // A window of two steps holds each pixel for 16 clusters.
    for (const [preset, most] of [
      ['isic2017', 2.2],
      ['scikit-image', 4],
    ] as const) {
      const distances = [2, 5].map((repeats) => {
        const { distances, passes, pixels } = work(repeats, { preset });
        return distances / passes / pixels;
      });
      expect(distances[0]).toBeLessThan(most);
      expect(distances[1]).toBeLessThan(1.1 * distances[0]!);
    }
  });

  it('takes 30 bytes a pixel, and a few rows more', () => {
    const [small, large] = [2, 8].map((repeats) => work(repeats, { preset: 'isic2017', iterations: 1 }));
    const growth = (large!.bytes - small!.bytes) / (large!.pixels - small!.pixels);
    expect(growth).toBeLessThan(30.5);
  });
});
