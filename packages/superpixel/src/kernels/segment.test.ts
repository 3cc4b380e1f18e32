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
import { segmentWithKernels, type Work } from './segment.js';

afterEach(() => setKernels('auto'));

function withPath(mode: 'plain' | 'auto', image: RgbImage, options: SuperpixelOptions) {
  setKernels(mode);
  const { labels, count } = superpixels(image, options);
  return { labels: contiguousData(labels), count };
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

function work(size: Size, options: SuperpixelOptions): Work {
  const settings = resolveSettings(options);
  const taken: Work = { bytes: 0, distances: 0, passes: 0 };
  const seeds = squareSeeds(size, settings.count);
  expect(segmentWithKernels(skin(size), size, seeds, settings, undefined, taken)).toBeDefined();
  return taken;
}

describe('segmentWithKernels', () => {
  it('gives every label as the plain path does', () => {
    const side = fc.integer({ min: 1, max: 60 });
    const options = fc.record({
      preset: fc.constantFrom('isic2017' as const, 'scikit-image' as const, 'epfl' as const),
      algorithm: fc.constantFrom('slic' as const, 'slico' as const),
      count: fc.integer({ min: 1, max: 300 }),
      compactness: fc.constantFrom(0.01, 1, 10, 1000),
      iterations: fc.integer({ min: 1, max: 6 }),
      sigma: fc.constantFrom(0, 0.4, 2, 9),
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
        expect(fast.labels).toEqual(plain.labels);
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
          expect(withPath('auto', image, options)).toEqual(withPath('plain', image, options));
        }
      }
    }
  });

  it('computes few distances for a pixel, and no more of them in larger images', () => {
    for (const preset of ['isic2017', 'scikit-image'] as const) {
      const small = { height: 192, width: 256 };
      const large = { height: 768, width: 1024 };
      const perPixel = (size: Size, count: number): number => {
        const { distances, passes } = work(size, { preset, count });
        return distances / passes / (size.height * size.width);
      };
      const few = perPixel(small, 60);
      // All clusters within a window of two steps would be 16.
      expect(few).toBeLessThan(2.2);
      expect(perPixel(large, 960)).toBeLessThan(1.25 * few);
    }
  });

  it('takes at most 34 bytes a pixel, and a few rows more', () => {
    for (const size of [
      { height: 192, width: 256 },
      { height: 768, width: 1024 },
    ]) {
      const rows = 40 * 3 * 8 * size.width;
      const { bytes } = work(size, { preset: 'isic2017', iterations: 1 });
      expect((bytes - rows - 700_000) / (size.height * size.width)).toBeLessThan(34);
    }
  });
});
