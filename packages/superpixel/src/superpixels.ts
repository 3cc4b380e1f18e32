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
  type Size,
  sizeOf,
} from '@lesion/core';
import { clusterPixels } from './clusters.js';
import { type ConnectivityRule, closeGaps, enforceConnectivity } from './connectivity.js';
import { colorFeatures } from './features.js';
import { segmentWithKernels } from './kernels/segment.js';
import { resolveSettings, type SuperpixelOptions, type SuperpixelSettings } from './options.js';
import { hexagonalSeeds, perturbSeeds, type Seeds, squareSeeds } from './seeds.js';

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
  const grid = settings.seeds === 'square' ? squareSeeds : hexagonalSeeds;
  const seeds = grid(size, settings.count);
  const rule = connectivityRule(settings, pixels, seeds.rows.length);
  const data = contiguousData(image);
  const segment =
    segmentWithKernels(data, size, seeds, settings, rule) ??
    segmentPlainly(data, size, seeds, settings, rule);
  const { labels } = segment;
  const count = rule === undefined ? closeGaps(labels, segment.count) : segment.count;
  return { labels: createLabelMap(size, labels), count };
}

function connectivityRule(
  settings: SuperpixelSettings,
  pixels: number,
  seeds: number,
): ConnectivityRule | undefined {
  const { connectivity, minSizeFactor, maxSizeFactor } = settings;
  if (connectivity === 'none') return undefined;
  const meanSize = pixels / (settings.meanSize === 'count' ? Math.min(settings.count, pixels) : seeds);
  return {
    rule: connectivity,
    minSize:
      connectivity === 'epfl'
        ? Math.floor(Math.floor(meanSize) * minSizeFactor) + 1
        : Math.floor(meanSize * minSizeFactor),
    maxSize: Math.max(1, Math.floor(meanSize * maxSizeFactor)),
  };
}

/** The definition that `segmentWithKernels` must give bit for bit. */
export function segmentPlainly(
  data: Uint8Array,
  size: Size,
  seeds: Seeds,
  settings: SuperpixelSettings,
  rule: ConnectivityRule | undefined,
): { labels: Int32Array; count: number } {
  const features = colorFeatures(data, size, settings);
  if (settings.perturbSeeds)
    perturbSeeds(seeds, (y, x, channel) => features[3 * (y * size.width + x) + channel]!, size);
  const labels = clusterPixels(features, size, seeds, settings);
  if (rule === undefined) return { labels, count: seeds.rows.length };
  const connected = new Int32Array(labels.length);
  return { labels: connected, count: enforceConnectivity(labels, connected, size, rule) };
}
