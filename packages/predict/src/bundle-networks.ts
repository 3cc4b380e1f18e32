/** The networks of a bundle as tfjs-layers models with their weights. */
import { invalidArgument } from '@lesion/core';
import { buildFcrn, type FcrnOptions } from '@lesion/fcrn';
import { buildLfn, type LfnOptions } from '@lesion/lfn';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Bundle } from './bundle.js';
import { type ToNetwork, tfjsNetwork } from './prediction-network.js';
import { assignWeights } from './weights.js';

/** A network of a bundle that can be built, once. */
export interface BuildableNetwork {
  /** `dr`, `dm`, `lfn`. */
  name: string;
  /** Builds it on the active engine; what the bundle held of its weights is let go of, array by array. */
  build(): LayersModel;
}

/**
 * The networks of a bundle, in its order, ending in softmax. Each is built when it is asked for: several of them at
 * once need much memory.
 */
export function bundleNetworks({ manifest, weights, source }: Bundle): BuildableNetwork[] {
  return manifest.networks.map(({ name, builder, architecture }) => ({
    name,
    build() {
      const arrays = weights.get(name);
      if (arrays === undefined) {
        throw invalidArgument({
          what: 'the weights were given away',
          where: `${source}, network ${name}`,
          mend: 'A bundle makes its networks once, so that weights are not held twice: open it again.',
        });
      }
      weights.delete(name);
      const model =
        builder === 'fcrn'
          ? buildFcrn({ ...(architecture as FcrnOptions), activation: 'softmax', seed: null })
          : buildLfn({ ...(architecture as LfnOptions), activation: 'softmax', seed: null });
      try {
        assignWeights(model, arrays, `${source}, network ${name}`, {
          onAssigned: (array) => arrays.delete(array),
        });
      } catch (error) {
        model.dispose();
        throw error;
      }
      return model;
    },
  }));
}

/** Each network as layers on the active engine of tfjs. */
export const onEngine: ToNetwork = (build) => tfjsNetwork(build());
