/** What a report is made of: plain data that survives JSON, every part but the title optional. Leans on core's names. */
import type { DermoscopicFeature, LesionClass } from '@lesion/core';
import type { PaletteName } from './palettes.js';
import type { ReportPicture } from './picture.js';

/** A cell of a table: text as it is, numbers with up to four digits, `null` as a dash. */
export type ReportValue = string | number | null;

/** A measure; `null` where it is undefined, such as a sensitivity without a positive. With its interval if there is one. */
export type ReportMeasure = number | null | { value: number | null; low: number; high: number };

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
  images?: ReportImage[] | undefined;
  /** @default { measure: 'JA' } where images have it, else the order given */
  order?: ReportOrder | undefined;
  /** The palette that the maps were drawn in, for the legend. @default 'viridis' */
  palette?: PaletteName | undefined;
  models?: ReportModel[] | undefined;
}
