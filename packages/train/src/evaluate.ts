/** Predicts a split of a data set and scores it as the challenge did, task by task. */

import {
  assertNumber,
  type BinaryMask,
  invalidArgument,
  type LabelMap,
  LESION_CLASSES,
  LesionError,
  mapInOrder,
  type RgbImage,
  resolveOptions,
  throwIfAborted,
} from '@lesion/core';
import {
  type DatasetSplit,
  type IsicRecord,
  openDataset,
  readRecordImage,
  readRecordLabels,
  readRecordMask,
  readSuperpixelFeatures,
  type SuperpixelFeatures,
  selectRecords,
  type WhereFilter,
} from '@lesion/isic';
import {
  createClassificationProtocol,
  createFeatureProtocol,
  createSegmentationProtocol,
  type ProtocolIntervals,
  type ProtocolName,
  type ProtocolScore,
} from '@lesion/metrics';
import {
  type ClassScores,
  chooseClassScores,
  classScores,
  type Lfn,
  type LfnPredictOptions,
  type Lin,
  type LinPredictOptions,
} from '@lesion/predict';
import { predictImage } from './predict-images.js';
import type { ImagePrediction } from './prediction-folder.js';
import { ImagePreparer, type PreparedImage } from './prepared-images.js';
import { type OnProgress, RateMeter } from './progress.js';

/** Options of {@link evaluateSplit}. */
export interface EvaluateSplitOptions {
  /** A folder in the challenge's layout. */
  data: string;
  /** @default 'validation' */
  split?: DatasetSplit | undefined;
  /** Scores tasks 1 and 3. @default not done */
  lin?: Lin | undefined;
  /** Scores task 2. @default not done */
  lfn?: Lfn | undefined;
  linOptions?: LinPredictOptions | undefined;
  lfnOptions?: LfnPredictOptions | undefined;
  /**
   * What task 3 is scored by: the LIN's calibrated probabilities or its raw indexes, which the paper's tables use.
   * @default 'calibrated' if the LIN is calibrated for `linOptions`, else 'indexes'
   */
  scores?: ClassScores | undefined;
  /** Whose scoring. @default 'isic2017' */
  protocol?: ProtocolName | undefined;
  /** Samples of the bootstrap over images behind 95 % intervals; 1000 is usual. @default 0, no intervals */
  bootstrap?: number | undefined;
  /** Seed of the bootstrap. @default 0 */
  seed?: number | undefined;
  /** Only images with this value in this column. @default all */
  where?: WhereFilter | undefined;
  /** Images at most, the first by id. @default all */
  limit?: number | undefined;
  /** Called with each image as it is done, to keep or to draw it; awaited. */
  onImage?: ((image: EvaluatedImage) => void | Promise<void>) | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** One image with what is known and what was predicted. */
export interface EvaluatedImage extends ImagePrediction {
  record: IsicRecord;
  image: RgbImage;
  /** The true mask, if there is one. */
  mask?: BinaryMask | undefined;
  /** The true features of each superpixel, if annotated. */
  features?: SuperpixelFeatures | undefined;
  seconds: number;
}

/** A task's scores. */
export interface EvaluatedTask extends ProtocolScore<string> {
  /** 95 % intervals, if a bootstrap was asked for. */
  intervals?: ProtocolIntervals<string> | undefined;
}

/** What {@link evaluateSplit} found. */
export interface Evaluation {
  split: DatasetSplit;
  /** What task 3 was scored by; absent without a LIN. */
  scores?: ClassScores | undefined;
  /** The tasks that could be scored; a task without any truth is left out. */
  tasks: EvaluatedTask[];
  /** Images that could not be read or scored, and why. The others were scored without them. */
  failures: { id: string; error: LesionError }[];
  /** Images that the tables list but the folder lacks. */
  missing: string[];
}

/**
 * Predicts and scores.
 *
 * Task 2 is scored on the data set's own superpixels where it has them, else on those that the LFN finds; a
 * superpixel's truth then comes from the attribute masks.
 *
 * @throws LesionError `INVALID_ARGUMENT` if nothing can be evaluated; `ABORTED`. What is wrong with an image is
 *   listed in `failures`.
 * @example
 * ```ts
 * const { tasks } = await evaluateSplit({ data: 'isic2017', split: 'validation', lin, lfn, bootstrap: 1000 });
 * for (const { task, metrics, intervals } of tasks) console.log(task, metrics, intervals);
 * ```
 */
export async function evaluateSplit(options: EvaluateSplitOptions): Promise<Evaluation> {
  const {
    split,
    lin,
    lfn,
    linOptions,
    lfnOptions,
    protocol,
    bootstrap,
    seed,
    where,
    limit,
    onImage,
    onProgress,
    signal,
    ...settings
  } = resolveOptions(
    options,
    {
      data: undefined,
      split: 'validation',
      lin: undefined,
      lfn: undefined,
      linOptions: undefined,
      lfnOptions: undefined,
      scores: undefined,
      protocol: 'isic2017',
      bootstrap: 0,
      seed: 0,
      where: undefined,
      limit: undefined,
      onImage: undefined,
      onProgress: undefined,
      signal: undefined,
    },
    'evaluateSplit',
  );
  if (lin === undefined && lfn === undefined) {
    throw invalidArgument({
      what: 'nothing to evaluate',
      where: 'evaluateSplit',
      expected: 'a LIN, a LFN or both',
    });
  }
  assertNumber(bootstrap, 'bootstrap', { integer: true, min: 0 });
  const scores = lin === undefined ? undefined : chooseClassScores(lin, linOptions, settings.scores);
  const dataset = await openDataset(options.data);
  const all = where === undefined ? dataset.splits[split] : selectRecords(dataset.splits[split], where);
  const present = all.filter(({ imagePath }) => imagePath !== undefined).slice(0, limit);
  if (present.length === 0) {
    throw invalidArgument({
      what: `no image of the ${split} split`,
      where: options.data,
      mend: 'See what the folder holds with "lesion check".',
    });
  }

  const segmentation = createSegmentationProtocol({ protocol });
  const features = createFeatureProtocol({ protocol });
  const classification = createClassificationProtocol({ protocol });
  const failures: Evaluation['failures'] = [];
  const rate = new RateMeter();
  let done = 0;

  const preparer = new ImagePreparer({ lfn, lfnOptions }, present.length);
  const prepared = mapInOrder(
    present,
    (record) => settle(record, () => readTruth(record, lin !== undefined, lfn !== undefined, preparer)),
    { concurrency: preparer.threads + 2 },
  );
  try {
    for await (const { record, value: truth, error } of prepared) {
      throwIfAborted(signal);
      const start = performance.now();
      const outcome: Settled<EvaluatedImage> =
        error !== undefined
          ? { record, error }
          : await settle(record, async () => {
              const { image, mask, labels } = truth;
              const models = { lin, lfn, linOptions, lfnOptions, labels };
              const prediction = await predictImage(record.id, truth, models);
              const trueFeatures =
                prediction.lfn === undefined
                  ? undefined
                  : await readSuperpixelFeatures(record, prediction.lfn.labels);
              const seconds = (performance.now() - start) / 1000;
              return { ...prediction, record, image, mask, features: trueFeatures, seconds };
            });
      if (outcome.error !== undefined) failures.push({ id: record.id, error: outcome.error });
      else {
        const evaluated = outcome.value;
        if (evaluated.lin !== undefined && evaluated.mask !== undefined) {
          segmentation.update(record.id, evaluated.mask, evaluated.lin.mask);
        }
        if (evaluated.lin !== undefined && record.diagnosis !== undefined) {
          const truths = LESION_CLASSES.map((name) => [name, name === record.diagnosis ? 1 : 0]);
          const { scores: values } = classScores(evaluated.lin, scores);
          classification.update(record.id, Object.fromEntries(truths), values);
        }
        if (evaluated.lfn !== undefined && evaluated.features !== undefined) {
          features.update(record.id, evaluated.features, evaluated.lfn.features);
        }
        await onImage?.(evaluated);
      }
      done++;
      onProgress?.({
        phase: `evaluate ${split}`,
        done,
        total: present.length,
        ...rate.mark(done, present.length),
      });
    }
  } finally {
    await preparer.close();
  }
  const tasks = [segmentation, features, classification]
    .filter(({ count }) => count > 0)
    .map((task): EvaluatedTask => {
      const scored: ProtocolScore<string> = task.compute();
      if (bootstrap === 0) return scored;
      return { ...scored, intervals: task.bootstrap({ replicates: bootstrap, seed }) };
    });
  return {
    split,
    ...(scores === undefined ? {} : { scores }),
    tasks,
    failures,
    missing: all.filter(({ imagePath }) => imagePath === undefined).map(({ id }) => id),
  };
}

interface Truth extends PreparedImage {
  mask: BinaryMask | undefined;
  labels: LabelMap | undefined;
}

async function readTruth(
  record: IsicRecord,
  forLin: boolean,
  forLfn: boolean,
  preparer: ImagePreparer,
): Promise<Truth> {
  const hasLabels = record.superpixelsPath !== undefined;
  return {
    ...(hasLabels || record.imagePath === undefined
      ? { image: await readRecordImage(record) }
      : await preparer.prepare(record.imagePath)),
    mask: forLin && record.maskPath !== undefined ? await readRecordMask(record) : undefined,
    labels: forLfn && hasLabels ? await readRecordLabels(record) : undefined,
  };
}

type Settled<T> =
  | { record: IsicRecord; value: T; error?: undefined }
  | { record: IsicRecord; value?: undefined; error: LesionError };

/** A record's own trouble becomes a value; anything else is thrown. */
async function settle<T>(record: IsicRecord, work: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { record, value: await work() };
  } catch (error) {
    if (LesionError.isInstance(error) && error.code !== 'ABORTED') return { record, error };
    throw error;
  }
}
