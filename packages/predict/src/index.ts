/**
 * `@lesion/predict`: trained LINs and LFNs on images, anywhere: on the engine of tfjs that is active, from a bundle
 * that any reader opens. What needs Node is in `@lesion/predict/node`.
 */
export { sumClassMaps } from '@lesion/core';
export { ARRAY_PRECISIONS, type ArrayPrecision } from './array-precision.js';
export {
  BUNDLE_CARD,
  BUNDLE_MANIFEST,
  type Bundle,
  type BundleManifest,
  type OpenBundleOptions,
  openBundle,
  type ReadBundleFile,
} from './bundle.js';
export { type BuildableNetwork, bundleNetworks } from './bundle-networks.js';
export { imageAtScales, predictClassMaps } from './class-maps.js';
export {
  CLASS_SCORES,
  type ClassScores,
  calibrateIndexes,
  chooseClassScores,
  classScores,
  type LesionProbabilities,
  type LinCalibration,
} from './class-scores.js';
export { type DownloadProgress, type FetchBundleOptions, fetchBundle } from './fetch-bundle.js';
export {
  LFN_PATCH_SIZE,
  Lfn,
  type LfnFromBundleOptions,
  type LfnPrediction,
  type LfnPredictOptions,
  lfnFromBundle,
  type PredictPatchesOptions,
  predictPatches,
} from './lfn.js';
export {
  LIN_SCALES,
  Lin,
  type LinAnalyzeOptions,
  type LinFromBundleOptions,
  type LinMaskRule,
  type LinNetwork,
  type LinPrediction,
  type LinPredictOptions,
  linFromBundle,
} from './lin.js';
export { type InputNormalization, normalizePixels } from './normalization.js';
export type { PassOptions, PredictionProgress } from './passes.js';
export {
  type NetworkForm,
  type NetworkOutput,
  type PredictionNetwork,
  type ToNetwork,
  tfjsNetwork,
} from './prediction-network.js';
export {
  decodeTensors,
  encodeTensors,
  type NamedArray,
  type StoredArray,
  type TensorFile,
} from './safetensors.js';
export {
  type AssignWeightsOptions,
  assignWeights,
  type NamedVariable,
  namedVariables,
  readArrays,
} from './weights.js';
