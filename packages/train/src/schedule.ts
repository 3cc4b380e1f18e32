/** How a run trains: batch sizes, learning rate by epoch, momentum, weight decay. Plain data, kept in bundles. */
import { assertNumber, assertOneOf, invalidArgument } from '@lesion/core';

/** How the learning rate falls. */
export const LEARNING_RATE_DECAYS = ['steps', 'cosine'] as const;
/** One of {@link LEARNING_RATE_DECAYS}. */
export type LearningRateDecay = (typeof LEARNING_RATE_DECAYS)[number];

/** How long and how fast a network is trained. */
export interface TrainingSchedule {
  /** Passes over the training samples. */
  epochs: number;
  /** Optimiser steps an epoch at most; fewer than a full pass shortens a run. */
  stepsPerEpoch?: number | undefined;
  /** Samples an optimiser step. */
  batchSize: number;
  /** Samples that are in memory at once; gradients are summed up to {@link batchSize}. */
  microBatchSize: number;
  /** Learning rate of the first epoch. */
  learningRate: number;
  /** The learning rate is multiplied by this... */
  learningRateFactor: number;
  /** ...after each of these epochs (0-based: `[4]` means that epoch 4 is the first at the lower rate). */
  learningRateDrops: number[];
  /**
   * `steps`: the rate falls at {@link learningRateDrops}. `cosine`: beside those, it falls along half a cosine to 0
   * at the last step. @default 'steps'
   */
  learningRateDecay?: LearningRateDecay | undefined;
  /** Steps over which the rate first rises linearly to what it should be. @default 0 */
  warmupSteps?: number | undefined;
  momentum: number;
  /** L2 weight decay on convolution and dense kernels; biases, scales and shifts are left alone. */
  weightDecay: number;
  /**
   * Micro-batches that pass forward at an epoch's end, without a step, to set batch normalisation's moving
   * statistics to their mean under the epoch's weights. A deep network after a few dozen steps predicts nonsense
   * without them; after thousands of steps they are not needed. 0 leaves the moving averages as they are.
   */
  settlingBatches: number;
}

/** @throws LesionError `INVALID_ARGUMENT` naming the field that is out of range */
export function assertSchedule(schedule: TrainingSchedule): void {
  assertNumber(schedule.epochs, 'epochs', { integer: true, min: 1 });
  if (schedule.stepsPerEpoch !== undefined) {
    assertNumber(schedule.stepsPerEpoch, 'stepsPerEpoch', { integer: true, min: 1 });
  }
  assertNumber(schedule.batchSize, 'batchSize', { integer: true, min: 1 });
  assertNumber(schedule.microBatchSize, 'microBatchSize', { integer: true, min: 1 });
  assertNumber(schedule.learningRate, 'learningRate', { min: 0, aboveMin: true });
  assertNumber(schedule.learningRateFactor, 'learningRateFactor', { min: 0, aboveMin: true, max: 1 });
  assertNumber(schedule.momentum, 'momentum', { min: 0, max: 0.9999 });
  assertNumber(schedule.weightDecay, 'weightDecay', { min: 0 });
  assertNumber(schedule.settlingBatches, 'settlingBatches', { integer: true, min: 0 });
  if (schedule.learningRateDecay !== undefined) {
    assertOneOf(schedule.learningRateDecay, LEARNING_RATE_DECAYS, 'learningRateDecay');
  }
  if (schedule.warmupSteps !== undefined) {
    assertNumber(schedule.warmupSteps, 'warmupSteps', { integer: true, min: 0 });
  }
  if (schedule.microBatchSize > schedule.batchSize) {
    throw invalidArgument({
      what: 'a micro-batch is a part of a batch',
      where: 'microBatchSize',
      got: schedule.microBatchSize,
      expected: `at most the batch size, ${schedule.batchSize}`,
    });
  }
}

/** The learning rate of a step, both counted from 0 over the whole run. */
export function learningRateAt(schedule: TrainingSchedule, step: number, stepsPerEpoch: number): number {
  const epoch = Math.floor(step / stepsPerEpoch);
  const drops = schedule.learningRateDrops.filter((drop) => epoch >= drop).length;
  const total = stepsPerEpoch * schedule.epochs;
  const warmup = Math.min(schedule.warmupSteps ?? 0, total);
  const rising = step < warmup ? (step + 1) / (warmup + 1) : 1;
  const falling =
    schedule.learningRateDecay === 'cosine' && step >= warmup
      ? (1 + Math.cos((Math.PI * (step - warmup)) / (total - warmup))) / 2
      : 1;
  return schedule.learningRate * schedule.learningRateFactor ** drops * rising * falling;
}

/** Optimiser steps of one epoch over `samples` samples; a last, smaller batch counts. */
export function stepsOfEpoch(schedule: TrainingSchedule, samples: number): number {
  const full = Math.ceil(samples / schedule.batchSize);
  return Math.min(full, schedule.stepsPerEpoch ?? full);
}
