import { expect, it, describe as suite } from 'vitest';
import {
  assertAllFinite,
  assertBinaryMask,
  assertClassMaps,
  assertLabelMap,
  assertNumber,
  assertOneOf,
  assertRgbImage,
  assertSameSize,
  createBinaryMask,
  createClassMaps,
  createLabelMap,
  createRgbImage,
  LesionError,
  resolveOptions,
} from './index.js';

suite('validation', () => {
  it('names the parameter, what it got and what to do', () => {
    expect(() => assertRgbImage(createBinaryMask({ height: 2, width: 3 }), 'photo')).toThrow(
      'photo: not an RGB image; got uint8 [2, 3]; expected an ndarray, uint8 of 3 dimensions. Make one with createRgbImage or decode a file with @lesion/preprocess.',
    );
    expect(() => assertRgbImage(null)).toThrow('image: not an RGB image; got null');
    expect(() => assertRgbImage({ shape: [1, 1, 3], dtype: 'uint8' })).toThrow('not an RGB image');
  });

  it('points at the first pixel of a mask that is neither 0 nor 1', () => {
    const mask = createBinaryMask({ height: 2, width: 3 }, Uint8Array.of(0, 1, 0, 0, 0, 255));
    expect(() => assertBinaryMask(mask)).toThrow('got 255 at row 1, column 2');
    // The view without that column is fine, although the data behind it is not.
    expect(() => assertBinaryMask(mask.hi(2, 2))).not.toThrow();
  });

  it('points at the first value that is not finite, whatever the array', () => {
    const far = new Float32Array(9);
    far[6] = Number.NEGATIVE_INFINITY;
    far[8] = Number.NaN;
    expect(() => assertAllFinite(far, 'maps')).toThrow(
      'maps: holds a value that is not finite; got -Infinity at index 6 of 9',
    );
    expect(() => assertAllFinite([0, Number.NaN], 'list')).toThrow('got NaN at index 1 of 2');
    expect(() => assertAllFinite(far.subarray(0, 6), 'maps')).not.toThrow();
  });

  it('refuses negative labels and wrong class counts', () => {
    const labels = createLabelMap({ height: 1, width: 2 }, Int32Array.of(0, -1));
    expect(() => assertLabelMap(labels)).toThrow('got -1 at row 0, column 1');
    expect(() => assertClassMaps(createClassMaps({ height: 1, width: 1 }, 3), 'maps', 4)).toThrow(
      'maps: the wrong number of classes; got float32 [1, 1, 3]; expected float32 [height, width, 4]',
    );
  });

  it('compares sizes and writes them width first', () => {
    const image = createRgbImage({ height: 4, width: 6 });
    const mask = createBinaryMask({ height: 4, width: 5 });
    expect(() => assertSameSize(image, mask, ['image', 'mask'])).toThrow(
      'got 5x4; expected 6x4 (width x height)',
    );
  });

  it('states the rule of a number', () => {
    expect(() => assertNumber(0, 'sigma', { min: 0, aboveMin: true })).toThrow(
      'sigma: out of range; got 0; expected a number above 0',
    );
    expect(() => assertNumber(1.5, 'count', { integer: true, min: 1, max: 9 })).toThrow(
      'expected a whole number of at least 1 and at most 9',
    );
    expect(() => assertNumber(Number.NaN, 'x')).toThrow('got NaN');
    expect(() => assertOneOf('max', ['min', 'mean'], 'rule')).toThrow(
      'rule: unknown choice; got "max"; expected "min" or "mean"',
    );
  });
});

suite('resolveOptions', () => {
  interface Options {
    count?: number | undefined;
    preset?: 'a' | 'b' | undefined;
    mask?: string | undefined;
  }
  const resolve = (options?: Options) =>
    resolveOptions(options, { count: 7, preset: 'a', mask: undefined }, 'resolve');

  it('fills defaults and takes undefined for not given', () => {
    const { count, preset, mask } = resolve({ count: undefined, preset: 'b' });
    const typed: { count: number; preset: 'a' | 'b'; mask: string | undefined } = { count, preset, mask };
    expect(typed).toEqual({ count: 7, preset: 'b', mask: undefined });
    expect(resolve()).toEqual({ count: 7, preset: 'a', mask: undefined });
  });

  it('refuses unknown keys, inherited names too', () => {
    expect(() => resolve({ cuont: 3 } as Options)).toThrow(
      'resolve: unknown option; got cuont; expected one of count, preset, mask',
    );
    expect(() => resolve({ toString: 1 } as unknown as Options)).toThrow('unknown option; got toString');
  });

  it('throws errors of the family, recognised across copies', () => {
    try {
      resolve({ x: 1 } as Options);
      expect.unreachable();
    } catch (error) {
      expect(LesionError.isInstance(error) && error.code).toBe('INVALID_ARGUMENT');
    }
    const foreign = Object.assign(new Error('x'), { [Symbol.for('@lesion/core.LesionError')]: true });
    expect(LesionError.isInstance(foreign)).toBe(true);
    expect(LesionError.isInstance(new Error('x'))).toBe(false);
  });
});
