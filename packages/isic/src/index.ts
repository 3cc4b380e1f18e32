/**
 * `@lesion/isic`: data sets in the layout of the ISIC 2017 challenge, for Node. Leans on core, preprocess, superpixel
 * and metrics.
 */
export type { CheckDatasetOptions, CheckProgress } from './check.js';
export { checkDataset } from './check.js';
export { openDataset, selectRecords } from './dataset.js';
export { datasetFingerprint } from './fingerprint.js';
export type { FormatReportOptions } from './format-report.js';
export { formatDatasetReport } from './format-report.js';
export type { PatchReferences, SuperpixelFeatures } from './inventory.js';
export { PatchInventory } from './inventory.js';
export type { DatasetLayout, DatasetPart, DatasetSplit, SplitLayout } from './layout.js';
export { DATASET_PARTS, DATASET_SPLITS } from './layout.js';
export type { PatchPlan, PatchPlanOptions, PatchSample, PatchTargetOptions } from './plan.js';
export { patchTargets, planPatches, TABLE_II } from './plan.js';
export {
  readAttributeFeatures,
  readRecordImage,
  readRecordLabels,
  readRecordMask,
  readSuperpixelFeatures,
} from './read-record.js';
export type { DatasetIssue, DatasetIssueKind, DatasetReport, IssueSeverity, SplitReport } from './report.js';
export type {
  ChallengeTask,
  ScoreProblem,
  ScoreProgress,
  ScoreSubmissionOptions,
  SubmissionScore,
  WhereFilter,
} from './score/index.js';
export * from './score/index.js';
export { scoreSubmission, writeImageScores } from './score/index.js';
export type { ImageSplit, SplitOptions } from './splits.js';
export { splitByImage } from './splits.js';
export type { DerivedFeatures, DeriveFeaturesOptions } from './superpixel-features.js';
export { countSuperpixels, deriveSuperpixelFeatures } from './superpixel-features.js';
export * from './synthetic/index.js';
export type { IsicDataset, IsicRecord } from './types.js';
