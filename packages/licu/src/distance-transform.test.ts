import { type BinaryMask, createBinaryMask, SeededRandom, setKernels } from '@lesion/core';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { draw } from '../test/drawing.js';
import { distanceMap, distanceTransform, type ImageBorder, squaredDistanceTransform } from './index.js';

/** The definition itself: every lesion pixel against every background pixel. */
function bruteForce(mask: Uint8Array, width: number, border: ImageBorder): number[] {
  const height = mask.length / width;
  const framed = border === 'background' || !mask.includes(0);
  const squared: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let nearest = Number.POSITIVE_INFINITY;
      for (let v = -1; v <= height; v++) {
        for (let u = -1; u <= width; u++) {
          const inside = v >= 0 && v < height && u >= 0 && u < width;
          if (inside ? mask[v * width + u] === 0 : framed) {
            nearest = Math.min(nearest, (v - y) ** 2 + (u - x) ** 2);
          }
        }
      }
      squared.push(nearest);
    }
  }
  return squared;
}

afterEach(() => setKernels('auto'));

describe.each(['auto', 'plain'] as const)('squaredDistanceTransform, kernels %s', (kernels) => {
  beforeEach(() => setKernels(kernels));

  it('measures to the nearest background pixel, along diagonals too', () => {
    const mask = draw(['.1111', '11111', '11111']);
    expect([...squaredDistanceTransform(mask).data]).toEqual([
      0, 1, 4, 9, 16, 1, 2, 5, 10, 17, 4, 5, 8, 13, 20,
    ]);
  });

  it('counts the edge of the image when asked, and where there is no other background', () => {
    const framed = [1, 1, 1, 1, 4, 1, 1, 4, 1, 1, 1, 1];
    const full = draw(['111', '111', '111', '111']);
    expect([...squaredDistanceTransform(full).data]).toEqual(framed);
    expect([...squaredDistanceTransform(full, { border: 'background' }).data]).toEqual(framed);
    const cut = draw(['111.', '111.']);
    expect([...squaredDistanceTransform(cut).data]).toEqual([9, 4, 1, 0, 9, 4, 1, 0]);
    expect([...squaredDistanceTransform(cut, { border: 'background' }).data]).toEqual([
      1, 1, 1, 0, 1, 1, 1, 0,
    ]);
  });

  it('knows one pixel and the empty mask', () => {
    expect([...squaredDistanceTransform(draw(['1'])).data]).toEqual([1]);
    expect([...squaredDistanceTransform(draw(['...', '.1.', '...'])).data]).toEqual([
      0, 0, 0, 0, 1, 0, 0, 0, 0,
    ]);
    expect([...squaredDistanceTransform(draw(['..', '..'])).data]).toEqual([0, 0, 0, 0]);
  });

  it('equals the definition exactly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer(),
        fc.constantFrom(0, 0.02, 0.1, 0.5, 0.9, 1),
        fc.constantFrom('ignore' as const, 'background' as const),
        (height, width, seed, backgroundShare, border) => {
          const random = new SeededRandom(seed);
          const data = Uint8Array.from({ length: height * width }, () =>
            random.chance(backgroundShare) ? 0 : 1,
          );
          const mask = createBinaryMask({ height, width }, data);
          expect([...squaredDistanceTransform(mask, { border }).data]).toEqual(
            bruteForce(data, width, border),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  it('does not depend on which axis is which', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new SeededRandom(seed);
        const size = { height: 9, width: 13 };
        const mask = createBinaryMask(
          size,
          Uint8Array.from({ length: 117 }, () => (random.chance(0.1) ? 0 : 1)),
        );
        const turned = squaredDistanceTransform(mask.transpose(1, 0)).transpose(1, 0);
        expect(turned).toBeAllClose(squaredDistanceTransform(mask), 0);
      }),
    );
  });

  it('refuses what it cannot measure', () => {
    const grey = createBinaryMask({ height: 1, width: 2 }, Uint8Array.of(0, 255));
    expect(() => squaredDistanceTransform(grey)).toThrow(
      'mask: a binary mask holds only 0 and 1; got 255 at row 0, column 1',
    );
    const huge = createBinaryMask({ height: 1, width: 46339 });
    expect(() => squaredDistanceTransform(huge)).toThrow(
      'mask: the mask is too large for squared distances of 32 bits; got 46339x1; expected width + height below 46340',
    );
    expect(() => squaredDistanceTransform(draw(['1']), { border: 'mirror' as 'ignore' })).toThrow(
      'border: unknown choice; got "mirror"; expected "ignore" or "background"',
    );
    expect(() => distanceTransform(draw(['1']), { edge: 'ignore' } as never)).toThrow(
      'distanceTransform: unknown option; got edge; expected one of border',
    );
  });

  it('is exact at the largest size that it takes', () => {
    const width = 46338;
    const data = new Uint8Array(width).fill(1);
    data[0] = 0;
    const squared = squaredDistanceTransform(createBinaryMask({ height: 1, width }, data));
    expect(squared.get(0, width - 1)).toBe((width - 1) ** 2);
  });
});

describe('distanceTransform', () => {
  it('is the square root', () => {
    expect(distanceTransform(draw(['.11', '111']))).toBeAllClose(
      [0, 1, 2, 1, Math.SQRT2, Math.sqrt(5)],
      1e-6,
    );
  });
});

describe('both paths', () => {
  /** What each function makes of a mask, by one path. */
  function measured(mask: BinaryMask, border: ImageBorder, kernels: 'auto' | 'plain') {
    setKernels(kernels);
    const each = [squaredDistanceTransform, distanceTransform, distanceMap].map(
      (measure) => measure(mask, { border }).data,
    );
    return [...each, distanceMap(mask, { border, levels: 7 }).data];
  }

  function expectSame(mask: BinaryMask, border: ImageBorder): void {
    const plain = measured(mask, border, 'plain');
    for (const [index, fast] of measured(mask, border, 'auto').entries()) {
      // An element by element comparison of large arrays would take longer than all the rest.
      if (Buffer.compare(new Uint8Array(fast.buffer), new Uint8Array(plain[index]!.buffer)) !== 0) {
        expect(fast).toEqual(plain[index]);
      }
    }
  }

  /** Blobs: a threshold on a sum of waves, so that runs, holes and bays of many sizes occur. */
  function blobs(height: number, width: number, seed: number): BinaryMask {
    const random = new SeededRandom(seed);
    const waves = Array.from({ length: 6 }, () => [random.next() - 0.5, random.next() - 0.5, random.next()]);
    const level = random.next() * 3 - 1.5;
    const data = Uint8Array.from({ length: height * width }, (_, i) => {
      const [y, x] = [Math.floor(i / width), i % width];
      return waves.reduce((sum, [v, u, phase]) => sum + Math.sin(v! * y + u! * x + 6 * phase!), 0) > level
        ? 1
        : 0;
    });
    return createBinaryMask({ height, width }, data);
  }

  it('agree to the last bit on masks of all shapes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer(),
        fc.constantFrom('ignore' as const, 'background' as const),
        (height, width, seed, border) => expectSame(blobs(height, width, seed), border),
      ),
      { numRuns: 150 },
    );
  });

  it('agree on several bands of rows, on lines, on full and on empty masks', () => {
    expectSame(blobs(300, 333, 1), 'ignore');
    expectSame(blobs(5, 20_000, 2), 'ignore');
    expectSame(blobs(20_000, 3, 3), 'background');
    for (const value of [0, 1]) {
      for (const [height, width] of [
        [1, 1],
        [1, 17],
        [17, 1],
        [64, 700],
      ] as const) {
        const mask = createBinaryMask({ height, width }, new Uint8Array(height * width).fill(value));
        expectSame(mask, 'ignore');
        expectSame(mask, 'background');
      }
    }
  });

  it('agree where most of each row lies beside the lesion', () => {
    const mask = createBinaryMask({ height: 60, width: 3000 });
    for (let y = 4; y < 50; y++) for (let x = 1700 - y; x < 1760 + 2 * y; x++) mask.set(y, x, 1);
    expectSame(mask, 'ignore');
    mask.set(30, 2999, 1);
    expectSame(mask, 'background');
  });

  it('agree where squares are more than float32 can count', () => {
    const mask = createBinaryMask({ height: 3, width: 9001 }, new Uint8Array(27_003).fill(1));
    mask.set(1, 9000, 0);
    expectSame(mask, 'ignore');
  });

  it('read views, and bytes at odd places of a larger buffer', () => {
    const mask = blobs(41, 57, 4);
    expectSame(mask.transpose(1, 0), 'ignore');
    expectSame(mask.lo(3, 5).hi(30, 50), 'ignore');
    for (const offset of [1, 2, 3]) {
      const bytes = new Uint8Array(41 * 57 + offset).subarray(offset);
      bytes.set(mask.data);
      const shifted = createBinaryMask({ height: 41, width: 57 }, bytes);
      expectSame(shifted, 'ignore');
      expect(distanceTransform(shifted).data).toEqual(distanceTransform(mask).data);
      bytes[bytes.length - offset] = 2;
      expect(() => distanceTransform(shifted)).toThrow('a binary mask holds only 0 and 1; got 2');
    }
  });
});
