/** Predictions for many image files, one after the other, decoded ahead; a bad file does not stop the rest. */

import { availableParallelism } from 'node:os';
import { basename, extname } from 'node:path';
import {
  type LabelMap,
  LesionError,
  mapInOrder,
  type RgbImage,
  resolveOptions,
  throwIfAborted,
} from '@lesion/core';
import type { Lfn, LfnPredictOptions, Lin, LinPredictOptions } from '@lesion/predict';
import { readImage } from '@lesion/preprocess/node';
import type { ImagePrediction } from './prediction-folder.js';
import { type OnProgress, RateMeter } from './progress.js';

/** Which models look at an image, and how. */
export interface PredictImageOptions {
  /** Segments and classifies. @default not done */
  lin?: Lin | undefined;
  /** Finds dermoscopic features. @default not done */
  lfn?: Lfn | undefined;
  linOptions?: LinPredictOptions | undefined;
  lfnOptions?: LfnPredictOptions | undefined;
}

/** Options of {@link predictImages}. */
export interface PredictImagesOptions extends PredictImageOptions {
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** One file's outcome: a prediction, or the error that the file gave. */
export type PredictedFile =
  | (ImagePrediction & { path: string; image: RgbImage; seconds: number; error?: undefined })
  | { id: string; path: string; error: LesionError };

/** The id of an image file: its name without the ending. */
export function imageId(path: string): string {
  return basename(path, extname(path));
}

/** Predicts one image with the models that are given; the LFN on the given superpixels, if there are any. */
export async function predictImage(
  id: string,
  image: RgbImage,
  { lin, lfn, linOptions, lfnOptions, labels }: PredictImageOptions & { labels?: LabelMap | undefined },
): Promise<ImagePrediction> {
  const prediction: ImagePrediction = { id };
  if (lin !== undefined) prediction.lin = await lin.predict(image, linOptions);
  if (lfn !== undefined) prediction.lfn = await lfn.predict(image, labels, lfnOptions);
  return prediction;
}

/**
 * Predicts image files in order.
 *
 * @throws LesionError `ABORTED` when asked to stop; whatever is wrong with a file comes as its outcome
 * @example
 * ```ts
 * const folder = await PredictionFolder.open('predictions');
 * for await (const file of predictImages(['a.jpg', 'b.jpg'], { lin, lfn })) {
 *   if (file.error) console.error(file.error.message);
 *   else await folder.add(file);
 * }
 * ```
 */
export async function* predictImages(
  paths: readonly string[],
  options?: PredictImagesOptions,
): AsyncGenerator<PredictedFile, void, undefined> {
  const { lin, lfn, linOptions, lfnOptions, onProgress, signal } = resolveOptions(
    options,
    {
      lin: undefined,
      lfn: undefined,
      linOptions: undefined,
      lfnOptions: undefined,
      onProgress: undefined,
      signal: undefined,
    },
    'predictImages',
  );
  const rate = new RateMeter();
  let done = 0;
  const decoded = mapInOrder(
    paths,
    async (path) => {
      try {
        return { path, image: await readImage(path) };
      } catch (error) {
        if (LesionError.isInstance(error)) return { path, error };
        throw error;
      }
    },
    { concurrency: availableParallelism() + 1 },
  );
  for await (const file of decoded) {
    throwIfAborted(signal);
    const id = imageId(file.path);
    if (file.error !== undefined) yield { id, path: file.path, error: file.error };
    else {
      const { path, image } = file;
      const start = performance.now();
      const prediction = await predictImage(id, image, { lin, lfn, linOptions, lfnOptions });
      yield { ...prediction, path, image, seconds: (performance.now() - start) / 1000 };
    }
    done++;
    onProgress?.({ phase: 'predict', done, total: paths.length, ...rate.mark(done, paths.length) });
  }
}
