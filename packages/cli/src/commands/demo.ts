/** `lesion demo`: the whole pipeline on synthetic data in minutes, the pretrained models beside it, ending in an HTML report. */
import type { EngineName } from '@lesion/engine';
import type { ReportImage, ReportStep } from '@lesion/report';
import type { Evaluation } from '@lesion/train';
import { defineCommand } from '../command.js';
import { prepareDemoFolder } from '../demo-folder.js';
import { formatCount, formatDuration } from '../format.js';
import { engineOption, loadModels } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { writeOverlays } from '../overlays.js';
import { wholeNumber } from '../parsers.js';
import { DEMO_REPORT, reportData } from '../report/demo.js';
import { reportLosses } from '../report/training.js';
import { formatMetrics } from '../scores.js';
import { formatTable } from '../table.js';
import { describeHistory } from '../training-table.js';
import { divideImages } from './synth.js';

interface DemoOptions {
  out: string;
  images: number;
  engine: EngineName | 'auto';
}

/** With which models the validation split is predicted, and where to. */
interface EvaluationPlan {
  lin: string;
  lfn: string;
  out: string;
  /** What the report calls them. */
  models: string;
}

/** The scores of each task without those of each image. */
const tasksOf = ({ tasks }: Evaluation) => tasks.map(({ perImage: _, ...task }) => task);

export const demo = defineCommand<[], DemoOptions>({
  name: 'demo',
  group: 'More:',
  summary: 'do all of it on synthetic data in minutes, ending in an HTML report',
  description:
    'Draws synthetic images, trains small networks on them, predicts, scores and writes a report, with the pretrained models beside them. Shows in minutes that everything works here; its figures say nothing about real lesions.',
  examples: [
    { line: 'lesion demo', does: 'into the folder lesion-demo' },
    { line: 'lesion demo --out /tmp/demo --images 100 --seed 3', does: 'more images, somewhere else' },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .option('--out <dir>', 'where to write; an earlier demo there is replaced', 'lesion-demo')
      .option('--images <number>', 'synthetic images in all', wholeNumber({ min: 10, max: 1000 }), 40)
      .addOption(engineOption());
  },
  async run(context, { options }) {
    const [
      { writeSyntheticDataset },
      { evaluateSplit, PredictionFolder, trainLfn, trainLin },
      { pretrainedModel },
      { writeReport },
      { evaluationScores },
      { reportImage },
    ] = await Promise.all([
      import('@lesion/isic'),
      import('@lesion/train'),
      import('@lesion/pretrained'),
      import('@lesion/report/node'),
      import('../report/evaluation.js'),
      import('../report/image.js'),
    ]);
    const startedAt = new Date().toISOString();
    const folder = await prepareDemoFolder(options.out);
    const steps: (ReportStep & { detail: string })[] = [];
    /** Does one step with its own progress, and says what it did and how long it took. */
    const step = async <T>(
      name: string,
      work: (onProgress: ReturnType<typeof showNetworkProgress>) => Promise<T>,
      describe: (result: T) => string,
    ): Promise<T> => {
      context.note(`${name} …`);
      const progress = context.progress(name, '');
      const start = performance.now();
      let result: T;
      try {
        result = await work(showNetworkProgress(progress));
      } finally {
        progress.finish();
      }
      const milliseconds = performance.now() - start;
      const detail = describe(result);
      steps.push({ name, seconds: milliseconds / 1000, detail });
      context.note(`  ${formatDuration(milliseconds)}: ${detail}`);
      return result;
    };
    const common = {
      data: folder.data,
      profile: 'quick',
      seed: context.seed,
      signal: context.signal,
    } as const;

    const dataset = await step(
      'draw synthetic images',
      (onProgress) =>
        writeSyntheticDataset(folder.data, {
          ...divideImages(options.images),
          seed: context.seed,
          signal: context.signal,
          onProgress: ({ done, total }) => onProgress({ phase: 'draw synthetic images', done, total }),
        }),
      ({ images, size }) => `${formatCount(images.length, 'image')}, ${size.width}x${size.height}`,
    );
    const lin = await step(
      'train LIN',
      (onProgress) => trainLin({ ...common, out: folder.lin, engine: options.engine, onProgress }),
      ({ history, engine }) =>
        `engine ${engine.name}; ${Object.entries(history)
          .map(([name, curves]) => describeHistory(name, curves))
          .join('; ')}`,
    );
    const lfn = await step(
      'train LFN',
      (onProgress) => trainLfn({ ...common, out: folder.lfn, engine: options.engine, onProgress }),
      ({ history }) =>
        Object.entries(history)
          .map(([name, curves]) => describeHistory(name, curves))
          .join('; '),
    );
    const images: ReportImage[] = [];
    const evaluate = (name: string, { lin, lfn, out, models }: EvaluationPlan): Promise<Evaluation> =>
      step(
        name,
        async (onProgress) => {
          const loaded = await loadModels({ lin, lfn, engine: options.engine });
          try {
            const predictions = await PredictionFolder.open(out);
            return await evaluateSplit({
              data: folder.data,
              split: 'validation',
              lin: loaded.lin,
              lfn: loaded.lfn,
              signal: context.signal,
              onProgress,
              async onImage(image) {
                await predictions.add(image);
                await writeOverlays(predictions.folder, image);
                images.push(await reportImage(image, models));
              },
            });
          } finally {
            loaded.dispose();
          }
        },
        ({ tasks }) =>
          tasks.map(({ task, count }) => `task ${task}: ${formatCount(count, 'image')}`).join(', '),
      );
    const trained = await evaluate('predict and score the validation split', {
      lin: folder.lin,
      lfn: folder.lfn,
      out: folder.predictions,
      models: 'trained here',
    });
    const pretrained = await evaluate('predict and score it with the pretrained models', {
      lin: pretrainedModel('lin').folder,
      lfn: pretrainedModel('lfn').folder,
      out: folder.pretrained,
      models: 'pretrained',
    });
    await step(
      'write the report',
      () =>
        writeReport(folder.report, {
          ...DEMO_REPORT,
          command: `lesion demo --images ${options.images} --seed ${context.seed}`,
          seed: context.seed,
          engine: `${lin.engine.name} (${lin.engine.detail})`,
          startedAt,
          environment: { node: process.version, platform: `${process.platform} ${process.arch}` },
          steps,
          data: [reportData(dataset)],
          losses: [...reportLosses('LIN', lin.history), ...reportLosses('LFN', lfn.history)],
          scores: [
            ...evaluationScores(trained, 'trained here'),
            ...evaluationScores(pretrained, 'pretrained'),
          ],
          images,
        }),
      () => folder.report,
    );

    const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
    return {
      document: {
        ...folder,
        engine: lin.engine,
        steps,
        seconds: total,
        tasks: tasksOf(trained),
        pretrainedTasks: tasksOf(pretrained),
      },
      text: [
        formatTable(
          [
            ...steps.map(({ name, seconds }) => [name, formatDuration(seconds * 1000)]),
            ['in all', formatDuration(total * 1000)],
          ],
          { screen: context.screen, header: false },
        ),
        ...trained.tasks.map((task) => formatMetrics({ ...task, expected: task.count }, context.screen)),
        'These scores are on synthetic images after a short training: they show that every step works.',
        ...pretrained.tasks.map((task) => formatMetrics({ ...task, expected: task.count }, context.screen)),
        'And these are of the pretrained models, which have never seen drawn lesions; on photographs see their cards.',
        [
          'Where to look:',
          `  ${folder.report}: the report, for a browser`,
          `  ${folder.predictions}: masks, features and overlays of the validation images`,
          `  ${folder.pretrained}: the same from the pretrained models`,
          `  ${folder.lin}, ${folder.lfn}: the runs with their loss curves and bundles`,
        ].join('\n'),
      ].join('\n\n'),
    };
  },
});
