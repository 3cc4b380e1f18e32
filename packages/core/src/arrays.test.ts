import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contiguousData, copyData, createLabelMap, createRgbImage, isContiguous, sizeOf } from './index.js';

describe('arrays', () => {
  it('uses the data given and refuses data that does not fill the shape', () => {
    const data = new Uint8Array(12);
    const image = createRgbImage({ height: 2, width: 2 }, data);
    expect(image.data).toBe(data);
    expect(sizeOf(image)).toEqual({ height: 2, width: 2 });
    expect(() => createRgbImage({ height: 2, width: 3 }, data)).toThrow(
      'got 12 values; expected 18 values for [2, 3, 3]',
    );
    expect(() => createRgbImage({ height: 0, width: 3 })).toThrow('whole number of at least 1');
  });

  it('reads views as what they show, not as what lies beneath', () => {
    const labels = createLabelMap({ height: 2, width: 3 }, Int32Array.of(0, 1, 2, 3, 4, 5));
    expect(contiguousData(labels)).toBe(labels.data);
    expect([...contiguousData(labels.transpose(1, 0))]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...contiguousData(labels.lo(1, 1))]).toEqual([4, 5]);
    expect([...contiguousData(labels.step(1, -1))]).toEqual([2, 1, 0, 5, 4, 3]);
    expect([...contiguousData(labels.hi(1, 2))]).toEqual([0, 1]);
    expect(isContiguous(labels.hi(1, 3))).toBe(false);
  });

  it('copies crops whose rows are long a row at a time, and views of them value by value', () => {
    const image = createRgbImage(
      { height: 9, width: 20 },
      Uint8Array.from({ length: 540 }, (_, i) => i % 251),
    );
    const crop = image.lo(2, 3, 0).hi(5, 11, 3);
    const expected: number[] = [];
    for (let y = 2; y < 7; y++)
      for (let at = (y * 20 + 3) * 3; at < (y * 20 + 14) * 3; at++) expected.push(at % 251);
    expect([...copyData(crop)]).toEqual(expected);
    const turned = crop.transpose(1, 0, 2);
    expect([...copyData(turned)].slice(0, 6)).toEqual([...expected.slice(0, 3), ...expected.slice(33, 36)]);
    expect([...copyData(crop.hi(0, 11, 3))]).toEqual([]);
  });

  it('copies every view like get() reads it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.constantFrom(1, -1, 2),
        (height, width, transpose, step) => {
          const image = createRgbImage(
            { height, width },
            Uint8Array.from({ length: height * width * 3 }, (_, i) => i),
          );
          const view = (transpose ? image.transpose(1, 0, 2) : image).step(1, step, 1);
          const expected: number[] = [];
          for (let y = 0; y < view.shape[0]!; y++)
            for (let x = 0; x < view.shape[1]!; x++)
              for (let c = 0; c < 3; c++) expected.push(view.get(y, x, c));
          expect([...copyData(view)]).toEqual(expected);
          expect([...contiguousData(view)]).toEqual(expected);
        },
      ),
    );
  });
});
