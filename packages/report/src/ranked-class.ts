/** From truths and scores to the curves that a report draws, with bootstrap bands. Leans on @lesion/metrics. */
import { assertNumber, invalidArgument, resolveOptions } from '@lesion/core';
import {
  type AveragePrecisionRule,
  averagePrecision,
  bootstrapInterval,
  precisionRecallCurve,
  rocAuc,
  rocCurve,
} from '@lesion/metrics';
import type { ReportBandedCurve, ReportMeasure, ReportRankedClass } from './report-data.js';

/** What one class's curves are made of. */
export interface RankedClassOptions {
  /** The name of the class, `melanoma`. */
  name: string;
  /** 0 and 1. */
  labels: ArrayLike<number>;
  /** As many scores. */
  scores: ArrayLike<number>;
  /** Samples of the bootstrap over the scores; 0 leaves band and intervals out. @default 1000 */
  replicates?: number | undefined;
  /** @default 0 */
  seed?: number | string | undefined;
  /** How average precision is taken; the challenge of 2017 had `trapezoid`. @default 'step' */
  averagePrecisionRule?: AveragePrecisionRule | undefined;
}

/** The places of the band: 0, 0.01, ... 1. */
const PLACES: readonly number[] = Array.from({ length: 101 }, (_, i) => i / 100);

/** Points nearer to the one before than this are left out: no screen tells them apart. */
const SHORTEST = 1 / 500;

/** A value as JSON keeps it. */
const kept = (value: number): number | null => (Number.isFinite(value) ? value : null);

interface Line {
  x: Float64Array;
  y: Float64Array;
}

function thinned({ x, y }: Line): { x: number[]; y: number[] } {
  const line: { x: number[]; y: number[] } = { x: [], y: [] };
  for (let i = 0; i < x.length; i++) {
    const before = line.x.length - 1;
    const step = Math.abs(x[i]! - line.x[before]!) + Math.abs(y[i]! - line.y[before]!);
    // Never true of the first point, whose step is NaN.
    if (i < x.length - 1 && step < SHORTEST) continue;
    line.x.push(x[i]!);
    line.y.push(y[i]!);
  }
  return line;
}

/** The height of a line whose `x` rises, at each of {@link PLACES}; on an upright stretch its upper end. */
function heights({ x, y }: Line): Float64Array {
  const found = new Float64Array(PLACES.length);
  let i = 0;
  for (const [place, at] of PLACES.entries()) {
    while (i < x.length - 1 && x[i + 1]! <= at) i++;
    const next = Math.min(i + 1, x.length - 1);
    const width = x[next]! - x[i]!;
    found[place] = width > 0 ? y[i]! + ((at - x[i]!) / width) * (y[next]! - y[i]!) : y[i]!;
  }
  return found;
}

/** The value below which a share of some values lies, interpolated; NaN of none. */
function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)]!;
  return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place));
}

/** Between which heights 95 % of some lines run, place by place. */
function bandOf(lines: readonly Float64Array[]): NonNullable<ReportBandedCurve['band']> {
  const columns = PLACES.map((_, place) =>
    Float64Array.from(lines, (line) => line[place]!)
      .filter((height) => !Number.isNaN(height))
      .sort(),
  );
  return {
    x: [...PLACES],
    low: columns.map((column) => kept(quantile(column, 0.025))),
    high: columns.map((column) => kept(quantile(column, 0.975))),
  };
}

/**
 * The ROC curve and the precision-recall curve of one class against the rest, as a report draws them: with the area
 * under each and, from a bootstrap, its interval and the band in which the curve lies on 95 % of samples.
 *
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ, a label is neither 0 nor 1, there are no scores or an
 *   option is out of range; `NOT_FINITE` if a score is not finite.
 * @example
 * ```ts
 * const melanoma = rankedClass({ name: 'melanoma', labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] });
 * rocSvg({ title: 'Diagnosis', classes: [melanoma] });
 * ```
 */
export function rankedClass(options: RankedClassOptions): ReportRankedClass {
  const { replicates, seed, averagePrecisionRule } = resolveOptions(
    options,
    {
      name: undefined,
      labels: undefined,
      scores: undefined,
      replicates: 1000,
      seed: 0,
      averagePrecisionRule: 'step',
    },
    'rankedClass',
  );
  assertNumber(replicates, 'replicates', { integer: true, min: 0 });
  const { name } = options;
  const labels = Uint8Array.from(options.labels);
  const scores = Float64Array.from(options.scores);
  if (labels.length === 0 || labels.length !== scores.length) {
    throw invalidArgument({
      what: 'not a score for each label',
      where: `rankedClass ${name}`,
      got: `${labels.length} labels and ${scores.length} scores`,
      expected: 'as many of both, at least 1',
    });
  }
  const rule = { rule: averagePrecisionRule };
  const rocOf = (truths: Uint8Array, values: Float64Array): Line => {
    const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(truths, values, { dropCollinear: true });
    return { x, y };
  };
  const precisionOf = (truths: Uint8Array, values: Float64Array): Line => {
    const { recall: x, precision: y } = precisionRecallCurve(truths, values);
    return { x, y };
  };

  const [roc, precisionRecall] = [thinned(rocOf(labels, scores)), thinned(precisionOf(labels, scores))];
  const auc = kept(rocAuc(labels, scores));
  const average = kept(averagePrecision(labels, scores, rule));
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const counts = { name, positives, negatives: labels.length - positives };
  if (replicates === 0) {
    return {
      ...counts,
      roc: { ...roc, area: auc },
      precisionRecall: { ...precisionRecall, area: average },
    };
  }

  const [rocs, precisions]: [Float64Array[], Float64Array[]] = [[], []];
  const items = Array.from(labels, (_, i) => i);
  const draw = { replicates, seed };
  /** One pass of samples: the area of each, and its curve on the side. */
  const areaOf = (
    lines: Float64Array[],
    line: typeof rocOf,
    area: (truths: Uint8Array, values: Float64Array) => number,
  ): ReportMeasure => {
    const { estimate, lower, upper } = bootstrapInterval(
      items,
      (sample) => {
        const truths = Uint8Array.from(sample, (i) => labels[i]!);
        const values = Float64Array.from(sample, (i) => scores[i]!);
        const value = area(truths, values);
        // A sample of one kind alone has no curve.
        if (!Number.isNaN(value)) lines.push(heights(line(truths, values)));
        return value;
      },
      draw,
    );
    return { value: kept(estimate), low: kept(lower), high: kept(upper) };
  };
  const rocArea = areaOf(rocs, rocOf, rocAuc);
  const precisionArea = areaOf(precisions, precisionOf, (truths, values) =>
    averagePrecision(truths, values, rule),
  );
  return {
    ...counts,
    roc: { ...roc, band: bandOf(rocs), area: rocArea },
    precisionRecall: { ...precisionRecall, band: bandOf(precisions), area: precisionArea },
  };
}
