/** Training and validation samples of a FCRN: augmented crops with a class for each pixel, decoded in workers. */

import { assertNumber, LESION_CLASSES, type LesionClass, SeededRandom } from '@lesion/core';
import type { IsicRecord } from '@lesion/isic';
import { type InputNormalization, normalizePixels } from '@lesion/predict';
import { type AugmentedSample, planDm, planDr } from '@lesion/preprocess';
import * as tf from '@tensorflow/tfjs-core';
import type { SampleSource, TensorBatch } from './training-loop.js';
import type { WorkerPool } from './worker-pool.js';
import type { LinSampleTask, WorkerTasks } from './worker-tasks.js';

/** The augmented data sets of section II.A.2, by their names there. */
export const LIN_DATA_SETS = ['DR', 'DM', 'DR+DM'] as const;
/** One of {@link LIN_DATA_SETS}. */
export type LinDataSet = (typeof LIN_DATA_SETS)[number];

/** A record that a FCRN can learn from. */
export type LabelledRecord = IsicRecord & { imagePath: string; maskPath: string; diagnosis: LesionClass };

/** The records with image, mask and diagnosis. */
export function labelledRecords(records: readonly IsicRecord[]): LabelledRecord[] {
  return records.filter(
    (record): record is LabelledRecord =>
      record.imagePath !== undefined && record.maskPath !== undefined && record.diagnosis !== undefined,
  );
}

/** The augmentation plan of a data set: Table I's rotations, their mirror images, or both. */
export function planLinSamples(
  records: readonly LabelledRecord[],
  dataSet: LinDataSet,
  seed: number,
): AugmentedSample[] {
  const rotated = planDr(records.map(({ id, diagnosis }) => ({ id, diagnosis })));
  switch (dataSet) {
    case 'DR':
      return rotated;
    case 'DM':
      return planDm(rotated, { seed });
    case 'DR+DM':
      return [...rotated, ...planDm(rotated, { seed })];
  }
}

/** Samples as they are, without augmentation: for the validation loss. */
export function plainSamples(records: readonly LabelledRecord[]): AugmentedSample[] {
  return records.map(({ id, diagnosis }) => ({ id, diagnosis, degrees: 0, mirror: null }));
}

export interface LinBatch {
  count: number;
  images: Uint8Array;
  labels: Uint8Array;
}

/** What is drawn anew for each sample in each epoch, beside the plan's turns and mirrors. */
export interface LinJitter {
  /** Probability that a sample is reduced to a short side of 256 and enlarged again, every class alike. @default 0 */
  resolution?: number | undefined;
  /**
   * The crop's share of the short side is drawn between these, evenly in its logarithm, so that networks see lesions
   * at the scales at which they later predict. @default the fixed fraction
   */
  fractions?: readonly [least: number, most: number] | undefined;
  /** Whether the crop lies anywhere within the image rather than in its centre. @default false */
  anywhere?: boolean | undefined;
  /** Brightness, contrast, saturation and tint change by factors of up to 1 + this, either way. @default 0 */
  colors?: number | undefined;
}

export interface LinSampleSettings {
  size: number;
  fraction: number;
  seed: number;
  /** @default none */
  jitter?: LinJitter | undefined;
}

/** @throws LesionError `INVALID_ARGUMENT` naming the field that is out of range */
export function assertJitter(jitter: LinJitter): void {
  const { resolution = 0, fractions = [1, 1], colors = 0 } = jitter;
  assertNumber(resolution, 'jitter.resolution', { min: 0, max: 1 });
  assertNumber(fractions[0], 'jitter.fractions[0]', { min: 0, aboveMin: true, max: 1 });
  assertNumber(fractions[1], 'jitter.fractions[1]', { min: fractions[0], max: 1 });
  assertNumber(colors, 'jitter.colors', { min: 0, max: 1 });
}

/** The view of one sample: drawn from a stream of its own, so that it does not matter where a run was interrupted. */
function drawView(
  random: SeededRandom,
  jitter: LinJitter,
  fixedFraction: number,
): Pick<LinSampleTask, 'fraction' | 'place' | 'colors'> {
  const between = (least: number, most: number): number => least + (most - least) * random.next();
  const { fractions } = jitter;
  const fraction =
    fractions === undefined
      ? fixedFraction
      : Math.exp(between(Math.log(fractions[0]), Math.log(fractions[1])));
  const place = [random.next(), random.next()] as const;
  const strength = Math.log(1 + (jitter.colors ?? 0));
  const factor = (share = 1): number => Math.exp(between(-strength, strength) * share);
  const colors = {
    brightness: factor(),
    contrast: factor(),
    saturation: factor(),
    // Lamps differ in tint less than cameras do in brightness.
    tint: [factor(0.3), factor(0.3), factor(0.3)] as const,
  };
  return {
    fraction,
    ...(jitter.anywhere ? { place } : {}),
    ...(strength > 0 ? { colors } : {}),
  };
}

/** The short side that the resolution augmentation goes through: that of the reduced copies of ISIC images. */
const REDUCED_SHORT_SIDE = 256;

/** Samples of a plan, by their place in it. */
export class LinSamples implements SampleSource<LinBatch> {
  readonly count: number;
  readonly #records: Map<string, LabelledRecord>;

  constructor(
    private readonly pool: WorkerPool<WorkerTasks>,
    records: readonly LabelledRecord[],
    private readonly plan: readonly AugmentedSample[],
    private readonly settings: LinSampleSettings,
  ) {
    this.count = plan.length;
    this.#records = new Map(records.map((record) => [record.id, record]));
  }

  async load(indices: readonly number[], epoch: number): Promise<LinBatch> {
    const { size, fraction, seed, jitter = {} } = this.settings;
    const { resolution = 0 } = jitter;
    const samples = await Promise.all(
      indices.map((index) => {
        const augmentation = this.plan[index]!;
        // Drawn for this sample in this epoch alone, so that it does not matter where a run was interrupted.
        const reduced =
          resolution > 0 && new SeededRandom(seed).fork(`resolution ${epoch} ${index}`).chance(resolution);
        const view = drawView(new SeededRandom(seed).fork(`view ${epoch} ${index}`), jitter, fraction);
        return this.pool.run<'lin-sample'>({
          kind: 'lin-sample',
          record: this.#records.get(augmentation.id)!,
          augmentation,
          size,
          ...view,
          lesionClass: 1 + LESION_CLASSES.indexOf(augmentation.diagnosis),
          ...(reduced ? { throughShortSide: REDUCED_SHORT_SIDE } : {}),
        });
      }),
    );
    const pixels = size * size;
    const batch: LinBatch = {
      count: samples.length,
      images: new Uint8Array(samples.length * pixels * 3),
      labels: new Uint8Array(samples.length * pixels),
    };
    samples.forEach(({ image, labels }, i) => {
      batch.images.set(image, i * pixels * 3);
      batch.labels.set(labels, i * pixels);
    });
    return batch;
  }
}

/** Images `[n, size, size, 3]` and int32 classes `[n, size, size]`. */
export function linBatchToTensors(
  batch: LinBatch,
  size: number,
  normalization: InputNormalization,
): TensorBatch {
  const { count, images, labels } = batch;
  return {
    inputs: tf.tensor4d(normalizePixels(images, normalization), [count, size, size, 3]),
    labels: tf.tensor3d(Int32Array.from(labels), [count, size, size], 'int32'),
  };
}
