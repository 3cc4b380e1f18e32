/** `lesion evaluate`: predicts a split of a data set and scores it as the challenge did. */
import type { WhereFilter } from '@lesion/isic';
import type { Evaluation } from '@lesion/train';
import { Option } from 'commander';
import { type ClassScores, describeScores, scoresOption } from '../class-scores.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { chooseModels } from '../model-choice.js';
import { declareModels, linOptions, loadModels, type ModelOptions } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { writeOverlays } from '../overlays.js';
import { whereFilter, wholeNumber } from '../parsers.js';
import { commandLine } from '../report/command-line.js';
import { type WrittenReport, writeRunReport } from '../report/write.js';
import { formatMetrics } from '../scores.js';

const SPLITS = {
  train: 'training',
  training: 'training',
  val: 'validation',
  validation: 'validation',
  test: 'test',
} as const;

/** Samples behind each interval of a report, and behind the bands of its curves even where there are no intervals. */
const REPLICATES = 1000;

interface EvaluateOptions extends ModelOptions {
  data: string;
  split: keyof typeof SPLITS;
  protocol: 'isic2017' | 'isic2018';
  where?: WhereFilter;
  limit?: number;
  scores?: ClassScores;
  bootstrap?: number;
  out?: string;
  report: boolean;
}

export const evaluate = defineCommand<[], EvaluateOptions>({
  name: 'evaluate',
  group: 'Use:',
  summary: "predict a split of a data set and score it by the challenge's official metrics",
  description:
    "Predicts the images of a split and scores them by the challenge's official metrics: segmentation, dermoscopic features and classification, as far as models and truth allow. Without --lin and --lfn the pretrained models are used.",
  examples: [
    {
      line: 'lesion evaluate --data isic2017 --split val',
      does: 'the pretrained models on the validation images',
    },
    {
      line: 'lesion evaluate --data isic2017 --split test --lin runs/lin --lfn runs/lfn --out predictions',
      does: 'models of your own; keeps what they predict',
    },
    {
      line: 'lesion evaluate --data isic2017 --lin runs/lin --scales 320,512 --no-licu',
      does: 'two scales, and indexes without LICU (Tables IV and V)',
    },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .optionsGroup('What is scored:')
      .requiredOption('--data <dir>', "a folder in the challenge's layout")
      .addOption(
        new Option('--split <name>', 'which images').choices(Object.keys(SPLITS)).default('validation'),
      )
      .addOption(
        new Option('--protocol <name>', 'whose rules').choices(['isic2017', 'isic2018']).default('isic2017'),
      )
      .option('--where <column=value>', 'only images with this value in a table of the data set', whereFilter)
      .option('--limit <images>', 'images at most, the first by id; default all', wholeNumber({ min: 1 }))
      .optionsGroup('How:')
      .addOption(scoresOption())
      .option(
        '--bootstrap <samples>',
        'bootstrap samples over images for 95 % intervals; default 1000 with a report, else none',
        wholeNumber({ min: 0 }),
      )
      .option('--out <dir>', 'keep predictions, overlays and a report here')
      .option('--no-report', 'write no report.html and no charts');
    declareModels(command);
  },
  async run(context, { options }) {
    const [{ evaluateSplit, PredictionFolder }, { EvaluationReport }] = await Promise.all([
      import('@lesion/train'),
      import('../report/evaluation.js'),
    ]);
    const choice = await chooseModels(options, context.note);
    const models = await loadModels({ ...choice, engine: options.engine });
    const progress = context.progress('evaluating', 'images');
    let evaluation: Evaluation;
    const startedAt = new Date().toISOString();
    const report = options.report && options.out !== undefined ? new EvaluationReport() : undefined;
    const { bootstrap = report === undefined ? 0 : REPLICATES } = options;
    try {
      const { out, scores } = options;
      const folder = out === undefined ? undefined : await PredictionFolder.open(out, { scores });
      evaluation = await evaluateSplit({
        data: options.data,
        split: SPLITS[options.split],
        lin: models.lin,
        lfn: models.lfn,
        linOptions: linOptions(options),
        scores,
        protocol: options.protocol,
        bootstrap,
        seed: context.seed,
        where: options.where,
        limit: options.limit,
        signal: context.signal,
        onProgress: showNetworkProgress(progress),
        ...(folder === undefined
          ? {}
          : {
              async onImage(image) {
                await folder.add(image);
                await writeOverlays(folder.folder, image);
                await report?.add(image);
              },
            }),
      });
    } finally {
      progress.finish();
      models.dispose();
    }
    let written: WrittenReport | undefined;
    if (report !== undefined && options.out !== undefined) {
      const { where } = options;
      context.note('writing the report …');
      const data = await report.finish({
        origin: {
          command: commandLine('evaluate', { options, seed: context.seed }),
          seed: context.seed,
          engine: models.engine,
          startedAt,
        },
        evaluation,
        draw: { replicates: bootstrap || REPLICATES, seed: context.seed },
        data: options.data,
        models: choice,
        ...(where === undefined ? {} : { where: `${where.column}=${where.value}` }),
      });
      written = await writeRunReport(options.out, data);
    }
    const { split, missing, scores } = evaluation;
    if (missing.length > 0) {
      context.note(
        `left out ${formatCount(missing.length, 'image')} that the tables list and the folder lacks, the first ${missing[0]}`,
      );
    }
    const problems = evaluation.failures.map(({ id, error }) => ({
      id,
      code: error.code,
      message: error.message,
    }));
    const first = problems[0];
    const others =
      problems.length > 1 ? ` (the first of ${problems.length} images that were not scored)` : '';
    return {
      document: {
        split,
        models: choice,
        engine: models.engine,
        ...(scores === undefined ? {} : { scores }),
        ...(options.where === undefined ? {} : { where: options.where }),
        tasks: evaluation.tasks.map(({ perImage: _, ...task }) => task),
        missing,
        problems,
        ...written,
      },
      text: [
        ...evaluation.tasks.map((task) => formatMetrics({ ...task, expected: task.count }, context.screen)),
        ...(written === undefined ? [] : [`${written.report}: the report, for a browser`]),
        `${split} split, engine ${models.engine.name}${scores === undefined ? '' : `, diagnoses scored by ${describeScores(scores)}`}`,
      ].join('\n\n'),
      failure:
        first === undefined ? undefined : { exitCode: EXIT.badInput, message: `${first.message}${others}` },
    };
  },
});
