/**
 * `@lesion/train`: training, prediction and evaluation of the LIN and the LFN on ISIC data. Runs in Node.
 */
// What was here before prediction had a package of its own is exported still.
export {
  ARRAY_PRECISIONS,
  type ArrayPrecision,
  type Bundle,
  type BundleManifest,
  CLASS_SCORES,
  type ClassScores,
  chooseClassScores,
  classScores,
  decodeTensors,
  encodeTensors,
  type InputNormalization,
  imageAtScales,
  type LesionProbabilities,
  LFN_PATCH_SIZE,
  Lfn,
  type LfnPrediction,
  type LfnPredictOptions,
  LIN_SCALES,
  Lin,
  type LinCalibration,
  type LinMaskRule,
  type LinNetwork,
  type LinPrediction,
  type LinPredictOptions,
  type NamedArray,
  type NetworkForm,
  type NetworkOutput,
  normalizePixels,
  type PredictionNetwork,
  predictClassMaps,
  predictPatches,
  type StoredArray,
  sumClassMaps,
  tfjsNetwork,
} from '@lesion/predict';
export {
  exportedNetwork,
  inspectOnnxRuntime,
  type LoadLfnOptions,
  type LoadLinOptions,
  loadLfn,
  loadLin,
  NETWORK_FORMS,
  type NetworkOptions,
  type OnnxRuntimeReport,
  readBundle,
} from '@lesion/predict/node';
export { type SaveBundleOptions, saveBundle } from './bundle.js';
export {
  type CalibrateLinOptions,
  type CalibrateLinResult,
  type CalibrationGain,
  calibrateLin,
} from './calibrate-lin.js';
export type { EpochRecord } from './checkpoint.js';
export {
  type EvaluatedImage,
  type EvaluatedTask,
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
export { LIN_DATA_SETS, type LinDataSet, type LinJitter, planLinSamples } from './lin-samples.js';
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
  type PreparedFile,
  type PreparedImage,
  type PreparedImages,
  type PrepareImagesOptions,
  prepareImages,
} from './prepared-images.js';
export {
  LFN_PROFILES,
  type LfnProfile,
  LIN_PROFILES,
  type LinProfile,
  PROFILES,
  type Profile,
} from './profiles.js';
export { type OnProgress, type Progress, RateMeter } from './progress.js';
export { type NetworkHistory, readHistory } from './run-folder.js';
export {
  LEARNING_RATE_DECAYS,
  type LearningRateDecay,
  learningRateAt,
  stepsOfEpoch,
  type TrainingSchedule,
} from './schedule.js';
export { type KeptSuperpixelsOptions, keptSuperpixels } from './superpixel-cache.js';
export { readTensors, writeTensors } from './tensor-files.js';
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
