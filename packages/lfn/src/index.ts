/**
 * `@lesion/lfn`: the Lesion Feature Network as a tfjs layers model, and its loss. Knows tfjs and nothing of
 * files.
 */
export type { InputNormalization } from '@lesion/core';
export {
  LFN_INPUT,
  LFN_VARIANTS,
  LFN_WIDTHS,
  type LfnVariant,
} from './architecture.js';
export { buildLfn, LFN_ACTIVATIONS, type LfnActivation, type LfnOptions } from './build.js';
export {
  LFN_CLASS_WEIGHTS,
  SAMPLE_NORMALIZATIONS,
  type SampleNormalization,
  type WeightedSoftmaxLossOptions,
  weightedSoftmaxLoss,
} from './loss.js';
