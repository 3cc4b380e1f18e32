/** The report of `lesion evaluate`: scores with intervals, curves, groups, and each image beside its truth. */
import { DERMOSCOPIC_FEATURES } from '@lesion/core';
import type { ProtocolScore } from '@lesion/metrics';
import type { ReportData, ReportImage, ReportRanking } from '@lesion/report';
import { classScores, type EvaluatedImage, type Evaluation } from '@lesion/train';
import { describeScores } from '../class-scores.js';
import { formatCount } from '../format.js';
import { reportImage } from './image.js';
import { describeModels, type Origin, originOf } from './origin.js';
import {
  averagePrecisionRule,
  classSeries,
  confusionOf,
  type Draw,
  FeaturePool,
  groupScores,
  reportScores,
  type ScoredImage,
} from './scores.js';

type Kept = Omit<ScoredImage, 'scores'> & { lin: Parameters<typeof classScores>[0] | undefined };

/** Collects thumbnails and figures while a split is evaluated: some 30 kB an image, and 20 bytes a superpixel. */
export class EvaluationReport {
  readonly #images: ReportImage[] = [];
  readonly #kept: Kept[] = [];
  readonly #features = new FeaturePool();

  /** Takes what is shown of an image; the image itself may go. */
  async add(subject: EvaluatedImage): Promise<void> {
    const image = await reportImage(subject);
    this.#images.push(image);
    const { record, lin, lfn, features } = subject;
    const overlap = image.measures?.['JA'];
    this.#kept.push({
      record,
      truth: record.diagnosis,
      ...(typeof overlap === 'number' ? { JA: overlap } : {}),
      lin: lin === undefined ? undefined : { indexes: lin.indexes, probabilities: lin.probabilities },
    });
    if (lfn !== undefined && features !== undefined) this.#features.add(features, lfn.features);
  }

  /** The whole report. */
  async finish(run: {
    origin: Origin;
    evaluation: Evaluation;
    /** How intervals and bands are drawn. */
    draw: Draw;
    /** The data's folder. */
    data: string;
    /** Folders of the bundles. */
    models: { lin?: string; lfn?: string };
    /** Which images alone were scored, `column=value`. */
    where?: string | undefined;
  }): Promise<ReportData> {
    const { origin, evaluation, draw, data, models, where } = run;
    const { split, scores, tasks, failures, missing } = evaluation;
    const { datasetFingerprint, openDataset } = await import('@lesion/isic');
    const images: ScoredImage[] = this.#kept.map(({ lin, ...image }) => ({
      ...image,
      ...(lin === undefined ? {} : { scores: classScores(lin, scores).scores }),
    }));
    const of = (task: 1 | 2 | 3): ProtocolScore<string> | undefined =>
      tasks.find((score) => score.task === task);
    const protocol = tasks[0]?.protocol ?? 'isic2017';
    const kind = scores === undefined ? undefined : describeScores(scores);
    const groups = await groupScores(images, draw);
    return {
      title: `Evaluation on the ${split} split`,
      summary: `${formatCount(this.#images.length, 'image')}, scored by the rules of the challenge${kind === undefined ? '' : `; diagnoses by ${kind}`}.`,
      ...originOf(origin),
      protocol: [
        protocol,
        `${split} split`,
        ...(where === undefined ? [] : [`images with ${where} alone`]),
        ...(kind === undefined ? [] : [`task 3 by ${kind}`]),
      ].join(', '),
      fingerprint: await datasetFingerprint(await openDataset(data)),
      warnings: [
        ...failures.map(({ error }) => error.message),
        ...(missing.length > 0
          ? [
              `${formatCount(missing.length, 'image')} that the tables list and the folder lacks, the first ${missing[0]}`,
            ]
          : []),
      ],
      scores: tasks.map((score) => reportScores(score, split)),
      ...this.#distribution(of(1)),
      ...(await this.#curves(images, of(2), protocol, kind, draw)),
      ...(groups.length > 1 ? { subgroups: [{ title: 'Measures by group of images', groups }] } : {}),
      images: this.#images,
      ...(await describeModels({ LIN: models.lin, LFN: models.lfn })),
    };
  }

  #distribution(score: ProtocolScore<string> | undefined): Partial<ReportData> {
    const values = this.#kept.flatMap(({ JA }) => (JA === undefined ? [] : [JA]));
    if (score === undefined || values.length === 0) return {};
    return {
      histograms: [{ title: 'Overlap of the mask with the truth', measure: 'Jaccard index', values }],
    };
  }

  async #curves(
    images: readonly ScoredImage[],
    features: ProtocolScore<string> | undefined,
    protocol: ProtocolScore<string>['protocol'],
    kind: string | undefined,
    draw: Draw,
  ): Promise<Partial<ReportData>> {
    const { rankedClass, reliableClass } = await import('@lesion/report');
    const rule = averagePrecisionRule(protocol);
    const rankings: ReportRanking[] = [];
    const parts: Partial<ReportData> = {};
    const diagnoses = classSeries(images);
    if (diagnoses.length > 0) {
      rankings.push({
        title: `Diagnosis, by ${kind}`,
        classes: diagnoses.map((series) => rankedClass({ ...series, ...draw, averagePrecisionRule: rule })),
      });
      parts.reliability = [
        {
          title: `Diagnosis, ${kind} taken at their word`,
          classes: diagnoses.map((series) =>
            reliableClass({
              ...series,
              // An index, a weighted mean, can leave 0 to 1 by a rounding error.
              scores: series.scores.map((score) => Math.min(1, Math.max(0, score))),
              ...draw,
            }),
          ),
        },
      ];
      parts.confusions = [
        {
          title: `Diagnosis by the highest of the ${kind}`,
          classes: diagnoses.map(({ name }) => name),
          counts: confusionOf(images)!,
        },
      ];
    }
    if (features !== undefined) {
      const pooled = this.#features.series();
      rankings.push({
        title: 'Dermoscopic features, all superpixels together',
        classes: DERMOSCOPIC_FEATURES.flatMap((name) => pooled.filter((series) => series.name === name)).map(
          (series) => rankedClass({ ...series, replicates: 0, averagePrecisionRule: rule }),
        ),
        note: 'Superpixels of one image are no independent samples, so that no band is drawn.',
      });
    }
    return { ...parts, ...(rankings.length > 0 ? { rankings } : {}) };
  }
}

/** The scores of an evaluation as a report has them. */
export const evaluationScores = ({ split, tasks }: Evaluation, models: string) =>
  tasks.map((score) => reportScores(score, `${split}, ${models}`));
