/** The weighted softmax loss that the LFN is trained with. Leans on tfjs's functional ops. */
import { assertNumber, assertOneOf, invalidArgument, resolveOptions } from '@lesion/core';
import {
  cast,
  div,
  equal,
  expandDims,
  logSoftmax,
  maximum,
  mul,
  neg,
  range,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
// Registers the gradients, which the core alone lacks in Node.
import '@tensorflow/tfjs-layers';

/**
 * The weights of background, pigment network, negative network, milia-like cysts and streaks
 * (section II-B, https://doi.org/10.3390/s18020556).
 */
export const LFN_CLASS_WEIGHTS: readonly [number, number, number, number, number] = [1, 1, 5, 3, 8];

/** What the weighted sum over the samples is divided by. */
export const SAMPLE_NORMALIZATIONS = ['samples', 'weights'] as const;
/** One of {@link SAMPLE_NORMALIZATIONS}. */
export type SampleNormalization = (typeof SAMPLE_NORMALIZATIONS)[number];

/** Options of {@link weightedSoftmaxLoss}. */
export interface WeightedSoftmaxLossOptions {
  /** A weight of at least 0 for each class. @default LFN_CLASS_WEIGHTS */
  weights?: readonly number[] | undefined;
  /**
   * Divide by the number of samples, as eq. (2) does, or by the sum of their weights, which keeps the
   * size of the gradient the same whatever classes a batch holds. @default 'samples'
   */
  normalization?: SampleNormalization | undefined;
}

function assertShapes(labels: Tensor, logits: Tensor): void {
  const numbers = labels.rank === 1 && labels.dtype === 'int32' && labels.shape[0] === logits.shape[0];
  const oneHot = labels.rank === 2 && labels.shape.join() === logits.shape.join();
  if (logits.rank === 2 && (numbers || oneHot)) return;
  throw invalidArgument({
    what: 'labels do not fit the logits',
    where: 'weightedSoftmaxLoss',
    got: `labels ${labels.dtype} [${labels.shape.join(', ')}], logits [${logits.shape.join(', ')}]`,
    expected: 'logits [n, classes] and labels int32 [n] or one-hot [n, classes]',
  });
}

function assertWeights(weights: readonly number[], classes: number): void {
  if (weights.length !== classes) {
    throw invalidArgument({
      what: 'one weight a class is needed',
      where: 'weights',
      got: `${weights.length} weights`,
      expected: `${classes}, the last extent of the logits`,
    });
  }
  weights.forEach((weight, index) => {
    assertNumber(weight, `weights[${index}]`, { min: 0 });
  });
}

// Any divisor that is not 0 is at least one sample's weight; this one keeps 0 / 0 from becoming NaN.
const SMALLEST_DIVISOR = 1e-20;

/**
 * Softmax cross-entropy in which each sample counts with its class's weight: eq. (2) of
 * https://doi.org/10.3390/s18020556, `L = 1/N sum_i w[y_i] (log sum_j exp f_j - f[y_i])`. A scalar whose gradient flows to the
 * logits.
 *
 * Takes logits and stays finite however large they are. With weights of 1 it is the plain softmax
 * cross-entropy. A label outside the classes adds nothing to the sum.
 *
 * @param labels The class of each sample, int32 `[n]` or one-hot `[n, classes]`.
 * @param logits A network's output before softmax, `[n, classes]`.
 * @throws LesionError `INVALID_ARGUMENT` if shapes, types or weights do not fit.
 * @example
 * ```ts
 * const network = buildLfn({ activation: 'linear' });
 * const loss = () => weightedSoftmaxLoss(labels, network.apply(patches, { training: true }) as Tensor2D);
 * optimizer.minimize(loss);
 * ```
 */
export function weightedSoftmaxLoss(
  labels: Tensor1D | Tensor2D,
  logits: Tensor2D,
  options: WeightedSoftmaxLossOptions = {},
): Scalar {
  const { weights, normalization } = resolveOptions(
    options,
    { weights: LFN_CLASS_WEIGHTS, normalization: 'samples' },
    'weightedSoftmaxLoss',
  );
  assertOneOf(normalization, SAMPLE_NORMALIZATIONS, 'normalization');
  assertShapes(labels, logits);
  const [count, classes] = logits.shape;
  assertWeights(weights, classes);

  return tidy(() => {
    // A comparison instead of oneHot, which some engines lack for integers.
    const isClass =
      labels.rank === 2
        ? cast(labels, 'float32')
        : cast(equal(expandDims(labels, -1), range(0, classes, 1, 'int32')), 'float32');
    const weighted = mul(isClass, tensor1d([...weights]));
    const total = neg(sum(mul(weighted, logSoftmax(logits))));
    const divisor = normalization === 'weights' ? maximum(sum(weighted), SMALLEST_DIVISOR) : count;
    return div(total, divisor) as Scalar;
  });
}
