/** `lesion calibrate`: fits a trained LIN's masks and probabilities on the images that its training held out. */
import { invalidArgument, LESION_CLASSES } from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import type { CalibrateLinResult, FitLesionMaskResult } from '@lesion/train';
import { defineCommand } from '../command.js';
import { formatCount, formatMetric } from '../format.js';
import { engineOption, type LoadedModels, loadModels } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { numberList, wholeNumber } from '../parsers.js';
import type { Screen } from '../screen.js';
import { formatTable } from '../table.js';

interface CalibrateOptions {
  model: string;
  data: string;
  engine: EngineName | 'auto';
  limit?: number;
  folds: number;
  masks: boolean;
  scales?: number[];
}

/** A calibration for people: each class's curve, and its error before and after. */
export function describeCalibration(
  { bundle, images, folds, calibration, expectedCalibrationError, reversed }: CalibrateLinResult,
  engine: string,
  screen?: Screen,
): string {
  const rows = [
    ['', 'images', 'slope', 'intercept', 'error before', 'after'],
    ...LESION_CLASSES.map((name) => {
      const { slope, intercept } = calibration[name];
      const { positives, before, after } = expectedCalibrationError[name];
      return [name, String(positives), ...[slope, intercept, before, after].map(formatMetric)];
    }),
  ];
  return [
    `${bundle}: calibrated on ${formatCount(images, 'image')} that the training held out, engine ${engine}`,
    formatTable(rows, { screen, spare: [3, 2] }),
    `expected calibration error in 10 bins; after: cross-fitted in ${folds} parts`,
    ...reversed.map(
      (name) => `${name} has a negative slope: its higher indexes belong to fewer lesions of it`,
    ),
  ].join('\n');
}

/** The rule of the masks for people, beside what it was without fitting. */
export function describeMasks({ images, rule, tried }: FitLesionMaskResult): string {
  const plain = tried.find(
    ({ threshold, componentWeight }) => threshold === 0.5 && componentWeight === 'area',
  )!;
  return [
    `masks: lesion above a share of ${rule.threshold}, component by ${rule.componentWeight}`,
    `JA ${formatMetric(tried[0]!.ja)} on ${formatCount(images, 'held-out image')}, ${formatMetric(plain.ja)} with 0.5 and area`,
  ].join('\n');
}

export const calibrate = defineCommand<[], CalibrateOptions>({
  name: 'calibrate',
  group: 'Models:',
  summary: 'fit the masks of a trained LIN and its probabilities to the images that its training held out',
  description:
    "Fits the masks of a trained LIN, and curves that turn its indexes into probabilities, to the images that its training held out. The LIN's bundle is changed: from then on predict and evaluate use both.",
  examples: [
    { line: 'lesion calibrate --model runs/lin --data isic2017', does: 'masks and probabilities' },
    {
      line: 'lesion calibrate --model runs/lin --data isic2017 --no-masks --limit 200',
      does: 'probabilities alone, from 200 images',
    },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .requiredOption(
        '--model <bundle>',
        'a trained LIN, whose bundle is changed: a bundle, or the folder of its run',
      )
      .requiredOption('--data <dir>', 'the folder with the data that it was trained on')
      .addOption(engineOption())
      .option(
        '--limit <images>',
        'held-out images at most, drawn by class; default all',
        wholeNumber({ min: 1 }),
      )
      .option(
        '--folds <parts>',
        'parts of the cross-fitting that measures the gain',
        wholeNumber({ min: 2 }),
        5,
      )
      .option(
        '--scales <pixels,...>',
        "short sides at which the LIN sees an image from now on; default the bundle's",
        numberList(wholeNumber({ min: 32 })),
      )
      .option('--no-masks', 'keep the rule of the masks, and fit probabilities alone');
  },
  async run(context, { options: { model, data, engine, limit, folds, masks, scales } }) {
    if (!masks && scales !== undefined) {
      throw invalidArgument({
        what: 'other scales make other masks, whose rule would not be fitted',
        where: '--no-masks',
        got: '--scales with it',
        mend: 'Leave out one of the two.',
      });
    }
    const { calibrateLin, fitLesionMask } = await import('@lesion/train');
    const progress = context.progress('calibrating', 'images');
    /** Does a piece of work with the LIN as its bundle is now. */
    const withLin = async <T>(work: (models: LoadedModels) => Promise<T>): Promise<T> => {
      const models = await loadModels({ lin: model, engine });
      try {
        return await work(models);
      } finally {
        models.dispose();
      }
    };
    const settings = {
      bundle: model,
      data,
      limit,
      seed: context.seed,
      signal: context.signal,
      onProgress: showNetworkProgress(progress),
    };
    try {
      const fitted = masks
        ? await withLin(({ lin }) => fitLesionMask({ ...settings, lin, scales }))
        : undefined;
      return await withLin(async ({ lin, engine: computing }) => {
        const result = await calibrateLin({ ...settings, lin, folds });
        return {
          document: { engine: computing, ...result, ...(fitted === undefined ? {} : { masks: fitted }) },
          text: [
            ...(fitted === undefined ? [] : [describeMasks(fitted)]),
            describeCalibration(result, computing.name, context.screen),
          ].join('\n\n'),
        };
      });
    } finally {
      progress.finish();
    }
  },
});
