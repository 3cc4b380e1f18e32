/**
 * `@lesion/licu`: the lesion index calculation unit and its steps. Runs anywhere; leans on `@lesion/core` alone.
 */
export {
  type AnalyzeLesionOptions,
  analyzeLesion,
  type LesionAnalysis,
  type Weighting,
} from './analyze-lesion.js';
export { type ComponentOptions, type Connectivity, fillHoles, largestComponent } from './components.js';
export { type DistanceMapOptions, distanceMap } from './distance-map.js';
export {
  type DistanceTransformOptions,
  distanceTransform,
  type ImageBorder,
  squaredDistanceTransform,
} from './distance-transform.js';
export {
  type IndexForm,
  type LesionIndexes,
  type LesionIndexesOptions,
  lesionIndexes,
} from './lesion-indexes.js';
export {
  CENTRE_DEVIATION,
  COMPONENT_WEIGHTS,
  type ComponentWeight,
  type LesionMaskOptions,
  lesionMask,
} from './lesion-mask.js';
export { type NormalizeClassMapsOptions, normalizeClassMaps } from './normalize-class-maps.js';
export { refineMaps } from './refine-maps.js';
