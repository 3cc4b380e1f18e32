/**
 * The one resampler of all packages: bilinear for images and maps, nearest for masks and labels. Only
 * additions, multiplications, divisions and floors in doubles, in a fixed order, so that every platform
 * gives the same bytes. Leans on `arrays`, `errors`, `validation`,
 * `resample-taps` and `resample-kernels`.
 *
 * Pixel centres lie at half integers: the centre of output pixel `i` falls on `(i + 0.5) * input / output`
 * of the source. The kernel is a triangle of half-width `max(1, input / output)` source pixels, so that
 * shrinking averages (antialiasing) and enlarging interpolates between two neighbours. Weights of pixels
 * beyond the edge are left out and the rest scaled to sum 1; when enlarging that is the same as repeating
 * the edge pixel.
 */
import {
  type BinaryMask,
  type ClassMaps,
  contiguousData,
  createBinaryMask,
  createClassMaps,
  createLabelMap,
  createRgbImage,
  createScalarMap,
  type LabelMap,
  type RgbImage,
  type ScalarMap,
  type Size,
  sizeOf,
} from './arrays.js';
import { enlargeImageFast } from './enlarge-kernels.js';
import { invalidArgument } from './errors.js';
import { resizeImageFast } from './resample-kernels.js';
import { keptTaps } from './resample-taps.js';
import {
  assertBinaryMask,
  assertClassMaps,
  assertLabelMap,
  assertNumber,
  assertRgbImage,
  assertScalarMap,
  assertSize,
  resolveOptions,
} from './validation.js';

/** Returns a function that computes one output row in doubles, `[width * channels]`, into `out`. */
function rowKernel(
  source: Uint8Array | Float32Array,
  from: Size,
  to: Size,
  channels: number,
  rows = keptTaps(from.height, to.height),
  columns = keptTaps(from.width, to.width),
): (y: number, out: Float64Array | Float32Array) => void {
  const stride = from.width * channels;
  const blended = new Float64Array(stride);
  return (y, out) => {
    let at = rows.first[y]! * stride;
    const rowTaps = y * rows.width;
    let weight = rows.weights[rowTaps]!;
    for (let i = 0; i < stride; i++) blended[i] = weight * source[at + i]!;
    for (let k = 1; k < rows.count[y]!; k++) {
      at += stride;
      weight = rows.weights[rowTaps + k]!;
      for (let i = 0; i < stride; i++) blended[i]! += weight * source[at + i]!;
    }
    for (let x = 0; x < to.width; x++) {
      const start = columns.first[x]! * channels;
      const columnTaps = x * columns.width;
      const count = columns.count[x]!;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let k = 0, i = start + channel; k < count; k++, i += channels)
          sum += columns.weights[columnTaps + k]! * blended[i]!;
        out[x * channels + channel] = sum;
      }
    }
  };
}

/**
 * Resizes an image: bilinear, antialiased when shrinking, half-pixel centres.
 *
 * Each side is resized on its own, so a size of another aspect ratio stretches the image; see
 * {@link scaledSize} for one that keeps it. Values are rounded to the nearest, halves up. Time is in proportion to the
 * pixels of both images, memory to the result: beside it 1 MiB or a few rows.
 *
 * @param image `[height, width, 3]`, views too.
 * @param size The size wanted, in pixels.
 * @returns A new image `[size.height, size.width, 3]`.
 * @throws LesionError `INVALID_ARGUMENT` if the image is not an RGB image or the size not whole and positive.
 * @example
 * ```ts
 * const small = resizeImage(image, scaledSize(sizeOf(image), { shortSide: 320 }));
 * ```
 */
export function resizeImage(image: RgbImage, size: Size): RgbImage {
  assertRgbImage(image);
  assertSize(size, 'size');
  const out = new Uint8Array(size.height * size.width * 3);
  const stride = size.width * 3;
  const source = contiguousData(image);
  const from = sizeOf(image);
  const rows = keptTaps(from.height, size.height);
  const columns = keptTaps(from.width, size.width);
  const row = new Float64Array(stride);
  const kernel = rowKernel(source, from, size, 3, rows, columns);
  const plainRow = (y: number): void => {
    kernel(y, row);
    for (let i = 0, at = y * stride; i < stride; i++, at++) out[at] = Math.floor(row[i]! + 0.5);
  };
  const done =
    enlargeImageFast(source, from, size, rows, columns, out) ??
    resizeImageFast(source, from, size, rows, columns, out, plainRow);
  if (done === undefined) for (let y = 0; y < size.height; y++) plainRow(y);
  return createRgbImage(size, out);
}

/** Computes resized class maps one row at a time. */
export interface RowResampler {
  /**
   * Writes output row `y`, `[width * classes]`, into `out`.
   * @throws LesionError `INVALID_ARGUMENT` if there is no such row or `out` has another length.
   */
  row(y: number, out: Float32Array): void;
}

/**
 * Resizes class maps one row at a time, so that maps of several networks and scales can be summed at the
 * size of a large image without a full-size copy of any. Bilinear like {@link resizeMaps}, with the same
 * numbers. A row costs `O(width * classes)` when enlarging.
 *
 * @param maps `[height, width, classes]`, views too; not copied unless a view, so leave them unchanged meanwhile.
 * @param size The size wanted, in pixels.
 * @throws LesionError `INVALID_ARGUMENT` if `maps` are not class maps or the size is not whole and positive.
 * @example
 * ```ts
 * const rows = createRowResampler(maps, { height: 2848, width: 4288 });
 * const row = new Float32Array(4288 * 4);
 * for (let y = 0; y < 2848; y++) rows.row(y, row);
 * ```
 */
export function createRowResampler(maps: ClassMaps, size: Size): RowResampler {
  assertClassMaps(maps, 'maps');
  assertSize(size, 'size');
  const { height, width } = size;
  const channels = maps.shape[2]!;
  const kernel = rowKernel(contiguousData(maps), sizeOf(maps), { height, width }, channels);
  const length = width * channels;
  return {
    row(y, out) {
      assertNumber(y, 'y', { integer: true, min: 0, max: height - 1 });
      if (out.length !== length) {
        throw invalidArgument({
          what: 'the row has the wrong length',
          where: 'out',
          got: `${out.length} values`,
          expected: `${length} values for a width of ${width} and ${channels} classes`,
        });
      }
      kernel(y, out);
    },
  };
}

function resizeFloats(data: Float32Array, from: Size, to: Size, channels: number): Float32Array {
  const stride = to.width * channels;
  const out = new Float32Array(to.height * stride);
  const kernel = rowKernel(data, from, to, channels);
  for (let y = 0; y < to.height; y++) kernel(y, out.subarray(y * stride, (y + 1) * stride));
  return out;
}

/**
 * Resizes class maps: bilinear in float32, averaging when shrinking. Maps that sum to 1 at every pixel
 * still do, up to rounding.
 *
 * @param maps `[height, width, classes]`, views too.
 * @param size The size wanted, in pixels.
 * @returns New maps `[size.height, size.width, classes]`.
 * @throws LesionError `INVALID_ARGUMENT` if `maps` are not class maps or the size is not whole and positive.
 */
export function resizeMaps(maps: ClassMaps, size: Size): ClassMaps {
  assertClassMaps(maps, 'maps');
  assertSize(size, 'size');
  const channels = maps.shape[2]!;
  return createClassMaps(size, channels, resizeFloats(contiguousData(maps), sizeOf(maps), size, channels));
}

/**
 * Resizes a scalar map `[height, width]`: bilinear in float32, averaging when shrinking.
 * @throws LesionError `INVALID_ARGUMENT` if `map` is not a scalar map or the size is not whole and positive.
 */
export function resizeScalarMap(map: ScalarMap, size: Size): ScalarMap {
  assertScalarMap(map);
  assertSize(size, 'size');
  return createScalarMap(size, resizeFloats(contiguousData(map), sizeOf(map), size, 1));
}

/** The source pixel whose area holds the centre of each output pixel; on a border, the one after it. */
function nearestPixels(input: number, output: number): Int32Array {
  const pixels = new Int32Array(output);
  // Whole numbers throughout: no rounding can move a centre across a border.
  for (let i = 0; i < output; i++) pixels[i] = Math.floor(((2 * i + 1) * input) / (2 * output));
  return pixels;
}

function resizeNearest<T extends Uint8Array | Int32Array>(data: T, from: Size, to: Size, out: T): T {
  const rows = nearestPixels(from.height, to.height);
  const columns = nearestPixels(from.width, to.width);
  for (let y = 0, at = 0; y < to.height; y++) {
    const start = rows[y]! * from.width;
    for (let x = 0; x < to.width; x++) out[at++] = data[start + columns[x]!]!;
  }
  return out;
}

/**
 * Resizes a mask by the nearest rule: output pixel `i` of a side takes source pixel
 * `floor((i + 0.5) * input / output)`, the one in which its centre lies (the second of two on a border).
 *
 * @param mask `[height, width]` of 0 and 1, views too.
 * @param size The size wanted, in pixels.
 * @returns A new mask `[size.height, size.width]`.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a mask or the size is not whole and positive.
 */
export function resizeMask(mask: BinaryMask, size: Size): BinaryMask {
  assertBinaryMask(mask);
  assertSize(size, 'size');
  const out = new Uint8Array(size.height * size.width);
  return createBinaryMask(size, resizeNearest(contiguousData(mask), sizeOf(mask), size, out));
}

/**
 * Resizes a label map by the nearest rule of {@link resizeMask}. When shrinking, small regions may vanish.
 *
 * @param labels `[height, width]`, views too.
 * @param size The size wanted, in pixels.
 * @returns A new label map `[size.height, size.width]`.
 * @throws LesionError `INVALID_ARGUMENT` if `labels` is not a label map or the size is not whole and positive.
 */
export function resizeLabels(labels: LabelMap, size: Size): LabelMap {
  assertLabelMap(labels);
  assertSize(size, 'size');
  const out = new Int32Array(size.height * size.width);
  return createLabelMap(size, resizeNearest(contiguousData(labels), sizeOf(labels), size, out));
}

/** Options of {@link scaledSize}. */
export interface ScaledSizeOptions {
  /** The length wanted for the shorter side, in pixels. */
  shortSide: number;
}

/**
 * The size that keeps the aspect ratio and has the short side asked for; the long side is rounded to the
 * nearest pixel.
 *
 * @throws LesionError `INVALID_ARGUMENT` if a side is not whole and positive.
 * @example
 * ```ts
 * scaledSize({ height: 767, width: 1022 }, { shortSide: 320 }); // { height: 320, width: 426 }
 * ```
 */
export function scaledSize(size: Size, options: ScaledSizeOptions): Size {
  const { shortSide } = resolveOptions(options, { shortSide: undefined }, 'scaledSize');
  assertSize(size, 'size');
  assertNumber(shortSide, 'shortSide', { integer: true, min: 1 });
  const { height, width } = size;
  return height <= width
    ? { height: shortSide, width: Math.floor((width * shortSide) / height + 0.5) }
    : { height: Math.floor((height * shortSide) / width + 0.5), width: shortSide };
}
