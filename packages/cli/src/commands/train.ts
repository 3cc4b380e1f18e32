/** `lesion train`: trains a LIN or a LFN on a data folder. */
import { invalidArgument } from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import type { NetworkHistory, TrainingResult } from '@lesion/train';
import { Argument, Option } from 'commander';
import { defineCommand } from '../command.js';
import { formatCount, formatDuration } from '../format.js';
import { engineOption } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { decimalNumber, wholeNumber } from '../parsers.js';

interface TrainOptions {
  data: string;
  out: string;
  profile: 'paper' | 'quick';
  engine: EngineName | 'auto';
  resume: boolean;
  limit?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  batchSize?: number;
  microBatchSize?: number;
  learningRate?: number;
  resolutionAugmentation?: number;
  threads?: number;
}

/** How one network's loss went, in a line. */
export function describeHistory(name: string, { epochs, stepLosses }: NetworkHistory): string {
  const last = epochs.at(-1);
  const losses = epochs.map(({ trainingLoss }) => trainingLoss.toFixed(4)).join(', ');
  const validation =
    last === undefined || last.validationLoss === null
      ? ''
      : `; validation loss ${last.validationLoss.toFixed(4)}`;
  return `  ${name}: ${formatCount(stepLosses.length, 'step')}, training loss by epoch ${losses}${validation}`;
}

/** A training run's outcome for people. */
export function describeTraining(network: string, result: TrainingResult, milliseconds: number): string {
  const { training, validation } = result.images;
  return [
    `${result.bundle}: ${network.toUpperCase()} trained on ${formatCount(training, 'image')}, ${validation} held out, engine ${result.engine.name}, ${formatDuration(milliseconds)}`,
    ...Object.entries(result.history).map(([name, history]) => describeHistory(name, history)),
  ].join('\n');
}

export const train = defineCommand<[network: 'lin' | 'lfn'], TrainOptions>({
  name: 'train',
  summary: 'train a LIN (segmentation and diagnosis) or a LFN (dermoscopic features)',
  stopsCleanly: true,
  declare(command) {
    command
      .addArgument(new Argument('<network>', 'which network').choices(['lin', 'lfn']))
      .requiredOption('--data <dir>', "a folder in the challenge's layout")
      .requiredOption('--out <run>', 'the folder of the run: checkpoints, loss curves, bundle')
      .addOption(
        new Option('--profile <name>', "the paper's settings, or some that finish in minutes")
          .choices(['paper', 'quick'])
          .default('paper'),
      )
      .addOption(engineOption())
      .option('--resume', 'go on with the run in --out', false)
      .option('--limit <images>', 'training images at most; default all', wholeNumber({ min: 2 }))
      .option('--epochs <number>', 'default by profile', wholeNumber({ min: 1 }))
      .option(
        '--steps-per-epoch <number>',
        'optimiser steps at most; default by profile',
        wholeNumber({ min: 1 }),
      )
      .option('--batch-size <samples>', 'samples a step; default by profile', wholeNumber({ min: 1 }))
      .option(
        '--micro-batch-size <samples>',
        'samples in memory at once; default by profile',
        wholeNumber({ min: 1 }),
      )
      .option(
        '--learning-rate <number>',
        'of the first epoch; default by profile',
        decimalNumber({ min: Number.MIN_VALUE }),
      )
      .option(
        '--resolution-augmentation <probability>',
        'lin: share of samples that are blurred by reducing and enlarging them; default 0',
        decimalNumber({ min: 0, max: 1 }),
      )
      .option('--threads <number>', 'threads that decode; default all', wholeNumber({ min: 1 }));
  },
  async run(context, { positional: [network], options }) {
    const { resolutionAugmentation, data, out, profile, engine, resume, limit, threads, ...schedule } =
      options;
    if (network === 'lfn' && resolutionAugmentation !== undefined) {
      throw invalidArgument({
        what: 'only the LIN is trained with it',
        where: '--resolution-augmentation',
        mend: 'Leave it out, or train lin.',
      });
    }
    const { trainLfn, trainLin } = await import('@lesion/train');
    const progress = context.progress(`training ${network}`, '');
    const settings = {
      data,
      out,
      profile,
      engine,
      resume,
      limit,
      threads,
      schedule,
      seed: context.seed,
      signal: context.signal,
      onProgress: showNetworkProgress(progress),
    };
    const start = performance.now();
    let result: TrainingResult;
    try {
      result =
        network === 'lin'
          ? await trainLin({ ...settings, resolutionAugmentation })
          : await trainLfn(settings);
    } finally {
      progress.finish();
    }
    const milliseconds = performance.now() - start;
    return {
      document: { network, ...result, seconds: milliseconds / 1000 },
      text: describeTraining(network, result, milliseconds),
    };
  },
});
