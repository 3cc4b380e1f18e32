// Sums of class maps: by eye, the same bits on both paths, and what is refused.
import { afterEach, describe, expect, it } from 'vitest';
import { type ClassMaps, createClassMaps } from './arrays.js';
import { setKernels } from './kernels.js';
import { SeededRandom } from './random.js';
import { resizeMaps } from './resample.js';
import { sumClassMaps } from './sum-class-maps.js';

const random = new SeededRandom(3);

function randomMaps(height: number, width: number, classes = 4): ClassMaps {
  const data = Float32Array.from({ length: height * width * classes }, () => random.next());
  return createClassMaps({ height, width }, classes, data);
}

describe('sumClassMaps', () => {
  afterEach(() => setKernels('auto'));

  it('enlarges one pixel over all, and adds', () => {
    const one = createClassMaps({ height: 1, width: 1 }, 4, Float32Array.of(1, 2, 3, 4));
    const two = createClassMaps({ height: 1, width: 2 }, 4, Float32Array.of(0, 0, 0, 0, 8, 8, 8, 8));
    const sum = sumClassMaps([one, two], { height: 1, width: 2 });
    expect([...(sum.data as Float32Array)]).toEqual([1, 2, 3, 4, 9, 10, 11, 12]);
  });

  it.each([
    [
      [
        [32, 43],
        [64, 85],
        [5, 7],
      ],
      { height: 96, width: 131 },
    ],
    [
      [
        [90, 71],
        [11, 13],
      ],
      { height: 30, width: 35 },
    ],
    [[[1, 1]], { height: 3, width: 1 }],
  ])('gives the same bits plainly and in WebAssembly: %j to %j', (sizes, size) => {
    const maps = sizes.map(([height, width]) => randomMaps(height!, width!));
    setKernels('plain');
    const plain = sumClassMaps(maps, size);
    setKernels('auto');
    expect(sumClassMaps(maps, size).data).toEqual(plain.data);
  });

  it.each([1, 3, 5])('sums %i classes as resizeMaps and an addition do', (classes) => {
    const maps = [randomMaps(6, 9, classes), randomMaps(12, 4, classes)];
    const size = { height: 11, width: 17 };
    const [first, second] = maps.map((map) => resizeMaps(map, size).data as Float32Array);
    const sum = sumClassMaps(maps, size).data as Float32Array;
    expect([...sum]).toEqual([...first!.map((value, i) => Math.fround(value + second![i]!))]);
  });

  it('refuses nothing, and maps of other classes', () => {
    expect(() => sumClassMaps([], { height: 1, width: 1 })).toThrow(/no class maps to sum/);
    expect(() => sumClassMaps([randomMaps(2, 2), randomMaps(2, 2, 3)], { height: 2, width: 2 })).toThrow(
      /maps\[1\].*3 classes.*4, as in maps\[0\]/s,
    );
  });
});
