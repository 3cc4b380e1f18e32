/** `lesion train`: trains a LIN or a LFN on a data folder. */
import { invalidArgument } from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import type { TrainingResult } from '@lesion/train';
import { Argument, Option } from 'commander';
import { defineCommand } from '../command.js';
import { formatCount, formatDuration } from '../format.js';
import { engineOption } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { decimalNumber, numberList, numberRange, wholeNumber } from '../parsers.js';
import { commandLine } from '../report/command-line.js';
import { trainingReport } from '../report/training.js';
import { writeRunReport } from '../report/write.js';
import { formatTraining } from '../training-table.js';

/** What may be set of a LIN alone; the rows of Tables III and IV, and the sizes. */
interface LinOnlyOptions {
  depth?: 50 | 88 | 101;
  width?: number;
  size?: number;
  scales?: number[];
  dataSets?: ('DR' | 'DM' | 'DR+DM')[];
  resolutionAugmentation?: number;
  cropFractions?: [number, number];
  cropAnywhere?: boolean;
  colorJitter?: number;
  jaccardWeight?: number;
  resnet50?: string;
}

/** What may be set of a LFN alone; the rows of Table VII. */
interface LfnOnlyOptions {
  variant?: 'standard' | 'narrow' | 'wide';
  batchNorm: boolean;
  lossWeights: boolean;
  patches?: number;
  cache?: string;
}

interface TrainOptions extends LinOnlyOptions, LfnOnlyOptions {
  data: string;
  out: string;
  profile: 'paper' | 'workstation' | 'quick';
  engine: EngineName | 'auto';
  resume: boolean;
  report: boolean;
  limit?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  batchSize?: number;
  microBatchSize?: number;
  learningRate?: number;
  learningRateDecay?: 'steps' | 'cosine';
  warmupSteps?: number;
  weightDecay?: number;
  settlingBatches?: number;
  threads?: number;
}

/** Refuses options of the other network. */
function assertOnlyFor(network: 'lin' | 'lfn', given: Record<string, boolean>): void {
  const other = network === 'lin' ? 'lfn' : 'lin';
  for (const [option, isGiven] of Object.entries(given)) {
    if (isGiven) {
      throw invalidArgument({
        what: `only the ${other.toUpperCase()} has it`,
        where: option,
        mend: `Leave it out, or train ${other}.`,
      });
    }
  }
}

/** What was trained, in a line. */
function describeTraining(network: string, result: TrainingResult, milliseconds: number): string {
  const { training, validation } = result.images;
  return `${result.bundle}: ${network.toUpperCase()} trained on ${formatCount(training, 'image')}, ${validation} held out, engine ${result.engine.name}, ${formatDuration(milliseconds)}`;
}

export const train = defineCommand<[network: 'lin' | 'lfn'], TrainOptions>({
  name: 'train',
  group: 'Models:',
  summary: 'train a LIN (segmentation and diagnosis) or a LFN (dermoscopic features)',
  description:
    "Trains a LIN (segmentation and diagnosis) or a LFN (dermoscopic features) on a folder in the layout of the challenge. The run's folder gets checkpoints, loss curves and in the end the bundle that predicts. Ctrl-C stops cleanly after a checkpoint, and --resume goes on. The profile sets everything that is not given.",
  examples: [
    {
      line: 'lesion train lin --data isic2017 --out runs/lin',
      does: "the paper's networks; wants a fast engine and days",
    },
    {
      line: 'lesion train lin --data isic2017 --out runs/lin --resume',
      does: 'goes on where it was stopped',
    },
    {
      line: 'lesion train lfn --data isic2017 --out runs/lfn --profile workstation',
      does: 'smaller networks, in hours',
    },
    {
      line: 'lesion train lin --data data --out runs/try --profile quick --epochs 2',
      does: 'a try in minutes',
    },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .addArgument(new Argument('<network>', 'which network').choices(['lin', 'lfn']))
      .optionsGroup('The run:')
      .requiredOption('--data <dir>', "a folder in the challenge's layout")
      .requiredOption('--out <run>', 'the folder of the run: checkpoints, loss curves, bundle')
      .addOption(
        new Option(
          '--profile <name>',
          "the paper's settings, some that two processors finish in hours, or some that take minutes",
        )
          .choices(['paper', 'workstation', 'quick'])
          .default('paper'),
      )
      .addOption(engineOption())
      .option('--resume', 'go on with the run in --out', false)
      .option('--no-report', 'write no report.html and no charts')
      .option('--limit <images>', 'training images at most; default all', wholeNumber({ min: 2 }))
      .option('--threads <number>', 'threads that decode; default all', wholeNumber({ min: 1 }))
      .optionsGroup('The course of the training:')
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
      .addOption(
        new Option('--learning-rate-decay <name>', 'how the rate falls; default by profile').choices([
          'steps',
          'cosine',
        ]),
      )
      .option(
        '--warmup-steps <number>',
        'steps in which the rate first rises; default by profile',
        wholeNumber({ min: 0 }),
      )
      .option(
        '--weight-decay <number>',
        'penalty on the squares of kernels; default by profile',
        decimalNumber({ min: 0 }),
      )
      .option(
        '--settling-batches <number>',
        'forward passes that settle batch statistics after an epoch; default by profile',
        wholeNumber({ min: 0 }),
      )
      .optionsGroup('Of a LIN:')
      .addOption(
        new Option('--depth <number>', 'lin: FCRN-50, -88 or -101; default 88')
          .choices(['50', '88', '101'])
          .argParser(Number),
      )
      .option(
        '--width <factor>',
        'lin: multiplies the channels; default by profile',
        decimalNumber({ min: Number.MIN_VALUE }),
      )
      .option(
        '--size <pixels>',
        'lin: side of the training samples; default by profile',
        wholeNumber({ min: 32 }),
      )
      .option(
        '--scales <pixels,...>',
        'lin: short sides at which predictions are made; default by profile',
        numberList(wholeNumber({ min: 32 })),
      )
      .option(
        '--data-sets <name,...>',
        'lin: a network for each of DR, DM, DR+DM (Table III); default DR,DM',
        (text) => text.split(','),
      )
      .option(
        '--resolution-augmentation <probability>',
        'lin: share of samples that are blurred by reducing and enlarging them; default by profile',
        decimalNumber({ min: 0, max: 1 }),
      )
      .option(
        '--crop-fractions <least,most>',
        'lin: the crop takes a share of the short side between these; default by profile',
        numberRange(decimalNumber({ min: Number.MIN_VALUE, max: 1 })),
      )
      .option('--crop-anywhere', 'lin: crops lie anywhere in the image; default by profile')
      .option(
        '--color-jitter <strength>',
        'lin: colours change by factors of up to 1 + this; default by profile',
        decimalNumber({ min: 0, max: 1 }),
      )
      .option(
        '--jaccard-weight <number>',
        'lin: what the soft Jaccard loss weighs beside the cross-entropy; default by profile',
        decimalNumber({ min: 0 }),
      )
      .option('--resnet50 <dir>', 'lin: begin with the ImageNet weights of this Keras ResNet-50 (model.json)')
      .optionsGroup('Of a LFN:')
      .addOption(
        new Option('--variant <name>', 'lfn: widths of Table VI; default by profile').choices([
          'standard',
          'narrow',
          'wide',
        ]),
      )
      .option('--no-batch-norm', 'lfn: without batch normalisation (Table VII)')
      .option('--no-loss-weights', 'lfn: plain instead of weighted softmax loss (Table VII)')
      .option(
        '--patches <number>',
        'lfn: training patches at most; default by profile',
        wholeNumber({ min: 1 }),
      )
      .option('--cache <dir>', 'lfn: where patches and superpixels are kept; default in the run');
  },
  async run(context, { positional: [network], options }) {
    const { data, out, profile, engine, resume, report, limit, threads, ...rest } = options;
    const { depth, width, size, scales, dataSets, resnet50, ...withoutNetwork } = rest;
    const { resolutionAugmentation, cropFractions, cropAnywhere, colorJitter, jaccardWeight, ...withoutLin } =
      withoutNetwork;
    const { variant, batchNorm, lossWeights, patches, cache, ...schedule } = withoutLin;
    if (network === 'lfn') {
      assertOnlyFor('lfn', {
        '--depth': depth !== undefined,
        '--width': width !== undefined,
        '--size': size !== undefined,
        '--scales': scales !== undefined,
        '--data-sets': dataSets !== undefined,
        '--resolution-augmentation': resolutionAugmentation !== undefined,
        '--crop-fractions': cropFractions !== undefined,
        '--crop-anywhere': cropAnywhere !== undefined,
        '--color-jitter': colorJitter !== undefined,
        '--jaccard-weight': jaccardWeight !== undefined,
        '--resnet50': resnet50 !== undefined,
      });
    } else {
      assertOnlyFor('lin', {
        '--variant': variant !== undefined,
        '--no-batch-norm': !batchNorm,
        '--no-loss-weights': !lossWeights,
        '--patches': patches !== undefined,
        '--cache': cache !== undefined,
      });
    }
    // A batch that is smaller than the profile's micro-batch is a micro-batch itself.
    if (schedule.batchSize !== undefined) schedule.microBatchSize ??= schedule.batchSize;
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
    const startedAt = new Date().toISOString();
    let result: TrainingResult;
    try {
      result =
        network === 'lin'
          ? await trainLin({
              ...settings,
              architecture: { depth, width },
              size,
              scales,
              dataSets,
              jitter: {
                resolution: resolutionAugmentation,
                fractions: cropFractions,
                anywhere: cropAnywhere,
                colors: colorJitter,
              },
              jaccardWeight,
              resnet50,
            })
          : await trainLfn({
              ...settings,
              architecture: { variant, batchNorm: batchNorm ? undefined : false },
              classWeights: lossWeights ? undefined : [1, 1, 1, 1, 1],
              patches,
              cache,
            });
    } finally {
      progress.finish();
    }
    const milliseconds = performance.now() - start;
    const seconds = milliseconds / 1000;
    const origin = {
      command: commandLine('train', { positional: [network], options, seed: context.seed }),
      seed: context.seed,
      startedAt,
    };
    const written = report
      ? await writeRunReport(out, await trainingReport({ origin, network, result, profile, seconds }))
      : undefined;
    return {
      document: { network, ...result, seconds, ...written },
      text: [
        formatTraining(result.history, context.screen),
        '',
        describeTraining(network, result, milliseconds),
        ...(written === undefined ? [] : [`${written.report}: the report, for a browser`]),
      ].join('\n'),
    };
  },
});
