/**
 * `@lesion/superpixel`: SLIC and SLICO superpixels, the challenge's index PNG, and what superpixels are for.
 * Runs anywhere; leans on `@lesion/core` and `fast-png`.
 */
export { type BoundaryOptions, boundaries } from './boundaries.js';
export { type DecodeLabelsOptions, decodeLabels, encodeLabels, labelColors } from './codec.js';
export {
  SUPERPIXEL_PRESETS,
  type SuperpixelOptions,
  type SuperpixelPreset,
  type SuperpixelSettings,
} from './options.js';
export { extractPatches, type Patches, type PatchOptions } from './patches.js';
export { purity } from './purity.js';
export { type Box, type Region, regionProperties } from './regions.js';
export { type Superpixels, superpixels } from './superpixels.js';
