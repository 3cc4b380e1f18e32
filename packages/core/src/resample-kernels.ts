/**
 * The fast path of images' resampling, in WebAssembly. It blends rows in 16-bit weights and columns in float32, knows how
 * far that may be from the doubles of the plain path, and works out again, in doubles, the pixels that the difference
 * could round another way: the bytes are the same. Leans on `kernels` and
 * `resample-taps`.
 */
import type { Size } from './arrays.js';
import { binary } from './kernels/binary.js';
import { loadKernels } from './kernels.js';
import type { Taps } from './resample-taps.js';

/** Compiled from `assembly/resample.ts`, which describes the function. */
interface ResampleKernels {
  resampleRow(
    source: number,
    pitch: number,
    rowWeights: number,
    rowCount: number,
    pairs: number,
    scale: number,
    blended: number,
    columns: number,
    columnWeights: number,
    columnFloats: number,
    columnTaps: number,
    bound: number,
    out: number,
    width: number,
    doubtful: number,
    most: number,
  ): number;
}

/** What was worked out again in doubles. */
export interface Doubts {
  pixels: number;
  /** Whole rows, beside the pixels. */
  rows: number;
}

const CHANNELS = 3;

// Rows of the source are brought to the kernels a window at a time, which the cache can hold.
const WINDOW_BYTES = 2 ** 20;

// With more rows to blend, a sum of pixels times 16-bit weights could pass 32 bits.
const MOST_ROWS = 256;

const LARGEST_WEIGHT = 32767;

// Rounding of a float, relative.
const FLOAT_ROUNDING = 2 ** -24;

/** 16-bit weights of one output row, to be multiplied by `scale`; and what they are wrong by, in levels of 255. */
interface ShortWeights {
  pairs: Int16Array;
  scale: number;
  bound: number;
}

function shortWeights(weights: Float64Array): ShortWeights {
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const scale = Math.fround(largest / LARGEST_WEIGHT);
  // An even number, for rows are weighed by twos.
  const pairs = new Int16Array(2 * Math.ceil(weights.length / 2));
  let above = 0;
  let below = 0;
  for (let k = 0; k < weights.length; k++) {
    pairs[k] = Math.min(LARGEST_WEIGHT, Math.round(weights[k]! / scale));
    const error = pairs[k]! * scale - weights[k]!;
    if (error > 0) above += error;
    else below -= error;
  }
  return { pairs, scale, bound: 255 * Math.max(above, below) };
}

/**
 * Fills `out` with the resized pixels of `source`, `[height, width, 3]` both. Beside them it takes 1 MiB or a few rows of
 * the source, whichever is more.
 *
 * @param plainRow What the plain path makes of an output row, for rows on which nearly all pixels are in doubt.
 * @returns What was in doubt; undefined where nothing was done: without WebAssembly, and where an image shrinks more than
 * a hundred times.
 */
export function resizeImageFast(
  source: Uint8Array,
  from: Size,
  to: Size,
  rows: Taps,
  columns: Taps,
  out: Uint8Array,
  plainRow: (y: number) => void,
): Doubts | undefined {
  const pitch = from.width * CHANNELS;
  const stride = to.width * CHANNELS;
  const mostRows = rows.count.reduce((most, count) => Math.max(most, count), 0);
  if (mostRows > MOST_ROWS) return undefined;
  const mostColumns = columns.count.reduce((most, count) => Math.max(most, count), 0);
  const windowRows = Math.min(from.height, Math.max(2 * mostRows, Math.floor(WINDOW_BYTES / pitch)));
  const bytes = {
    window: (windowRows + 1) * pitch + 16,
    blended: 4 * (pitch + 16),
    columns: 8 * to.width,
    taps: 12 * columns.weights.length,
    rows: 12 * (mostRows + 1),
    out: stride + 1,
    doubtful: 4 * to.width,
  };
  const total = Object.values(bytes).reduce((sum, each) => sum + each, 0);
  const kernels = loadKernels<ResampleKernels>(binary, total, 9);
  if (kernels === undefined) return undefined;
  try {
    const window = kernels.array(Uint8Array, bytes.window);
    const blended = kernels.reserve(bytes.blended);
    const places = kernels.array(Int32Array, 2 * to.width);
    const doubles = kernels.array(Float64Array, columns.weights.length);
    const floats = kernels.array(Float32Array, columns.weights.length);
    const rowWeights = kernels.array(Float64Array, mostRows);
    const pairs = kernels.array(Int32Array, (mostRows + 1) >> 1);
    const row = kernels.array(Uint8Array, bytes.out);
    const doubtful = kernels.reserve(bytes.doubtful);
    const shorts = new Int16Array(pairs.buffer, pairs.byteOffset, 2 * pairs.length);
    doubles.set(columns.weights);
    floats.set(columns.weights);
    for (let x = 0; x < to.width; x++) {
      places[2 * x] = columns.first[x]! * CHANNELS;
      places[2 * x + 1] = columns.count[x]!;
    }
    const { resampleRow } = kernels.functions;
    // Weight, product and each sum of the columns round, and so do the row's conversion and the half that is added.
    const columnBound = 256 * (mostColumns + 6) * FLOAT_ROUNDING;
    const inDoubt: Doubts = { pixels: 0, rows: 0 };
    let windowStart = 0;
    let windowEnd = 0;
    for (let y = 0; y < to.height; y++) {
      const first = rows.first[y]!;
      const count = rows.count[y]!;
      if (first + count > windowEnd) {
        windowStart = first;
        windowEnd = Math.min(from.height, first + windowRows);
        window.set(source.subarray(windowStart * pitch, windowEnd * pitch));
      }
      const weights = rows.weights.subarray(y * rows.width, y * rows.width + count);
      const short = shortWeights(weights);
      rowWeights.set(weights);
      shorts.set(short.pairs);
      const doubts = resampleRow(
        window.byteOffset + (first - windowStart) * pitch,
        pitch,
        rowWeights.byteOffset,
        count,
        pairs.byteOffset,
        short.scale,
        blended,
        places.byteOffset,
        doubles.byteOffset,
        floats.byteOffset,
        columns.width,
        short.bound + columnBound,
        row.byteOffset,
        to.width,
        doubtful,
        to.width >> 1,
      );
      if (doubts > to.width >> 1) {
        inDoubt.rows++;
        plainRow(y);
      } else {
        inDoubt.pixels += doubts;
        out.set(row.subarray(0, stride), y * stride);
      }
    }
    return inDoubt;
  } finally {
    kernels.release();
  }
}
