/** Connected components of a binary mask: the largest one, and holes. Linear time; leans on core and runs. */
import { assertOneOf, type BinaryMask, createBinaryMask, resolveOptions, sizeOf } from '@lesion/core';
import { maskPixels } from './mask-pixels.js';
import { type FastRuns, withFastRuns } from './run-kernels.js';
import { type Connectivity, connectedRuns, fillRun } from './runs.js';

export type { Connectivity } from './runs.js';

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

/** The weight of a run of pixels, which lie in one row. */
type Weigh = (start: number, end: number) => number;

/** The index of the largest weight above 0, the first of several; -1 if there is none. */
function indexOfLargest(weights: Float64Array): number {
  let largest = -1;
  let most = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! > most) {
      largest = i;
      most = weights[i]!;
    }
  }
  return largest;
}

/**
 * {@link largestComponent} on raw pixels.
 * @param weigh With it, the component whose runs weigh most is kept.
 */
export function largestComponentPixels(
  mask: Uint8Array,
  width: number,
  connectivity: Connectivity,
  weigh?: Weigh,
): Uint8Array {
  return (
    withFastRuns(mask, width, 1, connectivity, (runs) => {
      const kept = new Uint8Array(runs.numberCount);
      const largest = weigh === undefined ? runs.largest() : heaviest(runs, weigh);
      if (largest >= 0) kept[largest] = 1;
      return runs.draw(kept, false);
    }) ?? largestComponentPlainly(mask, width, connectivity, weigh)
  );
}

function heaviest({ count, bounds, numbers, numberCount }: FastRuns, weigh: Weigh): number {
  const weights = new Float64Array(numberCount);
  for (let run = 0; run < count; run++) {
    weights[numbers[run]!]! += weigh(bounds[2 * run]!, bounds[2 * run + 1]!);
  }
  return indexOfLargest(weights);
}

/** In JavaScript: the reference, and what runs where there is no WebAssembly. */
function largestComponentPlainly(
  mask: Uint8Array,
  width: number,
  connectivity: Connectivity,
  weigh?: Weigh,
): Uint8Array {
  const { count, starts, ends, roots } = connectedRuns(mask, width, 1, connectivity);
  const weights = new Float64Array(count);
  for (let run = 0; run < count; run++) {
    const start = starts[run]!;
    const end = ends[run]!;
    weights[roots[run]!]! += weigh === undefined ? end - start : weigh(start, end);
  }
  const largest = indexOfLargest(weights);
  const out = new Uint8Array(mask.length);
  for (let run = 0; run < count; run++) {
    if (roots[run] === largest) fillRun(out, starts[run]!, ends[run]!);
  }
  return out;
}

/** {@link fillHoles} on raw pixels. */
export function fillHolesPixels(mask: Uint8Array, width: number, connectivity: Connectivity): Uint8Array {
  const outer = connectivity === 8 ? 4 : 8;
  return (
    withFastRuns(mask, width, 0, outer, (runs) => runs.draw(runs.edges, true)) ??
    fillHolesPlainly(mask, width, outer)
  );
}

/** @param connectivity Of the background. */
function fillHolesPlainly(mask: Uint8Array, width: number, connectivity: Connectivity): Uint8Array {
  const { count, starts, ends, roots } = connectedRuns(mask, width, 0, connectivity);
  const lastRow = mask.length - width;
  const outside = new Uint8Array(count);
  for (let run = 0; run < count; run++) {
    const start = starts[run]!;
    const end = ends[run]!;
    if (start < width || end > lastRow || start % width === 0 || end % width === 0) outside[roots[run]!] = 1;
  }
  const out = mask.slice();
  for (let run = 0; run < count; run++) {
    if (outside[roots[run]!] === 0) fillRun(out, starts[run]!, ends[run]!);
  }
  return out;
}

/**
 * Keeps the connected component with the most pixels; of equally large ones, the one met first row by row.
 * An empty mask stays empty. Beside the result it takes 22 bytes (28 on the plain path) for each horizontal
 * run of pixels, of which lesions have a few a row, and 128 KiB.
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
  const pixels = maskPixels(mask);
  assertOneOf(connectivity, [4, 8], 'connectivity');
  const size = sizeOf(mask);
  return createBinaryMask(size, largestComponentPixels(pixels, size.width, connectivity));
}

/**
 * Fills the holes of a mask: background pixels from which no path through the background leads to the edge of
 * the image. A bay that touches the edge of the image is not a hole. Beside the result it takes 22 bytes for each
 * horizontal run of background, and 128 KiB.
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
  const pixels = maskPixels(mask);
  assertOneOf(connectivity, [4, 8], 'connectivity');
  const size = sizeOf(mask);
  return createBinaryMask(size, fillHolesPixels(pixels, size.width, connectivity));
}
