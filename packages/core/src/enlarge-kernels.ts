/**
 * The fast path of enlarging images, in WebAssembly: 16-bit arithmetic of known error, and doubles for the values that
 * the error could round another way; the bytes are those of the plain path. Leans on `kernels` and `resample-taps`.
 */
import type { Size } from './arrays.js';
import { binary } from './kernels/binary.js';
import { loadKernels } from './kernels.js';
import { derivedFromTaps, type Taps } from './resample-taps.js';

/** Compiled from `assembly/enlarge.ts`, which describes the function. */
interface EnlargeKernels {
  enlargeRows(
    source: number,
    sourceRow: number,
    pitch: number,
    rows: number,
    rowCount: number,
    columns: number,
    groups: number,
    groupCount: number,
    length: number,
    doubt: number,
    stretched: number,
    doubts: number,
    out: number,
  ): number;
}

const CHANNELS = 3;

// Records of `assembly/enlarge.ts`, in bytes.
const PLACE = 32;
const GROUP = 64;
/** Values of a row that are computed at once. */
const LANES = 8;

/** Output that is computed before it is copied: it stays in the nearest cache but one. */
const BAND_BYTES = 2 ** 17;

const ONE = 2 ** 15;
const STEPS = 128;

/** Both neighbours along one axis, their weights, and what the second weight in 16 bits is wrong by at most. */
interface Neighbours {
  /** A record of 32 bytes for each output pixel. */
  records: ArrayBuffer;
  error: number;
}

/** @param unit Bytes from one source pixel to the next. */
function makeNeighbours({ first, count, weights, width }: Taps, unit: number): Neighbours | undefined {
  if (count.some((each) => each > 2)) return undefined;
  const length = first.length;
  const records = new ArrayBuffer(PLACE * length);
  const whole = new Int32Array(records);
  const doubles = new Float64Array(records);
  let error = 0;
  for (let i = 0; i < length; i++) {
    const two = count[i] === 2;
    const weight = two ? weights[i * width + 1]! : 0;
    const short = Math.min(ONE - 1, Math.round(weight * ONE));
    error = Math.max(error, Math.abs(short / ONE - weight));
    whole[8 * i] = first[i]! * unit;
    whole[8 * i + 1] = (first[i]! + (two ? 1 : 0)) * unit;
    whole[8 * i + 2] = short;
    // A single neighbour counts as two of which the second weighs nothing.
    doubles[4 * i + 2] = weights[i * width]!;
    doubles[4 * i + 3] = weight;
  }
  return { records, error };
}

const rowNeighbours = derivedFromTaps((taps) => makeNeighbours(taps, 1));
const columnNeighbours = derivedFromTaps((taps) => {
  const pixels = makeNeighbours(taps, CHANNELS);
  const groups = pixels && rowGroups(pixels.records, taps.first.length);
  return groups && { ...pixels, groups };
});

/** Where each eight values of a row come from; undefined where they lie too far apart. */
function rowGroups(columns: ArrayBuffer, width: number): Uint8Array | undefined {
  const places = new Int32Array(columns);
  // Four at a time.
  const count = 4 * Math.ceil((width * CHANNELS) / (4 * LANES));
  const bytes = new Uint8Array(count * GROUP);
  const offsets = new Int32Array(bytes.buffer);
  const shares = new Int16Array(bytes.buffer);
  for (let group = 0, value = 0; group < count; group++) {
    const at = group * GROUP;
    const start = places[8 * Math.min(width - 1, Math.floor(value / CHANNELS))]!;
    offsets[at / 4] = start;
    for (let lane = 0; lane < LANES; lane++, value++) {
      const pixel = Math.min(width - 1, Math.floor(value / CHANNELS));
      const channel = value % CHANNELS;
      const first = places[8 * pixel]! - start + channel;
      const second = places[8 * pixel + 1]! - start + channel;
      if (second > 15) return undefined;
      // 128 is no byte's number and gives 0.
      bytes[at + 16 + 2 * lane] = 128;
      bytes[at + 17 + 2 * lane] = first;
      bytes[at + 32 + 2 * lane] = 128;
      bytes[at + 33 + 2 * lane] = second;
      shares[at / 2 + 24 + lane] = places[8 * pixel + 2]!;
    }
  }
  return bytes;
}

/**
 * Fills `out` with the resized pixels of `source`, `[height, width, 3]` both, where neither side shrinks. Beside them it
 * takes about 128 KiB, a few rows and 32 bytes for each row and column.
 *
 * @returns How many values were worked out again; undefined where nothing was done: without WebAssembly, and where a side
 * shrinks.
 */
export function enlargeImageFast(
  source: Uint8Array,
  from: Size,
  to: Size,
  rows: Taps,
  columns: Taps,
  out: Uint8Array,
): number | undefined {
  if (to.height < from.height || to.width < from.width) return undefined;
  const down = rowNeighbours(rows, from.height);
  const across = columnNeighbours(columns, from.width);
  if (down === undefined || across === undefined) return undefined;
  const { groups } = across;
  const pitch = from.width * CHANNELS;
  const stride = to.width * CHANNELS;
  const groupCount = groups.length / GROUP;
  // In steps: each weight's error on the widest range, each product's rounding, and what doubles round.
  const doubt = Math.floor(255 * STEPS * (across.error + down.error) + 1 + 1e-6);

  const bandRows = Math.min(to.height, Math.max(1, Math.floor(BAND_BYTES / stride)));
  let windowRows = 0;
  for (let y = 0; y < to.height; y += bandRows) {
    windowRows = Math.max(windowRows, sourceEnd(rows, Math.min(to.height, y + bandRows)) - rows.first[y]!);
  }
  const bytes = {
    window: windowRows * pitch + 16,
    band: bandRows * stride + 31,
    rows: down.records.byteLength,
    columns: across.records.byteLength,
    groups: groups.length,
    stretched: 2 * 16 * groupCount,
    doubts: 8 * (groupCount / 2 + 1),
  };
  const total = Object.values(bytes).reduce((sum, each) => sum + each, 0);
  const kernels = loadKernels<EnlargeKernels>(binary, total, 7);
  if (kernels === undefined) return undefined;
  try {
    const window = kernels.array(Uint8Array, bytes.window);
    const band = kernels.array(Uint8Array, bytes.band);
    const rowRecords = kernels.array(Uint8Array, bytes.rows);
    const columnRecords = kernels.array(Uint8Array, bytes.columns);
    const groupRecords = kernels.array(Uint8Array, bytes.groups);
    const stretched = kernels.reserve(bytes.stretched);
    const doubts = kernels.reserve(bytes.doubts);
    rowRecords.set(new Uint8Array(down.records));
    columnRecords.set(new Uint8Array(across.records));
    groupRecords.set(groups);
    let doubtful = 0;
    for (let y = 0; y < to.height; y += bandRows) {
      const end = Math.min(to.height, y + bandRows);
      const start = rows.first[y]!;
      window.set(source.subarray(start * pitch, sourceEnd(rows, end) * pitch));
      doubtful += kernels.functions.enlargeRows(
        window.byteOffset,
        start,
        pitch,
        rowRecords.byteOffset + PLACE * y,
        end - y,
        columnRecords.byteOffset,
        groupRecords.byteOffset,
        groupCount,
        stride,
        doubt,
        stretched,
        doubts,
        band.byteOffset,
      );
      out.set(band.subarray(0, (end - y) * stride), y * stride);
    }
    return doubtful;
  } finally {
    kernels.release();
  }
}

/** The source row after the last that output rows before `end` need. */
function sourceEnd({ first, count }: Taps, end: number): number {
  return first[end - 1]! + count[end - 1]!;
}
