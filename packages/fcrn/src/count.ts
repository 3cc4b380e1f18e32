/** Counting what a network is made of. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { countsTowardsDepth } from './names.js';

/**
 * The convolutions of a network that {@link buildFcrn} built, not counting projection shortcuts, score
 * layers and deconvolutions.
 *
 * FCRN-88 has 88. FCRN-50 has 49 and FCRN-101 has 100: the names of those two count the fully
 * connected layer of the ResNet that they come from, which a fully convolutional network lacks.
 *
 * @example
 * ```ts
 * countConvolutions(buildFcrn({ depth: 88, width: 1 / 16 })); // 88
 * ```
 */
export function countConvolutions(model: LayersModel): number {
  return model.layers.filter((layer) => layer.getClassName() === 'Conv2D' && countsTowardsDepth(layer.name))
    .length;
}
