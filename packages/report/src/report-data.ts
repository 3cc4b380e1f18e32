/** What a report is made of: plain data that survives JSON, every part but the title optional. Leans on core's names. */
import type { DermoscopicFeature, LesionClass } from '@lesion/core';
import type { PaletteName } from './palettes.js';
import type { ReportPicture } from './picture.js';

/** A cell of a table: text as it is, numbers with up to four digits, `null` as a dash. */
export type ReportValue = string | number | null;

/** A measure; `null` where it is undefined, such as a sensitivity without a positive. With its interval if there is one. */
export type ReportMeasure = number | null | { value: number | null; low: number | null; high: number | null };

/** One step of a run. */
export interface ReportStep {
  /** `train LIN`. */
  name: string;
  /** How long it took. */
  seconds: number;
  /** What it did and with what result. */
  detail?: string | undefined;
  /** @default 'done' */
  state?: 'done' | 'skipped' | 'failed' | undefined;
}

/** A table of plain values. */
export interface ReportTable {
  title: string;
  /** A heading a column. */
  columns: string[];
  /** One value a column in each. */
  rows: ReportValue[][];
  /** What the reader should know of it. */
  note?: string | undefined;
}

/** One loss curve. */
export interface ReportCurve {
  /** `training`, `validation`. */
  name: string;
  /** Iterations or epochs, rising. */
  at: number[];
  /** The loss at each; `null` leaves a gap. */
  loss: (number | null)[];
}

/** The loss curves of one training (Fig. 7). */
export interface ReportLosses {
  /** `FCRN-88 on DR`. */
  title: string;
  curves: ReportCurve[];
  /** What `at` counts. @default 'iteration' */
  unit?: string | undefined;
  note?: string | undefined;
}

/** The scores of one task. */
export interface ReportScores {
  /** The challenge's task: 1 segmentation, 2 dermoscopic features, 3 classification. */
  task: 1 | 2 | 3;
  /** The protocol that defines the measures: `isic2017`, `isic2018`. */
  protocol: string;
  /** The split or subset that was scored. */
  split?: string | undefined;
  /** How many images. */
  count?: number | undefined;
  /** The protocol's own summary: JA, DI, AC, SE, SP, or AUC, AP, AC, SE, SP. */
  metrics: Record<string, ReportMeasure>;
  /** The same measures a class or feature. */
  perClass?: Record<string, Record<string, ReportMeasure>> | undefined;
  /** Other people's scores to stand beside, `Li & Shen 2018 (validation)`. */
  references?: { name: string; metrics: Record<string, ReportMeasure> }[] | undefined;
  /** What limits the comparison. */
  note?: string | undefined;
}

/** A curve with what it encloses, and the band in which it lies on 95 % of bootstrap samples where that was found. */
export interface ReportBandedCurve {
  x: number[];
  y: number[];
  band?: { x: number[]; low: (number | null)[]; high: (number | null)[] } | undefined;
  /** The area under a ROC curve, or average precision. */
  area: ReportMeasure;
}

/** How one class is told from the rest, at every threshold. */
export interface ReportRankedClass {
  /** `melanoma`. */
  name: string;
  positives: number;
  negatives: number;
  /** False positive rate and sensitivity. */
  roc: ReportBandedCurve;
  /** Recall and precision. */
  precisionRecall: ReportBandedCurve;
}

/** ROC and precision-recall curves of the classes of one task; `rankedClass` makes them. */
export interface ReportRanking {
  /** `Diagnosis, calibrated probabilities`. */
  title: string;
  classes: ReportRankedClass[];
  note?: string | undefined;
}

/** One bin of a reliability diagram. */
export interface ReportReliabilityBin {
  /** Edges of the bin. */
  lower: number;
  upper: number;
  /** How many scores it holds. */
  count: number;
  /** What they promise, and what is so. */
  meanScore: number;
  positiveShare: number;
  /** The 95 % interval of the share (Wilson). */
  low: number;
  high: number;
}

/** How far one class's probabilities can be taken at their word; `reliableClass` makes it. */
export interface ReportReliableClass {
  name: string;
  bins: ReportReliabilityBin[];
  /** The expected calibration error. */
  error: ReportMeasure;
}

/** Reliability diagrams, one a class. */
export interface ReportReliability {
  title: string;
  classes: ReportReliableClass[];
  note?: string | undefined;
}

/** The distribution of a measure from 0 to 1 over images. */
export interface ReportHistogram {
  title: string;
  /** `Jaccard index`. */
  measure: string;
  /** One value an image. */
  values: number[];
  note?: string | undefined;
}

/** How often each class was taken for each. */
export interface ReportConfusion {
  title: string;
  classes: string[];
  /** A row a true class, a column a predicted one. */
  counts: number[][];
  note?: string | undefined;
}

/** The measures of one group of images. */
export interface ReportSubgroup {
  /** What divides: `age`, `sex`, `image source`. */
  attribute: string;
  /** `50 to 69`, `female`. */
  name: string;
  /** Images in the group. */
  count: number;
  /** By name; a measure that the group has too few images for is left out or null. */
  measures: Record<string, ReportMeasure>;
}

/** Measures by group; `subgroups` makes them. */
export interface ReportSubgroups {
  title: string;
  /** Groups of fewer images are marked as small. @default 20 */
  smallest?: number | undefined;
  groups: ReportSubgroup[];
  note?: string | undefined;
}

/** Ours beside someone else's: one row of a {@link ReportComparison}. */
export interface ReportComparisonRow {
  name: string;
  /** One a column. */
  cells: { reference: ReportValue; ours: ReportMeasure }[];
  /** Where ours comes from: profile, run, fingerprint. */
  source?: string | undefined;
  note?: string | undefined;
}

/** A table of someone else's with our figures beside theirs. */
export interface ReportComparison {
  title: string;
  /** Whose figures stand beside ours. @default 'paper' */
  reference?: string | undefined;
  columns: string[];
  rows: ReportComparisonRow[];
  /** How ours was measured. */
  protocol?: string | undefined;
  notes?: string[] | undefined;
}

/** A figure of its own. */
export interface ReportFigure {
  title: string;
  picture: ReportPicture;
  note?: string | undefined;
}

/** A model card. */
export interface ReportCard {
  /** `LIN`. */
  name: string;
  /** Markdown. HTML in it is shown as text, pictures are left out. */
  text: string;
}

/** The pictures of one image; what was not made is left out. */
export interface ReportPictures {
  /** Lesion outline, the truth's too where it is known. */
  outline?: ReportPicture | undefined;
  /** LICU's distance map. */
  distanceMap?: ReportPicture | undefined;
  /** LICU's refined maps. */
  refinedMaps?: Partial<Record<LesionClass, ReportPicture>> | undefined;
  /** Superpixel boundaries. */
  superpixels?: ReportPicture | undefined;
  /** Superpixels that carry a dermoscopic feature. */
  features?: ReportPicture | undefined;
}

/** One image of a run. */
export interface ReportImage {
  id: string;
  pictures: ReportPictures;
  /** The diagnosis, where it is known. */
  truth?: LesionClass | undefined;
  /** LICU's index of each class. */
  indexes?: Partial<Record<LesionClass, number>> | undefined;
  /** The calibrated probability of each class, against the rest. */
  probabilities?: Partial<Record<LesionClass, number>> | undefined;
  /** The image's own measures, such as JA. */
  measures?: Record<string, number | null> | undefined;
  /** How many superpixels carry each feature. */
  featureCounts?: Partial<Record<DermoscopicFeature, number>> | undefined;
  /** What is to be known of it: `no lesion was found`. */
  note?: string | undefined;
}

/** Which images come first. */
export interface ReportOrder {
  /** A key of the images' `measures`. */
  measure: string;
  /** Which end of it is the worst. @default 'lowest' */
  worst?: 'lowest' | 'highest' | undefined;
}

/** One network and how it was made. */
export interface ReportModel {
  /** `FCRN-88 (DR)`. */
  name: string;
  /** Name and value: layers, weights, width, learning rate, hash of the weights. */
  details: Record<string, ReportValue>;
}

/** A run: training, prediction, evaluation or all of it. Each part fills in what it has. */
export interface ReportData {
  title: string;
  /** What was done and found, in a sentence or two. */
  summary?: string | undefined;
  /** The command line that gives this run again. */
  command?: string | undefined;
  seed?: number | string | undefined;
  /** The engine and what it ran on: `wasm (2 threads)`. */
  engine?: string | undefined;
  /** How the scores were made: whose rules, which split, which images. */
  protocol?: string | undefined;
  /** The fingerprint of the data, as 64 hexadecimal digits. */
  fingerprint?: string | undefined;
  /** When the run began, ISO 8601. */
  startedAt?: string | undefined;
  /** More of what the run depended on: Node, platform, package versions, the data folder. */
  environment?: Record<string, ReportValue> | undefined;
  steps?: ReportStep[] | undefined;
  /** What went wrong or limits the results: one line each, shown at the top. */
  warnings?: string[] | undefined;
  /** Counts of the data: images by split and class, patches by feature. */
  data?: ReportTable[] | undefined;
  losses?: ReportLosses[] | undefined;
  scores?: ReportScores[] | undefined;
  /** Tables of the paper with ours beside them. */
  comparisons?: ReportComparison[] | undefined;
  figures?: ReportFigure[] | undefined;
  rankings?: ReportRanking[] | undefined;
  reliability?: ReportReliability[] | undefined;
  histograms?: ReportHistogram[] | undefined;
  confusions?: ReportConfusion[] | undefined;
  subgroups?: ReportSubgroups[] | undefined;
  images?: ReportImage[] | undefined;
  /** @default { measure: 'JA' } where images have it, else the order given */
  order?: ReportOrder | undefined;
  /** The palette that the maps were drawn in, for the legend. @default 'viridis' */
  palette?: PaletteName | undefined;
  models?: ReportModel[] | undefined;
  cards?: ReportCard[] | undefined;
}
