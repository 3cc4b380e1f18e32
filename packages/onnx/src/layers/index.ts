/** The writers of tfjs-layers' own classes. */
import type { OnnxLayerWriter } from '../layer-registry.js';
import { activationWriters } from './activations.js';
import { convolutionWriters } from './convolution.js';
import { denseWriters } from './dense.js';
import { mergeWriters } from './merge.js';
import { normalizationWriters } from './normalization.js';
import { poolingWriters } from './pooling.js';
import { shapeWriters } from './shape.js';

export const BUILT_IN_WRITERS: ReadonlyMap<string, OnnxLayerWriter> = new Map(
  Object.entries({
    ...activationWriters,
    ...convolutionWriters,
    ...denseWriters,
    ...mergeWriters,
    ...normalizationWriters,
    ...poolingWriters,
    ...shapeWriters,
  }),
);
