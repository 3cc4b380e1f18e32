/** Several images side by side on one sheet; leans on core alone. */
import {
  assertNumber,
  assertRgbImage,
  contiguousData,
  createRgbImage,
  invalidArgument,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';
import { assertColour, type Colour } from './colours.js';

/** Options of {@link contactSheet}. */
export interface ContactSheetOptions {
  /** Images in a row. @default the square root of their number, rounded up */
  columns?: number | undefined;
  /** Pixels between neighbours; none at the sheet's edge. @default 8 */
  gap?: number | undefined;
  /** The colour of gaps and of the rest of a cell. @default white */
  background?: Colour | undefined;
}

/**
 * Lays images out on a grid, row by row. Every cell has the size of the largest height and the largest width;
 * a smaller image is centred in its cell, none is scaled.
 *
 * @param images At least one, each `[height, width, 3]`, sizes may differ.
 * @returns A new image `[rows * cell height + gaps, columns * cell width + gaps, 3]`.
 * @throws LesionError `INVALID_ARGUMENT` if there is no image or an option is out of range.
 * @example
 * ```ts
 * contactSheet([image, drawOutline(image, mask), drawHeatMap(distanceMap)], { columns: 3 });
 * ```
 */
export function contactSheet(images: readonly RgbImage[], options?: ContactSheetOptions): RgbImage {
  const {
    columns: asked,
    gap,
    background,
  } = resolveOptions(
    options,
    { columns: undefined, gap: 8, background: [255, 255, 255] as Colour },
    'contactSheet',
  );
  if (!Array.isArray(images) || images.length === 0) {
    throw invalidArgument({
      what: 'a contact sheet needs an image',
      where: 'images',
      expected: 'at least 1',
    });
  }
  for (const [i, image] of images.entries()) assertRgbImage(image, `images[${i}]`);
  const columns = Math.min(asked ?? Math.ceil(Math.sqrt(images.length)), images.length);
  assertNumber(asked ?? columns, 'columns', { integer: true, min: 1 });
  assertNumber(gap, 'gap', { integer: true, min: 0 });
  assertColour(background, 'background');
  const rows = Math.ceil(images.length / columns);
  const cellHeight = Math.max(...images.map((image) => sizeOf(image).height));
  const cellWidth = Math.max(...images.map((image) => sizeOf(image).width));
  const height = rows * cellHeight + (rows - 1) * gap;
  const width = columns * cellWidth + (columns - 1) * gap;
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i += 3) data.set(background, i);
  for (const [i, image] of images.entries()) {
    const own = sizeOf(image);
    const source = contiguousData(image);
    const top = Math.floor(i / columns) * (cellHeight + gap) + Math.floor((cellHeight - own.height) / 2);
    const left = (i % columns) * (cellWidth + gap) + Math.floor((cellWidth - own.width) / 2);
    for (let y = 0; y < own.height; y++) {
      const row = source.subarray(y * own.width * 3, (y + 1) * own.width * 3);
      data.set(row, ((top + y) * width + left) * 3);
    }
  }
  return createRgbImage({ height, width }, data);
}
