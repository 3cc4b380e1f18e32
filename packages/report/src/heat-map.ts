/** A map of one number a pixel as a picture; leans on core and the palettes. */
import {
  assertAllFinite,
  assertNumber,
  assertScalarMap,
  contiguousData,
  createRgbImage,
  invalidArgument,
  type RgbImage,
  resolveOptions,
  type ScalarMap,
  sizeOf,
} from '@lesion/core';
import { type PaletteName, paletteTable } from './palettes.js';

/** Options of {@link drawHeatMap}. */
export interface DrawHeatMapOptions {
  /** The colours: `cividis` looks the same to people with red-green colour blindness. @default 'viridis' */
  palette?: PaletteName | undefined;
  /** The value of the first colour; what lies below is drawn as it. @default 0 */
  minimum?: number | undefined;
  /** The value of the last colour; what lies above is drawn as it. @default 1 */
  maximum?: number | undefined;
}

/**
 * Draws a scalar map, such as a distance map or a refined map (Fig. 3 of https://doi.org/10.3390/s18020556), in
 * the colours of a perceptually uniform palette.
 *
 * The range is fixed rather than taken from the map, so that pictures of several maps compare; raise
 * `maximum` for maps in pixels.
 *
 * @param map `[height, width]`, finite, not modified.
 * @returns A new image `[height, width, 3]`.
 * @throws LesionError `NOT_FINITE` if the map holds NaN or an infinity, `INVALID_ARGUMENT` if the range is empty.
 * @example
 * ```ts
 * drawHeatMap(analysis.distanceMap, { palette: 'cividis' });
 * ```
 */
export function drawHeatMap(map: ScalarMap, options?: DrawHeatMapOptions): RgbImage {
  const { palette, minimum, maximum } = resolveOptions(
    options,
    { palette: 'viridis' as PaletteName, minimum: 0, maximum: 1 },
    'drawHeatMap',
  );
  assertScalarMap(map);
  assertNumber(minimum, 'minimum');
  assertNumber(maximum, 'maximum');
  if (maximum <= minimum) {
    throw invalidArgument({
      what: 'the range of values is empty',
      where: 'maximum',
      got: `${minimum} to ${maximum}`,
      expected: 'a maximum above the minimum',
    });
  }
  const colours = paletteTable(palette);
  const values = contiguousData(map);
  assertAllFinite(values, 'map');
  const data = new Uint8Array(values.length * 3);
  for (let i = 0, at = 0; i < values.length; i++, at += 3) {
    const share = (values[i]! - minimum) / (maximum - minimum);
    const entry = Math.round(255 * Math.min(Math.max(share, 0), 1)) * 3;
    data[at] = colours[entry]!;
    data[at + 1] = colours[entry + 1]!;
    data[at + 2] = colours[entry + 2]!;
  }
  return createRgbImage(sizeOf(map), data);
}
