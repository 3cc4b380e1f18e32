/** What is known of each superpixel: size, place and neighbours. Leans on `dense` and `@lesion/core`. */
import { assertLabelMap, type LabelMap, sizeOf } from '@lesion/core';
import { denseLabels } from './dense.js';

/** The smallest upright rectangle around a region, in pixels. */
export interface Box {
  top: number;
  left: number;
  /** One past the last row. */
  bottom: number;
  /** One past the last column. */
  right: number;
}

/** One superpixel. */
export interface Region {
  /** Its number in the label map. */
  label: number;
  /** Its number of pixels. */
  area: number;
  /** The rectangle around it. */
  box: Box;
  /** The mean place of its pixels; the first pixel's centre is row 0, column 0. */
  centroid: { row: number; column: number };
  /** Labels that share a pixel side with it, lowest first. */
  neighbours: number[];
}

/** Ordered pairs of neighbouring regions, grown as needed and freed of repetitions in linear time. */
class Adjacency {
  private pairs = new Int32Array(4096);
  private length = 0;

  add(a: number, b: number): void {
    if (this.length + 4 > this.pairs.length) {
      const grown = new Int32Array(this.pairs.length * 2);
      grown.set(this.pairs);
      this.pairs = grown;
    }
    this.pairs[this.length++] = a;
    this.pairs[this.length++] = b;
    this.pairs[this.length++] = b;
    this.pairs[this.length++] = a;
  }

  /** For each region the places of its neighbours, lowest first. */
  lists(count: number): number[][] {
    const starts = new Int32Array(count + 1);
    for (let i = 0; i < this.length; i += 2) starts[this.pairs[i]! + 1]!++;
    for (let i = 0; i < count; i++) starts[i + 1]! += starts[i]!;
    const cursor = starts.slice(0, count);
    const sorted = new Int32Array(this.length / 2);
    for (let i = 0; i < this.length; i += 2) sorted[cursor[this.pairs[i]!]!++] = this.pairs[i + 1]!;
    const seen = new Int32Array(count).fill(-1);
    const lists: number[][] = [];
    for (let region = 0; region < count; region++) {
      const list: number[] = [];
      for (let i = starts[region]!; i < starts[region + 1]!; i++) {
        const neighbour = sorted[i]!;
        if (seen[neighbour] === region) continue;
        seen[neighbour] = region;
        list.push(neighbour);
      }
      lists.push(list.sort((a, b) => a - b));
    }
    return lists;
  }
}

/**
 * Measures every superpixel in one pass over the pixels.
 *
 * @param labels `[height, width]`; views and gaps in the numbering too.
 * @returns One entry a label that occurs, lowest label first: for labels without gaps, entry `i` is label `i`.
 * @throws LesionError `INVALID_ARGUMENT` if `labels` is not a label map.
 * @example
 * ```ts
 * const [first] = regionProperties(labels);
 * first.area; // pixels
 * ```
 */
export function regionProperties(labels: LabelMap): Region[] {
  assertLabelMap(labels);
  const { height, width } = sizeOf(labels);
  const { indexes, values } = denseLabels(labels);
  const count = values.length;
  const area = new Int32Array(count);
  const top = new Int32Array(count).fill(height);
  const left = new Int32Array(count).fill(width);
  const bottom = new Int32Array(count);
  const right = new Int32Array(count);
  const rowSum = new Float64Array(count);
  const columnSum = new Float64Array(count);
  const adjacency = new Adjacency();
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const region = indexes[at]!;
      area[region]!++;
      rowSum[region]! += y;
      columnSum[region]! += x;
      if (y < top[region]!) top[region] = y;
      if (x < left[region]!) left[region] = x;
      if (y >= bottom[region]!) bottom[region] = y + 1;
      if (x >= right[region]!) right[region] = x + 1;
      if (x + 1 < width && indexes[at + 1] !== region) adjacency.add(region, indexes[at + 1]!);
      if (y + 1 < height && indexes[at + width] !== region) adjacency.add(region, indexes[at + width]!);
    }
  }
  return adjacency.lists(count).map((neighbours, region) => ({
    label: values[region]!,
    area: area[region]!,
    box: { top: top[region]!, left: left[region]!, bottom: bottom[region]!, right: right[region]! },
    centroid: { row: rowSum[region]! / area[region]!, column: columnSum[region]! / area[region]! },
    neighbours: neighbours.map((place) => values[place]!),
  }));
}
