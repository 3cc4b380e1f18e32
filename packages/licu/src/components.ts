/** Connected components of a binary mask: the largest one, and holes. Linear time; leans on core alone. */
import {
  assertBinaryMask,
  assertOneOf,
  type BinaryMask,
  contiguousData,
  createBinaryMask,
  resolveOptions,
  sizeOf,
} from '@lesion/core';

/** Which pixels are neighbours: the 4 that share an edge, or the 8 that share an edge or a corner. */
export type Connectivity = 4 | 8;

/** Options of {@link largestComponent} and {@link fillHoles}. */
export interface ComponentOptions {
  /**
   * Which lesion pixels are neighbours of each other. The background uses the other rule, as it must for a
   * closed curve to have an inside: with 8, a diagonal line of lesion pixels closes a hole; with 4, it does
   * not.
   * @default 8
   */
  connectivity?: Connectivity | undefined;
}

/**
 * Marks with `mark` every pixel of `pixels` that holds `from` and is connected to `start`; returns how many.
 * `queue` has room for every pixel.
 */
function flood(
  pixels: Uint8Array | Int32Array,
  width: number,
  start: number,
  from: number,
  mark: number,
  connectivity: Connectivity,
  queue: Int32Array,
): number {
  const height = pixels.length / width;
  let count = 1;
  pixels[start] = mark;
  queue[0] = start;
  for (let next = 0; next < count; next++) {
    const at = queue[next]!;
    const y = Math.floor(at / width);
    const x = at - y * width;
    const left = x > 0;
    const right = x < width - 1;
    for (let row = y > 0 ? y - 1 : 0; row <= y + 1 && row < height; row++) {
      const middle = row * width + x;
      const corners = connectivity === 8 || row === y;
      if (left && corners && pixels[middle - 1] === from) {
        pixels[middle - 1] = mark;
        queue[count++] = middle - 1;
      }
      if (pixels[middle] === from) {
        pixels[middle] = mark;
        queue[count++] = middle;
      }
      if (right && corners && pixels[middle + 1] === from) {
        pixels[middle + 1] = mark;
        queue[count++] = middle + 1;
      }
    }
  }
  return count;
}

/** {@link largestComponent} on raw pixels; with `weigh` the component whose pixels weigh most. */
export function largestComponentPixels(
  mask: Uint8Array,
  width: number,
  connectivity: Connectivity,
  weigh?: (pixel: number) => number,
): Uint8Array {
  const UNSEEN = -1;
  const labels = new Int32Array(mask.length);
  for (let i = 0; i < mask.length; i++) labels[i] = mask[i] === 0 ? 0 : UNSEEN;
  const queue = new Int32Array(mask.length);
  let label = 0;
  let largest = 0;
  let largestWeight = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== UNSEEN) continue;
    label++;
    const count = flood(labels, width, i, UNSEEN, label, connectivity, queue);
    let weight = count;
    if (weigh !== undefined) {
      weight = 0;
      for (let member = 0; member < count; member++) weight += weigh(queue[member]!);
    }
    if (weight > largestWeight) {
      largest = label;
      largestWeight = weight;
    }
  }
  const out = new Uint8Array(mask.length);
  if (largest !== 0) for (let i = 0; i < out.length; i++) out[i] = labels[i] === largest ? 1 : 0;
  return out;
}

/** {@link fillHoles} on raw pixels. */
export function fillHolesPixels(mask: Uint8Array, width: number, connectivity: Connectivity): Uint8Array {
  const OUTSIDE = 2;
  const height = mask.length / width;
  const pixels = mask.slice();
  const queue = new Int32Array(mask.length);
  const background: Connectivity = connectivity === 8 ? 4 : 8;
  const visit = (at: number): void => {
    if (pixels[at] === 0) flood(pixels, width, at, 0, OUTSIDE, background, queue);
  };
  for (let x = 0; x < width; x++) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  for (let i = 0; i < pixels.length; i++) pixels[i] = pixels[i] === OUTSIDE ? 0 : 1;
  return pixels;
}

/**
 * Keeps the connected component with the most pixels; of equally large ones, the one met first row by row.
 * An empty mask stays empty.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask or `connectivity` is neither 4 nor 8.
 * @example
 * ```ts
 * largestComponent(mask, { connectivity: 4 });
 * ```
 */
export function largestComponent(mask: BinaryMask, options?: ComponentOptions): BinaryMask {
  const { connectivity } = resolveOptions(options, { connectivity: 8 }, 'largestComponent');
  assertBinaryMask(mask);
  assertOneOf(connectivity, [4, 8], 'connectivity');
  const size = sizeOf(mask);
  return createBinaryMask(size, largestComponentPixels(contiguousData(mask), size.width, connectivity));
}

/**
 * Fills the holes of a mask: background pixels from which no path through the background leads to the edge of
 * the image. A bay that touches the edge of the image is not a hole.
 *
 * @param mask uint8 `[height, width]` of 0 and 1.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a binary mask or `connectivity` is neither 4 nor 8.
 * @example
 * ```ts
 * fillHoles(mask);
 * ```
 */
export function fillHoles(mask: BinaryMask, options?: ComponentOptions): BinaryMask {
  const { connectivity } = resolveOptions(options, { connectivity: 8 }, 'fillHoles');
  assertBinaryMask(mask);
  assertOneOf(connectivity, [4, 8], 'connectivity');
  const size = sizeOf(mask);
  return createBinaryMask(size, fillHolesPixels(contiguousData(mask), size.width, connectivity));
}
