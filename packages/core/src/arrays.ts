/**
 * The arrays that pass between packages. All are `ndarray`s in row-major order of meaning: rows before
 * columns, channels last. Every package makes them with the functions here and reads them through
 * {@link contiguousData}, so that a transposed or cropped view is never misread.
 */
import type { NdArray } from 'ndarray';
import { invalidArgument } from './errors.js';
import { viewOf } from './strided-view.js';

/** An 8-bit RGB image, `[height, width, 3]`. */
export type RgbImage = NdArray<Uint8Array>;
/** A mask of 0 and 1, `[height, width]`. */
export type BinaryMask = NdArray<Uint8Array>;
/** A region number per pixel, `[height, width]`, 0 and up. */
export type LabelMap = NdArray<Int32Array>;
/** One value per pixel, `[height, width]`. */
export type ScalarMap = NdArray<Float32Array>;
/** One value per pixel and class, `[height, width, classes]`. */
export type ClassMaps = NdArray<Float32Array>;

/** Height and width in pixels. */
export interface Size {
  height: number;
  width: number;
}

type Numbers = Uint8Array | Int32Array | Float32Array;

function wrap<T extends Numbers>(data: T, shape: number[], where: string): NdArray<T> {
  let length = 1;
  for (const extent of shape) {
    if (!Number.isSafeInteger(extent) || extent < 1) {
      throw invalidArgument({
        what: 'every extent of an array is a whole number of at least 1',
        where,
        got: `[${shape.join(', ')}]`,
        mend: 'Give the height and width in pixels.',
      });
    }
    length *= extent;
  }
  if (data.length !== length) {
    throw invalidArgument({
      what: 'the data does not fill the shape',
      where,
      got: `${data.length} values`,
      expected: `${length} values for [${shape.join(', ')}]`,
    });
  }
  return viewOf(data, shape);
}

/**
 * Makes an RGB image `[height, width, 3]`.
 * @param data Interleaved RGB, row by row, used without a copy. @default zeros
 * @throws LesionError `INVALID_ARGUMENT` if `data` does not hold height x width x 3 values.
 * @example
 * ```ts
 * const red = createRgbImage({ height: 1, width: 1 }, Uint8Array.of(255, 0, 0));
 * ```
 */
export function createRgbImage(size: Size, data?: Uint8Array): RgbImage {
  const { height, width } = size;
  return wrap(data ?? new Uint8Array(height * width * 3), [height, width, 3], 'createRgbImage');
}

/** Makes a mask `[height, width]` of 0 and 1; `data` is used without a copy. @throws LesionError `INVALID_ARGUMENT` */
export function createBinaryMask(size: Size, data?: Uint8Array): BinaryMask {
  const { height, width } = size;
  return wrap(data ?? new Uint8Array(height * width), [height, width], 'createBinaryMask');
}

/** Makes a label map `[height, width]`; `data` is used without a copy. @throws LesionError `INVALID_ARGUMENT` */
export function createLabelMap(size: Size, data?: Int32Array): LabelMap {
  const { height, width } = size;
  return wrap(data ?? new Int32Array(height * width), [height, width], 'createLabelMap');
}

/** Makes a map of one number a pixel, `[height, width]`; `data` is used without a copy. @throws LesionError `INVALID_ARGUMENT` */
export function createScalarMap(size: Size, data?: Float32Array): ScalarMap {
  const { height, width } = size;
  return wrap(data ?? new Float32Array(height * width), [height, width], 'createScalarMap');
}

/** Makes class maps `[height, width, classes]`; `data` is used without a copy. @throws LesionError `INVALID_ARGUMENT` */
export function createClassMaps(size: Size, classes: number, data?: Float32Array): ClassMaps {
  const { height, width } = size;
  return wrap(
    data ?? new Float32Array(height * width * classes),
    [height, width, classes],
    'createClassMaps',
  );
}

/** Height and width of an array `[height, width, ...]`. */
export function sizeOf(array: NdArray): Size {
  return { height: array.shape[0]!, width: array.shape[1]! };
}

/** Whether an array's values lie in row-major order from the first element of its data to the last. */
export function isContiguous(array: NdArray): boolean {
  let expected = 1;
  for (let axis = array.dimension - 1; axis >= 0; axis--) {
    const extent = array.shape[axis]!;
    if (extent !== 1 && array.stride[axis] !== expected) return false;
    expected *= extent;
  }
  return array.offset === 0 && (array.data as { length: number }).length === expected;
}

/**
 * The values of an array in row-major order: the array's own data where it is contiguous (no copy, so
 * writing to it writes to the array), else one fresh copy.
 */
export function contiguousData<T extends Numbers>(array: NdArray<T>): T {
  if (isContiguous(array)) return array.data as T;
  return copyData(array);
}

/** Values side by side that are copied faster one by one than by a call. */
const SHORT_RUN = 16;

/** The values of an array in row-major order, always as a fresh copy. */
export function copyData<T extends Numbers>(array: NdArray<T>): T {
  const source = array.data as T;
  if (isContiguous(array)) return source.slice() as T;
  const { shape, stride } = array;
  const out = new (source.constructor as new (length: number) => T)(array.size);
  // The last axes, as far as they lie side by side, are copied as one: a row of a crop at a time.
  let run = 1;
  let outer = array.dimension;
  while (outer > 0 && stride[outer - 1] === run) run *= shape[--outer]!;
  if (run < SHORT_RUN) {
    run = 1;
    outer = array.dimension;
  }
  const index = new Array<number>(outer).fill(0);
  let at = array.offset;
  for (let i = 0; i < out.length; i += run) {
    if (run === 1) out[i] = source[at]!;
    else out.set(source.subarray(at, at + run), i);
    for (let axis = outer - 1; axis >= 0; axis--) {
      at += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
