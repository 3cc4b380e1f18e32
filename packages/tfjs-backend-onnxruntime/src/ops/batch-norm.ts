/**
 * Batch normalisation, with given statistics and with those of the batch.
 *
 * In training, tfjs computes mean and variance step by step and derives all of it; that costs more than
 * the convolutions around it. Where a batch is normalised by its own mean and variance, the recorded steps
 * are replaced by one operation, and the gradient by its closed form
 * dx = A dy + B x + D (Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167, section 3).
 */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import { overrideGradient } from '../gradient-overrides.js';
import { CHANNELS_FIRST, sizeOf } from '../layout.js';
import type { Lowered, Lowering } from '../lowering.js';
import type { TraceNode, TraceOperation } from '../trace.js';
import { fill, recordFill } from './array.js';
import { add, squaredDifference, subtract } from './binary.js';
import { conv2d } from './convolution.js';
import { callKernel, kernel, operation } from './define.js';
import { planFolding, statisticsKey } from './folded-batch-norm.js';
import { mean, type ReductionAttributes, sum } from './reduction.js';
import { square } from './unary.js';

/** ONNX values `[channels]` of a normalised batch. */
interface Statistics {
  mean: string;
  variance: string;
}

const batchNorm = operation('FusedBatchNorm', (lowering, node, x, mean, variance, scale, offset) => {
  const { epsilon } = node.attributes as { epsilon: number };
  const operands = [lowering.channelsFirst(x), scale.name, offset.name, mean.name, variance.name];
  return {
    name: lowering.graph.node('BatchNormalization', operands, { epsilon: { float: epsilon } }),
    layout: CHANNELS_FIRST,
  };
});

// ---- with the statistics of the batch

function statisticsOf(lowering: Lowering, normalization: TraceNode): Statistics {
  return lowering.once<Statistics>(statisticsKey(normalization), () => {
    throw new Error('the statistics of a batch were asked for before it was normalised');
  });
}

/** `[channels]` as a factor of `[n, channels, height, width]`. */
const perChannel = (lowering: Lowering, name: string) => lowering.reshape(name, [-1, 1, 1]);

/** 1 / sqrt(variance + epsilon), `[channels]`. */
function inverseDeviation(lowering: Lowering, { variance }: Statistics, epsilon: number): string {
  const { graph } = lowering;
  return lowering.once(`inverse deviation ${variance} ${epsilon}`, () =>
    graph.node('Reciprocal', [graph.node('Sqrt', [graph.node('Add', [variance, graph.scalar(epsilon)])])]),
  );
}

/** x normalised by its own mean and variance over all but the last axis, times scale plus offset. */
export const batchNormTraining = operation(
  'BatchNormTraining',
  (lowering, node, x, scale, offset): Lowered => {
    const { epsilon } = node.attributes as { epsilon: number };
    const { graph, capabilities } = lowering;
    const image = lowering.channelsFirst(x);
    if (capabilities.batchNormTraining) {
      // ONNX Runtime writes the new moving statistics over the given ones, so each normalisation needs two
      // of its own; constants are shared where they are equal, hence the number. Momentum 0 ignores them.
      const own = (offsetOfValue: number) =>
        graph.constant(
          'float32',
          scale.shape as number[],
          new Float32Array(sizeOf(scale.shape)).fill(2 * node.position + offsetOfValue + 1),
        );
      const [result, batchMean, variance] = graph.nodeWithOutputs(
        'BatchNormalization',
        [image, scale.name, offset.name, own(0), own(0.5)],
        { epsilon: { float: epsilon }, momentum: { float: 0 }, training_mode: 1 },
        { outputs: 3 },
      );
      lowering.once<Statistics>(statisticsKey(node), () => ({ mean: batchMean!, variance: variance! }));
      return { name: result!, layout: CHANNELS_FIRST };
    }
    const axes = graph.int64([0, 2, 3]);
    const batchMean = graph.node('ReduceMean', [image, axes], { keepdims: 1 });
    const centered = graph.node('Sub', [image, batchMean]);
    const squares = graph.node('Mul', [centered, centered]);
    const variance = graph.node('ReduceMean', [squares, axes], { keepdims: 0 });
    const statistics = lowering.once<Statistics>(statisticsKey(node), () => ({
      mean: lowering.reshape(batchMean, [-1]),
      variance,
    }));
    const factor = graph.node('Mul', [scale.name, inverseDeviation(lowering, statistics, epsilon)]);
    const scaled = graph.node('Mul', [centered, perChannel(lowering, factor)]);
    return {
      name: graph.node('Add', [scaled, perChannel(lowering, offset.name)]),
      layout: CHANNELS_FIRST,
    };
  },
  (lowering, node) => planFolding(lowering, node, { scaleGradient, inputGradient }),
);

/** The mean of what was normalised, plus the bias that was left out of it. */
const batchMean = operation('BatchMean', (lowering, node) => {
  const [normalization, bias] = node.inputs as [TraceNode, TraceNode?];
  const { mean: name } = statisticsOf(lowering, normalization);
  if (bias === undefined) return { name };
  return { name: lowering.graph.node('Add', [name, lowering.value(bias).name]) };
});

const batchVariance = operation('BatchVariance', (lowering, node) => ({
  name: statisticsOf(lowering, node.inputs[0]!).variance,
}));

/** The gradient of the scale: sum of dy times the normalised x, as (sum(dy x) - mean sum(dy)) / deviation. */
const scaleGradient = operation('BatchNormScaleGradient', (lowering, node, dy, x, _y, offsetGradient) => {
  const { epsilon } = node.attributes as { epsilon: number };
  const { graph } = lowering;
  const statistics = statisticsOf(lowering, node.inputs[2]!);
  const products = graph.node('Mul', [lowering.channelsFirst(dy), lowering.channelsFirst(x)]);
  const summed = graph.node('ReduceSum', [products, graph.int64([0, 2, 3])], { keepdims: 0 });
  const centered = graph.node('Sub', [summed, graph.node('Mul', [statistics.mean, offsetGradient.name])]);
  return { name: graph.node('Mul', [centered, inverseDeviation(lowering, statistics, epsilon)]) };
});

/** dx = scale/deviation (dy - sum(dy)/m - normalised x sum(dy normalised x)/m), as A dy + B x + D. */
const inputGradient = operation(
  'BatchNormInputGradient',
  (lowering, node, dy, x, _y, scale, ofScale, ofOffset): Lowered => {
    const { epsilon } = node.attributes as { epsilon: number };
    const { graph } = lowering;
    const statistics = statisticsOf(lowering, node.inputs[2]!);
    const deviation = inverseDeviation(lowering, statistics, epsilon);
    const count = sizeOf(x.shape) / sizeOf(scale.shape);
    const share = graph.scalar(-1 / count);
    const a = graph.node('Mul', [scale.name, deviation]);
    const b = graph.node('Mul', [
      graph.node('Mul', [a, deviation]),
      graph.node('Mul', [ofScale.name, share]),
    ]);
    const d = graph.node('Sub', [
      graph.node('Mul', [a, graph.node('Mul', [ofOffset.name, share])]),
      graph.node('Mul', [b, statistics.mean]),
    ]);
    const scaled = graph.node('Mul', [lowering.channelsFirst(dy), perChannel(lowering, a)]);
    // A normalisation with mean 0 and variance 1 is B x + D in one pass.
    const channels = scale.shape as number[];
    const zeros = graph.constant('float32', channels, new Float32Array(sizeOf(channels)));
    const ones = graph.constant('float32', channels, new Float32Array(sizeOf(channels)).fill(1));
    const shifted = graph.node('BatchNormalization', [lowering.channelsFirst(x), b, d, zeros, ones], {
      epsilon: { float: 0 },
    });
    return { name: graph.node('Add', [scaled, shifted]), layout: CHANNELS_FIRST };
  },
);

// ---- recognising it

/** Whether this pending node is the mean of `x` over all but the last axis. */
function isMeanOf(node: TraceNode, isSource: (x: TraceNode) => boolean): boolean {
  if (node.data !== null || node.operation !== mean) return false;
  const source = node.inputs[0]!;
  const { axes, keep } = node.attributes as ReductionAttributes;
  return (
    !keep &&
    axes.length === source.shape.length - 1 &&
    axes.every((axis, i) => axis === i) &&
    isSource(source)
  );
}

/** The node behind changes of shape that leave the channels alone. */
function withoutReshape(node: TraceNode): TraceNode {
  let inner = node;
  while (inner.data === null && inner.operation?.name === 'Reshape') inner = inner.inputs[0]!;
  return inner;
}

const channelsOf = (node: TraceNode) => node.shape[node.shape.length - 1]!;

/** Whether mean and variance are those of `x` itself, as tf.moments computes them. */
function usesBatchStatistics(x: TraceNode, meanNode: TraceNode, varianceNode: TraceNode): boolean {
  if (x.shape.length < 2) return false;
  const source = withoutReshape(x);
  const isX = (node: TraceNode) => withoutReshape(node) === source && channelsOf(node) === channelsOf(x);
  const isMean = (node: TraceNode) => withoutReshape(node) === meanNode;
  if (!isMeanOf(meanNode, isX)) return false;
  return isMeanOf(varianceNode, (squares) => {
    if (squares.data !== null) return false;
    const difference =
      squares.operation === square
        ? squares.inputs[0]!
        : squares.operation === squaredDifference
          ? squares
          : null;
    if (difference === null || difference.data !== null) return false;
    if (difference !== squares && difference.operation !== subtract) return false;
    return isX(difference.inputs[0]!) && isMean(difference.inputs[1]!);
  });
}

/** A convolution's bias changes the mean of a batch and nothing else, so it is not added before normalising. */
function withoutBias(x: TraceNode): { source: TraceNode; bias?: TraceNode } {
  if (x.data !== null || x.operation !== add) return { source: x };
  const [source, bias] = x.inputs as [TraceNode, TraceNode];
  const isBias = bias.shape.length === 1 && bias.shape[0] === channelsOf(x);
  return source.data === null && source.operation === conv2d && isBias ? { source, bias } : { source: x };
}

function recordBatchNorm(
  backend: OnnxRuntimeBackend,
  { x, mean: meanTensor, variance: varianceTensor, scale, offset }: Record<string, TensorInfo>,
  epsilon: number,
): TensorInfo {
  const channels = meanTensor!.shape;
  const made: TensorInfo[] = [];
  const orConstant = (tensor: TensorInfo | undefined, value: number): TensorInfo => {
    if (tensor !== undefined) return tensor;
    const constant = recordFill(backend, channels, value, 'float32');
    made.push(constant);
    return constant;
  };
  const factors = [orConstant(scale, 1), orConstant(offset, 0)];
  const [xNode, meanNode, varianceNode] = [x!, meanTensor!, varianceTensor!].map((t) => backend.node(t)) as [
    TraceNode,
    TraceNode,
    TraceNode,
  ];
  let result: TensorInfo;
  if (usesBatchStatistics(xNode, meanNode, varianceNode)) {
    const { source, bias } = withoutBias(xNode);
    result = backend.record(batchNormTraining, [source, ...factors], { epsilon }, x!.shape, 'float32');
    const normalization = backend.node(result);
    backend.replace(meanNode, batchMean, bias === undefined ? [normalization] : [normalization, bias], null);
    backend.replace(varianceNode, batchVariance, [normalization], null);
  } else {
    const inputs = [x!, meanTensor!, varianceTensor!, ...factors];
    result = backend.record(batchNorm, inputs, { epsilon }, x!.shape, 'float32');
  }
  backend.drop(...made);
  return result;
}

/** The gradients in closed form, or undefined if `mean` does not belong to a batch that is still pending. */
function closedGradients(
  backend: OnnxRuntimeBackend,
  dy: TensorInfo,
  [x, meanTensor, , scale]: readonly TensorInfo[],
): Record<string, () => TensorInfo> | undefined {
  const meanNode = backend.node(meanTensor!);
  if (meanNode.data !== null || meanNode.operation !== batchMean) return undefined;
  const normalization = meanNode.inputs[0]!;
  const source = normalization.inputs[0];
  const given = backend.node(x!);
  const isSource = source === given || (given.data === null && given.inputs[0] === source);
  if (normalization.data !== null || source === undefined || !isSource) return undefined;
  const { epsilon } = normalization.attributes as { epsilon: number };
  const channels = meanTensor!.shape;
  const record = (op: TraceOperation, inputs: (TensorInfo | TraceNode)[], shape: number[]) =>
    backend.record(op, inputs, { epsilon }, shape, 'float32');
  const ofOffset = backend.record(sum, [dy], { axes: [0, 1, 2], keep: false }, channels, 'float32');
  const ofScale = record(scaleGradient, [dy, source, normalization, ofOffset], channels);
  const factor = scale ?? normalization.inputs[1]!;
  const absent = () => {
    const zero = backend.record(fill, [], { value: 0 }, channels, 'float32');
    backend.node(zero).absent = true;
    return zero;
  };
  return {
    x: () => record(inputGradient, [dy, source, normalization, factor, ofScale, ofOffset], x!.shape),
    mean: absent,
    variance: absent,
    scale: () => ofScale,
    offset: () => ofOffset,
  };
}

/** With statistics of any shape that broadcasts, one elementwise operation after another. */
function recordElementwiseNorm(
  backend: OnnxRuntimeBackend,
  { x, mean, variance, scale, offset }: Record<string, TensorInfo>,
  epsilon: number,
): TensorInfo {
  const made: TensorInfo[] = [];
  const keep = (result: TensorInfo) => {
    made.push(result);
    return result;
  };
  const run = (name: string, a: TensorInfo, b: TensorInfo) => keep(callKernel(backend, name, { a, b }));
  const shifted = run('Add', variance!, keep(recordFill(backend, [], epsilon, 'float32')));
  const factor = keep(callKernel(backend, 'Rsqrt', { x: shifted }));
  let result = run('Multiply', run('Sub', x!, mean!), factor);
  if (scale !== undefined) result = run('Multiply', result, scale);
  if (offset !== undefined) result = run('Add', result, offset);
  backend.drop(...made.filter((tensor) => tensor !== result));
  return result;
}

export const batchNormKernels: KernelConfig[] = [
  kernel('FusedBatchNorm', (inputs, { varianceEpsilon }, backend) => {
    overrideGradient('FusedBatchNorm', closedGradients);
    const parameters = [inputs['mean'], inputs['variance'], inputs['scale'], inputs['offset']];
    if (parameters.some((tensor) => tensor !== undefined && tensor.shape.length !== 1)) {
      return recordElementwiseNorm(backend, inputs as Record<string, TensorInfo>, varianceEpsilon);
    }
    return recordBatchNorm(backend, inputs as Record<string, TensorInfo>, varianceEpsilon);
  }),
];
