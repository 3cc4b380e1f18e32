/** The paper's data sets DR and DM as plans: which image, turned by how much, mirrored how. Touches no pixel. */
import {
  assertNumber,
  assertOneOf,
  describe,
  invalidArgument,
  LESION_CLASSES,
  type LesionClass,
  resolveOptions,
  SeededRandom,
} from '@lesion/core';
import type { MirrorAxis } from './mirror.js';

/** An image with its diagnosis. */
export interface DiagnosedImage {
  id: string;
  diagnosis: LesionClass;
}

/** One image of an augmented data set. */
export interface AugmentedSample extends DiagnosedImage {
  /** Counter-clockwise turn, in degrees. */
  degrees: number;
  /** The axis along which the turned image is mirrored. */
  mirror: MirrorAxis | null;
}

/** Options of {@link planDr}. */
export interface PlanDrOptions {
  /**
   * Degrees from one turn to the next, for each class; must divide 360. An image is taken `360 / step` times.
   * @default { melanoma: 18, seborrheic_keratosis: 18, nevus: 45 }
   */
  steps?: Readonly<Record<LesionClass, number>> | undefined;
}

/** Options of {@link planDm}. */
export interface PlanDmOptions {
  /** Seed of the random axes. @default 0 */
  seed?: number | string | undefined;
}

/** Options of {@link planDrDm}. */
export interface PlanDrDmOptions extends PlanDrOptions, PlanDmOptions {}

/** Table I's rotation angles, in degrees. */
export const DR_STEPS: Readonly<Record<LesionClass, number>> = Object.freeze({
  melanoma: 18,
  seborrheic_keratosis: 18,
  nevus: 45,
});

function turnsPerImage(steps: Readonly<Record<LesionClass, number>>): Record<LesionClass, number> {
  const { melanoma, seborrheic_keratosis, nevus } = resolveOptions(steps, { ...DR_STEPS }, 'steps');
  const resolved = { melanoma, seborrheic_keratosis, nevus };
  for (const name of LESION_CLASSES) {
    const step = resolved[name];
    assertNumber(step, `steps.${name}`, { min: 0, aboveMin: true, max: 360 });
    const turns = 360 / step;
    if (!Number.isInteger(turns)) {
      throw invalidArgument({
        what: 'the step does not divide the full circle',
        where: `steps.${name}`,
        got: step,
        expected: 'degrees of which a whole number makes 360, such as 18, 45 or 90',
      });
    }
    resolved[name] = turns;
  }
  return resolved;
}

/**
 * Plans DR: every image turned in steps that depend on its class, so that the classes come near balance.
 * On ISIC 2017's 374, 254 and 1,372 training images this gives 7,480, 5,080 and 10,976 samples.
 *
 * @param images The training images; the plan keeps their order, the turns of one image side by side.
 * @throws LesionError `INVALID_ARGUMENT` if a step does not divide 360 or a diagnosis is unknown.
 * @example
 * ```ts
 * planDr([{ id: 'ISIC_0000002', diagnosis: 'melanoma' }]).length; // 20
 * ```
 * @see https://doi.org/10.3390/s18020556 Table I
 */
export function planDr(images: readonly DiagnosedImage[], options?: PlanDrOptions): AugmentedSample[] {
  const { steps } = resolveOptions(options, { steps: DR_STEPS }, 'planDr');
  const turns = turnsPerImage(steps);
  const plan: AugmentedSample[] = [];
  for (const { id, diagnosis } of images) {
    assertOneOf(diagnosis, LESION_CLASSES, `diagnosis of ${describe(id)}`);
    const count = turns[diagnosis];
    for (let turn = 0; turn < count; turn++)
      plan.push({ id, diagnosis, degrees: (turn * 360) / count, mirror: null });
  }
  return plan;
}

/**
 * Plans DM: each sample of DR mirrored along x or y, at random with equal chances. `planDm(dr)[i]` is the pair
 * of `dr[i]`.
 *
 * @throws LesionError `INVALID_ARGUMENT` if a sample of `dr` is mirrored already.
 * @see https://doi.org/10.3390/s18020556 Section "Data augmentation (Task 1 & 3)"
 */
export function planDm(dr: readonly AugmentedSample[], options?: PlanDmOptions): AugmentedSample[] {
  const { seed } = resolveOptions(options, { seed: 0 }, 'planDm');
  const random = new SeededRandom(seed);
  return dr.map((sample, index) => {
    if (sample.mirror !== null) {
      throw invalidArgument({
        what: 'the sample is mirrored already',
        where: `dr[${index}]`,
        got: `${sample.id} mirrored along ${sample.mirror}`,
        mend: 'Give the plan that planDr made.',
      });
    }
    return { ...sample, mirror: random.integer(2) === 0 ? 'x' : 'y' };
  });
}

/**
 * Plans DR+DM: all of DR, then all of DM in the same order. The paper finds that a network trained on both
 * overfits to the pairs (Table III, Fig. 7).
 *
 * @throws LesionError `INVALID_ARGUMENT` as {@link planDr}.
 */
export function planDrDm(images: readonly DiagnosedImage[], options?: PlanDrDmOptions): AugmentedSample[] {
  const { steps, seed } = resolveOptions(options, { steps: DR_STEPS, seed: 0 }, 'planDrDm');
  const dr = planDr(images, { steps });
  return [...dr, ...planDm(dr, { seed })];
}
