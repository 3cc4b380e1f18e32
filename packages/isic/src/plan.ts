/** Table II: which patches, how often and how turned, train the Lesion Feature Network; leans on `inventory`. */
import {
  assertNumber,
  invalidArgument,
  PATCH_CLASSES,
  type PatchClass,
  resolveOptions,
  SeededRandom,
} from '@lesion/core';
import type { PatchInventory } from './inventory.js';

/** The sizes of the paper's augmented patch set, Table II. */
export const TABLE_II: Readonly<Record<PatchClass, number>> = {
  background: 87089,
  pigment_network: 77325,
  negative_network: 12908,
  milia_like_cyst: 18424,
  streaks: 8324,
};

/** Classes that are thinned by random sample; the others are turned by 0, 90, 180 and 270 degrees. */
const SAMPLED: readonly PatchClass[] = ['background', 'pigment_network'];
const TURNED = PATCH_CLASSES.filter((name) => !SAMPLED.includes(name));
const TURNS = 4;

const sum = (names: readonly PatchClass[], counts: Readonly<Record<PatchClass, number>>): number =>
  names.reduce((total, name) => total + counts[name], 0);

/** Options of {@link patchTargets}. */
export interface PatchTargetOptions {
  /**
   * Size of the plan relative to the paper's. At `s`, the random sample draws 87,089 s background and 77,325 s
   * pigment-network patches, or all there are if there are fewer. It does not touch the turned classes.
   * @default the data set's own NN, MC and S patches, counted together, over the paper's 9,914
   */
  scale?: number | undefined;
}

/** Options of {@link planPatches}. */
export interface PatchPlanOptions extends PatchTargetOptions {
  /** Seed of the random sample. @default 0 */
  seed?: number | undefined;
}

/**
 * How many samples of each class Table II's plan takes from the patches there are.
 *
 * The paper's rule (https://doi.org/10.3390/s18020556, Table II): negative network, milia-like cysts and streaks
 * are taken four times, turned by 0, 90, 180 and 270 degrees; background and pigment network are random samples of
 * 87,089 and 77,325. For a data set of another size (inferred, the paper has one size only) these two are scaled by
 * the amount of the rare classes: with `s` = (NN + MC + S patches) / 9,914, where 9,914 = 3,227 + 4,606 + 2,081
 * are the paper's, so that the classes keep the paper's balance, for which the loss weights 1, 1, 5, 3, 8 were
 * chosen. A class that has fewer patches gives all it has. Without any rare patch, `s` is the pigment-network
 * patches / 77,325, at most 1.
 *
 * @throws LesionError `INVALID_ARGUMENT` if a count is not whole or negative, or no patch carries a feature and no
 *   scale is given.
 * @example
 * ```ts
 * patchTargets({ background: 900000, pigment_network: 80000, negative_network: 3227, milia_like_cyst: 4606, streaks: 2081 });
 * // { background: 87089, pigment_network: 77325, negative_network: 12908, milia_like_cyst: 18424, streaks: 8324 }
 * ```
 */
export function patchTargets(
  available: Readonly<Record<PatchClass, number>>,
  options?: PatchTargetOptions,
): Record<PatchClass, number> {
  const { scale } = resolveOptions(options, { scale: undefined }, 'patchTargets');
  for (const name of PATCH_CLASSES) {
    assertNumber(available[name], `available.${name}`, { integer: true, min: 0 });
  }
  if (scale !== undefined) assertNumber(scale, 'scale', { min: 0, aboveMin: true });
  const effective = scale ?? defaultScale(available);
  const targets = {} as Record<PatchClass, number>;
  for (const name of SAMPLED) {
    targets[name] = Math.min(available[name], Math.round(TABLE_II[name] * effective));
  }
  for (const name of TURNED) targets[name] = TURNS * available[name];
  return targets;
}

function defaultScale(available: Readonly<Record<PatchClass, number>>): number {
  const rare = sum(TURNED, available);
  if (rare > 0) return rare / (sum(TURNED, TABLE_II) / TURNS);
  if (available.pigment_network > 0) return Math.min(1, available.pigment_network / TABLE_II.pigment_network);
  throw invalidArgument({
    what: 'no patch carries a feature',
    where: 'available',
    got: `${available.background} background patches alone`,
    mend: 'Give images with annotated features, or a scale to plan background alone.',
  });
}

/** One sample of a plan: a patch, its label and by how much it is turned. */
export interface PatchSample {
  imageId: string;
  /** Number of the superpixel in its image. */
  superpixel: number;
  class: PatchClass;
  /** Turned by so much, in the sense of `rotateImage` of @lesion/preprocess. */
  degrees: 0 | 90 | 180 | 270;
}

/** A plan of samples, class after class; training shuffles it anew each epoch. */
export class PatchPlan implements Iterable<PatchSample> {
  /** How many samples each class has. */
  readonly counts: Readonly<Record<PatchClass, number>>;
  /** How many samples there are. */
  readonly length: number;
  readonly #imageIds: readonly string[];
  readonly #images: Uint32Array;
  readonly #superpixels: Uint32Array;
  readonly #classes: Uint8Array;
  readonly #quarters: Uint8Array;

  /** Use {@link planPatches}. @internal */
  constructor(inventory: PatchInventory, counts: Readonly<Record<PatchClass, number>>, random: SeededRandom) {
    this.counts = counts;
    this.length = sum(PATCH_CLASSES, counts);
    this.#imageIds = [...inventory.imageIds];
    this.#images = new Uint32Array(this.length);
    this.#superpixels = new Uint32Array(this.length);
    this.#classes = new Uint8Array(this.length);
    this.#quarters = new Uint8Array(this.length);
    let at = 0;
    PATCH_CLASSES.forEach((name, index) => {
      const { images, superpixels } = inventory.references(name);
      const turns = SAMPLED.includes(name) ? 1 : TURNS;
      // A stream of its own for each class: more patches of one do not change the sample of the other.
      const chosen = drawSorted(images.length, counts[name] / turns, random.fork(`patches/${name}`));
      for (const reference of chosen) {
        for (let quarter = 0; quarter < turns; quarter++) {
          this.#images[at] = images[reference]!;
          this.#superpixels[at] = superpixels[reference]!;
          this.#classes[at] = index;
          this.#quarters[at++] = quarter;
        }
      }
    });
  }

  /** Sample number `index`. @throws LesionError `INVALID_ARGUMENT` unless 0 <= index < length */
  at(index: number): PatchSample {
    assertNumber(index, 'index', { integer: true, min: 0, max: this.length - 1 });
    return {
      imageId: this.#imageIds[this.#images[index]!]!,
      superpixel: this.#superpixels[index]!,
      class: PATCH_CLASSES[this.#classes[index]!]!,
      degrees: (90 * this.#quarters[index]!) as PatchSample['degrees'],
    };
  }

  /** All samples in order. */
  *[Symbol.iterator](): Iterator<PatchSample> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}

/** `count` different numbers below `total`, each set equally likely, in rising order so that images stay together. */
function drawSorted(total: number, count: number, random: SeededRandom): Uint32Array {
  const numbers = new Uint32Array(total);
  for (let i = 0; i < total; i++) numbers[i] = i;
  if (count === total) return numbers;
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(total - i);
    const held = numbers[i]!;
    numbers[i] = numbers[j]!;
    numbers[j] = held;
  }
  return numbers.subarray(0, count).sort();
}

/**
 * Plans the training samples of the LFN as in Table II (https://doi.org/10.3390/s18020556): random samples of
 * background and pigment network, four rotations of each negative network, milia-like cyst and streaks patch, scaled
 * to the data set as {@link patchTargets} says. A patch with two features gives one sample a label. No image
 * is read; a sample costs ten bytes.
 *
 * @param inventory The patches there are, of training images only: split by image first ({@link splitByImage}).
 * @throws LesionError `INVALID_ARGUMENT` if no patch carries a feature and no scale is given.
 * @example
 * ```ts
 * const plan = planPatches(inventory, { seed: 7 });
 * plan.at(0); // { imageId: 'ISIC_0000000', superpixel: 12, class: 'background', degrees: 0 }
 * ```
 */
export function planPatches(inventory: PatchInventory, options?: PatchPlanOptions): PatchPlan {
  const { seed, scale } = resolveOptions(options, { seed: 0, scale: undefined }, 'planPatches');
  return new PatchPlan(inventory, patchTargets(inventory.counts, { scale }), new SeededRandom(seed));
}
