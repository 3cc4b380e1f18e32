/** The sum of class maps of several sizes, at one size: what joins networks and scales. Leans on the resampler. */
import { type ClassMaps, contiguousData, createClassMaps, type Size, sizeOf } from './arrays.js';
import { invalidArgument } from './errors.js';
import { binary } from './kernels/binary.js';
import { loadKernels } from './kernels.js';
import { createRowResampler } from './resample.js';
import { keptTaps } from './resample-taps.js';
import { assertClassMaps, assertSize } from './validation.js';

/** Compiled from `assembly/maps.ts`, which describes the function. */
interface MapsKernels {
  addMapsRow(
    source: number,
    pitch: number,
    rowWeights: number,
    rowCount: number,
    length: number,
    blended: number,
    columns: number,
    columnWeights: number,
    columnTaps: number,
    out: number,
    width: number,
  ): void;
}

/** The kernel's maps: background and three diagnoses. */
const CHANNELS = 4;

/** Adds `maps`, resized, to `sum`. @returns Whether it was done: not without WebAssembly, nor for more maps than four. */
function addFast(maps: ClassMaps, size: Size, sum: Float32Array): boolean {
  if (maps.shape[2] !== CHANNELS) return false;
  const source = contiguousData(maps);
  const from = sizeOf(maps);
  const rows = keptTaps(from.height, size.height);
  const columns = keptTaps(from.width, size.width);
  const length = from.width * CHANNELS;
  const stride = size.width * CHANNELS;
  const bytes =
    source.byteLength + 8 * (rows.width + length + columns.weights.length + size.width) + 4 * stride;
  const kernels = loadKernels<MapsKernels>(binary, bytes, 6);
  if (kernels === undefined) return false;
  try {
    const inside = kernels.array(Float32Array, source.length);
    const rowWeights = kernels.array(Float64Array, rows.width);
    const blended = kernels.reserve(8 * length);
    const columnWeights = kernels.array(Float64Array, columns.weights.length);
    const places = kernels.array(Int32Array, 2 * size.width);
    const row = kernels.array(Float32Array, stride);
    inside.set(source);
    columnWeights.set(columns.weights);
    for (let x = 0; x < size.width; x++) {
      places[2 * x] = columns.first[x]! * CHANNELS * Float64Array.BYTES_PER_ELEMENT;
      places[2 * x + 1] = columns.count[x]!;
    }
    const pitch = length * Float32Array.BYTES_PER_ELEMENT;
    for (let y = 0; y < size.height; y++) {
      const count = rows.count[y]!;
      rowWeights.set(rows.weights.subarray(y * rows.width, y * rows.width + count));
      const out = sum.subarray(y * stride, (y + 1) * stride);
      row.set(out);
      kernels.functions.addMapsRow(
        inside.byteOffset + rows.first[y]! * pitch,
        pitch,
        rowWeights.byteOffset,
        count,
        length,
        blended,
        places.byteOffset,
        columnWeights.byteOffset,
        columns.width,
        row.byteOffset,
        size.width,
      );
      out.set(row);
    }
    return true;
  } finally {
    kernels.release();
  }
}

function addPlainly(maps: ClassMaps, size: Size, sum: Float32Array): void {
  const stride = size.width * maps.shape[2]!;
  const row = new Float32Array(stride);
  const resampler = createRowResampler(maps, size);
  for (let y = 0, at = 0; y < size.height; y++) {
    resampler.row(y, row);
    for (let i = 0; i < stride; i++, at++) sum[at]! += row[i]!;
  }
}

/**
 * The sum of class maps of any sizes, each interpolated bilinearly to one size as by {@link resizeMaps}, row by row: no
 * map is ever enlarged as a whole. Sums are taken in float32, in the order of `maps` (Fig. 2: the answers of both
 * networks at both scales).
 *
 * @param maps `[height, width, classes]` each, with as many classes; at least one.
 * @param size The size of the sum, pixels.
 * @returns `[size.height, size.width, classes]`.
 * @throws LesionError `INVALID_ARGUMENT` if there is no map, one is not class maps, or they differ in classes.
 * @example
 * ```ts
 * const summed = sumClassMaps([small, large], sizeOf(image));
 * ```
 */
export function sumClassMaps(maps: readonly ClassMaps[], size: Size): ClassMaps {
  if (maps.length === 0) throw invalidArgument({ what: 'no class maps to sum', where: 'maps', got: '[]' });
  for (const [i, map] of maps.entries()) assertClassMaps(map, `maps[${i}]`);
  assertSize(size, 'size');
  const classes = maps[0]!.shape[2]!;
  const other = maps.findIndex((map) => map.shape[2] !== classes);
  if (other > 0) {
    throw invalidArgument({
      what: 'class maps of different numbers of classes cannot be summed',
      where: `maps[${other}]`,
      got: `${maps[other]!.shape[2]} classes`,
      expected: `${classes}, as in maps[0]`,
    });
  }
  const sum = createClassMaps(size, classes);
  const data = sum.data as Float32Array;
  for (const map of maps) if (!addFast(map, size, data)) addPlainly(map, size, data);
  return sum;
}
