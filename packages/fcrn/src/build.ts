/** Building a fully convolutional residual network as a tfjs layers model. */
import { assertNumber, assertOneOf, invalidArgument, resolveOptions } from '@lesion/core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  FCRN_DEPTHS,
  FCRN_STAGES,
  type FcrnDepth,
  type FcrnStages,
  type ResolvedStage,
  resolveStages,
  scaledChannels,
} from './architecture.js';
import { CropToReference, PadToMultiple } from './layers.js';
import { BOTTLENECK_PARTS, blockName, SCORE } from './names.js';
import { seedWeights } from './seeding.js';

/** What a network may end in. */
export const FCRN_ACTIVATIONS = ['softmax', 'linear'] as const;
/** One of {@link FCRN_ACTIVATIONS}. */
export type FcrnActivation = (typeof FCRN_ACTIVATIONS)[number];

/** Which bottlenecks of a residual-in-residual block have a shortcut of their own. */
export const FCRN_INNER_SHORTCUTS = ['both', 'second'] as const;
/** One of {@link FCRN_INNER_SHORTCUTS}. */
export type FcrnInnerShortcuts = (typeof FCRN_INNER_SHORTCUTS)[number];

/** Options of {@link buildFcrn}. */
export interface FcrnOptions {
  /** The network: FCRN-50, FCRN-88 or FCRN-101. Not together with `stages`. @default 88 */
  depth?: FcrnDepth | undefined;
  /** A stage table of one's own, instead of `depth`. @default FCRN_STAGES[depth] */
  stages?: FcrnStages | undefined;
  /** Class maps returned: background and the three diagnoses. @default 4 */
  classes?: number | undefined;
  /** Multiplies the channels of every convolution; 1/16 learns toy data on the slowest engine. @default 1 */
  width?: number | undefined;
  /**
   * Seed of the initial weights, a whole number. `null` leaves the kernels at zero, for weights that are assigned
   * afterwards: drawing them is most of the time that building takes. @default 0
   */
  seed?: number | null | undefined;
  /**
   * What the network ends in. Train with `linear` (logits), which {@link pixelwiseCrossEntropy} takes
   * without loss of precision; the weights of either kind fit the other. @default 'softmax'
   */
  activation?: FcrnActivation | undefined;
  /**
   * Shortcuts inside a residual-in-residual block, beside the outer one. `second`: the first bottleneck
   * has none of its own, so that with a silent second one the block is a ResNet's. `both`: each
   * bottleneck is a complete residual block; the outer shortcut then doubles the signal at every block,
   * and without normalised skip scores training needs a far smaller learning rate. @default 'second'
   */
  innerShortcuts?: FcrnInnerShortcuts | undefined;
  /** Whether the deconvolutions learn; else they stay bilinear. @default true */
  trainableDeconvolutions?: boolean | undefined;
  /** Added to the variance in batch normalisation. @default 1e-3 */
  batchNormEpsilon?: number | undefined;
  /**
   * Share that a moving average keeps at each training pass, from 0 up to 1. 0.9 settles within some
   * thirty passes; long runs on small batches do better with 0.99. @default 0.9
   */
  batchNormMomentum?: number | undefined;
}

interface Building {
  epsilon: number;
  momentum: number;
  innerShortcuts: FcrnInnerShortcuts;
}

/** The product of all strides: heights and widths are padded to a multiple of it. */
export const FCRN_STRIDE = 32;

function apply(
  layer: { apply(x: SymbolicTensor | SymbolicTensor[]): unknown },
  x: SymbolicTensor | SymbolicTensor[],
) {
  return layer.apply(x) as SymbolicTensor;
}

function relu(x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(layers.activation({ activation: 'relu', name }), x);
}

interface ConvolutionShape {
  filters: number;
  size: number;
  stride: number;
}

function convolution(
  x: SymbolicTensor,
  name: string,
  { filters, size, stride }: ConvolutionShape,
  building: Building,
): SymbolicTensor {
  const convolved = apply(
    layers.conv2d({
      name,
      filters,
      kernelSize: size,
      strides: stride,
      // A 3x3 of stride 1 and a 1x1 need no asymmetric padding; the 7x7/2 is padded before it.
      padding: size === 3 ? 'same' : 'valid',
      useBias: false, // the normalisation after it has one
      kernelInitializer: 'zeros', // seedWeights writes the values
    }),
    x,
  );
  const { epsilon, momentum } = building;
  return apply(layers.batchNormalization({ name: `${name}_bn`, epsilon, momentum }), convolved);
}

function channelsOf(x: SymbolicTensor): number {
  return x.shape[3]!;
}

/** The identity where the shapes agree, else a 1x1 projection (He et al. 2016, option B). */
function shortcut(x: SymbolicTensor, name: string, outputs: number, stride: number, building: Building) {
  if (stride === 1 && channelsOf(x) === outputs) return x;
  return convolution(x, `${name}_projection`, { filters: outputs, size: 1, stride }, building);
}

/** 1x1, 3x3, 1x1, each normalised, with ReLU between: the residual branch of a bottleneck. */
function residualBranch(
  x: SymbolicTensor,
  name: string,
  { width, outputs }: ResolvedStage,
  stride: number,
  building: Building,
): SymbolicTensor {
  const [reduce, spatial, expand] = BOTTLENECK_PARTS.map((part) => `${name}_${part}`) as [
    string,
    string,
    string,
  ];
  const reduced = convolution(x, reduce, { filters: width, size: 1, stride }, building);
  const filtered = convolution(
    relu(reduced, `${reduce}_relu`),
    spatial,
    { filters: width, size: 3, stride: 1 },
    building,
  );
  return convolution(
    relu(filtered, `${spatial}_relu`),
    expand,
    { filters: outputs, size: 1, stride: 1 },
    building,
  );
}

function sum(parts: SymbolicTensor[], name: string): SymbolicTensor {
  return apply(layers.add({ name: `${name}_add` }), parts);
}

function bottleneck(
  x: SymbolicTensor,
  name: string,
  stage: ResolvedStage,
  stride: number,
  building: Building,
): SymbolicTensor {
  const branch = residualBranch(x, name, stage, stride, building);
  const added = sum([branch, shortcut(x, name, stage.outputs, stride, building)], name);
  return relu(added, `${name}_relu`);
}

function residualInResidual(
  x: SymbolicTensor,
  name: string,
  stage: ResolvedStage,
  stride: number,
  building: Building,
): SymbolicTensor {
  const outer = shortcut(x, name, stage.outputs, stride, building);
  const [first, second] = [`${name}a`, `${name}b`];
  if (building.innerShortcuts === 'both') {
    const inner = bottleneck(bottleneck(x, first, stage, stride, building), second, stage, 1, building);
    return relu(sum([inner, outer], name), `${name}_relu`);
  }
  const branch = residualBranch(x, first, stage, stride, building);
  const refined = residualBranch(relu(branch, `${first}_relu`), second, stage, 1, building);
  return relu(sum([sum([refined, branch], second), outer], name), `${name}_relu`);
}

const BUILDERS = { bottleneck, 'residual-in-residual': residualInResidual };

function stem(x: SymbolicTensor, width: number, building: Building): SymbolicTensor {
  // Padded by hand on all sides: `same` would pad a stride of 2 on two sides only, which shifts the
  // features of a converted ResNet by half a pixel.
  const padded = apply(layers.zeroPadding2d({ padding: 3, name: 'conv1_padding' }), x);
  const filters = scaledChannels(64, width);
  const features = relu(
    convolution(padded, 'conv1', { filters, size: 7, stride: 2 }, building),
    'conv1_relu',
  );
  // Zero is as good as minus infinity here, since ReLU leaves nothing below it.
  const framed = apply(layers.zeroPadding2d({ padding: 1, name: 'pool1_padding' }), features);
  return apply(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'valid', name: 'pool1' }), framed);
}

function score(x: SymbolicTensor, name: string, classes: number): SymbolicTensor {
  return apply(
    layers.conv2d({ name, filters: classes, kernelSize: 1, padding: 'valid', kernelInitializer: 'zeros' }),
    x,
  );
}

function upsample(x: SymbolicTensor, name: string, factor: number, trainable: boolean): SymbolicTensor {
  const layer = layers.conv2dTranspose({
    name,
    filters: channelsOf(x),
    kernelSize: 2 * factor,
    strides: factor,
    padding: 'same',
    useBias: false,
    kernelInitializer: 'zeros',
  });
  const upsampled = apply(layer, x);
  // Set once the kernel exists: given to the constructor it would not reach the variable, and an
  // optimiser without a list of variables would train it all the same.
  layer.trainable = trainable;
  return upsampled;
}

/**
 * Builds a fully convolutional residual network: `[n, height, width, 3]`, normalised as
 * {@link FCRN_INPUT} says, to class maps `[n, height, width, classes]`, for images of any size.
 *
 * A residual network of stride 32, score layers on its three deepest stages and deconvolutions by 2, 2
 * and 8 that start as bilinear interpolation (FCN-8s, https://doi.org/10.1109/TPAMI.2016.2572683). Images
 * are padded with zeros at the bottom and right to a multiple of 32, and the maps are cropped back. FCRN-88
 * is the network of the LIN (Li and Shen 2018, https://doi.org/10.3390/s18020556, Fig. 2); its stage table and its
 * residual-in-residual blocks are inferred, see the README.
 *
 * The same seed gives the same bits, whatever was built before. The caller disposes of the model.
 *
 * @throws LesionError `INVALID_ARGUMENT` for an unknown or impossible option.
 * @example
 * ```ts
 * const network = buildFcrn({ depth: 88, width: 1 / 16, seed: 7 });
 * const classMaps = network.predict(images); // [n, height, width, 4]
 * ```
 */
export function buildFcrn(options: FcrnOptions = {}): LayersModel {
  const {
    depth: givenDepth,
    stages: table,
    classes,
    width,
    seed,
    activation,
    innerShortcuts,
    trainableDeconvolutions,
    batchNormEpsilon,
    batchNormMomentum,
  } = resolveOptions(
    options,
    {
      depth: undefined,
      stages: undefined,
      classes: 4,
      width: 1,
      seed: 0,
      activation: 'softmax',
      innerShortcuts: 'second',
      trainableDeconvolutions: true,
      batchNormEpsilon: 1e-3,
      batchNormMomentum: 0.9,
    },
    'buildFcrn',
  );
  if (givenDepth !== undefined && table !== undefined) {
    throw invalidArgument({
      what: 'depth and stages exclude each other',
      where: 'buildFcrn',
      got: `depth ${givenDepth} and a stage table`,
      mend: 'Leave one of them out.',
    });
  }
  const depth = givenDepth ?? 88;
  assertOneOf(depth, FCRN_DEPTHS, 'depth');
  assertNumber(classes, 'classes', { integer: true, min: 2 });
  assertNumber(width, 'width', { min: 0, aboveMin: true });
  if (seed !== null) assertNumber(seed, 'seed', { integer: true });
  assertOneOf(activation, FCRN_ACTIVATIONS, 'activation');
  assertOneOf(innerShortcuts, FCRN_INNER_SHORTCUTS, 'innerShortcuts');
  assertNumber(batchNormEpsilon, 'batchNormEpsilon', { min: 0, aboveMin: true });
  assertNumber(batchNormMomentum, 'batchNormMomentum', { min: 0, max: 1 });
  const stages = resolveStages(table ?? FCRN_STAGES[depth], width);

  const building: Building = { epsilon: batchNormEpsilon, momentum: batchNormMomentum, innerShortcuts };
  const image = input({ shape: [null, null, 3], name: 'image' });
  const padded = apply(new PadToMultiple({ name: 'padding', multiple: FCRN_STRIDE }), image);
  let features = stem(padded, width, building);
  const stageFeatures = stages.map((stage, index) => {
    for (let block = 1; block <= stage.count; block++) {
      const stride = index > 0 && block === 1 ? 2 : 1;
      features = BUILDERS[stage.block](features, blockName(index + 2, block), stage, stride, building);
    }
    return features;
  });
  const [, conv3, conv4, conv5] = stageFeatures as [
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
  ];

  const at32 = score(conv5, SCORE.deepest, classes);
  const at16 = sum(
    [upsample(at32, 'deconvolution5', 2, trainableDeconvolutions), score(conv4, SCORE.stride16, classes)],
    SCORE.stride16,
  );
  const at8 = sum(
    [upsample(at16, 'deconvolution4', 2, trainableDeconvolutions), score(conv3, SCORE.stride8, classes)],
    SCORE.stride8,
  );
  const full = upsample(at8, 'deconvolution3', 8, trainableDeconvolutions);
  const logits = apply(new CropToReference({ name: 'logits' }), [full, image]);
  const outputs =
    activation === 'linear' ? logits : apply(layers.softmax({ axis: -1, name: 'probabilities' }), logits);

  const network = model({ inputs: image, outputs, name: table === undefined ? `fcrn${depth}` : 'fcrn' });
  if (seed !== null) seedWeights(network, seed);
  return network;
}
