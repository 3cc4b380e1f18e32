import { DERMOSCOPIC_FEATURES, type DermoscopicFeature } from '@lesion/core';
import type { LfnPrediction } from '@lesion/train';

/** How many superpixels carry each feature: those with a score above 0.5. */
export function featureCounts({
  features,
}: Pick<LfnPrediction, 'features'>): Record<DermoscopicFeature, number> {
  return Object.fromEntries(
    DERMOSCOPIC_FEATURES.map((name) => [
      name,
      features[name].reduce((count, score) => count + (score > 0.5 ? 1 : 0), 0),
    ]),
  ) as Record<DermoscopicFeature, number>;
}
