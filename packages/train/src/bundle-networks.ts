/** The networks of a bundle as tfjs-layers models with their weights. */
import { buildFcrn, type FcrnOptions, registerFcrnOnnxLayers } from '@lesion/fcrn';
import { buildLfn, type LfnOptions } from '@lesion/lfn';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Bundle } from './bundle.js';
import { assignWeights } from './weights.js';

/** A network of a bundle that can be built, once. */
export interface BuildableNetwork {
  /** `dr`, `dm`, `lfn`. */
  name: string;
  /** Builds it on the active engine; what the bundle held of its weights is let go of. */
  build(): LayersModel;
}

/**
 * The networks of a bundle, in its order, ending in softmax. Each is built when it is asked for: several of them at
 * once need much memory.
 */
export function bundleNetworks({ manifest, weights }: Bundle, folder: string): BuildableNetwork[] {
  registerFcrnOnnxLayers();
  return manifest.networks.map(({ name, builder, architecture }) => ({
    name,
    build() {
      const model =
        builder === 'fcrn'
          ? buildFcrn({ ...(architecture as FcrnOptions), activation: 'softmax', seed: null })
          : buildLfn({ ...(architecture as LfnOptions), activation: 'softmax', seed: null });
      assignWeights(model, weights.get(name)!, `${folder}, network ${name}`);
      weights.delete(name);
      return model;
    },
  }));
}
