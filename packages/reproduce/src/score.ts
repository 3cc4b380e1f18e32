/** Scores kept predictions as the challenge did, with bootstrap intervals. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { LESION_CLASSES, mapInOrder } from '@lesion/core';
import { type IsicRecord, readRecordMask, readSuperpixelFeatures } from '@lesion/isic';
import {
  type BootstrapInterval,
  createClassificationProtocol,
  createFeatureProtocol,
  createSegmentationProtocol,
  type ProtocolAccumulator,
} from '@lesion/metrics';
import { decodeLabels } from '@lesion/superpixel';
import { keptSuperpixels } from '@lesion/train';
import type { ReproductionFolder } from './folder.js';
import { METRICS, type MetricName } from './paper.js';
import { superpixelOptions } from './predict.js';
import type { PredictionStore } from './prediction-store.js';
import type { FinishedRun } from './runs.js';

/** A measured value with its interval. */
export interface MeasuredValue {
  value: number;
  /** Of the 95 % bootstrap interval over images; null where it is undefined. */
  lower: number | null;
  upper: number | null;
}

/** What was measured for a row, by metric. */
export type MeasuredValues = Partial<Record<MetricName, MeasuredValue>>;

/** The score of one row. */
export interface Score {
  /** Images scored. */
  images: number;
  values: MeasuredValues;
  /** The same for each diagnosis or feature; empty for task 1. */
  perClass: Record<string, MeasuredValues>;
}

export interface BootstrapSettings {
  replicates: number;
  seed: number;
}

/** The challenge's name of the Dice coefficient. */
const protocolName = (metric: MetricName): string => (metric === 'DC' ? 'DI' : metric);

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function measured(intervals: Readonly<Record<string, BootstrapInterval>>): MeasuredValues {
  return Object.fromEntries(
    METRICS.flatMap((metric) => {
      const interval = intervals[protocolName(metric)];
      if (interval === undefined) return [];
      const { estimate, lower, upper } = interval;
      return [[metric, { value: estimate, lower: finite(lower), upper: finite(upper) }]];
    }),
  );
}

function scoreOf<Truth, Prediction, Metric extends string>(
  protocol: ProtocolAccumulator<Truth, Prediction, Metric>,
  settings: BootstrapSettings,
): Score {
  const { metrics, perClass } = protocol.bootstrap(settings);
  return {
    images: protocol.count,
    values: measured(metrics),
    perClass: Object.fromEntries(
      Object.entries(perClass).map(([name, values]) => [
        name,
        measured(values as Record<string, BootstrapInterval>),
      ]),
    ),
  };
}

/** Task 1 on the images that have a mask; undefined if none has. */
export async function scoreSegmentation(
  records: readonly IsicRecord[],
  store: PredictionStore,
  settings: BootstrapSettings,
): Promise<Score | undefined> {
  const protocol = createSegmentationProtocol();
  const masked = records.filter(({ maskPath }) => maskPath !== undefined);
  const pairs = mapInOrder(
    masked,
    async (record) => ({
      id: record.id,
      truth: await readRecordMask(record),
      prediction: await store.readMask(record.id),
    }),
    { concurrency: availableParallelism() + 1 },
  );
  for await (const { id, truth, prediction } of pairs) protocol.update(id, truth, prediction);
  return protocol.count === 0 ? undefined : scoreOf(protocol, settings);
}

/** Task 3 on the images that have a diagnosis; undefined if a class has no image. */
export async function scoreClassification(
  records: readonly IsicRecord[],
  store: PredictionStore,
  { licu, ...settings }: BootstrapSettings & { licu: boolean },
): Promise<Score | undefined> {
  const protocol = createClassificationProtocol();
  for (const { id, diagnosis } of records) {
    if (diagnosis === undefined) continue;
    const outcome = await store.readLin(id);
    const truths = LESION_CLASSES.map((name) => [name, name === diagnosis ? 1 : 0]);
    protocol.update(id, Object.fromEntries(truths), licu ? outcome.indexes : outcome.uniformIndexes);
  }
  return protocol.count === 0 ? undefined : scoreOf(protocol, settings);
}

/** Task 2 on the images whose superpixels' features are known; undefined if there is none. */
export async function scoreFeatures(
  records: readonly IsicRecord[],
  store: PredictionStore,
  { run, folder, ...settings }: BootstrapSettings & { run: FinishedRun; folder: ReproductionFolder },
): Promise<Score | undefined> {
  const protocol = createFeatureProtocol();
  const options = superpixelOptions(run);
  const truths = mapInOrder(
    records,
    async (record) => {
      const path = await keptSuperpixels(record, { options, folder: folder.superpixels });
      const labels = decodeLabels(await readFile(path), { source: path });
      return { id: record.id, truth: await readSuperpixelFeatures(record, labels) };
    },
    { concurrency: availableParallelism() + 1 },
  );
  for await (const { id, truth } of truths) {
    if (truth !== undefined) protocol.update(id, truth, await store.readLfn(id));
  }
  return protocol.count === 0 ? undefined : scoreOf(protocol, settings);
}
