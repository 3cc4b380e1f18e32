/** Building a Lesion Feature Network as a tfjs layers model. */
import { assertNumber, assertOneOf, invalidArgument, PATCH_CLASSES, resolveOptions } from '@lesion/core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { LFN_VARIANTS, LFN_WIDTHS, type LfnVariant } from './architecture.js';
import { seedWeights } from './seeding.js';

/** What a network may end in. */
export const LFN_ACTIVATIONS = ['softmax', 'linear'] as const;
/** One of {@link LFN_ACTIVATIONS}. */
export type LfnActivation = (typeof LFN_ACTIVATIONS)[number];

/** Options of {@link buildLfn}. */
export interface LfnOptions {
  /** The network of Table VI: LFN, Narrow LFN or Wide LFN. @default 'standard' */
  variant?: LfnVariant | undefined;
  /** Whether each convolution is normalised before its ReLU. @default true */
  batchNorm?: boolean | undefined;
  /** Outputs: background and the four features. @default 5 */
  classes?: number | undefined;
  /** Height and width of a patch in pixels, a multiple of 8. @default 56 */
  size?: number | undefined;
  /**
   * Seed of the initial weights, a whole number. `null` leaves the kernels at zero, for weights that are assigned
   * afterwards: drawing them is most of the time that building takes. @default 0
   */
  seed?: number | null | undefined;
  /**
   * What the network ends in. Train with `linear` (logits), which {@link weightedSoftmaxLoss} takes
   * without loss of precision; the weights of either kind fit the other. @default 'softmax'
   */
  activation?: LfnActivation | undefined;
  /** Added to the variance in batch normalisation. @default 1e-3 */
  batchNormEpsilon?: number | undefined;
  /**
   * Share that a moving average keeps at each training pass, from 0 up to 1. 0.9 settles within some
   * thirty passes; long runs do better with 0.99. @default 0.9
   */
  batchNormMomentum?: number | undefined;
}

/** Neurons of the fully connected layer before the last (Fig. 5). */
const HIDDEN_UNITS = 512;

/** Sizes of the three convolutions of a stage (Table VI). */
const KERNEL_SIZES = [3, 1, 3] as const;

type Apply = (layer: { apply(x: SymbolicTensor): unknown }, x: SymbolicTensor) => SymbolicTensor;
const apply: Apply = (layer, x) => layer.apply(x) as SymbolicTensor;

interface Normalization {
  epsilon: number;
  momentum: number;
}

function convolution(
  x: SymbolicTensor,
  name: string,
  shape: { filters: number; kernelSize: number },
  normalization: Normalization | undefined,
): SymbolicTensor {
  // Biases stay beside batch normalisation, as in the network whose weights the paper's Fig. 5 counts.
  let y = apply(layers.conv2d({ name, ...shape, padding: 'same', kernelInitializer: 'zeros' }), x);
  if (normalization) y = apply(layers.batchNormalization({ name: `${name}_bn`, ...normalization }), y);
  return apply(layers.activation({ activation: 'relu', name: `${name}_relu` }), y);
}

/**
 * Builds a Lesion Feature Network: patches `[n, size, size, 3]`, normalised as {@link LFN_INPUT} says, to
 * `[n, classes]` in the order of `PATCH_CLASSES`.
 *
 * Four stages of three convolutions (3x3, 1x1, 3x3; batch normalisation; ReLU), 2x2 max-pooling after the
 * first three, average pooling over what is left after the fourth, a fully connected layer of 512 with ReLU
 * and one of `classes` (Li and Shen 2018, https://doi.org/10.3390/s18020556, Fig. 5, Table VI). That ReLU follows
 * the layer of 512 is inferred: without it the two layers would be one.
 *
 * The same seed gives the same bits, whatever was built before. The caller disposes of the model.
 *
 * @throws LesionError `INVALID_ARGUMENT` for an unknown or impossible option.
 * @example
 * ```ts
 * const network = buildLfn({ variant: 'standard', seed: 7 });
 * const probabilities = network.predict(patches); // [n, 5]
 * ```
 */
export function buildLfn(options: LfnOptions = {}): LayersModel {
  const { variant, batchNorm, classes, size, seed, activation, batchNormEpsilon, batchNormMomentum } =
    resolveOptions(
      options,
      {
        variant: 'standard',
        batchNorm: true,
        classes: PATCH_CLASSES.length,
        size: 56,
        seed: 0,
        activation: 'softmax',
        batchNormEpsilon: 1e-3,
        batchNormMomentum: 0.9,
      },
      'buildLfn',
    );
  assertOneOf(variant, LFN_VARIANTS, 'variant');
  assertNumber(classes, 'classes', { integer: true, min: 2 });
  assertNumber(size, 'size', { integer: true, min: 8 });
  if (seed !== null) assertNumber(seed, 'seed', { integer: true });
  assertOneOf(activation, LFN_ACTIVATIONS, 'activation');
  assertNumber(batchNormEpsilon, 'batchNormEpsilon', { min: 0, aboveMin: true });
  assertNumber(batchNormMomentum, 'batchNormMomentum', { min: 0, max: 1 });
  if (size % 8 !== 0) {
    throw invalidArgument({
      what: 'three poolings halve the size',
      where: 'size',
      got: size,
      expected: 'a multiple of 8',
      mend: 'Resize the patches; the paper uses 56.',
    });
  }

  const normalization = batchNorm ? { epsilon: batchNormEpsilon, momentum: batchNormMomentum } : undefined;
  const patch = input({ shape: [size, size, 3], name: 'patch' });
  let x = patch;
  for (const [index, filters] of LFN_WIDTHS[variant].entries()) {
    const stage = index + 1;
    for (const [position, kernelSize] of KERNEL_SIZES.entries()) {
      x = convolution(x, `conv${stage}_${position + 1}`, { filters, kernelSize }, normalization);
    }
    x =
      stage < 4
        ? apply(layers.maxPooling2d({ poolSize: 2, strides: 2, name: `pool${stage}` }), x)
        : apply(layers.averagePooling2d({ poolSize: size / 8, strides: size / 8, name: 'pool4' }), x);
  }
  x = apply(layers.flatten({ name: 'features' }), x);
  x = apply(layers.dense({ units: HIDDEN_UNITS, name: 'fc5', kernelInitializer: 'zeros' }), x);
  x = apply(layers.activation({ activation: 'relu', name: 'fc5_relu' }), x);
  const logits = apply(layers.dense({ units: classes, name: 'logits', kernelInitializer: 'zeros' }), x);
  const outputs =
    activation === 'linear' ? logits : apply(layers.softmax({ axis: -1, name: 'probabilities' }), logits);

  const network = model({ inputs: patch, outputs, name: variant === 'standard' ? 'lfn' : `lfn_${variant}` });
  if (seed !== null) seedWeights(network, seed);
  return network;
}
