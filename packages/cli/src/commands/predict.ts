/** `lesion predict`: masks, diagnoses and dermoscopic features of image files, in the challenge's form. */
import { DERMOSCOPIC_FEATURES, invalidArgument, LESION_CLASSES, type LesionErrorCode } from '@lesion/core';
import type { ImagePrediction } from '@lesion/train';
import { type ClassScores, describeScores, scoresOption } from '../class-scores.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { chooseModels } from '../model-choice.js';
import { declareModels, linOptions, loadModels, type ModelOptions } from '../models.js';
import { showNetworkProgress } from '../network-progress.js';
import { writeOverlays } from '../overlays.js';

interface PredictOptions extends ModelOptions {
  out: string;
  overlays: boolean;
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
  /** From the LFN: superpixels, and how many of them carry each feature. */
  superpixels?: number;
  features?: Record<string, number>;
  overlays: string[];
  seconds: number;
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
        }),
    ...(lfn === undefined
      ? {}
      : {
          superpixels: lfn.count,
          features: Object.fromEntries(
            DERMOSCOPIC_FEATURES.map((name) => [
              name,
              lfn.features[name].reduce((sum, value) => sum + (value > 0.5 ? 1 : 0), 0),
            ]),
          ),
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
  summary: 'segment, diagnose and find features in images; write masks, predictions.csv and overlays',
  stopsCleanly: true,
  declare(command) {
    command
      .argument('<image...>', 'image files; the name without ending is the id')
      .requiredOption('--out <dir>', 'where to write')
      .option('--no-overlays', 'write no overlays')
      .addOption(scoresOption());
    declareModels(command);
  },
  async run(context, { positional: [paths], options }) {
    const { chooseClassScores, imageId, PredictionFolder, predictImages } = await import('@lesion/train');
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
    const models = await loadModels({ ...choice, engine: options.engine });
    const progress = context.progress('predicting', 'images');
    const images: PredictedImage[] = [];
    const problems: { id: string; code: LesionErrorCode; message: string }[] = [];
    let scores: ClassScores | undefined;
    try {
      if (models.lin !== undefined)
        scores = chooseClassScores(models.lin, linOptions(options), options.scores);
      const folder = await PredictionFolder.open(options.out, { scores });
      const files = predictImages(paths, {
        lin: models.lin,
        lfn: models.lfn,
        linOptions: linOptions(options),
        signal: context.signal,
        onProgress: showNetworkProgress(progress),
      });
      for await (const file of files) {
        if (file.error !== undefined) {
          problems.push({ id: file.id, code: file.error.code, message: file.error.message });
          continue;
        }
        await folder.add(file);
        const overlays = options.overlays ? await writeOverlays(options.out, file) : [];
        const { id, path, seconds } = file;
        images.push({ id, path, ...summarize(file), overlays, seconds });
      }
    } finally {
      progress.finish();
      models.dispose();
    }
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
      },
      text: [
        ...images.map((image) => describePrediction(image, scores)),
        `${options.out}: predictions of ${formatCount(images.length, 'image')}, engine ${models.engine.name}${scores === undefined ? '' : `, diagnoses as ${describeScores(scores)}`}`,
      ].join('\n'),
      failure:
        first === undefined ? undefined : { exitCode: EXIT.badInput, message: `${first.message}${others}` },
    };
  },
});
