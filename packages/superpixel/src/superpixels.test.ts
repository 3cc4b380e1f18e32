import { readFileSync } from 'node:fs';
import { contiguousData, createLabelMap, createRgbImage, type RgbImage, SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  purity,
  regionProperties,
  type SuperpixelOptions,
  type SuperpixelPreset,
  superpixels,
} from './index.js';

interface Golden {
  cases: {
    name: string;
    shape: [number, number, number];
    image: string;
    runs: { options: SuperpixelOptions; count: number; labels: string }[];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../golden/slic.json', import.meta.url), 'utf8')) as Golden;
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
const presets: SuperpixelPreset[] = ['isic2017', 'scikit-image', 'epfl'];

function noise(height: number, width: number, seed = 1): RgbImage {
  const random = new SeededRandom(seed);
  return createRgbImage(
    { height, width },
    Uint8Array.from({ length: height * width * 3 }, () => 256 * random.next()),
  );
}

function even(height: number, width: number): RgbImage {
  return createRgbImage({ height, width }, new Uint8Array(height * width * 3).fill(90));
}

describe('superpixels beside scikit-image 0.19.3', () => {
  for (const { name, shape, image, runs } of golden.cases) {
    for (const { options, count, labels } of runs) {
      it(`${name} ${JSON.stringify(options)}`, () => {
        const [height, width] = shape;
        const ours = superpixels(createRgbImage({ height, width }, bytes(image)), {
          preset: 'scikit-image',
          ...options,
        });
        const theirs = new Int16Array(bytes(labels).buffer);
        expect(ours.count).toBe(count);
        const different = contiguousData(ours.labels).filter((label, i) => label !== theirs[i]).length;
        // A pattern of two values is full of ties, which the last bit breaks; scikit-image also blurs along
        // a depth of one pixel, which changes that bit and nothing else.
        const ties = name === 'two values' && options.sigma !== undefined;
        expect(different).toBeLessThanOrEqual(ties ? 5 : 0);
      });
    }
  }
});

describe("superpixels beside OpenCV's descendant of EPFL's program", () => {
  it('agree more than any other recipe does', () => {
    const reference = JSON.parse(readFileSync(new URL('../golden/opencv.json', import.meta.url), 'utf8')) as {
      shape: [number, number, number];
      image: string;
      step: number;
      count: number;
      labels: string;
    };
    const [height, width] = reference.shape;
    const count = (height * width) / reference.step ** 2;
    const image = createRgbImage({ height, width }, bytes(reference.image));
    const theirs = createLabelMap(
      { height, width },
      Int32Array.from(new Int16Array(bytes(reference.labels).buffer)),
    );
    const agreement = (options: SuperpixelOptions): number => {
      const { labels } = superpixels(image, { preset: 'epfl', seeds: 'square', count, ...options });
      return Math.min(purity(labels, theirs), purity(theirs, labels));
    };
    const ours = superpixels(image, { preset: 'epfl', seeds: 'square', count });
    expect(Math.abs(ours.count - reference.count)).toBeLessThanOrEqual(3);
    const agreed = agreement({});
    expect(agreed).toBeGreaterThan(0.9);
    const departures: SuperpixelOptions[] = [
      { preset: 'scikit-image' },
      { perturbSeeds: false },
      { seedColors: 'zero' },
      { window: 2 },
      { connectivity: 'scikit-image', minSizeFactor: 0.5 },
      { seeds: 'hexagonal' },
    ];
    for (const departure of departures) expect(agreement(departure)).toBeLessThan(agreed);
  });
});

describe('superpixels of images that hardly are any', () => {
  it('gives one pixel one superpixel', () => {
    for (const preset of presets) {
      const { labels, count } = superpixels(even(1, 1), { preset });
      expect(labels).toMatchMask(['.']);
      expect(count).toBe(1);
    }
  });

  it('gives at most as many superpixels as there are pixels', () => {
    for (const preset of presets) {
      for (const image of [noise(3, 4), even(3, 4)]) {
        const { labels, count } = superpixels(image, { preset, count: 10_000 });
        expect(count).toBeLessThanOrEqual(12);
        expect(new Set(contiguousData(labels)).size).toBe(count);
      }
    }
  });

  it('gives one superpixel for a count of 1', () => {
    const whole = { count: 1, maxSizeFactor: Number.POSITIVE_INFINITY };
    for (const preset of presets) expect(superpixels(noise(9, 13), { preset, ...whole }).count).toBe(1);
    for (const image of [even(40, 7), noise(1, 90), noise(90, 1)]) {
      expect(superpixels(image, whole).count).toBe(1);
      // The hexagonal grid has square cells, so that a long image holds as many as fit.
      expect(superpixels(image, { preset: 'epfl', count: 1 }).count).toBeLessThanOrEqual(10);
    }
  });

  it('divides an even image into a grid', () => {
    const { labels, count } = superpixels(even(8, 12), { preset: 'scikit-image', count: 6 });
    expect(count).toBe(6);
    // Seeds at rows 2 and 6, columns 2, 6 and 10; what is as far from two goes to the first.
    expect(labels).toMatchMask([...Array(5).fill('.....1111222'), ...Array(3).fill('333334444555')]);
    expect(superpixels(even(60, 90), { preset: 'epfl', count: 24 }).count).toBe(24);
  });

  it('takes thin images and odd sizes', () => {
    for (const preset of presets) {
      for (const [height, width] of [
        [1, 300],
        [300, 1],
        [2, 77],
        [31, 17],
      ] as const) {
        const { labels, count } = superpixels(noise(height, width), { preset, count: 10 });
        expect(labels.shape).toEqual([height, width]);
        expect(new Set(contiguousData(labels)).size).toBe(count);
      }
    }
  });

  it('reads views as what they show', () => {
    const image = noise(20, 30);
    const views = [image.transpose(1, 0, 2), image.lo(3, 5, 0).hi(11, 17, 3), image.step(1, -1, 1)];
    for (const view of views) {
      const copy = createRgbImage(
        { height: view.shape[0]!, width: view.shape[1]! },
        Uint8Array.from(contiguousData(view)),
      );
      for (const preset of presets) {
        const options = { preset, count: 12 };
        expect(contiguousData(superpixels(view, options).labels)).toEqual(
          contiguousData(superpixels(copy, options).labels),
        );
      }
    }
  });
});

describe('superpixels', () => {
  it('follows an edge between two colours, whatever the recipe', () => {
    const width = 60;
    const image = createRgbImage({ height: 40, width });
    for (let i = 0; i < 40 * width; i++) {
      const color = (i % width) + Math.floor(i / width) / 2 < 37 ? [200, 150, 130] : [90, 50, 40];
      contiguousData(image).set(color, 3 * i);
    }
    for (const options of [
      { preset: 'scikit-image', count: 24 },
      { preset: 'epfl', count: 24 },
      { preset: 'epfl', count: 24, algorithm: 'slico' },
      { preset: 'isic2017', count: 24, sigma: 0.5 },
      { preset: 'scikit-image', count: 24, colorSpace: 'rgb', compactness: 0.1 },
    ] as const) {
      const { labels } = superpixels(image, options);
      const data = contiguousData(labels);
      const dark = new Map<number, number[]>();
      data.forEach((label, i) => {
        const counts = dark.get(label) ?? [0, 0];
        counts[contiguousData(image)[3 * i] === 90 ? 1 : 0]!++;
        dark.set(label, counts);
      });
      let minority = 0;
      for (const counts of dark.values()) minority += Math.min(...counts);
      expect(minority).toBeLessThan(0.01 * data.length);
    }
  });

  it('gives connected superpixels, and the same again from the same image', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.nat(),
        fc.record({
          preset: fc.constantFrom(...presets),
          algorithm: fc.constantFrom('slic' as const, 'slico' as const),
          count: fc.integer({ min: 1, max: 200 }),
          seeds: fc.constantFrom('square' as const, 'hexagonal' as const),
          perturbSeeds: fc.boolean(),
          window: fc.constantFrom(0.5, 1, 2),
        }),
        (height, width, seed, options) => {
          const image = noise(height, width, seed);
          const { labels, count } = superpixels(image, options);
          expect(contiguousData(superpixels(image, options).labels)).toEqual(contiguousData(labels));
          const regions = regionProperties(labels);
          expect(regions.map(({ label }) => label)).toEqual(Array.from({ length: count }, (_, i) => i));
          expect(pieces(contiguousData(labels), width)).toBe(count);
        },
      ),
    );
  });

  it('does not care how bright an image is where the range is stretched', () => {
    const dim = noise(24, 24).data.map((value: number) => value >> 2) as Uint8Array;
    const size = { height: 24, width: 24 };
    const brighter = dim.map((value) => value + 100);
    const options = { preset: 'scikit-image', count: 20, compactness: 30 } as const;
    const a = superpixels(createRgbImage(size, dim), options);
    const b = superpixels(createRgbImage(size, brighter), options);
    expect(contiguousData(b.labels)).toEqual(contiguousData(a.labels));
  });

  it('refuses wrong options and images by name', () => {
    const image = even(4, 4);
    const call = (options: object) => () => superpixels(image, options as SuperpixelOptions);
    expect(call({ n_segments: 5 })).toThrow(
      'superpixels: unknown option; got n_segments; expected one of preset,',
    );
    expect(call({ preset: 'slic' })).toThrow(
      'preset: unknown choice; got "slic"; expected "isic2017" or "scikit-image" or "epfl"',
    );
    expect(call({ count: 0 })).toThrow('count: out of range; got 0; expected a whole number of at least 1');
    expect(call({ compactness: 0 })).toThrow('compactness: out of range; got 0; expected a number above 0');
    expect(call({ iterations: 1.5 })).toThrow('iterations: out of range; got 1.5');
    expect(call({ sigma: -1 })).toThrow('sigma: out of range; got -1');
    expect(call({ stretch: 'yes' })).toThrow('stretch: not a yes or no; got "yes"; expected true or false');
    expect(call({ perturbSeeds: 1 })).toThrow('perturbSeeds: not a yes or no; got 1');
    expect(call({ window: 0 })).toThrow('window: out of range; got 0');
    expect(call({ minSizeFactor: Number.NaN })).toThrow('minSizeFactor: out of range; got NaN');
    expect(call({ maxSizeFactor: 0 })).toThrow('maxSizeFactor: out of range; got 0');
    expect(call({ connectivity: true })).toThrow('connectivity: unknown choice; got true');
    expect(() => superpixels(null as unknown as RgbImage)).toThrow('image: not an RGB image; got null');
  });
});

/** How many 4-connected pieces of equal labels there are, by flooding. */
function pieces(labels: Int32Array, width: number): number {
  const seen = new Uint8Array(labels.length);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (seen[start]) continue;
    count++;
    const stack = [start];
    seen[start] = 1;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const sides = [at - width, at + width];
      if (at % width > 0) sides.push(at - 1);
      if (at % width < width - 1) sides.push(at + 1);
      for (const side of sides) {
        if (side < 0 || side >= labels.length || seen[side] || labels[side] !== labels[at]) continue;
        seen[side] = 1;
        stack.push(side);
      }
    }
  }
  return count;
}
