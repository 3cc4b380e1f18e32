/**
 * Sampling an array on a turned, scaled and mirrored grid about a point, in one pass over the source: the
 * heart of rotation and augmentation. Leans on `angle` alone.
 */
import type { Size } from '@lesion/core';
import { cosineAndSine } from './angle.js';
import type { MirrorAxis } from './mirror.js';

/** A grid of output pixels laid over the source. */
export interface Grid {
  /** Size of the output. */
  size: Size;
  /** Counter-clockwise turn of what is seen, in degrees. */
  degrees: number;
  /** Source pixels per output pixel. */
  scale: number;
  /** The axis along which the turned image is mirrored. */
  mirror: MirrorAxis | null;
  /** The point of the source, in shares of its height and width, that the middle of the output shows. */
  centre: readonly [down: number, right: number];
}

/** Calls `visit` with where the centre of each output pixel falls in the source, in pixels from its corner. */
function forEachCentre(source: Size, grid: Grid, visit: (row: number, column: number) => void): void {
  const { size, degrees, scale, mirror } = grid;
  const [middleRow, middleColumn] = [source.height * grid.centre[0], source.width * grid.centre[1]];
  const { cosine, sine } = cosineAndSine(degrees);
  const flipColumns = mirror === 'x' ? -1 : 1;
  const flipRows = mirror === 'y' ? -1 : 1;
  for (let y = 0; y < size.height; y++) {
    const down = (y + 0.5 - size.height / 2) * flipRows;
    for (let x = 0; x < size.width; x++) {
      const right = (x + 0.5 - size.width / 2) * flipColumns;
      visit(
        middleRow + (sine * right + cosine * down) * scale,
        middleColumn + (cosine * right - sine * down) * scale,
      );
    }
  }
}

/** The pixel seen at `index` where the source goes on beyond its edges as its own reflection. */
function reflected(index: number, extent: number): number {
  if (index >= 0 && index < extent) return index;
  const period = 2 * extent;
  const inPeriod = ((index % period) + period) % period;
  return inPeriod < extent ? inPeriod : period - 1 - inPeriod;
}

/** Weights of a triangle kernel about one coordinate, and the element offsets of the pixels that they weigh. */
class Kernel {
  readonly weights: Float64Array;
  readonly offsets: Int32Array;
  count = 0;
  readonly #support: number;
  readonly #extent: number;
  readonly #stride: number;

  constructor(scale: number, extent: number, stride: number) {
    this.#support = Math.max(scale, 1);
    this.#extent = extent;
    this.#stride = stride;
    const most = 2 * Math.ceil(this.#support) + 1;
    this.weights = new Float64Array(most);
    this.offsets = new Int32Array(most);
  }

  moveTo(centre: number): void {
    const support = this.#support;
    const from = Math.floor(centre - support + 0.5);
    const to = Math.floor(centre + support + 0.5);
    let sum = 0;
    for (let k = 0, pixel = from; pixel < to; k++, pixel++) {
      const weight = Math.max(0, 1 - Math.abs(pixel + 0.5 - centre) / support);
      this.weights[k] = weight;
      this.offsets[k] = reflected(pixel, this.#extent) * this.#stride;
      sum += weight;
    }
    this.count = to - from;
    for (let k = 0; k < this.count; k++) this.weights[k]! /= sum;
  }
}

/**
 * Samples interleaved RGB: each output pixel is weighed by a triangle as wide as the scale, so enlarging is
 * bilinear and shrinking averages; rounded to the nearest, halves up.
 */
export function sampleImage(data: Uint8Array, source: Size, grid: Grid): Uint8Array {
  const out = new Uint8Array(grid.size.height * grid.size.width * 3);
  const rows = new Kernel(grid.scale, source.height, source.width * 3);
  const columns = new Kernel(grid.scale, source.width, 3);
  let at = 0;
  forEachCentre(source, grid, (row, column) => {
    rows.moveTo(row);
    columns.moveTo(column);
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let j = 0; j < rows.count; j++) {
      const rowWeight = rows.weights[j]!;
      const rowOffset = rows.offsets[j]!;
      for (let i = 0; i < columns.count; i++) {
        const weight = rowWeight * columns.weights[i]!;
        const pixel = rowOffset + columns.offsets[i]!;
        red += weight * data[pixel]!;
        green += weight * data[pixel + 1]!;
        blue += weight * data[pixel + 2]!;
      }
    }
    out[at++] = Math.floor(red + 0.5);
    out[at++] = Math.floor(green + 0.5);
    out[at++] = Math.floor(blue + 0.5);
  });
  return out;
}

/** Samples a mask: each output pixel takes the source pixel in which its centre lies. */
export function sampleMask(data: Uint8Array, source: Size, grid: Grid): Uint8Array {
  const out = new Uint8Array(grid.size.height * grid.size.width);
  let at = 0;
  forEachCentre(source, grid, (row, column) => {
    const y = reflected(Math.floor(row), source.height);
    out[at++] = data[y * source.width + reflected(Math.floor(column), source.width)]!;
  });
  return out;
}
