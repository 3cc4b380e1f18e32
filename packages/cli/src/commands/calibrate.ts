/** `lesion calibrate`: gives a trained LIN probabilities, fitted on the images that its training held out. */
import { LESION_CLASSES } from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import type { CalibrateLinResult } from '@lesion/train';
import { defineCommand } from '../command.js';
import { formatCount, formatMetric, formatTable } from '../format.js';
import { engineOption, loadModels } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { wholeNumber } from '../parsers.js';

interface CalibrateOptions {
  model: string;
  data: string;
  engine: EngineName | 'auto';
  limit?: number;
  folds: number;
}

/** A calibration for people: each class's curve, and its error before and after. */
export function describeCalibration(
  { bundle, images, folds, calibration, expectedCalibrationError, reversed }: CalibrateLinResult,
  engine: string,
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
    formatTable(rows),
    `expected calibration error in 10 bins; after: cross-fitted in ${folds} parts`,
    ...reversed.map(
      (name) => `${name} has a negative slope: its higher indexes belong to fewer lesions of it`,
    ),
  ].join('\n');
}

export const calibrate = defineCommand<[], CalibrateOptions>({
  name: 'calibrate',
  summary: 'turn the indexes of a trained LIN into probabilities, by the images that its training held out',
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
      );
  },
  async run(context, { options: { model, data, engine, limit, folds } }) {
    const { calibrateLin } = await import('@lesion/train');
    const models = await loadModels({ lin: model, engine });
    const progress = context.progress('calibrating', 'images');
    try {
      const result = await calibrateLin({
        bundle: model,
        data,
        lin: models.lin,
        limit,
        folds,
        seed: context.seed,
        signal: context.signal,
        onProgress: showNetworkProgress(progress),
      });
      return {
        document: { engine: models.engine, ...result },
        text: describeCalibration(result, models.engine.name),
      };
    } finally {
      progress.finish();
      models.dispose();
    }
  },
});
