/** `lesion score`: the challenge's official metrics of a submission. */

import type { SubmissionScore, WhereFilter } from '@lesion/isic';
import { Option } from 'commander';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { whereFilter, wholeNumber } from '../parsers.js';
import { formatMetrics } from '../scores.js';
import type { Screen } from '../screen.js';

interface ScoreOptions {
  task: '1' | '2' | '3';
  truth: string;
  pred: string;
  protocol: 'isic2017' | 'isic2018';
  where?: WhereFilter;
  superpixels?: string;
  allowMissing: boolean;
  perImage?: string;
  bootstrap: number;
}

function describeIds(ids: readonly string[], lack: string): string {
  const some = ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ');
  return `${formatCount(ids.length, 'image')} that ${ids.length === 1 ? 'has' : 'have'} ${lack}: ${some}`;
}

/** The metrics, and below them what could not be scored. */
function formatScore(score: SubmissionScore, screen: Screen): string {
  const lines = [formatMetrics(score, screen)];
  if (score.problems.length > 0) {
    lines.push('', 'Not scored:', ...score.problems.map(({ message }) => `  ${message}`));
  }
  return lines.join('\n');
}

function failureOf(score: SubmissionScore): { exitCode: typeof EXIT.badInput; message: string } | undefined {
  const first = score.problems[0];
  if (first === undefined) return undefined;
  const others = score.problems.length - 1;
  const rest = others === 0 ? '' : ` And ${formatCount(others, 'more problem')}, listed with the result.`;
  const stop = /[.?!]$/.test(first.message) ? '' : '.';
  return { exitCode: EXIT.badInput, message: `${first.message}${stop}${rest}` };
}

export const score = defineCommand<[], ScoreOptions>({
  name: 'score',
  group: 'Use:',
  summary: "score a submission by the challenge's official metrics",
  description:
    "Scores a submission in the challenge's form against the truth by the official metrics. Refuses one with missing predictions, as the challenge did. What cannot be scored is listed, and the rest scored.",
  examples: [
    { line: 'lesion score --task 1 --truth masks --pred predictions', does: 'segmentation' },
    {
      line: 'lesion score --task 2 --truth features --pred predictions --superpixels superpixels',
      does: 'dermoscopic features; the truth is checked first',
    },
    {
      line: 'lesion score --task 3 --truth truth.csv --pred predictions/predictions.csv --bootstrap 1000 --per-image scores.csv',
      does: 'classification, with 95 % intervals and a table by image',
    },
    {
      line: 'lesion score --task 1 --truth masks --pred predictions --where image_source=crop512 --allow-missing',
      does: 'some of the images',
    },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .optionsGroup('What is scored:')
      .addOption(
        new Option('--task <number>', '1 segmentation, 2 features, 3 classification')
          .choices(['1', '2', '3'])
          .makeOptionMandatory(),
      )
      .requiredOption(
        '--truth <path>',
        'folder of ID_segmentation.png or ID_features.json, or the CSV of task 3',
      )
      .requiredOption('--pred <path>', 'the predictions, in the same form')
      .addOption(
        new Option('--protocol <name>', 'whose rules').choices(['isic2017', 'isic2018']).default('isic2017'),
      )
      .option(
        '--where <column=value>',
        'only images with this value in a *_sources.csv or *_metadata.csv beside the truth',
        whereFilter,
      )
      .option('--superpixels <folder>', 'task 2: check the truth against these ID_superpixels.png')
      .optionsGroup('How:')
      .option('--allow-missing', 'score what is there if predictions are missing', false)
      .option('--per-image <csv>', "write each image's figures to this file")
      .option(
        '--bootstrap <samples>',
        'bootstrap samples over images for 95 % intervals; 1000 is usual',
        wholeNumber({ min: 0 }),
        0,
      );
  },
  async run(context, { options }) {
    const { scoreSubmission, writeImageScores } = await import('@lesion/isic');
    const progress = context.progress('scoring', 'images');
    let result: SubmissionScore;
    try {
      result = await scoreSubmission({
        task: Number(options.task) as 1 | 2 | 3,
        truth: options.truth,
        prediction: options.pred,
        protocol: options.protocol,
        where: options.where,
        superpixels: options.superpixels,
        allowMissing: options.allowMissing,
        bootstrap: options.bootstrap,
        seed: context.seed,
        signal: context.signal,
        onProgress: ({ done, total, id }) => progress.update({ done, total, detail: id }),
      });
    } finally {
      progress.finish();
    }
    const { perImage, perClass, ...summary } = result;
    if (options.perImage !== undefined) {
      await writeImageScores(options.perImage, perImage);
      context.note(`wrote ${options.perImage}: ${formatCount(perImage.length, 'row')}`);
    }
    if (result.missing.length > 0)
      context.note(`scored without ${describeIds(result.missing, 'no prediction')}`);
    if (result.extra.length > 0) {
      context.note(`left out predictions of ${describeIds(result.extra, 'no truth')}`);
    }
    const document = {
      ...summary,
      ...(result.task === 1 ? {} : { perClass }),
      ...(options.where === undefined ? {} : { where: options.where }),
    };
    return { document, text: formatScore(result, context.screen), failure: failureOf(result) };
  },
});
