/** The Lesion Feature Network (LFN): which superpixels show which dermoscopic feature. */
import {
  assertLabelMap,
  assertRgbImage,
  assertSameSize,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  type LabelMap,
  PATCH_CLASSES,
  type RgbImage,
  resolveOptions,
} from '@lesion/core';
import { extractPatches, regionProperties, type SuperpixelOptions, superpixels } from '@lesion/superpixel';
import { z } from 'zod';
import { type BundleManifest, readBundle } from './bundle.js';
import { bundleNetworks } from './bundle-networks.js';
import { type InputNormalization, normalizePixels } from './normalization.js';
import { type NetworkOptions, type PredictionNetwork, prepareNetworks } from './prediction-network.js';

/** Patches of the LFN are this many pixels high and wide. */
export const LFN_PATCH_SIZE = 56;

const inferenceSchema = z.object({ superpixels: z.record(z.string(), z.unknown()) });

export interface LfnPredictOptions {
  /** How superpixels are found where no label map is given. @default the bundle's, the preset `isic2017` */
  superpixels?: SuperpixelOptions | undefined;
  /** Patches that go through the network at once. @default 64 */
  batchSize?: number | undefined;
}

export interface LfnPrediction {
  /** The superpixels, `[height, width]`, 0 to count - 1. */
  labels: LabelMap;
  /** How many superpixels there are. */
  count: number;
  /** For each feature, its softmax probability in each superpixel. */
  features: Record<DermoscopicFeature, Float32Array>;
}

/** Options of {@link loadLfn}. */
export type LoadLfnOptions = NetworkOptions;

/**
 * Class probabilities of patches.
 *
 * @param network takes `[count, 56, 56, 3]`, gives `[count, 5]` softmax values
 * @param patches RGB bytes, `[count, 56, 56, 3]`
 * @returns `[count, 5]`, row by row
 */
export async function predictPatches(
  network: PredictionNetwork,
  patches: { data: Uint8Array; count: number; size: number },
  { normalization, batchSize }: { normalization: InputNormalization; batchSize: number },
): Promise<Float32Array> {
  const { data, count, size } = patches;
  const values = size * size * 3;
  const out = new Float32Array(count * PATCH_CLASSES.length);
  for (let first = 0; first < count; first += batchSize) {
    const rows = Math.min(batchSize, count - first);
    const pixels = normalizePixels(data.subarray(first * values, (first + rows) * values), normalization);
    const output = await network.predict(pixels, [rows, size, size, 3]);
    out.set(output.data, first * PATCH_CLASSES.length);
  }
  return out;
}

/** A trained LFN. `dispose()` it when it is no longer needed. */
export class Lfn {
  readonly manifest: BundleManifest;
  readonly network: PredictionNetwork;
  readonly #superpixels: SuperpixelOptions;

  constructor(manifest: BundleManifest, network: PredictionNetwork) {
    this.manifest = manifest;
    this.network = network;
    this.#superpixels = inferenceSchema.parse(manifest.inference).superpixels as SuperpixelOptions;
  }

  /**
   * Finds the dermoscopic features of one image.
   *
   * @param image uint8 `[height, width, 3]`
   * @param labels its superpixels, numbered from 0 without gaps, e.g. the challenge's; found here if not given
   * @throws LesionError `INVALID_ARGUMENT`
   * @example
   * ```ts
   * const lfn = await loadLfn('runs/lfn');
   * const { labels, features } = await lfn.predict(await readImage('photo.jpg'));
   * const streaks = features.streaks; // one probability a superpixel
   * ```
   */
  async predict(image: RgbImage, labels?: LabelMap, options?: LfnPredictOptions): Promise<LfnPrediction> {
    const settings = resolveOptions(
      options,
      { superpixels: this.#superpixels, batchSize: 64 },
      'lfn.predict',
    );
    assertRgbImage(image);
    if (labels !== undefined) {
      assertLabelMap(labels);
      assertSameSize(image, labels, ['image', 'labels']);
    }
    const map = labels ?? superpixels(image, settings.superpixels).labels;
    const regions = regionProperties(map);
    // A label that no pixel carries keeps probability 0, so that places in the arrays are labels.
    const count = regions.reduce((most, { label }) => Math.max(most, label), -1) + 1;
    const probabilities = await predictPatches(
      this.network,
      extractPatches(image, regions, { size: LFN_PATCH_SIZE }),
      { normalization: this.manifest.normalization, batchSize: settings.batchSize },
    );
    const features = Object.fromEntries(
      DERMOSCOPIC_FEATURES.map((feature) => [feature, new Float32Array(count)]),
    ) as LfnPrediction['features'];
    regions.forEach(({ label }, row) => {
      DERMOSCOPIC_FEATURES.forEach((feature, i) => {
        features[feature][label] = probabilities[row * PATCH_CLASSES.length + 1 + i]!;
      });
    });
    return { labels: map, count, features };
  }

  /** Frees the network's weights. */
  dispose(): void {
    this.network.dispose();
  }
}

/**
 * Loads a LFN from its bundle (or from the folder of the run that made it).
 *
 * @throws LesionError `NOT_FOUND`, `INVALID_FILE`, `INTEGRITY` if a byte was changed, `ENGINE_UNAVAILABLE`
 */
export async function loadLfn(folder: string, options?: LoadLfnOptions): Promise<Lfn> {
  const settings = resolveOptions(
    options,
    { network: undefined, engine: 'current', threads: undefined },
    'loadLfn',
  );
  const bundle = await readBundle(folder, 'lfn');
  const toNetwork = await prepareNetworks(settings);
  const [lfn] = bundleNetworks(bundle, folder);
  return new Lfn(bundle.manifest, await toNetwork(lfn!.build));
}
