/** Fits the rule that makes a LIN's mask of its class maps, on the images that its training held out. */

import { availableParallelism } from 'node:os';
import { assertNumber, mapInOrder, resolveOptions, throwIfAborted } from '@lesion/core';
import { readRecordImage, readRecordMask } from '@lesion/isic';
import { COMPONENT_WEIGHTS, lesionMask } from '@lesion/licu';
import { confusionCounts, segmentationMetrics } from '@lesion/metrics';
import type { Lin, LinMaskRule } from '@lesion/predict';
import { type LoadLinOptions, loadLin } from '@lesion/predict/node';
import { rewriteInference } from './bundle-inference.js';
import { heldOutRecords } from './calibrate-lin.js';
import { type OnProgress, RateMeter } from './progress.js';
import { drawByClass } from './training-run.js';

/** The shares of lesion that are tried. */
const THRESHOLDS = [0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6] as const;

/** Options of {@link fitLesionMask}. */
export interface FitLesionMaskOptions extends LoadLinOptions {
  /** The LIN's bundle, or the folder of the run that made it. Its manifest is rewritten. */
  bundle: string;
  /** The folder with the data that the LIN was trained on. */
  data: string;
  /** The LIN of this bundle, if it is loaded already; the caller disposes of it. @default loaded from the bundle */
  lin?: Lin | undefined;
  /** Short sides at which the networks see an image from now on, pixels. @default the bundle's */
  scales?: readonly number[] | undefined;
  /** Held-out images used at most, drawn by class. @default all */
  limit?: number | undefined;
  /** Seed of the images drawn. @default 0 */
  seed?: number | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** A rule that was tried, and the mean Jaccard index that it gives. */
export interface TriedMaskRule extends LinMaskRule {
  ja: number;
}

/** What {@link fitLesionMask} found; the bundle records it as `inference.licu` and `inference.licuMeasured`. */
export interface FitLesionMaskResult {
  bundle: string;
  /** Held-out images used. */
  images: number;
  rule: LinMaskRule;
  /** All rules that were tried, the best first. */
  tried: TriedMaskRule[];
}

/**
 * Chooses the threshold and the component of a LIN's mask by the mean Jaccard index over the images that its training
 * held out, and writes the rule into the bundle, whose {@link Lin} then uses it; the scales too, if given. A calibration that was there belongs to
 * other masks and is taken out: calibrate afterwards.
 *
 * @throws LesionError `INVALID_ARGUMENT` if the data is not that of the training; `INVALID_FILE`, `INTEGRITY`,
 *   `NOT_FOUND` naming a file; `ABORTED`, with the bundle as it was
 * @example
 * ```ts
 * const { rule, tried } = await fitLesionMask({ bundle: 'runs/lin', data: 'isic2017' });
 * await calibrateLin({ bundle: 'runs/lin', data: 'isic2017' });
 * ```
 */
export async function fitLesionMask(options: FitLesionMaskOptions): Promise<FitLesionMaskResult> {
  const {
    lin,
    scales,
    limit,
    seed,
    onProgress,
    signal,
    bundle: _,
    data: __,
    ...loading
  } = resolveOptions(
    options,
    {
      bundle: undefined,
      data: undefined,
      lin: undefined,
      scales: undefined,
      limit: undefined,
      seed: 0,
      network: undefined,
      engine: undefined,
      threads: undefined,
      onProgress: undefined,
      signal: undefined,
    },
    'fitLesionMask',
  );
  const { bundle, data } = options;
  if (limit !== undefined) assertNumber(limit, 'limit', { integer: true, min: 1 });
  const loaded = lin ?? (await loadLin(bundle, loading));
  try {
    const records = drawByClass(await heldOutRecords(loaded.manifest, { data, bundle }), limit, seed);
    const tried: TriedMaskRule[] = COMPONENT_WEIGHTS.flatMap((componentWeight) =>
      THRESHOLDS.map((threshold) => ({ threshold, componentWeight, ja: 0 })),
    );
    const rate = new RateMeter();
    let done = 0;
    const decoded = mapInOrder(
      records,
      async (record) => ({ image: await readRecordImage(record), truth: await readRecordMask(record) }),
      { concurrency: availableParallelism() + 1 },
    );
    for await (const { image, truth } of decoded) {
      throwIfAborted(signal);
      const classMaps = await loaded.classMaps(image, scales);
      for (const rule of tried) {
        const { threshold, componentWeight } = rule;
        const mask = lesionMask(classMaps, { threshold, componentWeight });
        const { JA } = segmentationMetrics(confusionCounts(truth, mask), { whenUndefined: 1 });
        rule.ja += JA / records.length;
      }
      done++;
      onProgress?.({ phase: 'fit masks', done, total: records.length, ...rate.mark(done, records.length) });
    }
    tried.sort((a, b) => b.ja - a.ja);
    const { threshold, componentWeight } = tried[0]!;
    const rule = { threshold, componentWeight };
    await rewriteInference(bundle, ({ calibration, calibrationMeasured, ...inference }) => ({
      ...inference,
      ...(scales === undefined ? {} : { scales: [...scales] }),
      licu: rule,
      licuMeasured: { images: records.length, tried },
    }));
    return { bundle, images: records.length, rule, tried };
  } finally {
    if (lin === undefined) loaded.dispose();
  }
}
