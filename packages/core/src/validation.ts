/** Checks at the borders of the packages: each throws an error that names the parameter and the mend. */
import type { NdArray } from 'ndarray';
import { areBinary, areFinite, areNotNegative } from './array-checks.js';
import {
  type BinaryMask,
  type ClassMaps,
  contiguousData,
  type LabelMap,
  type RgbImage,
  type ScalarMap,
  type Size,
  sizeOf,
} from './arrays.js';
import { invalidArgument, LesionError } from './errors.js';

/** Describes a value for an error message: `uint8 [4, 4, 3]`, `"text"`, `null`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string')
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'object') {
    const array = value as Partial<NdArray>;
    if (Array.isArray(array.shape) && array.dtype) return `${array.dtype} [${array.shape.join(', ')}]`;
    if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Uint8Array).length})`;
    if (Array.isArray(value)) return `an array of ${value.length}`;
    return `an object (${value.constructor?.name ?? 'Object'})`;
  }
  if (typeof value === 'function') return 'a function';
  return String(value);
}

function assertArray(
  value: unknown,
  name: string,
  kind: string,
  dtype: string,
  dimension: number,
  mend: string,
): asserts value is NdArray {
  const array = value as Partial<NdArray> | null | undefined;
  if (
    typeof array !== 'object' ||
    array === null ||
    !Array.isArray(array.shape) ||
    array.shape.length !== dimension ||
    array.dtype !== dtype ||
    typeof array.get !== 'function'
  ) {
    throw invalidArgument({
      what: `not ${kind}`,
      where: name,
      got: describe(value),
      expected: `an ndarray, ${dtype} of ${dimension} dimensions`,
      mend,
    });
  }
  if (array.shape.some((extent) => !(extent >= 1))) {
    throw invalidArgument({
      what: `${kind} without pixels`,
      where: name,
      got: describe(value),
      expected: 'at least one pixel',
    });
  }
}

/** @throws LesionError `INVALID_ARGUMENT` unless `value` is a uint8 ndarray `[height, width, 3]`. */
export function assertRgbImage(value: unknown, name = 'image'): asserts value is RgbImage {
  const mend = 'Make one with createRgbImage or decode a file with @lesion/preprocess.';
  assertArray(value, name, 'an RGB image', 'uint8', 3, mend);
  if (value.shape[2] !== 3) {
    throw invalidArgument({
      what: 'not an RGB image',
      where: name,
      got: describe(value),
      expected: 'uint8 [height, width, 3]',
      mend,
    });
  }
}

/**
 * @throws LesionError `INVALID_ARGUMENT` unless `value` is a uint8 ndarray `[height, width]` that holds only 0 and 1.
 */
export function assertBinaryMask(value: unknown, name = 'mask'): asserts value is BinaryMask {
  assertArray(value, name, 'a binary mask', 'uint8', 2, 'Make one with createBinaryMask.');
  const data = contiguousData(value as BinaryMask);
  if (areBinary(data)) return;
  for (let i = 0; i < data.length; i++) {
    if (data[i]! > 1) {
      const width = value.shape[1]!;
      throw invalidArgument({
        what: 'a binary mask holds only 0 and 1',
        where: name,
        got: `${data[i]} at row ${Math.floor(i / width)}, column ${i % width}`,
        mend: "Threshold it first: the challenge's files are foreground where > 128.",
      });
    }
  }
}

/** @throws LesionError `INVALID_ARGUMENT` unless `value` is an int32 ndarray `[height, width]` without negative labels. */
export function assertLabelMap(value: unknown, name = 'labels'): asserts value is LabelMap {
  assertArray(
    value,
    name,
    'a label map',
    'int32',
    2,
    'Make one with createLabelMap or slic of @lesion/superpixel.',
  );
  const data = contiguousData(value as LabelMap);
  if (areNotNegative(data)) return;
  for (let i = 0; i < data.length; i++) {
    if (data[i]! < 0) {
      const width = value.shape[1]!;
      throw invalidArgument({
        what: 'labels are 0 and up',
        where: name,
        got: `${data[i]} at row ${Math.floor(i / width)}, column ${i % width}`,
      });
    }
  }
}

/** @throws LesionError `INVALID_ARGUMENT` unless `value` is a float32 ndarray `[height, width]`. */
export function assertScalarMap(value: unknown, name = 'map'): asserts value is ScalarMap {
  assertArray(value, name, 'a scalar map', 'float32', 2, 'Make one with createScalarMap.');
}

/** @throws LesionError `INVALID_ARGUMENT` unless `value` is a float32 ndarray `[height, width, classes]`. */
export function assertClassMaps(
  value: unknown,
  name = 'classMaps',
  classes?: number,
): asserts value is ClassMaps {
  assertArray(value, name, 'class maps', 'float32', 3, 'Make them with createClassMaps.');
  if (classes !== undefined && value.shape[2] !== classes) {
    throw invalidArgument({
      what: 'the wrong number of classes',
      where: name,
      got: describe(value),
      expected: `float32 [height, width, ${classes}]`,
    });
  }
}

/** @throws LesionError `INVALID_ARGUMENT` unless both arrays have the same height and width. */
export function assertSameSize(a: NdArray, b: NdArray, names: readonly [string, string]): void {
  const first = sizeOf(a);
  const second = sizeOf(b);
  if (first.height !== second.height || first.width !== second.width) {
    throw invalidArgument({
      what: `${names[1]} has another size than ${names[0]}`,
      where: names[1],
      got: formatSize(second),
      expected: `${formatSize(first)} (width x height)`,
      mend: 'Resize one of them first; masks and labels with the nearest rule.',
    });
  }
}

/** A size as people write it, width first: `1022x767`. */
export function formatSize(size: Size): string {
  return `${size.width}x${size.height}`;
}

/** What a number may be. */
export interface NumberRule {
  /** Smallest value allowed. @default no bound */
  min?: number | undefined;
  /** Largest value allowed. @default no bound */
  max?: number | undefined;
  /** Whether `min` itself is refused. @default false */
  aboveMin?: boolean | undefined;
  /** Whether only whole numbers are allowed. @default false */
  integer?: boolean | undefined;
}

/** @throws LesionError `INVALID_ARGUMENT` unless `value` is a finite number within the rule. */
export function assertNumber(value: unknown, name: string, rule: NumberRule = {}): asserts value is number {
  const {
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
    aboveMin = false,
    integer = false,
  } = rule;
  const ok =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (aboveMin ? value > min : value >= min) &&
    value <= max &&
    (!integer || Number.isSafeInteger(value));
  if (ok) return;
  const kind = integer ? 'a whole number' : 'a number';
  const lower = min === Number.NEGATIVE_INFINITY ? '' : aboveMin ? ` above ${min}` : ` of at least ${min}`;
  const upper = max === Number.POSITIVE_INFINITY ? '' : `${lower ? ' and' : ' of'} at most ${max}`;
  throw invalidArgument({
    what: 'out of range',
    where: name,
    got: describe(value),
    expected: `${kind}${lower}${upper}`,
  });
}

/** @throws LesionError `INVALID_ARGUMENT` unless `size` holds a height and a width of whole pixels, at least 1 each. */
export function assertSize(size: unknown, name: string): asserts size is Size {
  if (typeof size !== 'object' || size === null) {
    throw invalidArgument({
      what: 'not a size',
      where: name,
      got: describe(size),
      expected: '{ height, width } in pixels',
    });
  }
  const { height, width } = size as Partial<Size>;
  assertNumber(height, `${name}.height`, { integer: true, min: 1 });
  assertNumber(width, `${name}.width`, { integer: true, min: 1 });
}

/** @throws LesionError `INVALID_ARGUMENT` unless `value` is one of `choices`. */
export function assertOneOf<T extends string | number>(
  value: unknown,
  choices: readonly T[],
  name: string,
): asserts value is T {
  if (!choices.includes(value as T)) {
    throw invalidArgument({
      what: 'unknown choice',
      where: name,
      got: describe(value),
      expected: choices.map((c) => JSON.stringify(c)).join(' or '),
    });
  }
}

/** @throws LesionError `NOT_FINITE` if `values` holds NaN or an infinity; names the first one's index. */
export function assertAllFinite(values: ArrayLike<number>, name: string): void {
  if (areFinite(values)) return;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new LesionError('NOT_FINITE', {
        what: 'holds a value that is not finite',
        where: name,
        got: `${values[i]} at index ${i} of ${values.length}`,
      });
    }
  }
}

/** An options object with its defaults filled in: only options whose default is `undefined` may be undefined. */
export type Resolved<O, D> = {
  [K in keyof Required<O>]: K extends keyof D
    ? undefined extends D[K]
      ? O[K] | undefined
      : Exclude<O[K], undefined>
    : never;
};

/**
 * Fills an options object with defaults and refuses unknown keys.
 *
 * A key whose value is `undefined` counts as not given. `defaults` must name every option; an option
 * without a default is given as `undefined` there.
 *
 * @throws LesionError `INVALID_ARGUMENT` naming the unknown key and the known ones.
 * @example
 * ```ts
 * resolveOptions({ count: 5 }, { count: 1000, sigma: 2 }, 'slic'); // { count: 5, sigma: 2 }
 * ```
 */
export function resolveOptions<
  O extends object,
  const D extends { [K in keyof Required<O>]: O[K] | undefined },
>(options: O | undefined, defaults: D, where: string): Resolved<O, D> {
  const resolved: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(options ?? {})) {
    if (!Object.hasOwn(defaults, key)) {
      throw invalidArgument({
        what: 'unknown option',
        where,
        got: key,
        expected: `one of ${Object.keys(defaults).join(', ')}`,
      });
    }
    if (value !== undefined) resolved[key] = value;
  }
  return resolved as never;
}
