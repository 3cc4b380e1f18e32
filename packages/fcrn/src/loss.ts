/**
 * The losses that the networks are trained with: pixelwise softmax cross-entropy, and the soft Jaccard loss of lesion
 * against background. Both lean on tfjs's functional ops.
 */
import { assertNumber, assertOneOf, invalidArgument, resolveOptions } from '@lesion/core';
import {
  add,
  cast,
  div,
  equal,
  expandDims,
  greater,
  logSoftmax,
  maximum,
  mul,
  neg,
  range,
  type Scalar,
  slice,
  softmax,
  squeeze,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
// Registers the gradients, which the core alone lacks in Node.
import '@tensorflow/tfjs-layers';

/** What the weighted sum over the pixels is divided by. */
export const PIXEL_NORMALIZATIONS = ['pixels', 'weights'] as const;
/** One of {@link PIXEL_NORMALIZATIONS}. */
export type PixelNormalization = (typeof PIXEL_NORMALIZATIONS)[number];

/** Options of {@link pixelwiseCrossEntropy}. */
export interface PixelwiseCrossEntropyOptions {
  /** A weight of at least 0 for each class. @default all 1 */
  classWeights?: readonly number[] | undefined;
  /** A label whose pixels do not count, such as 255; labels outside 0 to classes - 1 never do. @default none */
  ignoreLabel?: number | undefined;
  /** Divide by the number of pixels that count, or by the sum of their weights. @default 'pixels' */
  normalization?: PixelNormalization | undefined;
}

/** A checked weight for each class; 0 for a class that is ignored. */
function resolveWeights(classes: number, given: readonly number[] | undefined): number[] {
  if (given === undefined) return new Array<number>(classes).fill(1);
  if (given.length !== classes) {
    throw invalidArgument({
      what: 'one weight a class is needed',
      where: 'classWeights',
      got: `${given.length} weights`,
      expected: `${classes}, the last extent of the logits`,
    });
  }
  given.forEach((weight, index) => {
    assertNumber(weight, `classWeights[${index}]`, { min: 0 });
  });
  return [...given];
}

function assertShapes(labels: Tensor, logits: Tensor): void {
  const wanted = logits.shape.slice(0, -1);
  const agree =
    labels.rank === 3 && logits.rank === 4 && wanted.every((extent, i) => extent === labels.shape[i]);
  if (agree && labels.dtype === 'int32') return;
  throw invalidArgument({
    what: 'labels do not fit the logits',
    where: 'pixelwiseCrossEntropy',
    got: `labels ${labels.dtype} [${labels.shape.join(', ')}], logits [${logits.shape.join(', ')}]`,
    expected: 'labels int32 [n, height, width], logits [n, height, width, classes]',
  });
}

/**
 * Softmax cross-entropy of each pixel, averaged: a scalar whose gradient flows to the logits.
 *
 * Takes logits and stays finite however large they are. If no pixel counts, the loss is 0.
 *
 * @param labels The class of each pixel, int32 `[n, height, width]`.
 * @param logits A network's output before softmax, `[n, height, width, classes]`.
 * @throws LesionError `INVALID_ARGUMENT` if shapes, types or weights do not fit.
 * @example
 * ```ts
 * const network = buildFcrn({ activation: 'linear' });
 * const loss = () => pixelwiseCrossEntropy(labels, network.apply(images, { training: true }) as Tensor4D);
 * optimizer.minimize(loss);
 * ```
 */
export function pixelwiseCrossEntropy(
  labels: Tensor3D,
  logits: Tensor4D,
  options: PixelwiseCrossEntropyOptions = {},
): Scalar {
  const { classWeights, ignoreLabel, normalization } = resolveOptions(
    options,
    { classWeights: undefined, ignoreLabel: undefined, normalization: 'pixels' },
    'pixelwiseCrossEntropy',
  );
  assertShapes(labels, logits);
  assertOneOf(normalization, PIXEL_NORMALIZATIONS, 'normalization');
  if (ignoreLabel !== undefined) assertNumber(ignoreLabel, 'ignoreLabel', { integer: true });
  const classes = logits.shape[3];
  const weights = resolveWeights(classes, classWeights);
  const counted = weights.map((_, label) => (label === ignoreLabel ? 0 : 1));

  return tidy(() => {
    // A comparison instead of oneHot: a label outside the classes matches none and so does not count.
    const isClass = cast(equal(expandDims(labels, -1), range(0, classes, 1, 'int32')), 'float32');
    const weighted = mul(isClass, tensor1d(weights.map((weight, label) => weight * counted[label]!)));
    const divisor = normalization === 'weights' ? sum(weighted) : sum(mul(isClass, tensor1d(counted)));
    const total = neg(sum(mul(weighted, logSoftmax(logits))));
    return div(total, maximum(divisor, SMALLEST_DIVISOR)) as Scalar;
  });
}

/**
 * One less the soft Jaccard index of lesion against background, averaged over the images that show lesion: a scalar
 * whose gradient flows to the logits. Beside the cross-entropy, which counts pixels, it asks for what task 1 scores.
 *
 * A pixel's lesion share is 1 less its softmax probability of class 0. With truth t and share p of an image's pixels
 * the index is sum(t p) / sum(t + p - t p) (Yuan, Chao and Lo 2017, https://doi.org/10.1109/TMI.2017.2695227).
 *
 * @param labels The class of each pixel, int32 `[n, height, width]`; 0 is background.
 * @param logits A network's output before softmax, `[n, height, width, classes]`, background first.
 * @returns In [0, 1]; 0 if no image shows lesion.
 * @throws LesionError `INVALID_ARGUMENT` if shapes or types do not fit.
 * @example
 * ```ts
 * const loss = add(pixelwiseCrossEntropy(labels, logits), softJaccardLoss(labels, logits));
 * ```
 */
export function softJaccardLoss(labels: Tensor3D, logits: Tensor4D): Scalar {
  assertShapes(labels, logits);
  return tidy(() => {
    const background = squeeze(slice(softmax(logits), [0, 0, 0, 0], [-1, -1, -1, 1]), [3]);
    const share = sub(1, background);
    const truth = cast(greater(labels, 0), 'float32');
    const common = sum(mul(share, truth), [1, 2]);
    const size = sum(truth, [1, 2]);
    const union = sub(add(sum(share, [1, 2]), size), common);
    const shows = cast(greater(size, 0), 'float32');
    const lacking = mul(shows, sub(1, div(common, maximum(union, SMALLEST_DIVISOR))));
    return div(sum(lacking), maximum(sum(shows), 1)) as Scalar;
  });
}

// Any divisor that is not 0 is at least one pixel's weight; this one keeps 0 / 0 from becoming NaN.
const SMALLEST_DIVISOR = 1e-20;
