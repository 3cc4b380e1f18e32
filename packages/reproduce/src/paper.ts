/**
 * What Li & Shen 2017 (https://doi.org/10.3390/s18020556) print: their own figures and, in Tables VIII to X, those of
 * the challenge's other participants, for reference.
 */

/** A metric as the paper's tables name it; DC is the Dice coefficient, DI in the challenge's code. */
export const METRICS = ['JA', 'AC', 'DC', 'SE', 'SP', 'AUC', 'AP'] as const;
/** The name of one of {@link METRICS}. */
export type MetricName = (typeof METRICS)[number];

/** Values by metric. */
export type MetricValues = Readonly<Partial<Record<MetricName, number>>>;

/** A line of Tables VIII to X that is not the authors'. */
export interface ReferenceRow {
  label: string;
  values: MetricValues;
}

function rows(metrics: readonly MetricName[], lines: readonly [string, ...number[]][]): ReferenceRow[] {
  return lines.map(([label, ...values]) => ({
    label,
    values: Object.fromEntries(metrics.map((metric, i) => [metric, values[i]!])),
  }));
}

/** Columns of Table VIII. */
export const SEGMENTATION_METRICS = ['JA', 'AC', 'DC', 'SE', 'SP'] as const satisfies MetricName[];
/** Columns of Tables IX and X. */
export const RANKING_METRICS = ['AUC', 'AC', 'AP', 'SE', 'SP'] as const satisfies MetricName[];

/** Table VIII without the LIN. */
export const TABLE_VIII_REFERENCES = rows(SEGMENTATION_METRICS, [
  ['Mt.sinai', 0.765, 0.934, 0.849, 0.825, 0.975],
  ['NLP LOGIX', 0.762, 0.932, 0.847, 0.82, 0.978],
  ['USYD-BMIT', 0.76, 0.934, 0.844, 0.802, 0.985],
  ['USYD-BMIT', 0.758, 0.934, 0.842, 0.801, 0.984],
  ['RECOD Titans', 0.754, 0.931, 0.839, 0.817, 0.97],
  ['Jeremy Kawahara', 0.752, 0.93, 0.837, 0.813, 0.976],
  ['NedMos', 0.749, 0.93, 0.839, 0.81, 0.981],
  ['INESC TEC Porto', 0.735, 0.922, 0.824, 0.813, 0.968],
  ['GGAMA', 0.715, 0.915, 0.797, 0.774, 0.97],
  ['naiven', 0.697, 0.91, 0.795, 0.79, 0.982],
  ['UESTC-JQI', 0.684, 0.917, 0.774, 0.784, 0.95],
  ['DAnMI', 0.679, 0.9, 0.774, 0.779, 0.962],
  ['eVida', 0.665, 0.884, 0.76, 0.869, 0.923],
  ['Yale', 0.665, 0.91, 0.775, 0.812, 0.951],
]);

/** Table IX without the LFN. */
export const TABLE_IX_REFERENCES = rows(RANKING_METRICS, [
  ['Jeremy Kawahara', 0.895, 0.98, 0.241, 0.542, 0.981],
]);

/** Table X without the LIN. */
export const TABLE_X_REFERENCES = rows(RANKING_METRICS, [
  ['CSUJT', 0.911, 0.816, 0.748, 0.856, 0.812],
  ['MPG-UCIIIM', 0.91, 0.849, 0.747, 0.14, 0.998],
  ['RECOD Titans', 0.908, 0.883, 0.752, 0.451, 0.97],
  ['USYD-BMIT', 0.896, 0.888, 0.732, 0.508, 0.97],
  ['IHPC-NSC', 0.886, 0.873, 0.665, 0.568, 0.94],
  ['UoG-MLRG', 0.886, 0.879, 0.703, 0.453, 0.971],
  ['icuff', 0.851, 0.819, 0.578, 0.524, 0.893],
  ['icuff', 0.85, 0.817, 0.579, 0.524, 0.89],
  ['USYD-BMIT', 0.836, 0.85, 0.569, 0.21, 0.989],
  ['CVI', 0.829, 0.863, 0.593, 0.46, 0.95],
  ['UoD', 0.825, 0.849, 0.557, 0.591, 0.907],
  ['INESC TEC Porto', 0.823, 0.657, 0.566, 0.814, 0.615],
  ['UFMG', 0.823, 0.83, 0.567, 0.488, 0.9],
  ['IPA', 0.811, 0.811, 0.542, 0.362, 0.901],
]);

/** Table I: images of each class, original and in DR; DM is as large as DR. */
export const TABLE_I = {
  melanoma: { original: 374, rotated: 7480 },
  seborrheic_keratosis: { original: 254, rotated: 5080 },
  nevus: { original: 1372, rotated: 10976 },
} as const;

/** Table II's first column: patches before random sample and rotation, as the paper rounds them. */
export const TABLE_II_ORIGINAL = {
  background: '>> 90,000',
  pigment_network: '> 80,000',
  negative_network: '~3,000',
  milia_like_cyst: '~5,000',
  streaks: '~2,000',
} as const;
