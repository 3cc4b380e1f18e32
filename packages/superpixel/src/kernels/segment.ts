/**
 * The whole segmentation on the kernels of `assembly/`: colours, clusters and connected pieces never leave the
 * memory of one instance. Bit for bit what `features`, `clusters` and `connectivity` give. Leans on the rooms
 * that hold the definitions and on `@lesion/core`.
 */
import { type Kernels, loadKernels, type Size } from '@lesion/core';
import { labelGridCells } from '../clusters.js';
import type { ConnectivityRule } from '../connectivity.js';
import type { SuperpixelSettings } from '../options.js';
import { perturbSeeds, type Seeds } from '../seeds.js';
import { binary } from './binary.js';
import { colorStrips, computeColors, type Strips } from './colors.js';
import { BIN, type Functions, TILE } from './functions.js';

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
  strips: Strips;
  tiles: number;
  bins: number;
  /** Most entries that the lists of candidates can have. */
  candidates: number;
  bytes: number;
}

function layOut(size: Size, settings: SuperpixelSettings, seeds: Seeds): Layout {
  const { height, width } = size;
  const stride = (Math.floor(width / BIN) + 1) * BIN;
  const strips = colorStrips(size, settings.sigma);
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
  const doubles = colors + strips.doubles + 8 * tiles + 2 * RECORD * count + scratch;
  const bytes = 8 * doubles + 4 * ((height + 2) * stride + 4 * (down * across + 1) + candidates);
  return { stride, colors, scratch, strips, tiles, bins: down * across, candidates, bytes };
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
    computeColors(kernels, data, size, settings, layout.strips);
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
