/** Kernels that choose or place elements by indices which are themselves tensors. */
import {
  backend_util,
  gather_util,
  type KernelConfig,
  scatter_util,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import { sizeOf } from '../layout.js';
import type { Lowered, Lowering, Value } from '../lowering.js';
import { recordReshape } from './array.js';
import { kernel, operation } from './define.js';

/** Indices as ONNX takes them: `[..., depth]` of int64, and a list of single ones as a column. */
function int64Indices(lowering: Lowering, indices: Value): string {
  const column = indices.shape.length < 2 ? [sizeOf(indices.shape), 1] : indices.shape;
  return lowering.cast(lowering.reshape(lowering.plain(indices), column), indices.dtype, 'int64');
}

const gatherNd = operation('GatherNd', (lowering, node, x, indices): Lowered => {
  const at = lowering.cast(lowering.plain(indices), indices.dtype, 'int64');
  const name = lowering.graph.node('GatherND', [lowering.plain(x), at]);
  return { name: lowering.reshape(name, node.shape) };
});

/** Updates added up where their indices say, on zeros. */
const scatterNd = operation('ScatterNd', (lowering, node, indices, updates): Lowered => {
  const { graph } = lowering;
  const zeros = graph.node('Expand', [lowering.scalar(0, node.dtype), graph.int64(node.shape)]);
  const inputs = [zeros, int64Indices(lowering, indices), lowering.plain(updates)];
  return { name: graph.node('ScatterND', inputs, { reduction: 'add' }) };
});

const scatterUpdate = operation('TensorScatterUpdate', (lowering, _node, x, indices, updates): Lowered => {
  const inputs = [lowering.plain(x), int64Indices(lowering, indices), lowering.plain(updates)];
  return { name: lowering.graph.node('ScatterND', inputs) };
});

const sparseToDense = operation('SparseToDense', (lowering, node, indices, values, base): Lowered => {
  const { graph } = lowering;
  const background = graph.node('Expand', [
    lowering.reshape(lowering.as(base, node.dtype).name, []),
    graph.int64(node.shape),
  ]);
  const at = int64Indices(lowering, indices);
  const count = indices.shape.length < 2 ? sizeOf(indices.shape) : indices.shape[0]!;
  const each =
    values.shape.length === 0
      ? graph.node('Expand', [values.name, graph.int64([count])])
      : lowering.plain(values);
  return { name: graph.node('ScatterND', [background, at, each]) };
});

interface BatchedGather {
  batch: number;
  outer: number;
  extent: number;
  slice: number;
}

/** A gather within each item of a batch: rows of all items in one table, indices moved to their item's rows. */
const batchedGather = operation('GatherV2 in batches', (lowering, node, x, indices): Lowered => {
  const { batch, outer, extent, slice } = node.attributes as BatchedGather;
  const { graph } = lowering;
  const table = lowering.reshape(lowering.plain(x), [batch * outer * extent, slice]);
  const count = sizeOf(indices.shape) / batch;
  const own = lowering.reshape(lowering.cast(lowering.plain(indices), indices.dtype, 'int64'), [
    batch,
    1,
    count,
  ]);
  const starts = graph.constant(
    'int64',
    [batch, outer, 1],
    BigInt64Array.from({ length: batch * outer }, (_, i) => BigInt(i * extent)),
  );
  const rows = graph.node('Gather', [table, graph.node('Add', [own, starts])], { axis: 0 });
  return { name: lowering.reshape(rows, node.shape) };
});

export function recordBatchedGather(
  backend: OnnxRuntimeBackend,
  x: TensorInfo,
  indices: TensorInfo,
  axis: number,
  batchDims: number,
): TensorInfo {
  const info = backend_util.segment_util.collectGatherOpShapeInfo(
    x as never,
    indices as never,
    axis,
    batchDims,
  );
  const attributes: BatchedGather = {
    batch: info.batchSize,
    outer: info.outerSize,
    extent: info.dimSize,
    slice: info.sliceSize,
  };
  return backend.record(batchedGather, [x, indices], attributes, info.outputShape, x.dtype);
}

const diagonal = operation('Diag', (lowering, node, x): Lowered => {
  const { graph } = lowering;
  const length = sizeOf(x.shape);
  const unit = new Uint8Array(length * length);
  for (let i = 0; i < length; i++) unit[i * (length + 1)] = 1;
  // ONNX Runtime cannot choose between booleans.
  const operand = lowering.as(x, x.dtype === 'bool' ? 'int32' : x.dtype);
  const row = lowering.reshape(lowering.plain(operand), [1, length]);
  const chosen = graph.constant('bool', [length, length], unit);
  const name = graph.node('Where', [chosen, row, lowering.scalar(0, operand.dtype)]);
  return { name: lowering.reshape(lowering.cast(name, operand.dtype, x.dtype), node.shape) };
});

/** Always sorted: among equals tfjs promises the first ones even where it promises no order. */
function topK(lowering: Lowering, x: Value, { k }: { k: number }): readonly string[] {
  return lowering.once(`topk ${x.name} ${k}`, () =>
    lowering.graph.nodeWithOutputs(
      'TopK',
      [lowering.plain(x), lowering.graph.int64([k])],
      { axis: x.shape.length - 1, largest: 1, sorted: 1 },
      { outputs: 2 },
    ),
  );
}

const topValues = operation('TopK values', (lowering, node, x): Lowered => {
  const operand = lowering.as(x, x.dtype === 'bool' ? 'int32' : x.dtype);
  const name = topK(lowering, operand, node.attributes)[0]!;
  return { name: lowering.cast(name, operand.dtype, x.dtype) };
});

const topIndices = operation('TopK indices', (lowering, node, x): Lowered => {
  const operand = lowering.as(x, x.dtype === 'bool' ? 'int32' : x.dtype);
  return { name: lowering.cast(topK(lowering, operand, node.attributes)[1]!, 'int64', 'int32') };
});

export const indexingKernels: KernelConfig[] = [
  kernel('GatherNd', ({ params, indices }, _attributes, backend) => {
    const [shape] = gather_util.prepareAndValidate(params as never, indices as never);
    return backend.record(gatherNd, [params!, indices!], null, shape, params!.dtype);
  }),
  kernel('ScatterNd', ({ indices, updates }, { shape }, backend) =>
    sizeOf(updates!.shape) === 0
      ? backend.zeros(shape, updates!.dtype)
      : backend.record(scatterNd, [indices!, updates!], null, shape, updates!.dtype),
  ),
  kernel('TensorScatterUpdate', ({ tensor, indices, updates }, _attributes, backend) => {
    scatter_util.calculateShapes(updates as never, indices as never, tensor!.shape);
    return backend.record(scatterUpdate, [tensor!, indices!, updates!], null, tensor!.shape, tensor!.dtype);
  }),
  kernel('SparseToDense', ({ sparseIndices, sparseValues, defaultValue }, { outputShape }, backend) => {
    const dtype = sparseValues!.dtype;
    const inputs = [sparseIndices!, sparseValues!, defaultValue!];
    return backend.record(sparseToDense, inputs, null, outputShape, dtype);
  }),
  kernel('Diag', ({ x }, _attributes, backend) =>
    backend.record(diagonal, [x!], null, [...x!.shape, ...x!.shape], x!.dtype),
  ),
  kernel('TopK', ({ x }, { k }, backend) => {
    const shape = [...x!.shape.slice(0, -1), k];
    if (x!.shape.at(-1) === 0) return [backend.zeros(shape, x!.dtype), backend.zeros(shape, 'int32')];
    const attributes = { k };
    return [
      backend.record(topValues, [x!], attributes, shape, x!.dtype),
      backend.record(topIndices, [x!], attributes, shape, 'int32'),
    ];
  }),
  kernel('BroadcastTo', ({ x }, { shape }, backend) => {
    const missing = shape.length - x!.shape.length;
    const raised = recordReshape(backend, x!, [...new Array<number>(missing).fill(1), ...x!.shape]);
    const result = backend.record(broadcast, [raised], null, shape, x!.dtype);
    backend.drop(raised);
    return result;
  }),
];

const broadcast = operation('BroadcastTo', (lowering, node, x): Lowered => {
  const shape = x.layout === null ? node.shape : x.layout.map((dim) => node.shape[dim]!);
  return { name: lowering.graph.node('Expand', [x.name, lowering.graph.int64(shape)]), layout: x.layout };
});
