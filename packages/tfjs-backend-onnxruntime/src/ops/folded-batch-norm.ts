/**
 * A batch normalisation folded into the pointwise convolution before it, for training.
 *
 * For z = W'x with far more channels than x, the passes over z and its gradient cost more than the products.
 * None of them is needed. With x centred, c = x - mean(x), and its covariance G = c c'/m:
 *
 *     variance of z   v = diag(W' G W),   A = scale / sqrt(v + epsilon)
 *     result          y = (W A)' c + offset            one convolution with a bias
 *     from dy = g     R = c g',   dscale = sum_i(W R) / deviation,   doffset = sum(g)
 *     filter          dW = A (R - dscale/deviation G W)
 *     input           dx = (W A) g - K c - W (A doffset)/m,   K = W diag(A dscale/(m deviation)) W'
 *
 * which is the closed form of batch-norm.ts with z written out. Only tensors as narrow as x remain, and z is
 * not kept for the gradient. The variance loses about one decimal digit to the covariance, which matters to no
 * training but can put a value on the other side of 0 than the plain form does. A sum with a shortcut and a ReLU behind the normalisation become part of the
 * convolution.
 */
import { MICROSOFT } from '../domains.js';
import { CHANNELS_FIRST, sizeOf } from '../layout.js';
import type { Lowered, Lowering } from '../lowering.js';
import type { TraceNode } from '../trace.js';
import { add } from './binary.js';
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  correlate,
  type Extents,
  extentsOf,
  isPointwise,
  spreadOut,
  subsample,
  type WindowAttributes,
} from './convolution.js';
import { type ReductionAttributes, sum } from './reduction.js';
import { relu } from './unary.js';

/**
 * Nanoseconds that the passes over an element of z and of its gradient take, while z fits into the processor's
 * last cache and where it does not; measured on 2 cores.
 */
const PASSES_NANOSECONDS = { cached: 1, uncached: 3 };
const CACHE_BYTES = 16 * 2 ** 20;
/** Nanoseconds that the passes over an element of the centred input take instead. */
const NARROW_PASSES_NANOSECONDS = 2;
/** Nanoseconds that some twenty more nodes of the graph take, however small. */
const NODES_NANOSECONDS = 100_000;
/** Multiplications and additions a nanosecond; on the same machine. */
const FLOPS_PER_NANOSECOND = 190;
/** By how much folding must pay. */
const MARGIN = 1.5;

/** The operations of batch-norm.ts that this one stands in for. */
export interface NormalizationOperations {
  scaleGradient: TraceNode['operation'];
  inputGradient: TraceNode['operation'];
}

/** ONNX values of a folded normalisation, made when the first of them is needed. */
interface Folded {
  extents: Extents;
  strides: readonly number[];
  /** The input centred, `[n, inputs, pixels]`. */
  centered: string;
  /** The filter, `[inputs, outputs]`. */
  filter: string;
  /** Covariance times filter, `[inputs, outputs]`. */
  covariance: string;
  /** Mean and variance of z, `[outputs]`. */
  mean: string;
  variance: string;
  /** 1 / sqrt(variance + epsilon), `[outputs]`. */
  inverseDeviation: string;
  /** The filter times scale / deviation, `[inputs, outputs]`. */
  scaledFilter: string;
}

function pays({ batch, inputs, outHeight, outWidth, outputs }: Extents): boolean {
  const count = batch * outHeight * outWidth;
  const isCached = count * outputs * Float32Array.BYTES_PER_ELEMENT <= CACHE_BYTES;
  const saved = PASSES_NANOSECONDS[isCached ? 'cached' : 'uncached'] * count * outputs;
  const products = 4 * (count * inputs * inputs + inputs * inputs * outputs);
  const passes = NARROW_PASSES_NANOSECONDS * count * inputs;
  const spent = products / FLOPS_PER_NANOSECOND + passes + NODES_NANOSECONDS;
  return saved > MARGIN * spent;
}

/** Whether this is the gradient of a bias before the normalisation, which has no influence at all. */
function isBiasGradient({ attributes }: TraceNode): boolean {
  const { axes, keep } = attributes as ReductionAttributes;
  return axes.join() === '0,1,2' && !keep;
}

function writeBiasGradient(lowering: Lowering, { shape }: TraceNode): Lowered {
  return { name: lowering.graph.node('Expand', [lowering.scalar(0), lowering.graph.int64(shape)]) };
}

/** The nodes that take `node`, if all are of these operations. */
function onlyUsers(
  lowering: Lowering,
  node: TraceNode,
  operations: readonly TraceNode['operation'][],
): readonly TraceNode[] | undefined {
  const users = lowering.usersOf(node);
  return users.every((user) => operations.includes(user.operation)) ? users : undefined;
}

/**
 * Folds a normalisation if its input is a pointwise convolution that nobody else sees, and if it pays.
 *
 * @param normalization a node BatchNormTraining(z, scale, offset)
 */
export function planFolding(
  lowering: Lowering,
  normalization: TraceNode,
  { scaleGradient, inputGradient }: NormalizationOperations,
): void {
  const { foldBatchNorm, fusedMatMul, batchNormTraining } = lowering.capabilities;
  if (foldBatchNorm === 'never' || !fusedMatMul || !batchNormTraining) return;
  const [convolution, scale] = normalization.inputs as [TraceNode, TraceNode];
  if (convolution.data !== null || convolution.operation !== conv2d) return;
  const attributes = convolution.attributes as WindowAttributes;
  if (!isPointwise(attributes) || lowering.isOutput(convolution)) return;
  const [image, filter] = convolution.inputs as [TraceNode, TraceNode];
  const extents = extentsOf(image.shape, convolution.shape);
  if (foldBatchNorm === 'auto' && !pays(extents)) return;

  const gradients: TraceNode[] = [];
  for (const user of lowering.usersOf(convolution)) {
    if (user === normalization) continue;
    const known = user.operation === scaleGradient || user.operation === inputGradient;
    if (!known || user.inputs[2] !== normalization || user.inputs[0] === convolution) return;
    if (user.operation === inputGradient) {
      if (user.inputs[3] !== scale || lowering.isOutput(user)) return;
      const takers = onlyUsers(lowering, user, [conv2dFilterGradient, conv2dInputGradient, sum]);
      const fit = takers?.every((taker) =>
        taker.operation === sum
          ? isBiasGradient(taker)
          : taker.operation === conv2dFilterGradient
            ? taker.inputs[0] === image && taker.inputs[1] === user
            : taker.inputs[0] === user && taker.inputs[1] === filter,
      );
      if (!fit) return;
    }
    gradients.push(user);
  }

  const folded = () => fold(lowering, normalization);
  lowering.imply(convolution);
  planForward(lowering, normalization, folded);
  for (const gradient of gradients) {
    const [dy, , , , ofScale, ofOffset] = gradient.inputs;
    if (gradient.operation === scaleGradient) {
      lowering.replace(gradient, () => writeScaleGradient(lowering, folded(), dy!));
      continue;
    }
    lowering.imply(gradient);
    for (const taker of lowering.usersOf(gradient)) {
      lowering.replace(taker, () => {
        if (taker.operation === sum) return writeBiasGradient(lowering, taker);
        return taker.operation === conv2dFilterGradient
          ? writeFilterGradient(lowering, folded(), taker, dy!, scale, ofScale!)
          : writeInputGradient(lowering, folded(), dy!, scale, ofScale!, ofOffset!);
      });
    }
  }
}

/** Writes the result, where possible together with the shortcut and the ReLU that follow. */
function planForward(lowering: Lowering, normalization: TraceNode, folded: () => Folded): void {
  const results = (node: TraceNode) =>
    lowering.usersOf(node).filter(({ operation }) => !OBSERVERS.has(operation!.name));
  // Of two normalisations that are added, one becomes the other's shortcut.
  const isHidden = (node: TraceNode, only: TraceNode) =>
    !lowering.isOutput(node) &&
    results(node).length === 1 &&
    results(node)[0] === only &&
    !lowering.isImplied(only) &&
    !lowering.isReplaced(only);
  // Statistics are there from here on; whoever takes the result writes it.
  const withStatistics = (): Lowered => {
    folded();
    return { name: '' };
  };
  const [first] = results(normalization);
  if (first?.operation === relu && isHidden(normalization, first)) {
    lowering.replace(normalization, withStatistics);
    lowering.replace(first, () => writeResult(lowering, folded(), normalization, undefined, true));
    return;
  }
  const shortcut = first?.inputs.find((input) => input !== normalization);
  if (
    first?.operation === add &&
    shortcut !== undefined &&
    sizeOf(shortcut.shape) === sizeOf(normalization.shape) &&
    shortcut.dtype === 'float32' &&
    isHidden(normalization, first)
  ) {
    const [second] = results(first);
    const rectified = second?.operation === relu && isHidden(first, second);
    lowering.replace(normalization, withStatistics);
    if (rectified) lowering.imply(first);
    lowering.replace(rectified ? second : first, () =>
      writeResult(lowering, folded(), normalization, shortcut, rectified),
    );
    return;
  }
  lowering.replace(normalization, () => writeResult(lowering, folded(), normalization, undefined, false));
}

/** Operations that look at a normalisation without taking its result. */
const OBSERVERS = new Set([
  'BatchMean',
  'BatchVariance',
  'BatchNormScaleGradient',
  'BatchNormInputGradient',
  // Takes the result of the ReLU beside it instead, see unary.ts.
  'Step',
]);

/** Where batch-norm.ts looks for the statistics of a normalisation. */
export const statisticsKey = (node: TraceNode) => `statistics ${node.id}`;

function fold(lowering: Lowering, normalization: TraceNode): Folded {
  return lowering.once(`folded ${normalization.id}`, () => {
    const { graph } = lowering;
    const [convolution, scaleNode] = normalization.inputs as [TraceNode, TraceNode];
    const { epsilon } = normalization.attributes as { epsilon: number };
    const { strides } = convolution.attributes as WindowAttributes;
    const image = lowering.value(convolution.inputs[0]!);
    const filterValue = lowering.value(convolution.inputs[1]!);
    const extents = extentsOf(image.shape, convolution.shape);
    const { batch, inputs, outHeight, outWidth, outputs } = extents;
    const pixels = outHeight * outWidth;
    const count = batch * pixels;

    const seen = subsample(lowering, lowering.channelsFirst(image), strides, outHeight, outWidth);
    // Several convolutions may take the same image.
    const { centered, mean, covariance } = lowering.once(`centered ${seen}`, () => {
      const flat = lowering.reshape(seen, [batch, inputs, pixels]);
      const inputMean = graph.node('ReduceMean', [flat, graph.int64([0, 2])], { keepdims: 1 });
      const difference = graph.node('Sub', [flat, inputMean]);
      const square = correlate(
        lowering,
        lowering.reshape(difference, [batch, inputs, outHeight, outWidth]),
        lowering.reshape(difference, [batch, inputs, outHeight, outWidth]),
        { ...extents, outputs: inputs },
      );
      return {
        centered: difference,
        mean: lowering.reshape(inputMean, [1, inputs]),
        covariance: graph.node('Mul', [square, graph.scalar(1 / count)]),
      };
    });
    const filter = lowering.reshape(lowering.plain(filterValue), [inputs, outputs]);
    const product = graph.node('MatMul', [covariance, filter]);
    const variance = graph.node('Max', [
      graph.node('ReduceSum', [graph.node('Mul', [filter, product]), graph.int64([0])], { keepdims: 0 }),
      graph.scalar(0),
    ]);
    const inverseDeviation = graph.node('Reciprocal', [
      graph.node('Sqrt', [graph.node('Add', [variance, graph.scalar(epsilon)])]),
    ]);
    const factor = graph.node('Mul', [lowering.value(scaleNode).name, inverseDeviation]);
    const outputMean = lowering.reshape(graph.node('MatMul', [mean, filter]), [outputs]);
    lowering.once(statisticsKey(normalization), () => ({ mean: outputMean, variance }));
    return {
      extents,
      strides,
      centered,
      filter,
      covariance: product,
      mean: outputMean,
      variance,
      inverseDeviation,
      scaledFilter: graph.node('Mul', [filter, factor]),
    };
  });
}

function writeResult(
  lowering: Lowering,
  { extents, centered, scaledFilter }: Folded,
  normalization: TraceNode,
  shortcut: TraceNode | undefined,
  rectified: boolean,
): Lowered {
  const { graph } = lowering;
  const { batch, inputs, outHeight, outWidth, outputs } = extents;
  const image = lowering.reshape(centered, [batch, inputs, outHeight, outWidth]);
  const taps = lowering.reshape(lowering.transpose(scaledFilter, [1, 0]), [outputs, inputs, 1, 1]);
  const offset = lowering.value(normalization.inputs[2]!).name;
  const operands = [image, taps, offset];
  if (shortcut !== undefined) operands.push(lowering.channelsFirst(lowering.value(shortcut)));
  const window = { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
  const name =
    rectified || shortcut !== undefined
      ? graph.node('FusedConv', operands, rectified ? { ...window, activation: 'Relu' } : window, MICROSOFT)
      : graph.node('Conv', operands, window);
  return { name, layout: CHANNELS_FIRST };
}

/** The sum of centred input times gradient, `[inputs, outputs]`. */
function correlation(lowering: Lowering, { extents, centered }: Folded, dy: TraceNode): string {
  const { batch, inputs, outHeight, outWidth } = extents;
  const gradient = lowering.channelsFirst(lowering.value(dy));
  return lowering.once(`correlation ${centered} ${gradient}`, () =>
    correlate(lowering, lowering.reshape(centered, [batch, inputs, outHeight, outWidth]), gradient, extents),
  );
}

function writeScaleGradient(lowering: Lowering, folded: Folded, dy: TraceNode): Lowered {
  const { graph } = lowering;
  const products = graph.node('Mul', [folded.filter, correlation(lowering, folded, dy)]);
  const summed = graph.node('ReduceSum', [products, graph.int64([0])], { keepdims: 0 });
  return { name: graph.node('Mul', [summed, folded.inverseDeviation]) };
}

function writeFilterGradient(
  lowering: Lowering,
  folded: Folded,
  node: TraceNode,
  dy: TraceNode,
  scale: TraceNode,
  ofScale: TraceNode,
): Lowered {
  const { graph } = lowering;
  const factor = graph.node('Mul', [lowering.value(scale).name, folded.inverseDeviation]);
  const share = graph.node('Mul', [lowering.value(ofScale).name, folded.inverseDeviation]);
  const explained = graph.node('Mul', [folded.covariance, share]);
  const rest = graph.node('Sub', [correlation(lowering, folded, dy), explained]);
  return { name: lowering.reshape(graph.node('Mul', [rest, factor]), node.shape) };
}

function writeInputGradient(
  lowering: Lowering,
  folded: Folded,
  dy: TraceNode,
  scale: TraceNode,
  ofScale: TraceNode,
  ofOffset: TraceNode,
): Lowered {
  const { graph } = lowering;
  const { extents, strides, centered, filter, scaledFilter, inverseDeviation } = folded;
  const { batch, inputs, outHeight, outWidth, outputs } = extents;
  const pixels = outHeight * outWidth;
  const share = graph.scalar(1 / (batch * pixels));
  const value = (source: TraceNode) => lowering.value(source).name;
  const factor = graph.node('Mul', [value(scale), inverseDeviation]);
  const gradient = lowering.channelsFirst(lowering.value(dy));
  const direct = lowering.matMul(scaledFilter, lowering.reshape(gradient, [batch, outputs, pixels]), {
    rankA: 2,
    rankB: 3,
  });
  const ofDeviation = graph.node('Mul', [
    graph.node('Mul', [factor, inverseDeviation]),
    graph.node('Mul', [value(ofScale), share]),
  ]);
  const spread = lowering.matMul(graph.node('Mul', [filter, ofDeviation]), filter, { transposeB: true });
  const explained = graph.node('MatMul', [spread, centered]);
  const ofMean = graph.node('Mul', [factor, graph.node('Mul', [value(ofOffset), share])]);
  const constant = graph.node('MatMul', [filter, lowering.reshape(ofMean, [outputs, 1])]);
  const rest = graph.node('Sub', [graph.node('Sub', [direct, explained]), constant]);
  const small = lowering.reshape(rest, [batch, inputs, outHeight, outWidth]);
  return {
    name: spreadOut(lowering, small, strides, [outHeight, outWidth], [extents.height, extents.width]),
    layout: CHANNELS_FIRST,
  };
}
