/** `lesion predict`: masks, diagnoses and dermoscopic features of image files, in the challenge's form. */
import {
  type BinaryMask,
  contiguousData,
  DERMOSCOPIC_FEATURES,
  invalidArgument,
  LESION_CLASSES,
  type LesionErrorCode,
  sizeOf,
} from '@lesion/core';
import type { ImagePrediction, PredictedFile, PreparedImages } from '@lesion/train';
import { type ClassScores, describeScores, scoresOption } from '../class-scores.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { featureCounts } from '../feature-counts.js';
import { formatCount } from '../format.js';
import { chooseModels } from '../model-choice.js';
import { declareModels, linOptions, loadModels, type ModelOptions } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { drawPreview, writeOverlays } from '../overlays.js';
import { formatPredictions } from '../prediction-table.js';
import { commandLine } from '../report/command-line.js';
import { writeRunReport } from '../report/write.js';

interface PredictOptions extends ModelOptions {
  out: string;
  overlays: boolean;
  report: boolean;
  picture: boolean;
  scores?: ClassScores;
}

interface PredictedImage {
  id: string;
  path: string;
  /** LICU's index of each diagnosis, from the LIN. */
  indexes?: Record<string, number>;
  /** The calibrated probability of each diagnosis against the rest, from a calibrated LIN. */
  probabilities?: Record<string, number>;
  /** Whether no lesion was found; the indexes then say little. */
  emptyMask?: boolean;
  /** Share of the image that is lesion, by the LIN. */
  lesionShare?: number;
  /** From the LFN: superpixels, and how many of them carry each feature. */
  superpixels?: number;
  features?: Record<string, number>;
  overlays: string[];
  seconds: number;
}

/** The share of a mask that is set. */
function lesionShare(mask: BinaryMask): number {
  const values = contiguousData(mask);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A prediction in figures. */
export function summarize({
  lin,
  lfn,
}: ImagePrediction): Omit<PredictedImage, 'id' | 'path' | 'overlays' | 'seconds'> {
  return {
    ...(lin === undefined
      ? {}
      : {
          indexes: { ...lin.indexes },
          ...(lin.probabilities === undefined ? {} : { probabilities: { ...lin.probabilities } }),
          emptyMask: lin.emptyMask,
          lesionShare: lesionShare(lin.mask),
        }),
    ...(lfn === undefined
      ? {}
      : {
          superpixels: lfn.count,
          features: featureCounts(lfn),
        }),
  };
}

/** A prediction in a line. */
export function describePrediction(
  { id, indexes, probabilities, emptyMask, superpixels, features }: PredictedImage,
  scores: ClassScores | undefined,
): string {
  const parts: string[] = [];
  const values = scores === 'calibrated' ? probabilities : indexes;
  if (values !== undefined) {
    parts.push(LESION_CLASSES.map((name) => `${name} ${values[name]!.toFixed(3)}`).join(', '));
    if (emptyMask === true) parts.push('no lesion was found');
  }
  if (features !== undefined) {
    const found = DERMOSCOPIC_FEATURES.filter((name) => features[name]! > 0);
    const named = found.map((name) => `${name} in ${features[name]}`).join(', ');
    parts.push(`${found.length === 0 ? 'no feature' : named} of ${superpixels} superpixels`);
  }
  return `${id}: ${parts.join('; ')}`;
}

export const predict = defineCommand<[images: string[]], PredictOptions>({
  name: 'predict',
  group: 'Use:',
  summary: 'segment, diagnose and find features in images; write masks, predictions.csv and overlays',
  description:
    "Segments the lesion in each image, weighs melanoma, seborrheic keratosis and nevus, and finds the superpixels that carry dermoscopic features. Writes masks, predictions.csv, features and overlays in the challenge's form. Without --lin and --lfn the pretrained models are used. For research; not a medical device.",
  examples: [
    { line: 'lesion predict photo.jpg --out predictions', does: 'one image, by the pretrained models' },
    {
      line: 'lesion predict photos/*.jpg --out predictions --lin runs/lin --lfn runs/lfn',
      does: 'a folder, by models of your own',
    },
    {
      line: 'lesion predict photo.jpg --out predictions --lin pretrained --no-overlays',
      does: 'mask and diagnoses alone',
    },
    { line: 'lesion predict photo.jpg --out predictions --json --quiet', does: 'figures for a program' },
  ],
  stopsCleanly: true,
  declare(command) {
    command
      .argument('<image...>', 'image files; the name without ending is the id')
      .requiredOption('--out <dir>', 'where to write')
      .option('--no-overlays', 'write no overlays')
      .option('--no-report', 'write no report.html and no charts')
      .option('--no-picture', 'show no pictures in the terminal')
      .addOption(scoresOption());
    declareModels(command);
  },
  async run(context, { positional: [paths], options }) {
    const { chooseClassScores, imageId, PredictionFolder, predictImages, prepareImages } = await import(
      '@lesion/train'
    );
    const byId = new Map<string, string>();
    for (const path of paths) {
      const before = byId.get(imageId(path));
      if (before !== undefined) {
        throw invalidArgument({
          what: 'two images have the same name, so their predictions would have too',
          where: path,
          got: `${imageId(path)}, as ${before}`,
          mend: 'Rename one of them, or predict them into two folders.',
        });
      }
      byId.set(imageId(path), path);
    }
    const choice = await chooseModels(options, context.note);
    const images: PredictedImage[] = [];
    const problems: { id: string; code: LesionErrorCode; message: string }[] = [];
    let scores: ClassScores | undefined;
    const startedAt = new Date().toISOString();
    const report = options.report
      ? new (await import('../report/prediction.js')).PredictionReport()
      : undefined;
    let prepared: PreparedImages | undefined;
    const models = await loadModels({ ...choice, engine: options.engine }, (lfn) => {
      prepared = prepareImages(paths, { lfn });
    }).catch(async (error: unknown) => {
      await prepared?.close();
      throw error;
    });
    const progress = context.progress('predicting', 'images');
    try {
      if (models.lin !== undefined)
        scores = chooseClassScores(models.lin, linOptions(options), options.scores);
      progress.update({ phase: 'predict', done: 0, total: paths.length });
      const folder = await PredictionFolder.open(options.out, { scores });
      const files = predictImages(prepared ?? paths, {
        lin: models.lin,
        lfn: models.lfn,
        linOptions: linOptions(options),
        signal: context.signal,
        onProgress: showNetworkProgress(progress),
      });
      const keep = async (file: PredictedFile): Promise<void> => {
        if (file.error !== undefined) {
          problems.push({ id: file.id, code: file.error.code, message: file.error.message });
          return;
        }
        await folder.add(file);
        await report?.add(file);
        const overlays = options.overlays ? await writeOverlays(options.out, file) : [];
        const { id, path, seconds } = file;
        images.push({ id, path, ...summarize(file), overlays, seconds });
        if (options.picture) {
          await context.pictures?.add(id, sizeOf(file.image), (size) => drawPreview(file, size));
        }
      };
      // One image is written while the networks look at the next.
      let kept = Promise.resolve();
      try {
        for await (const file of files) {
          await kept;
          kept = keep(file);
          // Thrown where it is awaited; until then it must not count as unhandled.
          kept.catch(() => undefined);
        }
      } finally {
        await kept;
      }
    } finally {
      await prepared?.close();
      progress.finish();
      models.dispose();
    }
    const written =
      report === undefined || images.length === 0
        ? undefined
        : await writeRunReport(
            options.out,
            await report.finish({
              origin: {
                command: commandLine('predict', { positional: paths, options, seed: context.seed }),
                seed: context.seed,
                engine: models.engine,
                startedAt,
              },
              models: choice,
              scores,
              problems,
            }),
          );
    const first = problems[0];
    const others =
      problems.length > 1 ? ` (the first of ${problems.length} images that were not predicted)` : '';
    return {
      document: {
        out: options.out,
        models: choice,
        engine: models.engine,
        // What predictions.csv holds.
        ...(scores === undefined ? {} : { scores }),
        count: images.length,
        images,
        problems,
        ...written,
      },
      text: [
        ...(context.screen.columns === undefined || images.length === 0
          ? images.map((image) => describePrediction(image, scores))
          : [
              `${(await context.pictures?.render()) ?? ''}\n${formatPredictions(
                images.map((image) => ({
                  ...image,
                  values: scores === 'calibrated' ? image.probabilities : image.indexes,
                })),
                context.screen,
              )}`,
              '',
            ]),
        ...(written === undefined ? [] : [`${written.report}: the report, for a browser`]),
        `${options.out}: predictions of ${formatCount(images.length, 'image')}, engine ${models.engine.name}${scores === undefined ? '' : `, diagnoses as ${describeScores(scores)}`}`,
      ].join('\n'),
      failure:
        first === undefined ? undefined : { exitCode: EXIT.badInput, message: `${first.message}${others}` },
    };
  },
});
