/**
 * The colours of `features`, computed by the kernels strip by strip, so that the rows under the blur stay in the
 * cache however wide the image is. Leans on the rooms that hold the definitions and on `@lesion/core`.
 */
import type { Kernels, Size } from '@lesion/core';
import { gaussianWeights, mirrored } from '../blur.js';
import { POWER_TABLE, ROOT_TABLE } from '../color.js';
import { type ByteRange, byteTable, convertsFirst } from '../features.js';
import type { SuperpixelSettings } from '../options.js';
import { type Functions, TILE } from './functions.js';

/** How an image is cut. */
export interface Strips {
  /** Columns of a strip, whole tiles unless it is the image's width. */
  width: number;
  /** Values from one row of a strip, with what the blur needs at both sides, to the next. */
  span: number;
  /** Rows that the blur keeps, 0 without blur. */
  kept: number;
  weights: Float64Array;
  /** Doubles of memory that {@link computeColors} sets aside. */
  doubles: number;
}

/** Bytes that the rows under the blur may take, well within a cache of the second level. */
const RING_BYTES = 2 ** 19;

/** Cuts an image for a blur of `sigma` pixels. */
export function colorStrips({ height, width }: Size, sigma: number): Strips {
  const weights = sigma > 0 ? gaussianWeights(sigma) : new Float64Array(0);
  const radius = Math.max(0, weights.length - 1);
  const kept = sigma > 0 ? Math.min(height, 2 * radius + 1) : 0;
  // Neighbours' columns are blurred twice; beyond an eighth more of them, a larger ring is the lesser evil.
  const fitting = kept > 0 ? RING_BYTES / (3 * 8 * kept) - 2 * radius : width;
  const strip = Math.ceil(Math.max(fitting, 16 * radius) / TILE) * TILE;
  const cut = Math.min(width, strip);
  const span = (Math.floor(Math.min(width, cut + 2 * radius) / TILE) + 1) * TILE;
  const bytes = Math.ceil(byteRoom(span) / 8);
  const tables = POWER_TABLE.length + ROOT_TABLE.length + 256;
  const doubles = 3 * span * (1 + kept) + 2 * span + 2 * radius + 2 * weights.length + bytes + tables;
  return { width: cut, span, kept, weights, doubles };
}

/** Bytes of a row of a strip, in whole vectors. */
function byteRoom(span: number): number {
  return 16 * Math.ceil((3 * span) / 16);
}

/** Computes the colours that distances are measured in, where `useImage` put them. @param data RGB, interleaved. */
export function computeColors(
  kernels: Kernels<Functions>,
  data: Uint8Array,
  { height, width }: Size,
  settings: SuperpixelSettings,
  strips: Strips,
): void {
  const { functions } = kernels;
  const { span, kept, weights } = strips;
  const powers = kernels.array(Float64Array, POWER_TABLE.length);
  const roots = kernels.array(Float64Array, ROOT_TABLE.length);
  powers.set(POWER_TABLE);
  roots.set(ROOT_TABLE);
  functions.useTables(powers.byteOffset, roots.byteOffset);
  const bytes = kernels.array(Uint8Array, byteRoom(span));
  const table = kernels.array(Float64Array, 256);
  table.set(byteTable(settings.stretch ? byteRange(functions, data, bytes) : undefined, settings));
  const row = kernels.array(Float64Array, 3 * span);
  const ring = kernels.array(Float64Array, 3 * span * kept);
  const kernelWeights = kernels.array(Float64Array, weights.length);
  kernelWeights.set(weights);
  const pairs = kernels.array(Int32Array, 2 * weights.length);
  const radius = Math.max(0, weights.length - 1);
  const padded = kernels.array(Float64Array, 2 * span + 2 * radius);
  const centre = padded.byteOffset + 8 * radius;
  const first = convertsFirst(settings);
  const last = settings.colorSpace === 'lab' && !first;
  const factor = 1 / settings.compactness;
  const apart = 8 * span;

  for (let x0 = 0; x0 < width; x0 += strips.width) {
    const x1 = Math.min(width, x0 + strips.width);
    const from = Math.max(0, x0 - radius);
    const to = Math.min(width, x1 + radius);
    const read = (y: number, values: Float64Array, at: number): void => {
      bytes.set(data.subarray(3 * (width * y + from), 3 * (width * y + to)));
      const pointer = values.byteOffset + 8 * at;
      functions.readRow(bytes.byteOffset, table.byteOffset, to - from, pointer, apart);
      repeatLast(values, at, to - from, span);
      if (first) functions.labRow(pointer, apart, span);
    };
    let known = 0;
    for (let y = 0; y < height; y++) {
      if (kept === 0) read(y, row, 0);
      else {
        for (const until = Math.min(height - 1, y + radius); known <= until; known++)
          read(known, ring, 3 * span * (known % kept));
        for (let channel = 0; channel < 3; channel++) {
          const address = (line: number): number =>
            ring.byteOffset + apart * (3 * (mirrored(line, height) % kept) + channel);
          pairs[0] = address(y);
          for (let j = 1; j <= radius; j++) {
            pairs[2 * j] = address(y - j);
            pairs[2 * j + 1] = address(y + j);
          }
          functions.blurDown(pairs.byteOffset, kernelWeights.byteOffset, radius, centre, span);
          // Only the image's own ends are mirrored: a strip within it has read its neighbours.
          const start = radius - from;
          for (let j = 1; j <= radius; j++) {
            if (from === 0) padded[start - j] = padded[start + mirrored(-j, width)]!;
            if (to === width) padded[start + width - 1 + j] = padded[start + mirrored(width - 1 + j, width)]!;
          }
          const out = row.byteOffset + apart * channel;
          functions.blurAcross(centre + 8 * (x0 - from), kernelWeights.byteOffset, radius, out, span);
        }
        repeatLast(row, 0, x1 - x0, span);
      }
      if (last) {
        functions.linearRow(row.byteOffset, 3 * span);
        functions.labRow(row.byteOffset, apart, span);
      }
      const tiles = Math.ceil((x1 - x0) / TILE);
      functions.storeRow(y, x0 / TILE, tiles, row.byteOffset, apart, factor);
    }
  }
}

/** Repeats the last value of three rows, so that what follows meets colours beyond the edge too. */
function repeatLast(values: Float64Array, at: number, length: number, span: number): void {
  for (let row = at, channel = 0; channel < 3; channel++, row += span)
    values.fill(values[row + length - 1]!, row + length, row + span);
}

/** The smallest and largest byte of an image. @param bytes Whole vectors of memory to read it through. */
function byteRange(functions: Functions, data: Uint8Array, bytes: Uint8Array): ByteRange {
  let low = 255;
  let high = 0;
  bytes.fill(data[0]!);
  // The last piece may be short; behind it lie bytes of the one before.
  for (let at = 0; at < data.length; at += bytes.length) {
    bytes.set(data.subarray(at, at + bytes.length));
    const both = functions.byteRange(bytes.byteOffset, bytes.length);
    low = Math.min(low, both & 255);
    high = Math.max(high, both >> 8);
  }
  return { low, high };
}
