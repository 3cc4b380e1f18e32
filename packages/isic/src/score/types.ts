/** What scoring takes and gives, for all three tasks. Types only. */
import type { LesionErrorCode } from '@lesion/core';
import type { PerImageRow, ProtocolIntervals, ProtocolName } from '@lesion/metrics';

/** A task of the challenge: 1 segmentation, 2 dermoscopic features, 3 disease classification. */
export type ChallengeTask = 1 | 2 | 3;

/** Scores only the images whose column holds this value. */
export interface WhereFilter {
  /** A column of the data set's `*_sources.csv` or metadata CSV. */
  column: string;
  /** The value, as the CSV spells it. */
  value: string;
}

/** How far scoring has come. */
export interface ScoreProgress {
  /** Images looked at. */
  done: number;
  /** Images to look at. */
  total: number;
  /** The image that was last looked at. */
  id: string;
}

/** Options of {@link scoreSubmission}: what to score against what, and by whose rules. */
export interface ScoreSubmissionOptions {
  /** The task: 1 segmentation, 2 dermoscopic features, 3 disease classification. */
  task: ChallengeTask;
  /** The truth: a folder of `ID_segmentation.png` (task 1) or `ID_features.json` (task 2), or a CSV (task 3). */
  truth: string;
  /** The predictions, in the same form as the truth; numbers in [0, 1] for tasks 2 and 3. */
  prediction: string;
  /** The rules to score by. @default 'isic2017' */
  protocol?: ProtocolName | undefined;
  /** Scores only a subset; the CSV with the column is looked for beside the truth. @default every image */
  where?: WhereFilter | undefined;
  /**
   * Task 2: a folder of `ID_superpixels.png`; each truth must then have one value a superpixel.
   * @default the counts are only compared with each other
   */
  superpixels?: string | undefined;
  /** Scores what is there if predictions are missing, instead of refusing. @default false */
  allowMissing?: boolean | undefined;
  /** Bootstrap samples (over images) for confidence intervals; 0 for none. @default 0 */
  bootstrap?: number | undefined;
  /** Share of the bootstrap distribution that an interval covers. @default 0.95 */
  confidence?: number | undefined;
  /** Seed of the bootstrap. @default 0 */
  seed?: number | undefined;
  /** Images that are decoded at once; memory grows with it. @default 4 */
  concurrency?: number | undefined;
  /** Is told after each image. @default nobody is told */
  onProgress?: ((progress: ScoreProgress) => void) | undefined;
  /** Stops the scoring with an `ABORTED` error. @default never */
  signal?: AbortSignal | undefined;
}

/** A file, or a line of a CSV, that could not be scored. The other images were scored without it. */
export interface ScoreProblem {
  /** The image. */
  id: string;
  code: LesionErrorCode;
  /** One line that names the file, what is wrong and how to mend it. */
  message: string;
}

/** The outcome of {@link scoreSubmission}. */
export interface SubmissionScore {
  task: ChallengeTask;
  protocol: ProtocolName;
  /** Images that were scored. */
  count: number;
  /** Images that the truth asks for, after `where`. Scoring was complete if `count` equals it. */
  expected: number;
  /** Task 1: JA, DI, AC, SE, SP (and the protocol's own). Tasks 2 and 3: AUC, AP, AC, SE, SP. NaN where undefined. */
  metrics: Record<string, number>;
  /** Tasks 2 and 3: the same for each feature or diagnosis; empty for task 1. */
  perClass: Record<string, Record<string, number>>;
  /** Confidence intervals of all of these, if a bootstrap was asked for. */
  intervals?: ProtocolIntervals<string>;
  /** The figures of each scored image (tasks 2 and 3: and class), in the order of the ids. */
  perImage: PerImageRow[];
  /** Images without a prediction: not empty only if `allowMissing` let them pass. */
  missing: string[];
  /** Tasks 1 and 2: images with a prediction that the truth does not know; they were left out. */
  extra: string[];
  /** What could not be scored. A score with problems is not the score of the whole submission. */
  problems: ScoreProblem[];
}
