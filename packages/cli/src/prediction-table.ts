/** Predictions as a table for a terminal: an image a row. Pure. */
import { DERMOSCOPIC_FEATURES, inWords, LESION_CLASSES } from '@lesion/core';
import { formatDuration } from './format.js';
import { harmless, type Screen } from './screen.js';
import { formatTable, heading } from './table.js';

/** What a row says of an image. */
export interface PredictedRow {
  id: string;
  /** By diagnosis: index or probability. */
  values?: Record<string, number> | undefined;
  emptyMask?: boolean | undefined;
  /** Share of the image that is lesion. */
  lesionShare?: number | undefined;
  superpixels?: number | undefined;
  /** Superpixels that carry each feature. */
  features?: Record<string, number> | undefined;
  seconds: number;
}

/** The features that were found, the most frequent first: `pigment network 31, streaks 4 of 912`. */
function describeFeatures({ features = {}, superpixels }: PredictedRow): string {
  const found = DERMOSCOPIC_FEATURES.filter((name) => features[name]! > 0);
  if (found.length === 0) return 'none';
  found.sort((a, b) => features[b]! - features[a]!);
  return `${found.map((name) => `${inWords(name)} ${features[name]}`).join(', ')} of ${superpixels}`;
}

/** The table; columns of a model that did not predict are left out. */
export function formatPredictions(rows: readonly PredictedRow[], screen: Screen): string {
  const hasLin = rows.some(({ values }) => values !== undefined);
  const hasLfn = rows.some(({ features }) => features !== undefined);
  const header = [
    'image',
    ...(hasLin ? [...LESION_CLASSES.map(heading), 'lesion'] : []),
    'time',
    ...(hasLfn ? ['features by superpixels'] : []),
  ];
  const time = header.indexOf('time');
  const lines = rows.map((row) => [
    harmless(row.id),
    ...(hasLin
      ? [
          ...LESION_CLASSES.map((name) => row.values?.[name]?.toFixed(3) ?? ''),
          row.emptyMask === true
            ? screen.style('yellow', 'none')
            : row.lesionShare === undefined
              ? ''
              : `${(100 * row.lesionShare).toFixed(1)} %`,
        ]
      : []),
    formatDuration(row.seconds * 1000),
    ...(hasLfn ? [describeFeatures(row)] : []),
  ]);
  return formatTable([header, ...lines], {
    screen,
    left: hasLfn ? [0, header.length - 1] : [0],
    spare: [time],
    wrap: hasLfn ? [header.length - 1, 0] : [0],
  });
}
