/** The Lesion Indexing Network (LIN): FCRNs at several scales, summed, then the lesion index calculation unit. */
import {
  assertNumber,
  assertRgbImage,
  type ClassMaps,
  invalidArgument,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';
import {
  type AnalyzeLesionOptions,
  analyzeLesion,
  COMPONENT_WEIGHTS,
  type LesionAnalysis,
} from '@lesion/licu';
import { z } from 'zod';
import { type BundleManifest, readBundle } from './bundle.js';
import { bundleNetworks } from './bundle-networks.js';
import { imageAtScales, predictClassMaps, sumClassMaps } from './class-maps.js';
import {
  calibrateIndexes,
  isDefaultLicu,
  type LesionProbabilities,
  type LinCalibration,
  linCalibrationSchema,
} from './class-scores.js';
import type { InputNormalization } from './normalization.js';
import { type NetworkOptions, type PredictionNetwork, prepareNetworks } from './prediction-network.js';
import { overridden } from './training-run.js';

/** The scales of Fig. 2: `~300` and `~500` as multiples of 32 (inferred). */
export const LIN_SCALES = [320, 512] as const;

/** A bundle's `inference.licu`: the rule of the mask that was fitted on held-out images. */
export const linMaskSchema = z.object({ threshold: z.number(), componentWeight: z.enum(COMPONENT_WEIGHTS) });
export type LinMaskRule = z.infer<typeof linMaskSchema>;

const inferenceSchema = z.object({
  scales: z.array(z.number()),
  licu: linMaskSchema.optional(),
  calibration: linCalibrationSchema.optional(),
});

export interface LinPredictOptions {
  /** Short sides at which the image is shown to the networks, pixels (Table IV). @default the bundle's, 320 and 512 */
  scales?: readonly number[] | undefined;
  /**
   * How mask and indexes are calculated (Table V).
   * @default the bundle's rule of the mask where one was fitted (see fitLesionMask), else as analyzeLesion of @lesion/licu
   */
  licu?: AnalyzeLesionOptions | undefined;
}

export interface LinPrediction extends LesionAnalysis {
  /** The coarse maps: summed class probabilities at the image's size, `[height, width, 4]`. */
  classMaps: ClassMaps;
  /**
   * The calibrated probability of each class, one against the rest, each in [0, 1]; they need not sum to 1. Absent if
   * the bundle has no calibration (see calibrateLin), or was calibrated with other scales or LICU options than these.
   */
  probabilities?: LesionProbabilities | undefined;
}

/** Options of {@link loadLin}. */
export type LoadLinOptions = NetworkOptions;

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
   * @throws LesionError `INVALID_ARGUMENT`
   * @example
   * ```ts
   * const lin = await loadLin('runs/lin');
   * const { mask, indexes } = await lin.predict(await readImage('photo.jpg'));
   * lin.dispose();
   * ```
   */
  async predict(image: RgbImage, options?: LinPredictOptions): Promise<LinPrediction> {
    const { licu } = resolveOptions(options, { scales: undefined, licu: undefined }, 'lin.predict');
    const classMaps = await this.classMaps(image, options?.scales);
    const analysis = analyzeLesion(classMaps, overridden<AnalyzeLesionOptions>(this.#licu ?? {}, licu));
    const calibration = this.#calibrationFor(options);
    return {
      classMaps,
      ...analysis,
      ...(calibration === undefined
        ? {}
        : { probabilities: calibrateIndexes(analysis.indexes, calibration) }),
    };
  }

  /** Whether {@link predict} gives probabilities with these options: those under which the LIN was calibrated. */
  isCalibratedFor(options?: LinPredictOptions): boolean {
    return this.#calibrationFor(options) !== undefined;
  }

  /** Indexes under other options are distributed in another way, so that the calibration would promise wrongly. */
  #calibrationFor({ scales, licu }: LinPredictOptions = {}): LinCalibration | undefined {
    const isAsCalibrated =
      (scales === undefined || scales.join() === this.#scales.join()) && isDefaultLicu(licu, this.#licu);
    return isAsCalibrated ? this.#calibration : undefined;
  }

  /** The coarse maps alone: what {@link predict} hands to the LICU. */
  async classMaps(image: RgbImage, scales: readonly number[] = this.#scales): Promise<ClassMaps> {
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
    const maps: ClassMaps[] = [];
    for (const scaled of imageAtScales(image, scales)) {
      for (const { network } of this.networks) {
        maps.push(await predictClassMaps(network, scaled, this.#normalization));
      }
    }
    return sumClassMaps(maps, sizeOf(image));
  }

  /** Frees the networks' weights. */
  dispose(): void {
    for (const { network } of this.networks) network.dispose();
  }
}

/**
 * Loads a LIN from its bundle (or from the folder of the run that made it).
 *
 * @throws LesionError `NOT_FOUND`, `INVALID_FILE`, `INTEGRITY` if a byte was changed, `ENGINE_UNAVAILABLE`
 */
export async function loadLin(folder: string, options?: LoadLinOptions): Promise<Lin> {
  const settings = resolveOptions(
    options,
    { network: undefined, engine: 'current', threads: undefined },
    'loadLin',
  );
  const bundle = await readBundle(folder, 'lin');
  const toNetwork = await prepareNetworks(settings);
  const networks: LinNetwork[] = [];
  try {
    for (const { name, build } of bundleNetworks(bundle, folder)) {
      networks.push({ name, network: await toNetwork(build) });
    }
  } catch (error) {
    for (const { network } of networks) network.dispose();
    throw error;
  }
  return new Lin(bundle.manifest, networks);
}
