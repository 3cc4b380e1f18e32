/** PNG's row filters: each row in the way that leaves the least to pack. */
import { type Kernels, loadKernels } from '@lesion/core';
import { binary } from './kernels/binary.js';

/** Compiled from `assembly/filters.ts`, which describes the function. */
interface FilterKernels {
  filterRow(
    row: number,
    above: number,
    length: number,
    step: number,
    sub: number,
    up: number,
    paeth: number,
  ): number;
}

/** PNG's numbers of the filters in use: a row as it is, less its left neighbours, less the row above, less Paeth's guess. */
const FILTER_TYPES = [0, 1, 2, 4];

/** Bytes that the kernel reads or writes beyond a row. */
const BEYOND = 16;

/** Fills the filtered rows and tells which of all four, the row as it is first, has the smallest magnitudes. */
type FilterRow = (row: Uint8Array, above: Uint8Array) => number;

/** Rows with a pixel of zeros before them, and where each of their filtered forms is to be found. */
interface Rows {
  pair: [Uint8Array, Uint8Array];
  filtered: [sub: Uint8Array, up: Uint8Array, paeth: Uint8Array];
  filterRow: FilterRow;
}

function plainRows(stride: number, step: number): Rows {
  const filtered: [Int8Array, Int8Array, Int8Array] = [
    new Int8Array(stride),
    new Int8Array(stride),
    new Int8Array(stride),
  ];
  const [sub, up, paeth] = filtered;
  const bytes = ({ buffer }: Int8Array) => new Uint8Array(buffer);
  return {
    pair: [new Uint8Array(step + stride), new Uint8Array(step + stride)],
    filtered: [bytes(sub), bytes(up), bytes(paeth)],
    filterRow(row, above) {
      // Sums of the bytes read as signed: the smaller, the better they usually pack.
      const sums = [0, 0, 0, 0];
      for (let i = 0; i < stride; i++) {
        const value = row[i + step]!;
        const left = row[i]!;
        const top = above[i + step]!;
        const topLeft = above[i]!;
        const toLeft = Math.abs(top - topLeft);
        const toTop = Math.abs(left - topLeft);
        const toTopLeft = Math.abs(left + top - 2 * topLeft);
        const guess = toLeft <= toTop && toLeft <= toTopLeft ? left : toTop <= toTopLeft ? top : topLeft;
        sub[i] = value - left;
        up[i] = value - top;
        paeth[i] = value - guess;
        sums[0]! += Math.min(value, 256 - value);
        sums[1]! += Math.abs(sub[i]!);
        sums[2]! += Math.abs(up[i]!);
        sums[3]! += Math.abs(paeth[i]!);
      }
      return sums.indexOf(Math.min(...sums));
    },
  };
}

function kernelRows({ functions, array }: Kernels<FilterKernels>, stride: number, step: number): Rows {
  const room = () => array(Uint8Array, stride + BEYOND);
  // Set aside at multiples of 64 bytes, with a pixel of zeros before the row.
  const padded = () => {
    const bytes = array(Uint8Array, step + stride + BEYOND);
    bytes.fill(0);
    return bytes.subarray(0, step + stride);
  };
  const pair: Rows['pair'] = [padded(), padded()];
  const filtered: Rows['filtered'] = [room(), room(), room()];
  const [sub, up, paeth] = filtered.map(({ byteOffset }) => byteOffset) as [number, number, number];
  return {
    pair,
    filtered: filtered.map((bytes) => bytes.subarray(0, stride)) as Rows['filtered'],
    filterRow: (row, above) =>
      functions.filterRow(row.byteOffset + step, above.byteOffset + step, stride, step, sub, up, paeth),
  };
}

function filterInto(out: Uint8Array, data: Uint8Array, stride: number, step: number, rows: Rows): void {
  // The first row has a row of zeros above it, as PNG defines.
  let [above, row] = rows.pair;
  for (let from = 0, to = 0; from < data.length; from += stride, to += 1 + stride) {
    const plain = data.subarray(from, from + stride);
    row.set(plain, step);
    const best = rows.filterRow(row, above);
    out[to] = FILTER_TYPES[best]!;
    out.set(best === 0 ? plain : rows.filtered[best - 1]!, to + 1);
    [above, row] = [row, above];
  }
}

/**
 * Filters each row in the way that leaves the smallest magnitudes.
 *
 * @param data Rows of `stride` bytes.
 * @param step Bytes in a pixel.
 * @returns `[rows * (1 + stride)]`, the filter's number before each row.
 */
export function filterRows(data: Uint8Array, stride: number, step: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((data.length / stride) * (1 + stride));
  const pieces = 5;
  const kernels = loadKernels<FilterKernels>(binary, pieces * (step + stride + BEYOND), pieces);
  if (kernels === undefined) {
    filterInto(out, data, stride, step, plainRows(stride, step));
    return out;
  }
  try {
    filterInto(out, data, stride, step, kernelRows(kernels, stride, step));
  } finally {
    kernels.release();
  }
  return out;
}
