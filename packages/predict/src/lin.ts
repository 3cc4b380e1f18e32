/** The Lesion Indexing Network (LIN): FCRNs at several scales, summed, then the lesion index calculation unit. */
import {
  assertNumber,
  assertRgbImage,
  type ClassMaps,
  invalidArgument,
  type RgbImage,
  resolveOptions,
  sizeOf,
  sumClassMaps,
} from '@lesion/core';
import {
  type AnalyzeLesionOptions,
  analyzeLesion,
  COMPONENT_WEIGHTS,
  type LesionAnalysis,
} from '@lesion/licu';
import { z } from 'zod';
import { assertKind, type Bundle, type BundleManifest } from './bundle.js';
import { bundleNetworks, onEngine } from './bundle-networks.js';
import { imageAtScales, predictClassMaps } from './class-maps.js';
import {
  calibrateIndexes,
  isDefaultLicu,
  type LesionProbabilities,
  type LinCalibration,
  linCalibrationSchema,
} from './class-scores.js';
import { engineReady } from './engine-ready.js';
import type { InputNormalization } from './normalization.js';
import { Passes, type PassOptions } from './passes.js';
import type { PredictionNetwork, ToNetwork } from './prediction-network.js';

/** The scales of Fig. 2: `~300` and `~500` as multiples of 32 (inferred). */
export const LIN_SCALES = [320, 512] as const;

/** A bundle's `inference.licu`: the rule of the mask that was fitted on held-out images. */
export const linMaskSchema = z.object({ threshold: z.number(), componentWeight: z.enum(COMPONENT_WEIGHTS) });
/** How a LIN's mask is made of its maps: the threshold, and what a component is weighed by. */
export type LinMaskRule = z.infer<typeof linMaskSchema>;

const inferenceSchema = z.object({
  scales: z.array(z.number()),
  licu: linMaskSchema.optional(),
  calibration: linCalibrationSchema.optional(),
});

/** How a LIN looks at an image. */
export interface LinAnalyzeOptions {
  /** Short sides at which the image is shown to the networks, pixels (Table IV). @default the bundle's, 320 and 512 */
  scales?: readonly number[] | undefined;
  /**
   * How mask and indexes are calculated (Table V).
   * @default the bundle's rule of the mask where one was fitted (see fitLesionMask), else as analyzeLesion of @lesion/licu
   */
  licu?: AnalyzeLesionOptions | undefined;
}

/** Options of lin.predict. */
export interface LinPredictOptions extends LinAnalyzeOptions, PassOptions {}

export interface LinPrediction extends LesionAnalysis {
  /** The coarse maps: summed class probabilities at the image's size, `[height, width, 4]`. */
  classMaps: ClassMaps;
  /**
   * The calibrated probability of each class, one against the rest, each in [0, 1]; they need not sum to 1. Absent if
   * the bundle has no calibration (see calibrateLin), or was calibrated with other scales or LICU options than these.
   */
  probabilities?: LesionProbabilities | undefined;
}

/** One of a LIN's networks. */
export interface LinNetwork {
  /** `dr`, `dm` or `dr-dm`, by the data that it was trained on. */
  name: string;
  network: PredictionNetwork;
}

/** A trained LIN. `dispose()` it when it is no longer needed. */
export class Lin {
  readonly manifest: BundleManifest;
  readonly networks: readonly LinNetwork[];
  readonly #normalization: InputNormalization;
  readonly #scales: readonly number[];
  readonly #licu: LinMaskRule | undefined;
  readonly #calibration: LinCalibration | undefined;

  constructor(manifest: BundleManifest, networks: readonly LinNetwork[]) {
    this.manifest = manifest;
    this.networks = networks;
    this.#normalization = manifest.normalization;
    const { scales, licu, calibration } = inferenceSchema.parse(manifest.inference);
    this.#scales = scales;
    this.#licu = licu;
    this.#calibration = calibration;
  }

  /**
   * Segments and classifies the lesion of one image.
   *
   * @param image uint8 `[height, width, 3]`, the whole photograph
   * @returns the lesion mask, an index for each diagnosis in [0, 1] and, of a calibrated LIN, a probability; distance
   *   map and refined maps, all at the image's size
   * @throws LesionError `INVALID_ARGUMENT`, `ABORTED`
   * @example
   * ```ts
   * const lin = await linFromBundle(await fetchBundle('models/lin/'));
   * const { mask, indexes } = await lin.predict(await decodeImage(file));
   * lin.dispose();
   * ```
   */
  async predict(image: RgbImage, options?: LinPredictOptions): Promise<LinPrediction> {
    const { scales, licu, onProgress, signal } = resolveOptions(
      options,
      { scales: undefined, licu: undefined, onProgress: undefined, signal: undefined },
      'lin.predict',
    );
    const classMaps = await this.classMaps(image, scales, { onProgress, signal });
    return this.analyze(classMaps, { scales, licu });
  }

  /**
   * The second half of {@link predict}, which takes no network: mask and indexes from class maps that {@link Lin.classMaps}
   * gave. A page calls it again for each threshold that its user tries.
   *
   * @param classMaps `[height, width, 4]`
   * @param options `scales` as they were given to {@link Lin.classMaps}: probabilities depend on them
   * @throws LesionError `INVALID_ARGUMENT`
   * @example
   * ```ts
   * const classMaps = await lin.classMaps(image);
   * slider.oninput = () => draw(lin.analyze(classMaps, { licu: { threshold: slider.valueAsNumber } }));
   * ```
   */
  analyze(classMaps: ClassMaps, options?: LinAnalyzeOptions): LinPrediction {
    const { scales, licu } = resolveOptions(options, { scales: undefined, licu: undefined }, 'lin.analyze');
    const given = Object.entries(licu ?? {}).filter(([, value]) => value !== undefined);
    const analysis = analyzeLesion(classMaps, { ...this.#licu, ...Object.fromEntries(given) });
    const calibration = this.#calibrationFor({ scales, licu });
    return {
      classMaps,
      ...analysis,
      ...(calibration === undefined
        ? {}
        : { probabilities: calibrateIndexes(analysis.indexes, calibration) }),
    };
  }

  /** Whether {@link predict} gives probabilities with these options: those under which the LIN was calibrated. */
  isCalibratedFor(options?: LinAnalyzeOptions): boolean {
    return this.#calibrationFor(options) !== undefined;
  }

  /** Indexes under other options are distributed in another way, so that the calibration would promise wrongly. */
  #calibrationFor({ scales, licu }: LinAnalyzeOptions = {}): LinCalibration | undefined {
    const isAsCalibrated =
      (scales === undefined || scales.join() === this.#scales.join()) && isDefaultLicu(licu, this.#licu);
    return isAsCalibrated ? this.#calibration : undefined;
  }

  /**
   * The coarse maps alone: what {@link predict} hands to the LICU.
   *
   * @param scales short sides at which the image is shown to the networks; the bundle's if not given
   * @returns summed class probabilities at the image's size, `[height, width, 4]`
   * @throws LesionError `INVALID_ARGUMENT`, `ABORTED`
   */
  async classMaps(
    image: RgbImage,
    scales: readonly number[] = this.#scales,
    options?: PassOptions,
  ): Promise<ClassMaps> {
    const settings = resolveOptions(options, { onProgress: undefined, signal: undefined }, 'lin.classMaps');
    assertRgbImage(image);
    if (scales.length === 0) {
      throw invalidArgument({
        what: 'no scale to look at',
        where: 'scales',
        got: '[]',
        expected: 'at least one short side in pixels',
      });
    }
    for (const scale of scales) assertNumber(scale, 'scales', { integer: true, min: 1 });
    const passes = new Passes(scales.length * this.networks.length, 'lin.predict', settings);
    const maps: ClassMaps[] = [];
    for (const scaled of imageAtScales(image, scales)) {
      for (const { network } of this.networks) {
        maps.push(await passes.run(() => predictClassMaps(network, scaled, this.#normalization)));
      }
    }
    return sumClassMaps(maps, sizeOf(image));
  }

  /** Frees the networks' weights. */
  dispose(): void {
    for (const { network } of this.networks) network.dispose();
  }
}

/** Options of {@link linFromBundle}. */
export interface LinFromBundleOptions {
  /** What computes its networks. @default tfjsNetwork: layers on the active engine of tfjs */
  network?: ToNetwork | undefined;
}

/**
 * Makes a LIN of a bundle, which gives its weights away: they are let go of as the networks take them.
 *
 * @throws LesionError `ENGINE_UNAVAILABLE` if tfjs has no backend; `INVALID_FILE` if the bundle is of another kind, or
 *   a weight does not fit; `INVALID_ARGUMENT` if the weights were given away before
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * await setBackend('wasm'); // of @tensorflow/tfjs-core
 * const lin = await linFromBundle(await fetchBundle('models/lin/', { kind: 'lin' }));
 * ```
 */
export async function linFromBundle(bundle: Bundle, options?: LinFromBundleOptions): Promise<Lin> {
  const { network: toNetwork } = resolveOptions(options, { network: onEngine }, 'linFromBundle');
  assertKind(bundle.manifest, 'lin', bundle.source);
  await engineReady();
  const networks: LinNetwork[] = [];
  try {
    for (const { name, build } of bundleNetworks(bundle)) {
      networks.push({ name, network: await toNetwork(build) });
    }
    return new Lin(bundle.manifest, networks);
  } catch (error) {
    for (const { network } of networks) network.dispose();
    throw error;
  }
}
