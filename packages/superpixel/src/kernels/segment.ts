/**
 * The whole segmentation on the kernels of `assembly/`: colours, clusters and connected pieces never leave the
 * memory of one instance. Bit for bit what `features`, `clusters` and `connectivity` give. Leans on the rooms
 * that hold the definitions and on `@lesion/core`.
 */
import { type Kernels, loadKernels, type Size } from '@lesion/core';
import { gaussianWeights, mirrored } from '../blur.js';
import { labelGridCells } from '../clusters.js';
import { POWER_TABLE, ROOT_TABLE } from '../color.js';
import type { ConnectivityRule } from '../connectivity.js';
import { type ByteRange, byteTable, convertsFirst } from '../features.js';
import type { SuperpixelSettings } from '../options.js';
import { perturbSeeds, type Seeds } from '../seeds.js';
import { binary } from './binary.js';

/** Pointers are byte offsets, lengths count values. */
interface Functions {
  useTables(powers: number, roots: number): void;
  byteRange(bytes: number, length: number): number;
  readRow(bytes: number, table: number, width: number, out: number, apart: number): void;
  linearRow(row: number, length: number): void;
  labRow(row: number, apart: number, length: number): void;
  blurDown(pairs: number, weights: number, radius: number, out: number, length: number): void;
  blurAcross(row: number, weights: number, radius: number, out: number, length: number): void;
  storeRow(y: number, row: number, apart: number, factor: number): void;
  useImage(
    width: number,
    height: number,
    stride: number,
    colors: number,
    labels: number,
    boxes: number,
    owners: number,
    scratch: number,
  ): void;
  useClusters(
    count: number,
    clusters: number,
    sums: number,
    starts: number,
    list: number,
    spatialWeight: number,
    slico: boolean,
  ): void;
  boxTiles(): void;
  placeWindows(reachRows: number, reachColumns: number): void;
  listCandidates(): void;
  clearSums(): void;
  assignPixels(first: boolean, sumUp: boolean): number;
  moveClusters(): void;
  widenColorRange(): void;
  evaluations(): number;
  connectPieces(
    labels: number,
    queue: number,
    width: number,
    height: number,
    stride: number,
    minSize: number,
    maxSize: number,
    epfl: boolean,
  ): number;
}

/** Pixels to a side of the tiles and bins that `assembly/clusters.ts` works by. */
const TILE = 8;
const BIN = 16;

/** Doubles in the record of a cluster and in that of its sums. */
const RECORD = 8;

/** What a segmentation took. */
export interface Work {
  /** Bytes of the instance's memory that were set aside. */
  bytes: number;
  /** Distances between a pixel and a cluster. */
  distances: number;
  /** Passes of k-means. */
  passes: number;
}

type ColorAt = (y: number, x: number, channel: number) => number;

/** Where everything lies. */
interface Layout {
  /** Values from one row to the next: whole bins, and at least one value beyond the image. */
  stride: number;
  /** Doubles for the colours. */
  colors: number;
  /** Doubles for a tile's own use. */
  scratch: number;
  /** Rows that the blur keeps, 0 without blur. */
  kept: number;
  weights: Float64Array;
  tiles: number;
  bins: number;
  /** Most entries that the lists of candidates can have. */
  candidates: number;
  bytes: number;
}

function layOut(size: Size, settings: SuperpixelSettings, seeds: Seeds): Layout {
  const { height, width } = size;
  const stride = (Math.floor(width / BIN) + 1) * BIN;
  const weights = settings.sigma > 0 ? gaussianWeights(settings.sigma) : new Float64Array(0);
  const kept = Math.min(height, Math.max(0, 2 * weights.length - 1));
  const count = seeds.rows.length;
  const down = Math.ceil(height / BIN);
  const across = Math.ceil(width / BIN);
  const touched = (step: number, most: number): number =>
    Math.min(most, Math.floor((2 * settings.window * step + 1) / BIN) + 2);
  const candidates = count * touched(seeds.windowStep.row, down) * touched(seeds.windowStep.column, across);
  const tiles = Math.ceil(height / TILE) * Math.ceil(width / TILE);
  const colors = 3 * TILE * Math.ceil(width / TILE) * height;
  // A tile's distances, holders and limits, 64 clusters that it met and all that may survive its first look.
  const scratch = 3 * TILE * TILE + 32 + Math.ceil((count + 1) / 2);
  const doubles =
    colors +
    3 * stride + // a row of them
    3 * kept * stride + // rows under the kernel
    (kept > 0 ? 2 * stride + 4 * weights.length : 0) + // a row with its mirrored ends, weights, addresses
    POWER_TABLE.length +
    ROOT_TABLE.length +
    256 +
    8 * tiles +
    2 * RECORD * count +
    scratch;
  const bytes = 8 * doubles + 4 * ((height + 2) * stride + 4 * (down * across + 1) + candidates) + 3 * stride;
  return { stride, colors, scratch, kept, weights, tiles, bins: down * across, candidates, bytes };
}

/** `colorFeatures`, into tiles. */
function computeFeatures(
  kernels: Kernels<Functions>,
  data: Uint8Array,
  size: Size,
  settings: SuperpixelSettings,
  { stride, kept, weights }: Layout,
): void {
  const { functions } = kernels;
  const { height, width } = size;
  const powers = kernels.array(Float64Array, POWER_TABLE.length);
  const roots = kernels.array(Float64Array, ROOT_TABLE.length);
  powers.set(POWER_TABLE);
  roots.set(ROOT_TABLE);
  functions.useTables(powers.byteOffset, roots.byteOffset);
  const table = kernels.array(Float64Array, 256);
  const bytes = kernels.array(Uint8Array, 3 * stride);
  table.set(byteTable(settings.stretch ? byteRange(functions, data, bytes) : undefined, settings));
  const first = convertsFirst(settings);
  const last = settings.colorSpace === 'lab' && !first;
  const factor = 1 / settings.compactness;
  const apart = 8 * stride;

  /** Repeats the last value of three rows, so that what follows meets colours beyond the edge too. */
  const pad = (values: Float64Array, at: number): void => {
    for (let row = at, channel = 0; channel < 3; channel++, row += stride)
      values.fill(values[row + width - 1]!, row + width, row + stride);
  };
  const read = (y: number, values: Float64Array, at: number): void => {
    bytes.set(data.subarray(3 * width * y, 3 * width * (y + 1)));
    const pointer = values.byteOffset + 8 * at;
    functions.readRow(bytes.byteOffset, table.byteOffset, width, pointer, apart);
    pad(values, at);
    if (first) functions.labRow(pointer, apart, stride);
  };
  const row = kernels.array(Float64Array, 3 * stride);
  const finish = (y: number): void => {
    if (kept > 0) pad(row, 0);
    if (last) {
      functions.linearRow(row.byteOffset, 3 * stride);
      functions.labRow(row.byteOffset, apart, stride);
    }
    functions.storeRow(y, row.byteOffset, apart, factor);
  };

  if (kept === 0) {
    for (let y = 0; y < height; y++) {
      read(y, row, 0);
      finish(y);
    }
    return;
  }
  const radius = weights.length - 1;
  const ring = kernels.array(Float64Array, 3 * kept * stride);
  const kernelWeights = kernels.array(Float64Array, weights.length);
  kernelWeights.set(weights);
  const pairs = kernels.array(Int32Array, 2 * weights.length);
  const padded = kernels.array(Float64Array, 2 * stride + 2 * radius);
  const centre = padded.byteOffset + 8 * radius;
  let known = 0;
  for (let y = 0; y < height; y++) {
    for (const until = Math.min(height - 1, y + radius); known <= until; known++)
      read(known, ring, 3 * (known % kept) * stride);
    for (let channel = 0; channel < 3; channel++) {
      if (channel === 0) {
        const address = (row: number): number => ring.byteOffset + 3 * apart * (mirrored(row, height) % kept);
        pairs[0] = address(y);
        for (let j = 1; j <= radius; j++) {
          pairs[2 * j] = address(y - j);
          pairs[2 * j + 1] = address(y + j);
        }
      } else {
        for (let j = 0; j < pairs.length; j++) pairs[j]! += apart;
      }
      functions.blurDown(pairs.byteOffset, kernelWeights.byteOffset, radius, centre, stride);
      for (let j = 1; j <= radius; j++) {
        padded[radius - j] = padded[radius + mirrored(-j, width)]!;
        padded[radius + width - 1 + j] = padded[radius + mirrored(width - 1 + j, width)]!;
      }
      const out = row.byteOffset + apart * channel;
      functions.blurAcross(centre, kernelWeights.byteOffset, radius, out, stride);
    }
    finish(y);
  }
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

/** `clusterPixels`, on tiles. */
function cluster(
  kernels: Kernels<Functions>,
  colorAt: ColorAt,
  labels: Int32Array,
  size: Size,
  seeds: Seeds,
  settings: SuperpixelSettings,
  layout: Layout,
): number {
  const { functions } = kernels;
  const { stride } = layout;
  const count = seeds.rows.length;
  const clusters = kernels.array(Float64Array, RECORD * count);
  const sums = kernels.array(Float64Array, RECORD * count);
  clusters.fill(0);
  for (let k = 0; k < count; k++) {
    clusters[RECORD * k] = seeds.rows[k]!;
    clusters[RECORD * k + 1] = seeds.columns[k]!;
    if (settings.seedColors === 'pixel') {
      for (let channel = 0; channel < 3; channel++)
        clusters[RECORD * k + 2 + channel] = colorAt(seeds.rows[k]!, seeds.columns[k]!, channel);
    }
    clusters[RECORD * k + 5] = 1;
    sums[RECORD * k] = 1;
  }
  labelGridCells(labels, size, seeds.shape, stride);
  functions.useClusters(
    count,
    clusters.byteOffset,
    sums.byteOffset,
    kernels.reserve(16 * (layout.bins + 1)),
    kernels.reserve(4 * layout.candidates),
    1 / (seeds.step * seeds.step),
    settings.algorithm === 'slico',
  );
  functions.boxTiles();
  const reachRows = settings.window * seeds.windowStep.row;
  const reachColumns = settings.window * seeds.windowStep.column;
  for (let pass = 0; pass < settings.iterations; pass++) {
    const goesOn = pass < settings.iterations - 1;
    functions.placeWindows(reachRows, reachColumns);
    functions.listCandidates();
    functions.clearSums();
    const changed = functions.assignPixels(pass === 0 && settings.seedColors === 'zero', goesOn);
    if (!goesOn || (changed === 0 && pass > 0)) return pass + 1;
    functions.moveClusters();
    if (settings.algorithm === 'slico') functions.widenColorRange();
  }
  return settings.iterations;
}

/**
 * Segments an image.
 *
 * @param data RGB, interleaved.
 * @param rule How pieces are connected; none where labels may be in several pieces.
 * @param work Filled in with what it took.
 * @returns The label of each pixel, `[height * width]`: of its piece, or of its seed where there is no rule;
 *   `count` pieces or seeds. `undefined` where the plain path has to do it.
 */
export function segmentWithKernels(
  data: Uint8Array,
  size: Size,
  seeds: Seeds,
  settings: SuperpixelSettings,
  rule: ConnectivityRule | undefined,
  work?: Work,
): { labels: Int32Array; count: number } | undefined {
  const { height, width } = size;
  const layout = layOut(size, settings, seeds);
  const kernels = loadKernels<Functions>(binary, layout.bytes);
  if (kernels === undefined) return undefined;
  try {
    const { functions } = kernels;
    const { stride } = layout;
    const across = Math.ceil(width / TILE);
    const colors = kernels.array(Float64Array, layout.colors);
    // A row of frame before and after the labels.
    const framed = kernels.array(Int32Array, (height + 2) * stride);
    const labels = framed.subarray(stride, (height + 1) * stride);
    functions.useImage(
      width,
      height,
      stride,
      colors.byteOffset,
      labels.byteOffset,
      kernels.reserve(48 * layout.tiles),
      kernels.reserve(16 * layout.tiles),
      kernels.reserve(8 * layout.scratch),
    );
    computeFeatures(kernels, data, size, settings, layout);
    const colorAt: ColorAt = (y, x, channel) =>
      colors[((y * across + Math.floor(x / TILE)) * 3 + channel) * TILE + (x % TILE)]!;
    if (settings.perturbSeeds) perturbSeeds(seeds, colorAt, size);
    const passes = cluster(kernels, colorAt, labels, size, seeds, settings, layout);
    if (work !== undefined)
      Object.assign(work, { bytes: layout.bytes, distances: functions.evaluations(), passes });
    let count = seeds.rows.length;
    if (rule !== undefined) {
      const pixels = height * width;
      // The colours have served: the queue takes their place.
      count = functions.connectPieces(
        labels.byteOffset,
        colors.byteOffset,
        width,
        height,
        stride,
        Math.min(rule.minSize, pixels + 1),
        Math.min(rule.maxSize, pixels + 1),
        rule.rule === 'epfl',
      );
    }
    const compact = new Int32Array(height * width);
    for (let y = 0; y < height; y++) compact.set(labels.subarray(y * stride, y * stride + width), y * width);
    return { labels: compact, count };
  } finally {
    kernels.release();
  }
}
