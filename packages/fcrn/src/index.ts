/**
 * `@lesion/fcrn`: fully convolutional residual networks as tfjs layers models, their loss and their
 * initialisation. Knows tfjs and nothing of files.
 */
export type { InputNormalization } from '@lesion/core';
export {
  FCRN_BLOCKS,
  FCRN_DEPTHS,
  FCRN_STAGES,
  type FcrnBlock,
  type FcrnDepth,
  type FcrnStage,
  type FcrnStages,
} from './architecture.js';
export {
  buildFcrn,
  FCRN_ACTIVATIONS,
  FCRN_INNER_SHORTCUTS,
  FCRN_STRIDE,
  type FcrnActivation,
  type FcrnInnerShortcuts,
  type FcrnOptions,
} from './build.js';
export { countConvolutions } from './count.js';
export { FCRN_INPUT } from './input.js';
export { registerFcrnLayers } from './layers.js';
export {
  PIXEL_NORMALIZATIONS,
  type PixelNormalization,
  type PixelwiseCrossEntropyOptions,
  pixelwiseCrossEntropy,
  softJaccardLoss,
} from './loss.js';
export { registerFcrnOnnxLayers } from './onnx-layers.js';
export {
  CHANNEL_ORDERS,
  type ChannelOrder,
  initializeFromResNet50,
  type ResNet50Initialization,
  type ResNet50SourceOptions,
} from './resnet50.js';
