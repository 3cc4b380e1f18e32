/** The Lesion Feature Network (LFN): which superpixels show which dermoscopic feature. */
import {
  assertLabelMap,
  assertNumber,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  type LabelMap,
  PATCH_CLASSES,
  type RgbImage,
  resolveOptions,
} from '@lesion/core';
import { extractPatches, type Patches, type SuperpixelOptions, superpixels } from '@lesion/superpixel';
import { z } from 'zod';
import { assertKind, type Bundle, type BundleManifest } from './bundle.js';
import { bundleNetworks, onEngine } from './bundle-networks.js';
import { engineReady } from './engine-ready.js';
import { type InputNormalization, normalizePixels } from './normalization.js';
import { Passes, type PassOptions } from './passes.js';
import type { PredictionNetwork, ToNetwork } from './prediction-network.js';

/** Patches of the LFN are this many pixels high and wide. */
export const LFN_PATCH_SIZE = 56;

const inferenceSchema = z.object({ superpixels: z.record(z.string(), z.unknown()) });

export interface LfnPredictOptions extends PassOptions {
  /** How superpixels are found where no label map is given. @default the bundle's, the preset `isic2017` */
  superpixels?: SuperpixelOptions | undefined;
  /** Patches that go through the network at once. @default 64 */
  batchSize?: number | undefined;
}

/** What a LFN says of an image: its superpixels, and each feature's probability in each of them. */
export interface LfnPrediction {
  /** The superpixels, `[height, width]`, 0 to count - 1. */
  labels: LabelMap;
  /** How many superpixels there are. */
  count: number;
  /** For each feature, its softmax probability in each superpixel. */
  features: Record<DermoscopicFeature, Float32Array>;
}

/** Options of {@link predictPatches}. */
export interface PredictPatchesOptions extends PassOptions {
  normalization: InputNormalization;
  /** Patches that go through the network at once. */
  batchSize: number;
}

/**
 * Class probabilities of patches.
 *
 * @param network takes `[count, 56, 56, 3]`, gives `[count, 5]` softmax values
 * @param patches RGB bytes, `[count, 56, 56, 3]`
 * @returns `[count, 5]`, row by row
 * @throws LesionError `ABORTED`
 */
export async function predictPatches(
  network: PredictionNetwork,
  patches: { data: Uint8Array; count: number; size: number },
  { normalization, batchSize, onProgress, signal }: PredictPatchesOptions,
): Promise<Float32Array> {
  const { data, count, size } = patches;
  const values = size * size * 3;
  const out = new Float32Array(count * PATCH_CLASSES.length);
  const passes = new Passes(Math.ceil(count / batchSize), 'lfn.predict', { onProgress, signal });
  for (let first = 0; first < count; first += batchSize) {
    const rows = Math.min(batchSize, count - first);
    const pixels = normalizePixels(data.subarray(first * values, (first + rows) * values), normalization);
    const output = await passes.run(() => network.predict(pixels, [rows, size, size, 3]));
    out.set(output.data, first * PATCH_CLASSES.length);
  }
  return out;
}

/** A trained LFN. `dispose()` it when it is no longer needed. */
export class Lfn {
  readonly manifest: BundleManifest;
  readonly network: PredictionNetwork;
  /** How superpixels are found by default, from the bundle. */
  readonly superpixels: SuperpixelOptions;

  constructor(manifest: BundleManifest, network: PredictionNetwork) {
    this.manifest = manifest;
    this.network = network;
    this.superpixels = inferenceSchema.parse(manifest.inference).superpixels as SuperpixelOptions;
  }

  /**
   * Finds the dermoscopic features of one image.
   *
   * @param image uint8 `[height, width, 3]`
   * @param labels its superpixels, numbered from 0 without gaps, e.g. the challenge's; found here if not given
   * @throws LesionError `INVALID_ARGUMENT`, `ABORTED`
   * @example
   * ```ts
   * const lfn = await lfnFromBundle(await fetchBundle('models/lfn/'));
   * const { labels, features } = await lfn.predict(await decodeImage(file));
   * const streaks = features.streaks; // one probability a superpixel
   * ```
   */
  async predict(image: RgbImage, labels?: LabelMap, options?: LfnPredictOptions): Promise<LfnPrediction> {
    const settings = resolveOptions(
      options,
      { superpixels: this.superpixels, batchSize: 64, onProgress: undefined, signal: undefined },
      'lfn.predict',
    );
    const map = labels ?? superpixels(image, settings.superpixels).labels;
    return this.predictPatches(map, extractPatches(image, map, { size: LFN_PATCH_SIZE }), {
      batchSize: settings.batchSize,
      onProgress: settings.onProgress,
      signal: settings.signal,
    });
  }

  /**
   * The second half of {@link predict}: finds the features of superpixels whose patches have been cut, perhaps on another
   * thread.
   *
   * @param labels the superpixels, `[height, width]`
   * @param patches theirs, of 56x56 pixels: what extractPatches of `@lesion/superpixel` gives
   * @throws LesionError `INVALID_ARGUMENT` if patches have another size; `ABORTED`
   */
  async predictPatches(
    labels: LabelMap,
    patches: Patches,
    options?: Omit<LfnPredictOptions, 'superpixels'>,
  ): Promise<LfnPrediction> {
    const settings = resolveOptions(
      options,
      { batchSize: 64, onProgress: undefined, signal: undefined },
      'lfn.predictPatches',
    );
    assertLabelMap(labels);
    assertNumber(patches.size, 'patches.size', { min: LFN_PATCH_SIZE, max: LFN_PATCH_SIZE });
    const probabilities = await predictPatches(this.network, patches, {
      normalization: this.manifest.normalization,
      ...settings,
    });
    // A label that no pixel carries keeps probability 0, so that places in the arrays are labels.
    const count = patches.labels.reduce((most, label) => Math.max(most, label), -1) + 1;
    const features = Object.fromEntries(
      DERMOSCOPIC_FEATURES.map((feature) => [feature, new Float32Array(count)]),
    ) as LfnPrediction['features'];
    patches.labels.forEach((label, row) => {
      DERMOSCOPIC_FEATURES.forEach((feature, i) => {
        features[feature][label] = probabilities[row * PATCH_CLASSES.length + 1 + i]!;
      });
    });
    return { labels, count, features };
  }

  /** Frees the network's weights. */
  dispose(): void {
    this.network.dispose();
  }
}

/** Options of {@link lfnFromBundle}. */
export interface LfnFromBundleOptions {
  /** What computes its network. @default tfjsNetwork: layers on the active engine of tfjs */
  network?: ToNetwork | undefined;
}

/**
 * Makes a LFN of a bundle, which gives its weights away: they are let go of as the network takes them.
 *
 * @throws LesionError `ENGINE_UNAVAILABLE` if tfjs has no backend; `INVALID_FILE` if the bundle is of another kind, or
 *   a weight does not fit; `INVALID_ARGUMENT` if the weights were given away before
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * await setBackend('wasm'); // of @tensorflow/tfjs-core
 * const lfn = await lfnFromBundle(await fetchBundle('models/lfn/', { kind: 'lfn' }));
 * ```
 */
export async function lfnFromBundle(bundle: Bundle, options?: LfnFromBundleOptions): Promise<Lfn> {
  const { network: toNetwork } = resolveOptions(options, { network: onEngine }, 'lfnFromBundle');
  assertKind(bundle.manifest, 'lfn', bundle.source);
  await engineReady();
  const [lfn] = bundleNetworks(bundle);
  const network = await toNetwork(lfn!.build);
  try {
    return new Lfn(bundle.manifest, network);
  } catch (error) {
    network.dispose();
    throw error;
  }
}
