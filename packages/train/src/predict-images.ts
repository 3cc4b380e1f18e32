/** Predictions for many image files, one after the other, prepared ahead; a bad file does not stop the rest. */

import { basename, extname } from 'node:path';
import { type LabelMap, type LesionError, type RgbImage, resolveOptions, throwIfAborted } from '@lesion/core';
import type { Lfn, LfnPredictOptions, Lin, LinPredictOptions } from '@lesion/predict';
import type { ImagePrediction } from './prediction-folder.js';
import { type PreparedImage, type PreparedImages, prepareImages } from './prepared-images.js';
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
  /** Threads that find superpixels, where paths are given; see {@link prepareImages}. */
  threads?: number | undefined;
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
  { image, superpixels }: PreparedImage,
  { lin, lfn, linOptions, lfnOptions, labels }: PredictImageOptions & { labels?: LabelMap | undefined },
): Promise<ImagePrediction> {
  const prediction: ImagePrediction = { id };
  if (lin !== undefined) prediction.lin = await lin.predict(image, linOptions);
  if (lfn !== undefined) {
    if (superpixels === undefined) prediction.lfn = await lfn.predict(image, labels, lfnOptions);
    else {
      const { superpixels: _, ...options } = lfnOptions ?? {};
      prediction.lfn = await lfn.predictPatches(superpixels.labels, superpixels.patches, options);
    }
  }
  return prediction;
}

/**
 * Predicts image files in order. While the networks look at one image, other threads decode the next and cut it into
 * superpixels; a few images are held at a time, however many there are.
 *
 * @param images paths of image files, or what {@link prepareImages} gave for them
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
  images: readonly string[] | PreparedImages,
  options?: PredictImagesOptions,
): AsyncGenerator<PredictedFile, void, undefined> {
  const { lin, lfn, linOptions, lfnOptions, threads, onProgress, signal } = resolveOptions(
    options,
    {
      lin: undefined,
      lfn: undefined,
      linOptions: undefined,
      lfnOptions: undefined,
      threads: undefined,
      onProgress: undefined,
      signal: undefined,
    },
    'predictImages',
  );
  const prepared = 'count' in images ? images : prepareImages(images, { lfn, lfnOptions, threads });
  const total = prepared.count;
  const rate = new RateMeter();
  let done = 0;
  for await (const file of prepared) {
    throwIfAborted(signal);
    const id = imageId(file.path);
    if (file.error !== undefined) yield { id, path: file.path, error: file.error };
    else {
      const { path, image } = file;
      const start = performance.now();
      const prediction = await predictImage(id, file, { lin, lfn, linOptions, lfnOptions });
      yield { ...prediction, path, image, seconds: (performance.now() - start) / 1000 };
    }
    done++;
    onProgress?.({ phase: 'predict', done, total, ...rate.mark(done, total) });
  }
}
