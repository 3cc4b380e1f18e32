/**
 * `@lesion/metrics`: the metrics of segmentation and classification, and the challenge's protocols. Runs anywhere; leans
 * on `@lesion/core` alone.
 */
export { type BootstrapInterval, type BootstrapOptions, bootstrapInterval } from './bootstrap.js';
export {
  type CalibrationOptions,
  expectedCalibrationError,
  type ReliabilityBin,
  reliabilityCurve,
} from './calibration.js';
export {
  CLASSES_2017,
  type ClassificationProtocolMetric,
  type ClassificationProtocolOptions,
  type ClassValues,
  createClassificationProtocol,
} from './classification-protocol.js';
export {
  type ConfusionAccumulator,
  type ConfusionCounts,
  confusionCounts,
  createConfusionAccumulator,
} from './confusion.js';
export {
  createFeatureProtocol,
  type FeatureLabels,
  type FeatureProtocolMetric,
  type FeatureProtocolOptions,
  type FeatureScores,
} from './feature-protocol.js';
export {
  applyLogisticCalibration,
  type FitLogisticCalibrationOptions,
  fitLogisticCalibration,
  type LogisticCalibration,
  type LogisticCalibrationOptions,
} from './logistic-calibration.js';
export {
  type AveragePrecisionOptions,
  type AveragePrecisionRule,
  averagePrecision,
  type PrecisionRecallCurve,
  precisionRecallCurve,
} from './precision-recall.js';
export {
  type ByProtocol,
  type PerImageRow,
  PROTOCOLS,
  type ProtocolAccumulator,
  type ProtocolIntervals,
  type ProtocolMetrics,
  type ProtocolName,
  type ProtocolScore,
} from './protocol.js';
export { type RocCurve, type RocCurveOptions, rocAuc, rocCurve } from './roc.js';
export {
  createScoreAccumulator,
  type ScoreAccumulator,
  type ScoreMetricName,
  type ScoreMetrics,
  type ScoreMetricsOptions,
  scoreMetrics,
} from './score-metrics.js';
export {
  type SegmentationMetricName,
  type SegmentationMetrics,
  type SegmentationMetricsOptions,
  segmentationMetrics,
} from './segmentation-metrics.js';
export {
  createSegmentationProtocol,
  FAILED_SEGMENTATION,
  type SegmentationProtocolMetric,
  type SegmentationProtocolOptions,
} from './segmentation-protocol.js';
export { type ThresholdOptions, thresholdScores } from './threshold.js';
export type { Labels, Scores } from './values.js';
