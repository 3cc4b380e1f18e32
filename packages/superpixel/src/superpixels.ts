/**
 * The segmentation as a whole: colours, seeds, clusters, connected pieces. Leans on the rooms beside it and
 * on `@lesion/core`.
 */
import {
  assertRgbImage,
  contiguousData,
  createLabelMap,
  type LabelMap,
  type RgbImage,
  sizeOf,
} from '@lesion/core';
import { clusterPixels } from './clusters.js';
import { closeGaps, enforceConnectivity } from './connectivity.js';
import { colorFeatures } from './features.js';
import { resolveSettings, type SuperpixelOptions } from './options.js';
import { hexagonalSeeds, perturbSeeds, squareSeeds } from './seeds.js';

/** What {@link superpixels} gives. */
export interface Superpixels {
  /**
   * The superpixel of each pixel, `[height, width]`: 0 to `count - 1`, in the order in which reading meets
   * them (in the order of the seeds where `connectivity` is `none`).
   */
  labels: LabelMap;
  /** How many superpixels there are. */
  count: number;
}

/**
 * Divides an image into superpixels with SLIC or SLICO (Achanta et al. 2012,
 * https://doi.org/10.1109/TPAMI.2012.120). By default as the ISIC 2017 challenge did, whose
 * superpixels https://doi.org/10.3390/s18020556 classifies.
 *
 * Where shapes look ragged, raise `compactness` (`slic`) or `sigma`; where they miss fine structure, raise
 * `count`. The time grows with the pixels, hardly with the count.
 *
 * @param image `[height, width, 3]`, any size; views too.
 * @returns Labels `[height, width]` and their number. Each superpixel is one 4-connected piece unless
 *   `connectivity` is `none`.
 * @throws LesionError `INVALID_ARGUMENT` if the image is not an RGB image or an option is unknown or out of range.
 * @example
 * ```ts
 * const { labels, count } = superpixels(image); // the challenge's recipe
 * const finer = superpixels(image, { preset: 'scikit-image', count: 400, compactness: 20 });
 * ```
 */
export function superpixels(image: RgbImage, options?: SuperpixelOptions): Superpixels {
  assertRgbImage(image);
  const settings = resolveSettings(options);
  const size = sizeOf(image);
  const pixels = size.height * size.width;
  const features = colorFeatures(contiguousData(image), size, settings);
  const grid = settings.seeds === 'square' ? squareSeeds : hexagonalSeeds;
  const seeds = grid(size, settings.count);
  if (settings.perturbSeeds) perturbSeeds(seeds, features, size);
  const clustered = clusterPixels(features, size, seeds, settings);
  if (settings.connectivity === 'none') {
    const count = closeGaps(clustered, seeds.rows.length);
    return { labels: createLabelMap(size, clustered), count };
  }
  const regions = settings.meanSize === 'count' ? Math.min(settings.count, pixels) : seeds.rows.length;
  const meanSize = pixels / regions;
  const connected = new Int32Array(pixels);
  const count = enforceConnectivity(clustered, connected, size, {
    rule: settings.connectivity,
    minSize:
      settings.connectivity === 'epfl'
        ? Math.floor(Math.floor(meanSize) * settings.minSizeFactor) + 1
        : Math.floor(meanSize * settings.minSizeFactor),
    maxSize: Math.max(1, Math.floor(meanSize * settings.maxSizeFactor)),
  });
  return { labels: createLabelMap(size, connected), count };
}
