/** Lines between superpixels, for overlays. Leans on `@lesion/core`. */
import {
  assertLabelMap,
  assertNumber,
  assertOneOf,
  type BinaryMask,
  contiguousData,
  createBinaryMask,
  type LabelMap,
  resolveOptions,
  sizeOf,
} from '@lesion/core';

/** Options of {@link boundaries}. */
export interface BoundaryOptions {
  /**
   * `thin`: lines of one pixel, where the pixel to the right or below has another label. `thick`: both pixels
   * of each such pair, two pixels wide, scikit-image's `find_boundaries(mode='thick')`. `inner`: `thick`
   * without the pixels of the background, scikit-image's `mode='inner'`.
   * @default 'thin'
   */
  mode?: 'thin' | 'inner' | 'thick' | undefined;
  /** The label that `inner` leaves free. @default 0 */
  background?: number | undefined;
}

/**
 * Marks the pixels where superpixels meet.
 *
 * @param labels `[height, width]`, views too.
 * @returns A mask `[height, width]`, 1 on the lines. The image's own border is not a line.
 * @throws LesionError `INVALID_ARGUMENT` if `labels` is not a label map or an option is wrong.
 * @example
 * ```ts
 * boundaries(labels, { mode: 'thick' });
 * ```
 */
export function boundaries(labels: LabelMap, options?: BoundaryOptions): BinaryMask {
  const { mode, background } = resolveOptions(options, { mode: 'thin', background: 0 }, 'boundaries');
  assertOneOf(mode, ['thin', 'inner', 'thick'], 'mode');
  assertNumber(background, 'background', { integer: true });
  assertLabelMap(labels);
  const size = sizeOf(labels);
  const { height, width } = size;
  const data = contiguousData(labels);
  const out = new Uint8Array(data.length);
  const both = mode !== 'thin';
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const label = data[at]!;
      if (x + 1 < width && data[at + 1] !== label) {
        out[at] = 1;
        if (both) out[at + 1] = 1;
      }
      if (y + 1 < height && data[at + width] !== label) {
        out[at] = 1;
        if (both) out[at + width] = 1;
      }
    }
  }
  if (mode === 'inner') {
    for (let at = 0; at < data.length; at++) if (data[at] === background) out[at] = 0;
  }
  return createBinaryMask(size, out);
}
