/**
 * The fast path of images' resampling, in WebAssembly. It blends rows in 16-bit weights and columns in float32, knows how
 * far that may be from the doubles of the plain path, and works out again, in doubles, the pixels that the difference
 * could round another way: the bytes are the same. Leans on `kernels` and
 * `resample-taps`.
 */
import type { Size } from './arrays.js';
import { binary } from './kernels/binary.js';
import { loadKernels } from './kernels.js';
import { derivedFromTaps, type Taps } from './resample-taps.js';

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
    columnTaps: number,
    places: number,
    floats: number,
    floatTaps: number,
    bound: number,
    sums: number,
    out: number,
    width: number,
    doubts: number,
    most: number,
  ): number;
}

/** What was worked out again in doubles. */
export interface Doubts {
  values: number;
  /** Whole rows, beside the values. */
  rows: number;
}

const CHANNELS = 3;

// Rows of the source are brought to the kernels a window at a time, which the cache can hold.
const WINDOW_BYTES = 2 ** 20;

// Output that is computed before it is copied: it stays in the nearest cache but one.
const BAND_BYTES = 2 ** 17;

// With more rows to blend, a sum of pixels times 16-bit weights could pass 32 bits.
const MOST_ROWS = 256;

const LARGEST_WEIGHT = 32767;

// Rounding of a float, relative.
const FLOAT_ROUNDING = 2 ** -24;

/** Weights of the output rows in 16 bits. */
interface RowWeights {
  /** Source rows that an output row has at most. */
  most: number;
  /** For each output row, an even number of weights: they are taken by twos. */
  shorts: Int16Array;
  /** For each row, what makes weights of these. */
  scales: Float64Array;
  /** For each row, what they are wrong by, in levels of 255. */
  bounds: Float64Array;
}

const rowWeightsOf = derivedFromTaps(({ count, weights, width }): RowWeights => {
  const most = count.reduce((largest, each) => Math.max(largest, each), 0);
  const even = most + (most & 1);
  const shorts = new Int16Array(even * count.length);
  const scales = new Float64Array(count.length);
  const bounds = new Float64Array(count.length);
  for (let y = 0; y < count.length; y++) {
    const own = weights.subarray(y * width, y * width + count[y]!);
    const scale = Math.fround(own.reduce((largest, weight) => Math.max(largest, weight), 0) / LARGEST_WEIGHT);
    let above = 0;
    let below = 0;
    for (let k = 0; k < own.length; k++) {
      const short = Math.min(LARGEST_WEIGHT, Math.round(own[k]! / scale));
      const error = short * scale - own[k]!;
      if (error > 0) above += error;
      else below -= error;
      shorts[y * even + k] = short;
    }
    scales[y] = scale;
    bounds[y] = 255 * Math.max(above, below);
  }
  return { most, shorts, scales, bounds };
});

/** What the columns' weights are to the kernels. */
interface ColumnWeights {
  /** For each output pixel, the offset of its first source pixel in bytes and how many count. */
  first: Int32Array;
  /** Pixels that are summed for each output pixel: as many for all, so that no branch has to be foreseen. */
  taps: number;
  /** Where these begin, in bytes of floats. */
  places: Int32Array;
  /** Their weights, 0 for those that do not count. */
  floats: Float32Array;
}

/** @param from Pixels in a source row. */
const columnWeightsOf = derivedFromTaps(({ first, count, weights, width }, from): ColumnWeights => {
  const length = first.length;
  const taps = count.reduce((most, each) => Math.max(most, each), 0);
  const both = new Int32Array(2 * length);
  const places = new Int32Array(length);
  const floats = new Float32Array(taps * length);
  for (let x = 0; x < length; x++) {
    both[2 * x] = first[x]! * CHANNELS;
    both[2 * x + 1] = count[x]!;
    // Near the right edge those that do not count come first.
    const start = Math.min(first[x]!, from - taps);
    places[x] = 4 * CHANNELS * start;
    for (let k = 0; k < count[x]!; k++) floats[x * taps + first[x]! - start + k] = weights[x * width + k]!;
  }
  return { first: both, taps, places, floats };
});

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
  const down = rowWeightsOf(rows, from.height);
  if (down.most > MOST_ROWS) return undefined;
  const across = columnWeightsOf(columns, from.width);
  const windowRows = Math.min(from.height, Math.max(2 * down.most, Math.floor(WINDOW_BYTES / pitch)));
  const bandRows = Math.min(to.height, Math.max(1, Math.floor(BAND_BYTES / stride)));
  const bytes = {
    window: (windowRows + 1) * pitch + 16,
    blended: 4 * (pitch + 16),
    columns: 12 * to.width,
    weights: 8 * columns.weights.length + 4 * across.floats.length,
    rows: 8 * rows.weights.length + 2 * down.shorts.length,
    sums: 4 * (stride + 16),
    band: bandRows * stride + 15,
    doubts: 8 * (Math.ceil(stride / 16) + 1),
  };
  const total = Object.values(bytes).reduce((sum, each) => sum + each, 0);
  const kernels = loadKernels<ResampleKernels>(binary, total, 11);
  if (kernels === undefined) return undefined;
  try {
    const window = kernels.array(Uint8Array, bytes.window);
    const blended = kernels.reserve(bytes.blended);
    const first = kernels.array(Int32Array, across.first.length);
    const doubles = kernels.array(Float64Array, columns.weights.length);
    const places = kernels.array(Int32Array, to.width);
    const floats = kernels.array(Float32Array, across.floats.length);
    const rowWeights = kernels.array(Float64Array, rows.weights.length);
    const pairs = kernels.array(Int32Array, down.shorts.length / 2);
    const sums = kernels.reserve(bytes.sums);
    const band = kernels.array(Uint8Array, bytes.band);
    const doubts = kernels.reserve(bytes.doubts);
    first.set(across.first);
    doubles.set(columns.weights);
    rowWeights.set(rows.weights);
    pairs.set(new Int32Array(down.shorts.buffer));
    places.set(across.places);
    floats.set(across.floats);
    const { resampleRow } = kernels.functions;
    // Weight, product and each sum of the columns round, and so do the row's conversion and the half that is added.
    const columnBound = 256 * (across.taps + 6) * FLOAT_ROUNDING;
    const most = stride >> 1;
    const inDoubt: Doubts = { values: 0, rows: 0 };
    const pairsOfRow = (down.most + 1) >> 1;
    const left: number[] = [];
    let windowStart = 0;
    let windowEnd = 0;
    for (let start = 0; start < to.height; start += bandRows) {
      const end = Math.min(to.height, start + bandRows);
      for (let y = start; y < end; y++) {
        const top = rows.first[y]!;
        const count = rows.count[y]!;
        if (top + count > windowEnd) {
          windowStart = top;
          windowEnd = Math.min(from.height, top + windowRows);
          window.set(source.subarray(windowStart * pitch, windowEnd * pitch));
        }
        const doubtful = resampleRow(
          window.byteOffset + (top - windowStart) * pitch,
          pitch,
          rowWeights.byteOffset + 8 * y * rows.width,
          count,
          pairs.byteOffset + 4 * y * pairsOfRow,
          down.scales[y]!,
          blended,
          first.byteOffset,
          doubles.byteOffset,
          columns.width,
          places.byteOffset,
          floats.byteOffset,
          across.taps,
          down.bounds[y]! + columnBound,
          sums,
          band.byteOffset + (y - start) * stride,
          to.width,
          doubts,
          most,
        );
        if (doubtful > most) left.push(y);
        else inDoubt.values += doubtful;
      }
      out.set(band.subarray(0, (end - start) * stride), start * stride);
    }
    inDoubt.rows = left.length;
    for (const y of left) plainRow(y);
    return inDoubt;
  } finally {
    kernels.release();
  }
}
