/** What a demo found, as the data of its HTML report. Leans on @lesion/report. */
import { LESION_CLASSES } from '@lesion/core';
import type { SyntheticDataset } from '@lesion/isic';
import type { ReportData, ReportTable } from '@lesion/report';

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
