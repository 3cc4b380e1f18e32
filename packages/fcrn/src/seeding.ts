/**
 * Initial weights from a seed. Each weight has a random stream of its own, named after its layer, so
 * that neither the order of layers nor what was built before changes a value.
 */
import { heNormal, SeededRandom } from '@lesion/core';
import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { SCORE } from './names.js';

type Layer = InstanceType<typeof layers.Layer>;
type KernelShape = readonly [height: number, width: number, inputs: number, outputs: number];

/**
 * The kernel of a deconvolution that interpolates bilinearly, each channel by itself: `[size, size,
 * channels, channels]` with size 2 x factor (Shelhamer et al. 2017, https://doi.org/10.1109/TPAMI.2016.2572683, section 4.3).
 */
export function bilinearKernel(factor: number, channels: number): Float32Array {
  const size = 2 * factor;
  const ramp = Float32Array.from({ length: size }, (_, i) => 1 - Math.abs((i + 0.5) / factor - 1));
  const values = new Float32Array(size * size * channels * channels);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const start = (row * size + column) * channels * channels;
      const value = ramp[row]! * ramp[column]!;
      for (let channel = 0; channel < channels; channel++) values[start + channel * (channels + 1)] = value;
    }
  }
  return values;
}

/** The deepest score's share of He's standard deviation. */
const SCORE_SHARE = 0.1;

function kernelValues(layer: Layer, shape: KernelShape, random: SeededRandom): Float32Array | undefined {
  if (layer.getClassName() === 'Conv2DTranspose') return bilinearKernel(shape[0] / 2, shape[2]);
  // Skip scores start at zero, as FCN-8s's do: the network begins as its deepest score alone.
  if (layer.name === SCORE.stride16 || layer.name === SCORE.stride8) return undefined;
  const values = heNormal(shape, random.fork(`${layer.name}/kernel`));
  // Thousands of features sum up in a score: small weights let a network begin undecided, with a loss near the
  // logarithm of its classes.
  return layer.name === SCORE.deepest ? values.map((value) => value * SCORE_SHARE) : values;
}

/** Writes the initial kernels of a freshly built network; all else is 0 or 1 from its building. */
export function seedWeights(model: LayersModel, seed: number): void {
  const random = new SeededRandom(seed);
  for (const layer of model.layers) {
    if (!['Conv2D', 'Conv2DTranspose'].includes(layer.getClassName())) continue;
    const [kernel, ...others] = layer.getWeights();
    const values = kernelValues(layer, kernel!.shape as unknown as KernelShape, random);
    if (values === undefined) continue;
    const seeded = tensor(values, kernel!.shape);
    layer.setWeights([seeded, ...others]);
    dispose(seeded);
  }
}
