/**
 * `@lesion/pretrained`: trained models as files, and where they lie. Runs in Node; leans on `@lesion/core` alone.
 */
export {
  PRETRAINED_MODELS,
  type PretrainedModel,
  type PretrainedModelName,
  pretrainedModel,
} from './pretrained-model.js';
