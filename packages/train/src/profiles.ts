/** Named settings of a training run: the paper's, what two CPU cores finish in hours, and what takes minutes. */
import type { FcrnOptions } from '@lesion/fcrn';
import type { LfnOptions } from '@lesion/lfn';
import type { LinJitter } from './lin-samples.js';
import type { TrainingSchedule } from './schedule.js';

/** The names of the settings: the paper's, those for two processors, and those that show that it works. */
export const PROFILES = ['paper', 'workstation', 'quick'] as const;
/** One of {@link PROFILES}. */
export type Profile = (typeof PROFILES)[number];

/** A profile's settings for the LIN. */
export interface LinProfile {
  architecture: FcrnOptions;
  schedule: TrainingSchedule;
  /** Side of the square training samples, pixels. */
  size: number;
  /** Share of the short side that the centre crop takes. */
  fraction: number;
  /** Short sides at which predictions are made. */
  scales: number[];
  /** What is drawn anew for each sample in each epoch. */
  jitter: LinJitter;
  /** The soft Jaccard loss's share beside the cross-entropy's 1. */
  jaccardWeight: number;
}

/**
 * LIN settings by profile. `paper`: FCRN-88 at 320x320, mini-batches of 128, 6 epochs (section II.A.4);
 * momentum 0.9, weight decay 5e-4 and the drop of the learning rate at epoch 4 are inferred, as is the rate
 * itself. `workstation`: the same network on 224x224 crops whose place, scale, colours and sharpness vary, 5,120 samples a
 * network, cosine learning rate, soft Jaccard loss beside the cross-entropy; meant to begin with ImageNet's weights.
 * `quick`: the same network at a sixteenth of the width on 64x64 samples.
 */
export const LIN_PROFILES: Readonly<Record<Profile, LinProfile>> = {
  paper: {
    architecture: { depth: 88, width: 1, batchNormMomentum: 0.9 },
    schedule: {
      epochs: 6,
      batchSize: 128,
      microBatchSize: 4,
      learningRate: 0.05,
      learningRateFactor: 0.1,
      learningRateDrops: [4],
      momentum: 0.9,
      weightDecay: 5e-4,
      settlingBatches: 0,
    },
    size: 320,
    fraction: 0.9,
    scales: [320, 512],
    jitter: {},
    jaccardWeight: 0,
  },
  workstation: {
    architecture: { depth: 88, width: 1, batchNormMomentum: 0.9 },
    schedule: {
      epochs: 2,
      stepsPerEpoch: 160,
      batchSize: 16,
      microBatchSize: 16,
      learningRate: 0.01,
      learningRateFactor: 0.1,
      learningRateDrops: [],
      learningRateDecay: 'cosine',
      warmupSteps: 40,
      momentum: 0.9,
      weightDecay: 1e-4,
      settlingBatches: 16,
    },
    size: 224,
    fraction: 0.9,
    scales: [320, 512],
    jitter: { resolution: 0.5, fractions: [0.5, 1], anywhere: true, colors: 0.15 },
    jaccardWeight: 1,
  },
  quick: {
    architecture: { depth: 88, width: 1 / 16, batchNormMomentum: 0.8 },
    schedule: {
      epochs: 2,
      stepsPerEpoch: 10,
      batchSize: 8,
      microBatchSize: 8,
      learningRate: 0.01,
      learningRateFactor: 0.1,
      learningRateDrops: [],
      momentum: 0.9,
      weightDecay: 5e-4,
      settlingBatches: 8,
    },
    size: 64,
    fraction: 0.9,
    scales: [64, 96],
    jitter: {},
    jaccardWeight: 0,
  },
};

/** A profile's settings for the LFN. */
export interface LfnProfile {
  architecture: LfnOptions;
  schedule: TrainingSchedule;
  /** Training patches at most, drawn in the proportions of Table II; undefined takes all. */
  patches: number | undefined;
}

/**
 * LFN settings by profile. `paper`: the LFN for 10 epochs at a learning rate of 0.01 and momentum 0.9
 * (section II.B.4); batch 128 and the drops at epochs 4 and 8 are inferred. `workstation`: 240,640 samples
 * instead of more than a million, at twice the learning rate, which falls along a cosine. `quick`: the Narrow LFN on a few
 * hundred patches.
 */
export const LFN_PROFILES: Readonly<Record<Profile, LfnProfile>> = {
  paper: {
    architecture: { variant: 'standard', batchNorm: true },
    schedule: {
      epochs: 10,
      batchSize: 128,
      microBatchSize: 128,
      learningRate: 0.01,
      learningRateFactor: 0.1,
      learningRateDrops: [4, 8],
      momentum: 0.9,
      weightDecay: 0,
      settlingBatches: 0,
    },
    patches: undefined,
  },
  workstation: {
    architecture: { variant: 'standard', batchNorm: true },
    schedule: {
      epochs: 4,
      stepsPerEpoch: 470,
      batchSize: 128,
      microBatchSize: 128,
      learningRate: 0.02,
      learningRateFactor: 0.1,
      learningRateDrops: [],
      learningRateDecay: 'cosine',
      warmupSteps: 100,
      momentum: 0.9,
      weightDecay: 1e-4,
      settlingBatches: 0,
    },
    patches: undefined,
  },
  quick: {
    architecture: { variant: 'narrow', batchNorm: true, batchNormMomentum: 0.8 },
    schedule: {
      epochs: 2,
      stepsPerEpoch: 5,
      batchSize: 16,
      microBatchSize: 16,
      learningRate: 0.02,
      learningRateFactor: 0.1,
      learningRateDrops: [],
      momentum: 0.9,
      weightDecay: 0,
      settlingBatches: 4,
    },
    patches: 200,
  },
};
