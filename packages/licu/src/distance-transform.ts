/**
 * The exact Euclidean distance transform in linear time, after Meijster, Roerdink and Hesselink 2000
 * (https://doi.org/10.1007/0-306-47025-X_36): squared distances are whole numbers throughout. Leans on core alone.
 */
import {
  assertOneOf,
  type BinaryMask,
  createLabelMap,
  createScalarMap,
  formatSize,
  LesionError,
  loadKernels,
  type NdArray,
  resolveOptions,
  type ScalarMap,
  type Size,
  sizeOf,
} from '@lesion/core';
import { binary } from './kernels/binary.js';
import { maskPixels } from './mask-pixels.js';

/** What lies beyond the image for a distance transform. */
export type ImageBorder = 'ignore' | 'background';

/** Options of {@link distanceTransform} and {@link squaredDistanceTransform}. */
export interface DistanceTransformOptions {
  /**
   * What the edge of the image counts as.
   *
   * - `'ignore'`: nothing; only background pixels inside the image count, since a lesion that the image cuts
   *   off does not end there (scipy's and Matlab's rule). A mask without any background pixel has no distance
   *   by this rule and is treated as with `'background'`.
   * - `'background'`: every pixel just outside the image is background.
   * @default 'ignore'
   */
  border?: ImageBorder | undefined;
}

// With height + width below this, every squared distance and (height + width)^2 fit 32 signed bits.
const LARGEST_PERIMETER = 46340;

/** Phase one: to each pixel, the distance to the nearest background pixel of its column. */
function columnDistances(mask: Uint8Array, height: number, width: number, outside: number): Int32Array {
  const distances = new Int32Array(height * width);
  for (let x = 0; x < width; x++) distances[x] = mask[x] === 0 ? 0 : outside;
  for (let at = width; at < distances.length; at++) {
    distances[at] = mask[at] === 0 ? 0 : distances[at - width]! + 1;
  }
  const bottom = (height - 1) * width;
  for (let x = 0; x < width; x++) {
    if (distances[bottom + x]! > outside) distances[bottom + x] = outside;
  }
  for (let at = bottom - 1; at >= 0; at--) {
    const below = distances[at + width]! + 1;
    if (below < distances[at]!) distances[at] = below;
  }
  return distances;
}

/** Phase two, in place: each row's lower envelope of the parabolas that stand on its column distances. */
function rowEnvelopes(distances: Int32Array, height: number, width: number): void {
  const site = new Int32Array(width); // the column of each parabola in the envelope
  const from = new Int32Array(width); // the first column where it is the lowest
  const squares = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) squares[x] = distances[row + x]! * distances[row + x]!;
    let top = 0;
    site[0] = 0;
    from[0] = 0;
    for (let x = 1; x < width; x++) {
      while (top >= 0) {
        const start = from[top]!;
        const i = site[top]!;
        if ((start - i) * (start - i) + squares[i]! <= (start - x) * (start - x) + squares[x]!) break;
        top--;
      }
      if (top < 0) {
        top = 0;
        site[0] = x;
        from[0] = 0;
        continue;
      }
      const i = site[top]!;
      const start = 1 + Math.floor((x * x - i * i + squares[x]! - squares[i]!) / (2 * (x - i)));
      if (start < width) {
        top++;
        site[top] = x;
        from[top] = start;
      }
    }
    for (let x = width - 1; x >= 0; x--) {
      const i = site[top]!;
      distances[row + x] = (x - i) * (x - i) + squares[i]!;
      if (x === from[top]) top--;
    }
  }
}

/** In JavaScript: the reference, and what runs where there is no WebAssembly. */
function squaredDistancesPlain(mask: Uint8Array, { height, width }: Size, framed: boolean): Int32Array {
  // Without a frame, a column without background is farther than any pixel of the image can be.
  const distances = columnDistances(mask, height, width, framed ? 1 : height + width);
  rowEnvelopes(distances, height, width);
  if (framed) {
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const side = Math.min(x + 1, width - x);
        if (side * side < distances[at]!) distances[at] = side * side;
      }
    }
  }
  return distances;
}

/** Compiled from `assembly/distance.ts`, which describes the functions. */
interface DistanceKernels {
  columnsDown(mask: number, distances: number, rows: number, width: number, stride: number): void;
  rowsUp(
    distances: number,
    out: number,
    rows: number,
    width: number,
    stride: number,
    framed: boolean,
    hull: number,
  ): number;
  roots(squares: number, count: number): void;
  shares(squares: number, count: number, largest: number): void;
}

/** What is asked of the transform: squared distances, distances, or their shares in the largest. */
type Measure = 'squares' | 'roots' | 'shares';

// Column distances of 16 bits saturate here: in no column of an image within the limit of size.
const FAR = 65535;

// What passes between JavaScript and WebAssembly at a time stays in the nearest cache but one.
const BAND_PIXELS = 32768;

// Pixels beside the lesion, in each row, from which on a band is copied row by row: memory of the result that is never
// written to costs nothing, a page of it is 1024 pixels, and first writes are most of the time of a large result.
const WORTH_SKIPPING = 1024;

// Whole numbers below it are exact in float32.
const EXACT_FLOATS = 2 ** 24;

/**
 * In WebAssembly, with the same result: int32 for squares, float32 in the same buffer for the other measures. The
 * kernels' memory holds 2 bytes a pixel and a band of rows.
 * @returns undefined where there is no WebAssembly.
 */
function measureFast(
  mask: Uint8Array,
  { height, width }: Size,
  framed: boolean,
  measure: Measure,
): Int32Array | undefined {
  // Rows start at multiples of 32 bytes; one more above and below stands for what lies beyond the image.
  const stride = Math.ceil(width / 16) * 16;
  const rows = Math.min(height, Math.max(1, Math.floor(BAND_PIXELS / width)));
  const columnBytes = 2 * stride * (height + 2);
  const hullBytes = 16 * (width + 2);
  const bandLength = Math.ceil((rows * width) / 4) * 4;
  const kernels = loadKernels<DistanceKernels>(binary, columnBytes + hullBytes + 5 * bandLength, 4);
  if (kernels === undefined) return undefined;
  try {
    const { columnsDown, rowsUp, roots, shares } = kernels.functions;
    const above = kernels.reserve(columnBytes);
    const hull = kernels.array(Int32Array, hullBytes / 4);
    const band = kernels.array(Uint8Array, bandLength);
    const squares = kernels.array(Int32Array, bandLength);
    const { buffer } = kernels.memory;
    const rowAt = (y: number): number => above + 2 * stride * (y + 1);
    const beyond = framed ? 0 : FAR;
    new Uint16Array(buffer, rowAt(-1), stride).fill(beyond);
    new Uint16Array(buffer, rowAt(height), stride).fill(beyond);
    for (let y = 0; y < height; y += rows) {
      const end = Math.min(y + rows, height);
      band.set(mask.subarray(y * width, end * width));
      columnsDown(band.byteOffset, rowAt(y), end - y, width, stride);
    }
    const out = new Int32Array(height * width);
    // What of each band was written: `rows` stretches of `length`, a row apart.
    const parts: { from: number; length: number; rows: number }[] = [];
    let largest = 0;
    for (let end = height; end > 0; end -= rows) {
      const y = Math.max(0, end - rows);
      const most = rowsUp(rowAt(y), squares.byteOffset, end - y, width, stride, framed, hull.byteOffset);
      if (most === 0) continue;
      const count = (end - y) * width;
      if (measure === 'roots') {
        if (most < EXACT_FLOATS) roots(squares.byteOffset, count);
        else shares(squares.byteOffset, count, 1);
      }
      const narrow = width - (hull[1]! - hull[0]!) >= WORTH_SKIPPING;
      const part = narrow
        ? { from: y * width + hull[0]!, length: hull[1]! - hull[0]!, rows: end - y, skipped: hull[0]! }
        : { from: y * width, length: count, rows: 1, skipped: 0 };
      for (let i = 0; i < part.rows; i++) {
        const at = i * width;
        out.set(squares.subarray(at + part.skipped, at + part.skipped + part.length), part.from + at);
      }
      parts.push(part);
      largest = Math.max(largest, most);
    }
    if (measure !== 'shares') return out;
    for (const { from, length, rows } of parts) {
      for (let i = 0; i < rows; i++) {
        const at = from + i * width;
        squares.set(out.subarray(at, at + length), i * length);
      }
      shares(squares.byteOffset, rows * length, largest);
      for (let i = 0; i < rows; i++) {
        out.set(squares.subarray(i * length, (i + 1) * length), from + i * width);
      }
    }
    return out;
  } finally {
    kernels.release();
  }
}

function isFramed(mask: Uint8Array, border: ImageBorder): boolean {
  return border === 'background' || !mask.includes(0);
}

function largestOf(values: Int32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!;
  return largest;
}

/** @throws LesionError `LIMIT_EXCEEDED` where squares would not fit 32 bits. */
function assertMeasurable(size: Size): void {
  if (size.height + size.width < LARGEST_PERIMETER) return;
  throw new LesionError('LIMIT_EXCEEDED', {
    what: 'the mask is too large for squared distances of 32 bits',
    where: 'mask',
    got: formatSize(size),
    expected: `width + height below ${LARGEST_PERIMETER}`,
    mend: 'Shrink the mask first.',
  });
}

/** {@link squaredDistanceTransform} of a checked mask. */
function squaredDistancePixels(mask: Uint8Array, size: Size, border: ImageBorder): Int32Array {
  assertMeasurable(size);
  const framed = isFramed(mask, border);
  return measureFast(mask, size, framed, 'squares') ?? squaredDistancesPlain(mask, size, framed);
}

/**
 * A function of each squared distance, in place of these: 0 where they are 0. There are fewer squares up to the largest
 * than pixels on most masks, so that a table of them spares most calls.
 */
function mapSquares(squares: Int32Array, largest: number, of: (squared: number) => number): Float32Array {
  const out = floatsOf(squares);
  if (largest < squares.length) {
    const table = new Float32Array(largest + 1);
    for (let squared = 1; squared <= largest; squared++) table[squared] = of(squared);
    for (let i = 0; i < out.length; i++) out[i] = table[squares[i]!]!;
  } else {
    for (let i = 0; i < out.length; i++) out[i] = squares[i] === 0 ? 0 : of(squares[i]!);
  }
  return out;
}

function floatsOf(bits: Int32Array): Float32Array {
  return new Float32Array(bits.buffer as ArrayBuffer, bits.byteOffset, bits.length);
}

/** {@link distanceTransform} of a checked mask. */
function distancePixels(mask: Uint8Array, size: Size, border: ImageBorder): Float32Array {
  assertMeasurable(size);
  const fast = measureFast(mask, size, isFramed(mask, border), 'roots');
  if (fast !== undefined) return floatsOf(fast);
  const squares = squaredDistancePixels(mask, size, border);
  return mapSquares(squares, largestOf(squares), Math.sqrt);
}

/**
 * Each pixel's distance divided by the largest one, of a checked mask.
 * @param step What becomes of a share; not called for the background.
 */
export function distanceShares(
  mask: Uint8Array,
  size: Size,
  border: ImageBorder,
  step?: (squared: number, largest: number, share: number) => number,
): Float32Array {
  assertMeasurable(size);
  const fast = step === undefined ? measureFast(mask, size, isFramed(mask, border), 'shares') : undefined;
  if (fast !== undefined) return floatsOf(fast);
  const squares = squaredDistancePixels(mask, size, border);
  const largest = largestOf(squares);
  return mapSquares(squares, largest, (squared) => {
    const share = Math.sqrt(squared / largest);
    return step === undefined ? share : step(squared, largest, share);
  });
}

interface CheckedMask {
  pixels: Uint8Array;
  size: Size;
  border: ImageBorder;
}

function checked(
  mask: BinaryMask,
  options: DistanceTransformOptions | undefined,
  where: string,
): CheckedMask {
  const { border } = resolveOptions(options, { border: 'ignore' }, where);
  const pixels = maskPixels(mask);
  assertOneOf(border, ['ignore', 'background'], 'border');
  return { pixels, size: sizeOf(mask), border };
}

/**
 * The squared Euclidean distance, in pixels, from the centre of each lesion pixel to the centre of the nearest
 * background pixel: whole numbers without any rounding; 0 on the background, at least 1 on the lesion.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @returns int32 `[height, width]`.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask; `LIMIT_EXCEEDED` if its height and
 * width sum to 46,340 or more.
 * @example
 * ```ts
 * const squared = squaredDistanceTransform(mask);
 * ```
 */
export function squaredDistanceTransform(
  mask: BinaryMask,
  options?: DistanceTransformOptions,
): NdArray<Int32Array> {
  const { pixels, size, border } = checked(mask, options, 'squaredDistanceTransform');
  return createLabelMap(size, squaredDistancePixels(pixels, size, border));
}

/**
 * The exact Euclidean distance, in pixels, from the centre of each lesion pixel to the centre of the nearest
 * background pixel; 0 on the background, at least 1 on the lesion.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @returns float32 `[height, width]`: the square root of {@link squaredDistanceTransform}, rounded once.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask; `LIMIT_EXCEEDED` if its height and
 * width sum to 46,340 or more.
 * @example
 * ```ts
 * const distance = distanceTransform(mask, { border: 'background' });
 * ```
 */
export function distanceTransform(mask: BinaryMask, options?: DistanceTransformOptions): ScalarMap {
  const { pixels, size, border } = checked(mask, options, 'distanceTransform');
  return createScalarMap(size, distancePixels(pixels, size, border));
}
