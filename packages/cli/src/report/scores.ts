/** From an evaluation's rows to what a report shows of scores: tables with intervals, curves, groups. Pure functions. */
import { DERMOSCOPIC_FEATURES, LESION_CLASSES, type LesionClass } from '@lesion/core';
import type { IsicRecord } from '@lesion/isic';
import { type BootstrapInterval, type ProtocolName, rocAuc } from '@lesion/metrics';
import type { ReportMeasure, ReportScores, ReportSubgroup } from '@lesion/report';
import type { EvaluatedTask } from '@lesion/train';

/** A value as JSON keeps it: `null` where it is undefined. */
export const kept = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** What stands behind an evaluation, an image at a time. */
export interface ScoredImage {
  record: Pick<IsicRecord, 'id' | 'age' | 'sex' | 'columns'>;
  truth?: LesionClass | undefined;
  /** What task 3 is scored by. */
  scores?: Readonly<Record<LesionClass, number>> | undefined;
  /** Jaccard index of the mask. */
  JA?: number | undefined;
}

/** How intervals are drawn. */
export interface Draw {
  replicates: number;
  seed: number;
}

/** Values with their intervals where these are known. */
function measures(
  values: Readonly<Record<string, number>>,
  intervals: Readonly<Record<string, BootstrapInterval>> | undefined,
): Record<string, ReportMeasure> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const interval = intervals?.[name];
      if (interval === undefined) return [name, kept(value)];
      return [name, { value: kept(value), low: kept(interval.lower), high: kept(interval.upper) }];
    }),
  );
}

/** One task's scores. */
export function reportScores(score: EvaluatedTask, split: string): ReportScores {
  const { task, protocol, count, metrics, perClass, intervals } = score;
  return {
    task,
    protocol,
    split,
    count,
    metrics: measures(metrics, intervals?.metrics),
    perClass: Object.fromEntries(
      Object.entries(perClass).map(([name, values]) => [name, measures(values, intervals?.perClass[name])]),
    ),
  };
}

/** The mean of those that are defined; NaN of none. */
function mean(values: readonly number[]): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** An age as the group that it belongs to. */
export function ageGroup(age: number | undefined): string | undefined {
  if (age === undefined) return undefined;
  if (age < 30) return '0 to 29';
  if (age < 50) return '30 to 49';
  return age < 70 ? '50 to 69' : '70 and over';
}

type Labelled = ScoredImage & { truth: LesionClass; scores: Readonly<Record<LesionClass, number>> };

const isLabelled = (image: ScoredImage): image is Labelled =>
  image.truth !== undefined && image.scores !== undefined;

/** The area under one class's ROC curve over some images; NaN unless there are both kinds. */
function areaOf(images: readonly ScoredImage[], name: LesionClass): number {
  const labelled = images.filter(isLabelled);
  return rocAuc(
    labelled.map(({ truth }) => (truth === name ? 1 : 0)),
    labelled.map(({ scores }) => scores[name]),
  );
}

/** The Jaccard index and the AUC of the challenge's classes by age, sex and image source. */
export async function groupScores(images: readonly ScoredImage[], draw: Draw): Promise<ReportSubgroup[]> {
  const { subgroups } = await import('@lesion/report');
  const hasMask = images.some(({ JA }) => JA !== undefined);
  const hasTruth = images.some(isLabelled);
  return subgroups({
    items: images,
    attributes: {
      age: ({ record }) => ageGroup(record.age),
      sex: ({ record }) => record.sex,
      'image source': ({ record }) => record.columns['image_source'],
    },
    measures: {
      ...(hasMask
        ? {
            JA: (group: readonly ScoredImage[]) =>
              mean(group.flatMap(({ JA }) => (JA === undefined ? [] : [JA]))),
          }
        : {}),
      ...(hasTruth
        ? {
            'AUC, melanoma': (group: readonly ScoredImage[]) => areaOf(group, 'melanoma'),
            'AUC, seborrheic keratosis': (group: readonly ScoredImage[]) =>
              areaOf(group, 'seborrheic_keratosis'),
          }
        : {}),
    },
    ...draw,
  });
}

/** How often each class was taken for each: the class with the highest score counts. */
export function confusionOf(images: readonly ScoredImage[]): number[][] | undefined {
  const labelled = images.filter(isLabelled);
  if (labelled.length === 0) return undefined;
  const counts = LESION_CLASSES.map(() => LESION_CLASSES.map(() => 0));
  for (const { truth, scores } of labelled) {
    const highest = LESION_CLASSES.reduce((best, name) => (scores[name] > scores[best] ? name : best));
    counts[LESION_CLASSES.indexOf(truth)]![LESION_CLASSES.indexOf(highest)]!++;
  }
  return counts;
}

/** Labels and scores of each class of the images whose diagnosis is known. */
export function classSeries(
  images: readonly ScoredImage[],
): { name: LesionClass; labels: number[]; scores: number[] }[] {
  const labelled = images.filter(isLabelled);
  if (labelled.length === 0) return [];
  return LESION_CLASSES.map((name) => ({
    name,
    labels: labelled.map(({ truth }) => (truth === name ? 1 : 0)),
    scores: labelled.map(({ scores }) => scores[name]),
  }));
}

/** All superpixels of the images so far: one truth and one probability a feature. */
export class FeaturePool {
  readonly #parts = new Map<string, { labels: Uint8Array; scores: Float32Array }[]>();

  add(
    truth: Readonly<Record<string, ArrayLike<number>>>,
    prediction: Readonly<Record<string, ArrayLike<number>>>,
  ): void {
    for (const name of DERMOSCOPIC_FEATURES) {
      const parts = this.#parts.get(name) ?? [];
      parts.push({ labels: Uint8Array.from(truth[name]!), scores: Float32Array.from(prediction[name]!) });
      this.#parts.set(name, parts);
    }
  }

  /** Labels and scores of each feature; none if nothing was added. */
  series(): { name: string; labels: Uint8Array; scores: Float32Array }[] {
    return [...this.#parts].map(([name, parts]) => {
      const length = parts.reduce((sum, { labels }) => sum + labels.length, 0);
      const whole = { name, labels: new Uint8Array(length), scores: new Float32Array(length) };
      let at = 0;
      for (const { labels, scores } of parts) {
        whole.labels.set(labels, at);
        whole.scores.set(scores, at);
        at += labels.length;
      }
      return whole;
    });
  }
}

/** How the challenge of a year takes average precision. */
export const averagePrecisionRule = (protocol: ProtocolName): 'trapezoid' | 'step' =>
  protocol === 'isic2017' ? 'trapezoid' : 'step';
