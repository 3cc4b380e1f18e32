/** Operations along axes: sums, extrema, arguments of extrema, softmax. */
import { backend_util, type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import { type GradientRecorder, overrideGradient } from '../gradient-overrides.js';
import { sizeOf } from '../layout.js';
import type { Lowered, Lowering, Value } from '../lowering.js';
import type { TraceNode, TraceOperation } from '../trace.js';
import { recordFill, recordReshape, recordTile } from './array.js';
import { multiply, recordScaled } from './binary.js';
import { kernel, operation } from './define.js';

export interface ReductionAttributes {
  axes: number[];
  keep: boolean;
}

/** Writes a reduction in whatever layout its operand has. */
export function writeReduction(lowering: Lowering, onnx: string, node: TraceNode, x: Value): Lowered {
  const { axes, keep } = node.attributes as ReductionAttributes;
  if (axes.length === 0) return x;
  const { graph } = lowering;
  const physical = graph.int64(lowering.physicalAxes(x.layout, axes));
  const name = graph.node(onnx, [x.name, physical], { keepdims: keep ? 1 : 0 });
  if (keep || x.layout === null) return { name, layout: x.layout };
  const kept = x.layout.filter((dim) => !axes.includes(dim));
  const sorted = [...kept].sort((a, b) => a - b);
  return { name, layout: kept.map((dim) => sorted.indexOf(dim)) };
}

const reduction = (name: string, onnx: string): TraceOperation =>
  operation(name, (lowering, node, x) => writeReduction(lowering, onnx, node, lowering.as(x, node.dtype)));

/** A reduction of booleans, by way of integers. */
const logicalReduction = (name: string, onnx: string): TraceOperation =>
  operation(name, (lowering, node, x) => {
    const { name: result, layout } = writeReduction(lowering, onnx, node, lowering.as(x, 'int32'));
    return { name: lowering.cast(result, 'int32', 'bool'), layout: layout ?? null };
  });

export const sum = reduction('Sum', 'ReduceSum');
export const mean = reduction('Mean', 'ReduceMean');

/** What a reduction gives: shape, and the axes in rising order. */
function reducedShape(x: TensorInfo, axis: number | number[] | undefined, keep: boolean) {
  const axes = util.parseAxisParam(axis as number | number[], x.shape);
  const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  return { axes, shape: keep ? backend_util.expandShapeToKeepDim(shape, axes) : shape };
}

export function recordReduction(
  backend: OnnxRuntimeBackend,
  op: TraceOperation,
  x: TensorInfo,
  axis: number | number[] | undefined,
  keep: boolean,
  dtype: TensorInfo['dtype'],
): TensorInfo {
  const { axes, shape } = reducedShape(x, axis, keep);
  const result = backend.record(op, [x], { axes, keep } satisfies ReductionAttributes, shape, dtype);
  if (op === sum || op === mean) backend.markAbsentAfter([x], result);
  return result;
}

/**
 * Every element of a sum has its result's gradient, every one of a mean an equal share of it. tfjs multiplies
 * with a tensor of ones as large as the operand, which it makes element by element.
 */
const spreadGradient =
  (isMean: boolean): GradientRecorder =>
  (backend, dy, [x], attributes) => {
    const axis = attributes['axis'] as number | number[] | undefined;
    const axes = util.parseAxisParam(axis as number[], x!.shape);
    const kept = x!.shape.map((extent, i) => (axes.includes(i) ? 1 : extent));
    return {
      x: () => {
        const expanded = recordReshape(backend, dy, kept);
        const count = sizeOf(x!.shape) / sizeOf(kept);
        let share = expanded;
        if (isMean && count !== 1) {
          const factor = recordFill(backend, [], 1 / count, 'float32');
          share = recordScaled(backend, multiply, expanded, factor);
          backend.drop(expanded, factor);
        }
        const reps = x!.shape.map((extent, i) => extent / kept[i]!);
        const result = recordTile(backend, share, reps);
        backend.drop(share);
        return result;
      },
    };
  };

/** The position of the first extremum. */
const argument = (name: string, onnx: string, worst: number): TraceOperation =>
  operation(name, (lowering, node, x) => {
    const { axis } = node.attributes as { axis: number };
    const { graph } = lowering;
    let operand = lowering.cast(lowering.plain(x), x.dtype, 'float32');
    if (x.dtype === 'float32' && lowering.capabilities.keepsNan) {
      // NaN is never the extremum.
      operand = graph.node('Where', [graph.node('IsNaN', [operand]), graph.scalar(worst), operand]);
    }
    const index = graph.node(onnx, [operand], { axis, keepdims: 0 });
    return { name: lowering.cast(index, 'int64', 'int32') };
  });

const alongAxis = (name: string, onnx: string): TraceOperation =>
  operation(name, (lowering, node, x) => {
    const { axis } = node.attributes as { axis: number };
    const [physical] = lowering.physicalAxes(x.layout, [axis]);
    return { name: lowering.graph.node(onnx, [x.name], { axis: physical! }), layout: x.layout };
  });

const softmax = alongAxis('Softmax', 'Softmax');
const logSoftmax = alongAxis('LogSoftmax', 'LogSoftmax');

const cumulativeSum = operation('Cumsum', (lowering, node, x) => {
  const { axis, exclusive, reverse } = node.attributes as {
    axis: number;
    exclusive: boolean;
    reverse: boolean;
  };
  const { graph } = lowering;
  const at = graph.constant('int64', [], BigInt64Array.of(BigInt(axis)));
  const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
  return { name: graph.node('CumSum', [lowering.plain(lowering.as(x, node.dtype)), at], attributes) };
});

/** An extremum is NaN if any element is; ONNX Runtime may overlook it. */
const extremum = (name: string, onnx: string): TraceOperation =>
  operation(name, (lowering, node, operand) => {
    const { graph } = lowering;
    // There are no extrema of booleans.
    const x = operand.dtype === 'bool' ? lowering.as(operand, 'int32') : operand;
    const { name: result, layout = null } = writeReduction(lowering, onnx, node, x);
    if (x.dtype !== 'float32') return { name: lowering.cast(result, x.dtype, operand.dtype), layout };
    if (!lowering.capabilities.keepsNan) return { name: result, layout };
    const flags = { ...x, name: lowering.cast(graph.node('IsNaN', [x.name]), 'bool', 'float32') };
    const flag = lowering.cast(writeReduction(lowering, 'ReduceMax', node, flags).name, 'float32', 'bool');
    return { name: graph.node('Where', [flag, graph.scalar(Number.NaN), result]), layout };
  });

/** Products of all elements so far, in rounds that each double the reach: ONNX has sums alone. */
const cumulativeProduct = operation('Cumprod', (lowering, node, x) => {
  const { axis, exclusive, reverse } = node.attributes as {
    axis: number;
    exclusive: boolean;
    reverse: boolean;
  };
  const { graph } = lowering;
  const rank = node.shape.length;
  const extent = node.shape[axis]!;
  /** Elements moved on by some places, with ones behind them. */
  const moved = (name: string, places: number): string => {
    const amounts = new Array<number>(2 * rank).fill(0);
    amounts[axis] = reverse ? -places : places;
    amounts[rank + axis] = reverse ? places : -places;
    return graph.node('Pad', [name, graph.int64(amounts), lowering.scalar(1, node.dtype)]);
  };
  let product = lowering.plain(lowering.as(x, node.dtype));
  if (exclusive) product = moved(product, 1);
  for (let reach = 1; reach < extent; reach *= 2) {
    product = graph.node('Mul', [product, moved(product, reach)]);
  }
  return { name: product };
});

const SAME_TYPE = [
  extremum('Max', 'ReduceMax'),
  extremum('Min', 'ReduceMin'),
  reduction('Prod', 'ReduceProd'),
];

export const reductionKernels: KernelConfig[] = [
  kernel('Sum', ({ x }, { axis, keepDims }, backend) => {
    overrideGradient('Sum', spreadGradient(false));
    return recordReduction(backend, sum, x!, axis, keepDims, x!.dtype === 'bool' ? 'int32' : x!.dtype);
  }),
  kernel('Mean', ({ x }, { axis, keepDims }, backend) => {
    overrideGradient('Mean', spreadGradient(true));
    return recordReduction(backend, mean, x!, axis, keepDims, 'float32');
  }),
  ...SAME_TYPE.map((op) =>
    // tfjs calls the axes of some reductions by another name.
    kernel(op.name, ({ x }, { axis, reductionIndices, keepDims }, backend) =>
      recordReduction(backend, op, x!, axis ?? reductionIndices, keepDims, x!.dtype),
    ),
  ),
  ...[logicalReduction('All', 'ReduceMin'), logicalReduction('Any', 'ReduceMax')].map((op) =>
    kernel(op.name, ({ x }, { axis, keepDims }, backend) =>
      recordReduction(backend, op, x!, axis, keepDims, 'bool'),
    ),
  ),
  ...[
    argument('ArgMax', 'ArgMax', Number.NEGATIVE_INFINITY),
    argument('ArgMin', 'ArgMin', Number.POSITIVE_INFINITY),
  ].map((op) =>
    kernel(op.name, ({ x }, { axis }, backend) => {
      const [at] = util.parseAxisParam(axis, x!.shape);
      const shape = x!.shape.filter((_, i) => i !== at);
      return backend.record(op, [x!], { axis: at }, shape, 'int32');
    }),
  ),
  kernel('Softmax', ({ logits }, { dim }, backend) => {
    const [axis] = util.parseAxisParam(dim, logits!.shape);
    return backend.record(softmax, [logits!], { axis }, logits!.shape, 'float32');
  }),
  kernel('LogSoftmax', ({ logits }, { axis: dim }, backend) => {
    const [axis] = util.parseAxisParam(dim, logits!.shape);
    return backend.record(logSoftmax, [logits!], { axis }, logits!.shape, 'float32');
  }),
  ...[cumulativeSum, cumulativeProduct].map((op) =>
    kernel(op.name, ({ x }, { axis, exclusive, reverse }, backend) => {
      const [at] = util.parseAxisParam(axis, x!.shape);
      const attributes = { axis: at, exclusive: Boolean(exclusive), reverse: Boolean(reverse) };
      const dtype = x!.dtype === 'bool' ? 'int32' : x!.dtype;
      return backend.record(op, [x!], attributes, x!.shape, dtype);
    }),
  ),
];
