/**
 * The k-means of SLIC and SLICO: assigns pixels to the nearest cluster whose window holds them and moves the
 * clusters to their pixels' mean. Leans on nothing but types.
 *
 * The work goes tile by tile. Every pixel starts from the cluster that it had, which bounds how far a better
 * one can be, and whole clusters are passed over where even their nearest pixel of the tile lies beyond that
 * bound. The result is the same to the last bit as trying every cluster in turn: sums are formed in the same
 * order, and of equal distances the cluster with the lowest number wins.
 */
import type { Size } from '@lesion/core';
import type { Seeds } from './seeds.js';

/** What the clustering is told. */
export interface ClusterOptions {
  algorithm: 'slic' | 'slico';
  iterations: number;
  seedColors: 'zero' | 'pixel';
  /** Reach of a cluster to each side, in grid steps. */
  window: number;
}

/** Side of a tile, in pixels: small enough that a tile's colours stay in the nearest cache. */
const TILE = 16;

/** Well above the relative error of adding two numbers. */
const ROUNDING = 2 ** -50;

/** The clusters, one array a property, so that loops run on plain numbers. */
interface Clusters {
  count: number;
  rows: Float64Array;
  columns: Float64Array;
  /** Mean colour, three values a cluster. */
  colors: Float64Array;
  /** What SLICO divides squared colour distances by; 1 throughout for SLIC. */
  largest: Float64Array;
  /** Pixels in each; a cluster that has none is out for good. */
  sizes: Int32Array;
  /** First row of the window. */
  top: Int32Array;
  /** One past the last row of the window. */
  bottom: Int32Array;
  left: Int32Array;
  right: Int32Array;
}

function startClusters(seeds: Seeds, features: Float64Array, width: number, pixelColors: boolean): Clusters {
  const count = seeds.rows.length;
  const colors = new Float64Array(count * 3);
  if (pixelColors) {
    for (let k = 0; k < count; k++) {
      const at = (seeds.rows[k]! * width + seeds.columns[k]!) * 3;
      for (let channel = 0; channel < 3; channel++) colors[3 * k + channel] = features[at + channel]!;
    }
  }
  return {
    count,
    rows: seeds.rows.slice(),
    columns: seeds.columns.slice(),
    colors,
    largest: new Float64Array(count).fill(1),
    sizes: new Int32Array(count).fill(1),
    top: new Int32Array(count),
    bottom: new Int32Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
  };
}

/**
 * Every pixel in the grid cell of its seed: a first guess, and the label of pixels that no window reaches.
 * Rows are `stride` values long; beyond the image they repeat their last label.
 */
export function labelGridCells(
  labels: Int32Array,
  size: Size,
  shape: Seeds['shape'],
  stride = size.width,
): void {
  const { height, width } = size;
  const columnOf = Int32Array.from({ length: stride }, (_, x) =>
    Math.floor((Math.min(x, width - 1) * shape.columns) / width),
  );
  for (let y = 0, at = 0, filled = -1; y < height; y++, at += stride) {
    const first = Math.floor((y * shape.rows) / height) * shape.columns;
    if (first === filled) labels.copyWithin(at, at - stride, at);
    else for (let x = 0; x < stride; x++) labels[at + x] = first + columnOf[x]!;
    filled = first;
  }
}

function placeWindows(clusters: Clusters, size: Size, reachRows: number, reachColumns: number): void {
  const { count, rows, columns, sizes, top, bottom, left, right } = clusters;
  for (let k = 0; k < count; k++) {
    if (sizes[k] === 0) {
      bottom[k] = 0;
      right[k] = 0;
      continue;
    }
    top[k] = Math.max(rows[k]! - reachRows, 0);
    bottom[k] = Math.min(rows[k]! + reachRows + 1, size.height);
    left[k] = Math.max(columns[k]! - reachColumns, 0);
    right[k] = Math.min(columns[k]! + reachColumns + 1, size.width);
  }
}

/** For each tile the clusters whose windows touch it, lowest first: those of tile `t` stand at `starts[t] .. starts[t + 1] - 1`. */
class Candidates {
  readonly across: number;
  readonly down: number;
  readonly starts: Int32Array;
  clusters = new Int32Array(0);
  private readonly cursor: Int32Array;

  constructor(size: Size) {
    this.across = Math.ceil(size.width / TILE);
    this.down = Math.ceil(size.height / TILE);
    this.starts = new Int32Array(this.across * this.down + 1);
    this.cursor = new Int32Array(this.across * this.down);
  }

  update({ count, top, bottom, left, right }: Clusters): void {
    const { starts, cursor, across } = this;
    cursor.fill(0);
    let total = 0;
    for (let k = 0; k < count; k++) {
      if (bottom[k]! <= top[k]! || right[k]! <= left[k]!) continue;
      const lastRow = Math.floor((bottom[k]! - 1) / TILE);
      const lastColumn = Math.floor((right[k]! - 1) / TILE);
      const firstColumn = Math.floor(left[k]! / TILE);
      for (let row = Math.floor(top[k]! / TILE); row <= lastRow; row++) {
        for (let column = firstColumn; column <= lastColumn; column++) {
          cursor[row * across + column]!++;
          total++;
        }
      }
    }
    for (let tile = 0, start = 0; tile < cursor.length; tile++) {
      const length = cursor[tile]!;
      cursor[tile] = start;
      start += length;
      starts[tile + 1] = start;
    }
    if (this.clusters.length < total) this.clusters = new Int32Array(total + (total >> 3));
    const { clusters } = this;
    for (let k = 0; k < count; k++) {
      if (bottom[k]! <= top[k]! || right[k]! <= left[k]!) continue;
      const lastRow = Math.floor((bottom[k]! - 1) / TILE);
      const lastColumn = Math.floor((right[k]! - 1) / TILE);
      const firstColumn = Math.floor(left[k]! / TILE);
      for (let row = Math.floor(top[k]! / TILE); row <= lastRow; row++) {
        for (let column = firstColumn; column <= lastColumn; column++)
          clusters[cursor[row * across + column]!++] = k;
      }
    }
  }
}

/**
 * Gives each pixel its nearest cluster. @returns Whether any pixel changed.
 * @param sameColors Whether all clusters have one colour, so that their order is decided by space alone.
 */
function assignPixels(
  features: Float64Array,
  labels: Int32Array,
  size: Size,
  clusters: Clusters,
  candidates: Candidates,
  spatialWeight: number,
  sameColors: boolean,
): boolean {
  const { height, width } = size;
  const { rows, columns, colors, largest, top, bottom, left, right } = clusters;
  const { across, down, starts } = candidates;
  const list = candidates.clusters;
  const nearest = new Float64Array(TILE * TILE);
  // The spatial distance beyond which no cluster can win a pixel. Colour only adds to it. Where the colour part
  // is the same for all, only what rounding may hide is added to the distance of the nearest.
  const reach = new Float64Array(TILE * TILE);
  let changed = false;
  for (let tileRow = 0; tileRow < down; tileRow++) {
    const y0 = tileRow * TILE;
    const y1 = Math.min(y0 + TILE, height);
    for (let tileColumn = 0; tileColumn < across; tileColumn++) {
      const x0 = tileColumn * TILE;
      const x1 = Math.min(x0 + TILE, width);
      let bound = 0;
      let own = labels[y0 * width + x0]!;
      let onlyOne = true;
      let fromY = top[own]!;
      let toY = bottom[own]!;
      let fromX = left[own]!;
      let toX = right[own]!;
      let ownRow = rows[own]!;
      let ownColumn = columns[own]!;
      let own0 = colors[3 * own]!;
      let own1 = colors[3 * own + 1]!;
      let own2 = colors[3 * own + 2]!;
      let ownLargest = largest[own]!;
      for (let y = y0; y < y1; y++) {
        for (let x = x0, at = y * width + x0, near = (y - y0) * TILE; x < x1; x++, at++, near++) {
          const k = labels[at]!;
          if (k !== own) {
            own = k;
            onlyOne = false;
            fromY = top[k]!;
            toY = bottom[k]!;
            fromX = left[k]!;
            toX = right[k]!;
            ownRow = rows[k]!;
            ownColumn = columns[k]!;
            own0 = colors[3 * k]!;
            own1 = colors[3 * k + 1]!;
            own2 = colors[3 * k + 2]!;
            ownLargest = largest[k]!;
          }
          let distance = Number.POSITIVE_INFINITY;
          let limit = Number.POSITIVE_INFINITY;
          if (y >= fromY && y < toY && x >= fromX && x < toX) {
            const dy = ownRow - y;
            const dx = ownColumn - x;
            const d0 = features[3 * at]! - own0;
            const d1 = features[3 * at + 1]! - own1;
            const d2 = features[3 * at + 2]! - own2;
            const spatial = (dy * dy + dx * dx) * spatialWeight;
            distance = spatial + (d0 * d0 + d1 * d1 + d2 * d2) / ownLargest;
            limit = sameColors ? spatial + distance * ROUNDING : distance;
          }
          nearest[near] = distance;
          reach[near] = limit;
          if (limit > bound) bound = limit;
        }
      }
      const tile = tileRow * across + tileColumn;
      for (let entry = starts[tile]!, end = starts[tile + 1]!; entry < end; entry++) {
        const k = list[entry]!;
        if (onlyOne && k === own) continue;
        const row = rows[k]!;
        const column = columns[k]!;
        const outsideY = row < y0 ? row - y0 : row > y1 - 1 ? row - (y1 - 1) : 0;
        const outsideX = column < x0 ? column - x0 : column > x1 - 1 ? column - (x1 - 1) : 0;
        if ((outsideY * outsideY + outsideX * outsideX) * spatialWeight > bound) continue;
        const first = Math.max(left[k]!, x0);
        const last = Math.min(right[k]!, x1);
        const lastRow = Math.min(bottom[k]!, y1);
        const c0 = colors[3 * k]!;
        const c1 = colors[3 * k + 1]!;
        const c2 = colors[3 * k + 2]!;
        const divisor = largest[k]!;
        for (let y = Math.max(top[k]!, y0); y < lastRow; y++) {
          const dy = row - y;
          const dy2 = dy * dy;
          const start = y * width;
          const offset = (y - y0) * TILE - x0;
          for (let x = first; x < last; x++) {
            const dx = column - x;
            const spatial = (dy2 + dx * dx) * spatialWeight;
            if (spatial > reach[offset + x]!) continue;
            const best = nearest[offset + x]!;
            const at = start + x;
            const d0 = features[3 * at]! - c0;
            const d1 = features[3 * at + 1]! - c1;
            const d2 = features[3 * at + 2]! - c2;
            const distance = spatial + (d0 * d0 + d1 * d1 + d2 * d2) / divisor;
            if (distance < best || (distance === best && k < labels[at]!)) {
              nearest[offset + x] = distance;
              reach[offset + x] = sameColors ? spatial + distance * ROUNDING : distance;
              labels[at] = k;
              changed = true;
            }
          }
        }
      }
    }
  }
  return changed;
}

/** Moves each cluster to the mean place and colour of its pixels. */
function moveClusters(features: Float64Array, labels: Int32Array, size: Size, clusters: Clusters): void {
  const { height, width } = size;
  const { count, rows, columns, colors, sizes } = clusters;
  rows.fill(0);
  columns.fill(0);
  colors.fill(0);
  sizes.fill(0);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const k = labels[at]!;
      sizes[k]!++;
      rows[k]! += y;
      columns[k]! += x;
      colors[3 * k]! += features[3 * at]!;
      colors[3 * k + 1]! += features[3 * at + 1]!;
      colors[3 * k + 2]! += features[3 * at + 2]!;
    }
  }
  for (let k = 0; k < count; k++) {
    const pixels = sizes[k]!;
    if (pixels === 0) continue;
    rows[k]! /= pixels;
    columns[k]! /= pixels;
    for (let channel = 0; channel < 3; channel++) colors[3 * k + channel]! /= pixels;
  }
}

/** SLICO's step: each cluster remembers the largest squared colour distance that a pixel of it ever had. */
function widenColorRange(features: Float64Array, labels: Int32Array, clusters: Clusters): void {
  const { colors, largest } = clusters;
  for (let at = 0; at < labels.length; at++) {
    const k = labels[at]!;
    const d0 = features[3 * at]! - colors[3 * k]!;
    const d1 = features[3 * at + 1]! - colors[3 * k + 1]!;
    const d2 = features[3 * at + 2]! - colors[3 * k + 2]!;
    const distance = d0 * d0 + d1 * d1 + d2 * d2;
    if (distance > largest[k]!) largest[k] = distance;
  }
}

/**
 * Clusters pixels by colour and place.
 *
 * @param features Colours divided by the compactness, `[height * width * 3]`.
 * @returns The number of the seed that each pixel belongs to; some seeds may have no pixel left.
 */
export function clusterPixels(
  features: Float64Array,
  size: Size,
  seeds: Seeds,
  options: ClusterOptions,
): Int32Array {
  const labels = new Int32Array(size.height * size.width);
  labelGridCells(labels, size, seeds.shape);
  const clusters = startClusters(seeds, features, size.width, options.seedColors === 'pixel');
  const candidates = new Candidates(size);
  const spatialWeight = 1 / (seeds.step * seeds.step);
  const reachRows = options.window * seeds.windowStep.row;
  const reachColumns = options.window * seeds.windowStep.column;
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    placeWindows(clusters, size, reachRows, reachColumns);
    candidates.update(clusters);
    const changed = assignPixels(
      features,
      labels,
      size,
      clusters,
      candidates,
      spatialWeight,
      iteration === 0 && options.seedColors === 'zero',
    );
    // Seeds are not yet means, so only from the second pass on does "no change" mean that none will come.
    if (!changed && iteration > 0) break;
    if (iteration === options.iterations - 1) break;
    moveClusters(features, labels, size, clusters);
    if (options.algorithm === 'slico') widenColorRange(features, labels, clusters);
  }
  return labels;
}
