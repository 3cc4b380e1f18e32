import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClassMaps,
  copyData,
  createBinaryMask,
  createClassMaps,
  createLabelMap,
  createRgbImage,
  createRowResampler,
  createScalarMap,
  resizeImage,
  resizeLabels,
  resizeMaps,
  resizeMask,
  resizeScalarMap,
  SeededRandom,
  type Size,
  scaledSize,
  sizeOf,
} from './index.js';

interface GoldenCase {
  source: [number, number];
  target: [number, number];
  classes: number;
  image: number[];
  maps: number[];
  pillowImage: number[];
  pillowMaps: number[];
  pillowNearest: number[];
  opencvMaps?: number[];
  torchMaps?: number[];
}

const golden = JSON.parse(readFileSync(new URL('../golden/resample.json', import.meta.url), 'utf8')) as {
  cases: GoldenCase[];
};

const size = (height: number, width: number): Size => ({ height, width });
const side = fc.integer({ min: 1, max: 12 });
const sizes = fc.record({ height: side, width: side });

function randomImage({ height, width }: Size, seed: number) {
  const random = new SeededRandom(seed);
  return createRgbImage(
    { height, width },
    Uint8Array.from({ length: height * width * 3 }, () => random.integer(256)),
  );
}

function randomMaps({ height, width }: Size, classes: number, seed: number): ClassMaps {
  const random = new SeededRandom(seed);
  return createClassMaps(
    { height, width },
    classes,
    Float32Array.from({ length: height * width * classes }, () => random.next()),
  );
}

function rowByRow(maps: ClassMaps, to: Size): Float32Array {
  const stride = to.width * maps.shape[2]!;
  const out = new Float32Array(to.height * stride);
  const rows = createRowResampler(maps, to);
  for (let y = to.height - 1; y >= 0; y--) rows.row(y, out.subarray(y * stride, (y + 1) * stride));
  return out;
}

describe('bilinear, by eye', () => {
  it('interpolates between centres and repeats the edge when enlarging', () => {
    const map = createScalarMap(size(1, 2), Float32Array.of(0, 8));
    expect([...resizeScalarMap(map, size(1, 4)).data]).toEqual([0, 2, 6, 8]);
    expect([...resizeScalarMap(map, size(2, 2)).data]).toEqual([0, 8, 0, 8]);
  });

  it('weighs by a triangle as wide as the scale when shrinking', () => {
    // Halving: the triangle's half-width is 2, so weights are 1, 3, 3, 1 eighths, less those beyond the edge.
    const map = createScalarMap(size(1, 6), Float32Array.of(0, 0, 8, 0, 0, 0));
    expect(resizeScalarMap(map, size(1, 3))).toBeAllClose([8 / 7, 3, 0]);
    const checkered = createRgbImage(
      size(1, 6),
      new Uint8Array(18).map((_, i) => (i % 6 < 3 ? 0 : 255)),
    );
    expect([...resizeImage(checkered, size(1, 3)).data].slice(3, 6)).toEqual([128, 128, 128]);
  });

  it('rounds halves up', () => {
    const image = createRgbImage(size(1, 2), Uint8Array.of(0, 10, 255, 1, 11, 254));
    expect([...resizeImage(image, size(1, 1)).data]).toEqual([1, 11, 255]);
  });
});

describe('golden files', () => {
  it.each(golden.cases.map((c) => [`${c.source} to ${c.target}`, c] as const))('%s', (_, c) => {
    const from = size(...c.source);
    const to = size(...c.target);
    const image = createRgbImage(from, Uint8Array.from(c.image));
    const maps = createClassMaps(from, c.classes, Float32Array.from(c.maps));
    expect(resizeImage(image, to)).toBeAllClose(c.pillowImage, 1);
    expect(resizeMaps(maps, to)).toBeAllClose(c.pillowMaps, 2e-6);
    if (c.opencvMaps) expect(resizeMaps(maps, to)).toBeAllClose(c.opencvMaps, 2e-6);
    if (c.torchMaps) expect(resizeMaps(maps, to)).toBeAllClose(c.torchMaps, 2e-6);
    const mask = createBinaryMask(
      from,
      Uint8Array.from({ length: from.height * from.width }, (__, i) => (c.image[3 * i]! > 128 ? 1 : 0)),
    );
    expect([...resizeMask(mask, to).data]).toEqual(c.pillowNearest);
  });

  it('covers enlargement', () => {
    expect(golden.cases.filter((c) => c.torchMaps && c.opencvMaps)).toHaveLength(4);
  });
});

describe('properties', () => {
  it('leaves an image of the same size as it is, in a new array', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (from, seed) => {
        const image = randomImage(from, seed);
        const same = resizeImage(image, from);
        expect(same.data).toEqual(image.data);
        expect(same.data).not.toBe(image.data);
        const maps = randomMaps(from, 2, seed);
        expect(resizeMaps(maps, from).data).toEqual(maps.data);
      }),
    );
  });

  it('keeps a constant and never leaves the range', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 0, max: 255 }), fc.nat(), (from, to, value, seed) => {
        const flat = createRgbImage(from, new Uint8Array(from.height * from.width * 3).fill(value));
        expect(new Set(resizeImage(flat, to).data)).toEqual(new Set([value]));
        const maps = randomMaps(from, 1, seed);
        const resized = resizeMaps(maps, to).data as Float32Array;
        expect(Math.max(...resized)).toBeLessThanOrEqual(Math.max(...(maps.data as Float32Array)) + 1e-6);
        expect(Math.min(...resized)).toBeGreaterThanOrEqual(Math.min(...(maps.data as Float32Array)) - 1e-6);
      }),
    );
  });

  it('commutes with mirroring and transposing, views included', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), (from, to, seed) => {
        const maps = randomMaps(from, 2, seed);
        const resized = resizeMaps(maps, to);
        const mirrored = resizeMaps(maps.step(1, -1, 1) as ClassMaps, to);
        expect(mirrored).toBeAllClose([...copyData(resized.step(1, -1, 1) as ClassMaps)], 1e-6);
        const transposed = resizeMaps(maps.transpose(1, 0, 2) as ClassMaps, size(to.width, to.height));
        expect(transposed).toBeAllClose([...copyData(resized.transpose(1, 0, 2) as ClassMaps)], 1e-6);
      }),
    );
  });

  it('gives the same numbers row by row, in any order of rows', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 1, max: 5 }), fc.nat(), (from, to, classes, seed) => {
        const maps = randomMaps(from, classes, seed);
        expect(rowByRow(maps, to)).toEqual(resizeMaps(maps, to).data);
      }),
    );
  });

  it('gives an image what maps give, rounded', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), (from, to, seed) => {
        const image = randomImage(from, seed);
        const maps = createClassMaps(from, 3, Float32Array.from(image.data as Uint8Array));
        expect(resizeImage(image, to)).toBeAllClose(resizeMaps(maps, to).data as Float32Array, 0.5 + 1e-4);
      }),
    );
  });

  it('takes the source pixel under the centre for masks and labels', () => {
    fc.assert(
      fc.property(sizes, sizes, (from, to) => {
        const labels = createLabelMap(
          from,
          Int32Array.from({ length: from.height * from.width }, (_, i) => 70_000 + i),
        );
        const resized = resizeLabels(labels, to);
        for (let y = 0; y < to.height; y++) {
          for (let x = 0; x < to.width; x++) {
            const value = resized.get(y, x) - 70_000;
            const [row, column] = [Math.floor(value / from.width), value % from.width];
            const centre = [
              ((y + 0.5) * from.height) / to.height,
              ((x + 0.5) * from.width) / to.width,
            ] as const;
            expect(Math.abs(centre[0] - row - 0.5)).toBeLessThanOrEqual(0.5 + 1e-9);
            expect(Math.abs(centre[1] - column - 0.5)).toBeLessThanOrEqual(0.5 + 1e-9);
          }
        }
      }),
    );
  });
});

describe('nearest, by eye', () => {
  it('takes the second pixel on a border and reads views', () => {
    const mask = createBinaryMask(size(2, 4), Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 1));
    expect(resizeMask(mask, size(2, 2))).toMatchMask(['.1', '.1']);
    expect(resizeMask(mask.transpose(1, 0) as typeof mask, size(4, 4))).toMatchMask([
      '11..',
      '....',
      '....',
      '1111',
    ]);
    expect(resizeMask(mask, size(1, 8))).toMatchMask(['......11']);
  });
});

describe('borders', () => {
  it('does not let NaN or infinity spread beyond the pixels that it weighs in', () => {
    const map = createScalarMap(size(1, 3), Float32Array.of(1, Number.NaN, 3));
    expect([...resizeScalarMap(map, size(1, 3)).data]).toEqual([1, Number.NaN, 3]);
    expect(resizeScalarMap(map, size(1, 9)).get(0, 0)).toBe(1);
  });

  it('keeps the aspect ratio', () => {
    expect(scaledSize(size(767, 1022), { shortSide: 320 })).toEqual(size(320, 426));
    expect(scaledSize(size(1022, 767), { shortSide: 320 })).toEqual(size(426, 320));
    expect(scaledSize(size(5, 5), { shortSide: 1 })).toEqual(size(1, 1));
  });

  it('refuses wrong arguments', () => {
    const image = randomImage(size(2, 2), 1);
    const maps = randomMaps(size(2, 2), 4, 1);
    expect(() => resizeImage(image, size(0, 2))).toThrow(
      'size.height: out of range; got 0; expected a whole number of at least 1',
    );
    expect(() => resizeImage(image, 320 as never)).toThrow(
      'size: not a size; got 320; expected { height, width }',
    );
    expect(() => resizeMaps(image as never, size(2, 2))).toThrow('maps: not class maps; got uint8 [2, 2, 3]');
    expect(() => resizeMask(createBinaryMask(size(1, 1), Uint8Array.of(2)), size(1, 1))).toThrow(
      'holds only 0 and 1',
    );
    const rows = createRowResampler(maps, size(3, 5));
    expect(() => rows.row(3, new Float32Array(20))).toThrow('y: out of range; got 3');
    expect(() => rows.row(0, new Float32Array(5))).toThrow(
      'out: the row has the wrong length; got 5 values; expected 20 values for a width of 5 and 4 classes',
    );
    expect(() => scaledSize(sizeOf(image), { shortside: 3 } as never)).toThrow(
      'unknown option; got shortside',
    );
    expect(() => scaledSize(sizeOf(image), { shortSide: 2.5 })).toThrow('shortSide: out of range; got 2.5');
  });
});
