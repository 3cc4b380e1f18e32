/** What a demo found, as the data of its HTML report. Leans on @lesion/report. */
import { DERMOSCOPIC_FEATURES, LESION_CLASSES } from '@lesion/core';
import type { SyntheticDataset } from '@lesion/isic';
import { confusionCounts, segmentationMetrics } from '@lesion/metrics';
import type { ReportData, ReportImage, ReportLosses, ReportScores, ReportTable } from '@lesion/report';
import type { EvaluatedImage, Evaluation, NetworkHistory } from '@lesion/train';
import { drawLesion } from './overlays.js';

/**
 * One image of the report: its overlays as thumbnails, and its figures.
 *
 * @param models whose result it is; stands behind the image's id
 */
export async function reportImage(subject: EvaluatedImage, models: string): Promise<ReportImage> {
  const { drawFeatures, drawHeatMap, drawSuperpixels, picture } = await import('@lesion/report');
  const { record, image, mask, lin, lfn } = subject;
  const JA =
    lin === undefined || mask === undefined
      ? undefined
      : segmentationMetrics(confusionCounts(mask, lin.mask)).JA;
  return {
    id: `${record.id}, ${models}`,
    truth: record.diagnosis,
    pictures: {
      outline: picture(await drawLesion(subject), {
        description: `lesion outline of ${record.id}: result and truth`,
      }),
      ...(lin === undefined
        ? {}
        : {
            distanceMap: picture(drawHeatMap(lin.distanceMap), {
              description: `distance map of ${record.id}`,
            }),
          }),
      ...(lfn === undefined
        ? {}
        : {
            superpixels: picture(drawSuperpixels(image, lfn.labels), {
              description: `superpixels of ${record.id}`,
            }),
            features: picture(drawFeatures(image, lfn.labels, lfn.features), {
              description: `superpixels of ${record.id} that carry a feature`,
            }),
          }),
    },
    ...(lin === undefined ? {} : { indexes: lin.indexes }),
    ...(JA === undefined ? {} : { measures: { JA: Number.isNaN(JA) ? null : JA } }),
    ...(lfn === undefined
      ? {}
      : {
          featureCounts: Object.fromEntries(
            DERMOSCOPIC_FEATURES.map((name) => [
              name,
              lfn.features[name].filter((value) => value > 0.5).length,
            ]),
          ),
        }),
    ...(lin?.emptyMask === true ? { note: 'no lesion was found' } : {}),
  };
}

/** The loss curves of a training run, a diagram a network. */
export function reportLosses(titles: string, history: Record<string, NetworkHistory>): ReportLosses[] {
  return Object.entries(history).map(([name, { epochs, stepLosses }]) => {
    let step = 0;
    const ends = epochs.map(({ steps }) => (step += steps));
    return {
      title: `${titles}, ${name}`,
      curves: [
        { name: 'training', at: stepLosses.map((_, index) => index + 1), loss: stepLosses },
        { name: 'validation', at: ends, loss: epochs.map(({ validationLoss }) => validationLoss) },
      ],
    };
  });
}

const withoutNaN = (values: Record<string, number>): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number.isNaN(value) ? null : value]),
  );

/**
 * The scores of an evaluation.
 *
 * @param models whose scores they are; stands behind the split
 */
export function reportScores({ split, tasks }: Evaluation, models: string): ReportScores[] {
  return tasks.map(({ task, protocol, count, metrics, perClass }) => ({
    task,
    protocol,
    split: `${split}, ${models}`,
    count,
    metrics: withoutNaN(metrics),
    perClass: Object.fromEntries(
      Object.entries(perClass).map(([name, values]) => [name, withoutNaN(values)]),
    ),
  }));
}

/** The counts of a synthetic data set by split and diagnosis. */
export function reportData({ images }: SyntheticDataset): ReportTable {
  const splits = ['training', 'validation', 'test'] as const;
  return {
    title: 'Synthetic images',
    columns: ['split', ...LESION_CLASSES],
    rows: splits.map((split) => [
      split,
      ...LESION_CLASSES.map(
        (diagnosis) =>
          images.filter((image) => image.split === split && image.diagnosis === diagnosis).length,
      ),
    ]),
    note: 'Drawn, not photographed: figures on them say nothing about real lesions.',
  };
}

/** What every demo's report says, whatever came out. */
export const DEMO_REPORT: Pick<ReportData, 'title' | 'summary' | 'warnings'> = {
  title: 'lesion demo',
  summary:
    'A LIN and a LFN of small width, trained for a short while on synthetic images, then used to predict and to score the validation split; beside them the pretrained models on the same images.',
  warnings: [
    'Synthetic images and a short training: the scores show that every step works, not how well it can. The pretrained models have learnt from photographs and have never seen drawn lesions; their cards tell their scores on photographs.',
  ],
};
