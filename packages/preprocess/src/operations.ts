/** What is the same everywhere: the exports that the Node and the browser entry share. */
export {
  type ClassMaps,
  createRowResampler,
  type RgbImage,
  type RowResampler,
  resizeImage,
  resizeLabels,
  resizeMaps,
  resizeMask,
  resizeScalarMap,
  type ScaledSizeOptions,
  type Size,
  scaledSize,
} from '@lesion/core';
export { type AdjustColorsOptions, adjustColors } from './adjust-colors.js';
export {
  type Augmentation,
  type AugmentationOptions,
  applyAugmentation,
  applyAugmentationToMask,
} from './augmentation.js';
export type { Codec, DecodeImageOptions, DecodeMaskOptions, DecodeOptions, GrayImage } from './codec.js';
export { type CentreCropOptions, centreCrop, centreCropMask } from './crop.js';
export { type MirrorAxis, mirrorImage, mirrorMask, quarterTurnImage, quarterTurnMask } from './mirror.js';
export {
  type AugmentedSample,
  type DiagnosedImage,
  DR_STEPS,
  type PlanDmOptions,
  type PlanDrDmOptions,
  type PlanDrOptions,
  planDm,
  planDr,
  planDrDm,
} from './plans.js';
export { type RotatedCropOptions, rotatedCrop, rotatedCropMask, rotateImage, rotateMask } from './rotate.js';
