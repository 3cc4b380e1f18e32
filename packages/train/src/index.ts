/**
 * `@lesion/train`: training, prediction and evaluation of the LIN and the LFN on ISIC data. Runs in Node.
 */
export { ARRAY_PRECISIONS, type ArrayPrecision } from './array-precision.js';
export {
  type Bundle,
  type BundleManifest,
  readBundle,
  type SaveBundleOptions,
  saveBundle,
} from './bundle.js';
export {
  type CalibrateLinOptions,
  type CalibrateLinResult,
  type CalibrationGain,
  calibrateLin,
} from './calibrate-lin.js';
export type { EpochRecord } from './checkpoint.js';
export { imageAtScales, predictClassMaps, sumClassMaps } from './class-maps.js';
export {
  CLASS_SCORES,
  type ClassScores,
  chooseClassScores,
  classScores,
  type LesionProbabilities,
  type LinCalibration,
} from './class-scores.js';
export {
  type EvaluatedImage,
  type EvaluateSplitOptions,
  type Evaluation,
  evaluateSplit,
} from './evaluate.js';
export {
  type ExportBundleOptions,
  type ExportedFile,
  exportBundle,
  type OnnxPreprocessing,
} from './export-bundle.js';
export {
  type FitLesionMaskOptions,
  type FitLesionMaskResult,
  fitLesionMask,
  type TriedMaskRule,
} from './fit-lesion-mask.js';
export {
  LFN_PATCH_SIZE,
  Lfn,
  type LfnPrediction,
  type LfnPredictOptions,
  type LoadLfnOptions,
  loadLfn,
  predictPatches,
} from './lfn.js';
export {
  LIN_SCALES,
  Lin,
  type LinMaskRule,
  type LinNetwork,
  type LinPrediction,
  type LinPredictOptions,
  type LoadLinOptions,
  loadLin,
} from './lin.js';
export { LIN_DATA_SETS, type LinDataSet, type LinJitter, planLinSamples } from './lin-samples.js';
export { type InputNormalization, normalizePixels } from './normalization.js';
export { inspectOnnxRuntime, type OnnxRuntimeReport } from './onnx-runtime.js';
export {
  PACK_PRECISIONS,
  type PackBundleOptions,
  type PackedNetwork,
  type PackPrecision,
  packBundle,
} from './pack-bundle.js';
export { type CountPatchesOptions, countPatches } from './patch-store.js';
export { imageId, type PredictedFile, type PredictImagesOptions, predictImages } from './predict-images.js';
export { type ImagePrediction, PredictionFolder, type PredictionFolderOptions } from './prediction-folder.js';
export {
  exportedNetwork,
  NETWORK_FORMS,
  type NetworkForm,
  type NetworkOptions,
  type NetworkOutput,
  type PredictionNetwork,
  tfjsNetwork,
} from './prediction-network.js';
export {
  LFN_PROFILES,
  type LfnProfile,
  LIN_PROFILES,
  type LinProfile,
  PROFILES,
  type Profile,
} from './profiles.js';
export { type OnProgress, type Progress, RateMeter } from './progress.js';
export type { NetworkHistory } from './run-folder.js';
export {
  decodeTensors,
  encodeTensors,
  type NamedArray,
  readTensors,
  type StoredArray,
  writeTensors,
} from './safetensors.js';
export {
  LEARNING_RATE_DECAYS,
  type LearningRateDecay,
  learningRateAt,
  stepsOfEpoch,
  type TrainingSchedule,
} from './schedule.js';
export { type KeptSuperpixelsOptions, keptSuperpixels } from './superpixel-cache.js';
export { type TrainLfnOptions, trainLfn } from './train-lfn.js';
export { type TrainLinOptions, trainLin } from './train-lin.js';
export {
  type SampleSource,
  type TensorBatch,
  type TrainingProblem,
  type TrainNetworkOptions,
  trainNetwork,
} from './training-loop.js';
export type { TrainingResult, TrainingRunOptions } from './training-run.js';
