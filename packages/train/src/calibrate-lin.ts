/** Calibrates a trained LIN: probabilities from its indexes, fitted on the images that its training held out. */

import { availableParallelism } from 'node:os';
import {
  assertNumber,
  invalidArgument,
  invalidFile,
  LESION_CLASSES,
  type LesionClass,
  mapInOrder,
  resolveOptions,
  SeededRandom,
  throwIfAborted,
} from '@lesion/core';
import { readRecordImage } from '@lesion/isic';
import { applyLogisticCalibration, expectedCalibrationError, fitLogisticCalibration } from '@lesion/metrics';
import type { BundleManifest, Lin, LinCalibration } from '@lesion/predict';
import { type LoadLinOptions, loadLin } from '@lesion/predict/node';
import { z } from 'zod';
import { rewriteInference } from './bundle-inference.js';
import { type LabelledRecord, labelledRecords } from './lin-samples.js';
import { type OnProgress, RateMeter } from './progress.js';
import { drawByClass, splitRunData } from './training-run.js';

/** Options of {@link calibrateLin}. */
export interface CalibrateLinOptions extends LoadLinOptions {
  /** The LIN's bundle, or the folder of the run that made it. Its manifest is rewritten. */
  bundle: string;
  /** The folder with the data that the LIN was trained on. */
  data: string;
  /** The LIN of this bundle, if it is loaded already; the caller disposes of it. @default loaded from the bundle */
  lin?: Lin | undefined;
  /** Held-out images used at most, drawn by class. @default all */
  limit?: number | undefined;
  /** Parts of the cross-fitting that measures what the calibration gains. @default 5 */
  folds?: number | undefined;
  /** Seed of those parts and of the images drawn. @default 0 */
  seed?: number | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** How far a class's scores were from the shares of lesions that they promised, before and after. */
export interface CalibrationGain {
  /** Images of this class among those used. */
  positives: number;
  /** Expected calibration error of the raw indexes. */
  before: number;
  /** The same of probabilities, each from a calibration that was fitted without its image's part. */
  after: number;
}

/** What {@link calibrateLin} found; the bundle records it as `inference.calibration` and `inference.calibrationMeasured`. */
export interface CalibrateLinResult {
  bundle: string;
  /** Held-out images used. */
  images: number;
  folds: number;
  calibration: LinCalibration;
  /** Expected calibration error in 10 bins of equal width, by class. */
  expectedCalibrationError: Record<LesionClass, CalibrationGain>;
  /** Classes whose slope is negative: their higher indexes belong to fewer lesions of the class. */
  reversed: LesionClass[];
}

const configurationSchema = z.object({
  seed: z.number(),
  trainingShare: z.number(),
  limit: z.number().nullable(),
});

/**
 * Fits a logistic calibration for each class against the rest on the indexes of the images that the LIN's training held
 * out, and writes it into the bundle, whose {@link Lin} then gives `probabilities`. A calibration that was there before
 * is replaced.
 *
 * The images are those of the training split that the run did not train on, found by the functions that the run itself
 * split its images with; the validation split stays untouched. The indexes are those of the bundle's scales and of the
 * LICU as it is by default.
 *
 * @throws LesionError `INVALID_ARGUMENT` if the data is not that of the training, or fewer than 2 held-out images are of
 *   a class or of none but it; `INVALID_FILE`, `INTEGRITY`, `NOT_FOUND` naming a file; `ABORTED`, with the bundle as it
 *   was
 * @example
 * ```ts
 * const { expectedCalibrationError } = await calibrateLin({ bundle: 'runs/lin', data: 'isic2017' });
 * const { probabilities } = await (await loadLin('runs/lin')).predict(await readImage('photo.jpg'));
 * ```
 */
export async function calibrateLin(options: CalibrateLinOptions): Promise<CalibrateLinResult> {
  const { bundle, data, lin, limit, folds, seed, onProgress, signal, ...loading } = resolveOptions(
    options,
    {
      bundle: undefined,
      data: undefined,
      lin: undefined,
      limit: undefined,
      folds: 5,
      seed: 0,
      network: undefined,
      engine: undefined,
      threads: undefined,
      onProgress: undefined,
      signal: undefined,
    },
    'calibrateLin',
  );
  assertNumber(folds, 'folds', { integer: true, min: 2 });
  if (limit !== undefined) assertNumber(limit, 'limit', { integer: true, min: 1 });
  const place = options.bundle;
  const loaded = lin ?? (await loadLin(place, loading));
  try {
    const held = await heldOutRecords(loaded.manifest, { data: options.data, bundle: place });
    const records = drawByClass(held, limit, seed);
    assertEnoughOfEach(records);
    const indexes = await predictIndexes(loaded, records, onProgress, signal);
    const found = calibrateOn(records, indexes, folds, seed);
    const { calibration, ...measured } = found;
    await rewriteInference(place, (inference) => ({
      ...inference,
      calibration,
      calibrationMeasured: measured,
    }));
    const reversed = LESION_CLASSES.filter((name) => calibration[name].slope < 0);
    return { bundle: place, ...found, reversed };
  } finally {
    if (lin === undefined) loaded.dispose();
  }
}

/** The images of the training split that a run did not train on. */
export async function heldOutRecords(
  manifest: BundleManifest,
  { data, bundle }: { data: string; bundle: string },
): Promise<LabelledRecord[]> {
  const configuration = configurationSchema.safeParse(manifest.training.configuration);
  if (!configuration.success) {
    throw invalidFile({
      what: 'the bundle does not say how its training split the images',
      where: bundle,
      mend: 'Train it with trainLin.',
      cause: configuration.error,
    });
  }
  const { limit, ...split } = configuration.data;
  const { validation, fingerprint } = await splitRunData(
    { ...split, data, limit: limit ?? undefined },
    labelledRecords,
    'mask and diagnosis',
  );
  if (fingerprint !== manifest.data.fingerprint) {
    throw invalidArgument({
      what: 'not the data that the LIN was trained on, so that held-out images cannot be told from the others',
      where: data,
      got: `fingerprint ${fingerprint}`,
      expected: `fingerprint ${manifest.data.fingerprint}`,
      mend: 'Give the folder of the training, unchanged.',
    });
  }
  return validation;
}

/** With two of a kind, one is left to fit on whichever part is set aside. */
function assertEnoughOfEach(records: readonly LabelledRecord[]): void {
  for (const name of LESION_CLASSES) {
    const positives = records.filter(({ diagnosis }) => diagnosis === name).length;
    const negatives = records.length - positives;
    if (positives >= 2 && negatives >= 2) continue;
    throw invalidArgument({
      what: `too few held-out images to calibrate ${name}`,
      where: 'calibrateLin',
      got: `${positives} of it and ${negatives} of other classes`,
      expected: 'at least 2 of each',
      mend: 'Use more images, or train with a smaller trainingShare.',
    });
  }
}

async function predictIndexes(
  lin: Lin,
  records: readonly LabelledRecord[],
  onProgress: OnProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<Record<LesionClass, number>[]> {
  const out: Record<LesionClass, number>[] = [];
  const rate = new RateMeter();
  const decoded = mapInOrder(records, (record) => readRecordImage(record), {
    concurrency: availableParallelism() + 1,
  });
  for await (const image of decoded) {
    throwIfAborted(signal);
    const { indexes } = await lin.predict(image);
    out.push(indexes);
    const [done, total] = [out.length, records.length];
    onProgress?.({ phase: 'calibrate', done, total, ...rate.mark(done, total) });
  }
  return out;
}

function calibrateOn(
  records: readonly LabelledRecord[],
  indexes: readonly Readonly<Record<LesionClass, number>>[],
  folds: number,
  seed: number,
): Pick<CalibrateLinResult, 'images' | 'folds' | 'calibration' | 'expectedCalibrationError'> {
  const parts = partsOf(records, folds, seed);
  const calibration = {} as LinCalibration;
  const gains = {} as Record<LesionClass, CalibrationGain>;
  for (const name of LESION_CLASSES) {
    const labels = records.map(({ diagnosis }) => (diagnosis === name ? 1 : 0));
    const scores = indexes.map((index) => Math.min(1, Math.max(0, index[name])));
    calibration[name] = fitLogisticCalibration(labels, scores);
    gains[name] = {
      positives: labels.filter((label) => label === 1).length,
      before: expectedCalibrationError(labels, scores),
      after: expectedCalibrationError(labels, crossFitted(labels, scores, parts, folds)),
    };
  }
  return { images: records.length, folds, calibration, expectedCalibrationError: gains };
}

/** The part of each image, every diagnosis spread evenly over the parts. */
function partsOf(records: readonly LabelledRecord[], folds: number, seed: number): number[] {
  const parts = new Array<number>(records.length).fill(0);
  let next = 0;
  for (const name of LESION_CLASSES) {
    const members = records.flatMap(({ diagnosis }, i) => (diagnosis === name ? [i] : []));
    for (const member of new SeededRandom(seed).fork(`parts of ${name}`).shuffle(members)) {
      parts[member] = next++ % folds;
    }
  }
  return parts;
}

/** The probability of each score by a calibration that was fitted on the other parts. */
function crossFitted(
  labels: readonly number[],
  scores: readonly number[],
  parts: readonly number[],
  folds: number,
): Float64Array {
  const out = new Float64Array(scores.length);
  for (let part = 0; part < folds; part++) {
    const isOther = (_: number, i: number): boolean => parts[i] !== part;
    const calibration = fitLogisticCalibration(labels.filter(isOther), scores.filter(isOther));
    const probabilities = applyLogisticCalibration(scores, calibration);
    parts.forEach((own, i) => {
      if (own === part) out[i] = probabilities[i]!;
    });
  }
  return out;
}
