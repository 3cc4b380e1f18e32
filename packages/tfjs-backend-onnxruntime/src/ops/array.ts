/** Operations that move, join, cut and make elements. */
import { invalidArgument } from '@lesion/core';
import { backend_util, type KernelConfig, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { inferShape, type OnnxRuntimeBackend } from '../backend.js';
import { sizeOf, toPhysical } from '../layout.js';
import { kernel, operation } from './define.js';
import { recordBatchedGather } from './indexing.js';

const reshape = operation('Reshape', (lowering, node, x) => ({
  name: lowering.reshape(lowering.plain(x), node.shape),
}));

/** A change of the order of dimensions moves nothing: it only changes what the layout says. */
const transpose = operation('Transpose', (_lowering, node, x) => {
  const { perm } = node.attributes as { perm: number[] };
  const layout = x.layout ?? perm.map((_, i) => i);
  return { name: x.name, layout: layout.map((dim) => perm.indexOf(dim)) };
});

export const fill = operation('Fill', (lowering, node) => {
  const { value } = node.attributes as { value: number };
  const scalar = lowering.scalar(value, node.dtype);
  if (node.shape.length === 0) return { name: scalar };
  return { name: lowering.graph.node('Expand', [scalar, lowering.graph.int64(node.shape)]) };
});

const tile = operation('Tile', (lowering, node, x) => {
  const { reps } = node.attributes as { reps: number[] };
  const { graph } = lowering;
  const layout = x.layout;
  const spread = reps.every((count, i) => count === 1 || x.shape[i] === 1);
  const name = spread
    ? graph.node('Expand', [x.name, graph.int64(toPhysical(node.shape, layout))])
    : graph.node('Tile', [x.name, graph.int64(toPhysical(reps, layout))]);
  return { name, layout };
});

const concat = operation('Concat', (lowering, node, ...values) => {
  const { axis } = node.attributes as { axis: number };
  const { layout } = values.reduce((a, b) => (sizeOf(b.shape) > sizeOf(a.shape) ? b : a));
  const [physical] = lowering.physicalAxes(layout, [axis]);
  const names = values.map((value) => lowering.inLayout(value, layout));
  return { name: lowering.graph.node('Concat', names, { axis: physical! }), layout };
});

const slice = operation('Slice', (lowering, node, x) => {
  const { begin, end, strides } = node.attributes as {
    begin: number[];
    end: number[];
    strides?: number[];
  };
  const { graph } = lowering;
  const { layout } = x;
  // Backwards by Gather: the Slice of ONNX Runtime's WebGPU provider starts at the wrong element.
  let { name } = x;
  strides?.forEach((stride, axis) => {
    if (stride > 0) return;
    const indices = Array.from({ length: node.shape[axis]! }, (_, i) => begin[axis]! + i * stride);
    const physical = layout === null ? axis : layout.indexOf(axis);
    name = graph.node('Gather', [name, graph.int64(indices)], { axis: physical });
  });
  const cut = x.shape
    .map((_, axis) => axis)
    .filter((axis) => (strides?.[axis] ?? 1) > 0)
    .filter((axis) => begin[axis] !== 0 || end[axis] !== x.shape[axis] || (strides?.[axis] ?? 1) !== 1);
  if (cut.length === 0) return { name, layout };
  const physical = cut.map((axis) => (layout === null ? axis : layout.indexOf(axis)));
  const lists = [cut.map((axis) => begin[axis]!), cut.map((axis) => end[axis]!), physical];
  if (strides !== undefined) lists.push(cut.map((axis) => strides[axis]!));
  return { name: graph.node('Slice', [name, ...lists.map((list) => graph.int64(list))]), layout };
});

const pad = operation('PadV2', (lowering, node, x) => {
  const { paddings, value } = node.attributes as { paddings: [number, number][]; value: number };
  const { graph } = lowering;
  const physical = toPhysical(paddings, x.layout);
  const amounts = graph.int64([...physical.map(([before]) => before), ...physical.map(([, after]) => after)]);
  // ONNX Runtime pads no booleans.
  const dtype = x.dtype === 'bool' ? 'int32' : x.dtype;
  const operand = lowering.cast(x.name, x.dtype, dtype);
  const name = graph.node('Pad', [operand, amounts, lowering.scalar(value, dtype)]);
  return { name: lowering.cast(name, dtype, x.dtype), layout: x.layout };
});

const mirrorPad = operation('MirrorPad', (lowering, node, x) => {
  const { paddings, mode } = node.attributes as { paddings: [number, number][]; mode: string };
  const { graph } = lowering;
  const physical = toPhysical(paddings, x.layout);
  if (mode === 'reflect') {
    const amounts = [...physical.map(([before]) => before), ...physical.map(([, after]) => after)];
    return { name: graph.node('Pad', [x.name, graph.int64(amounts)], { mode: 'reflect' }), layout: x.layout };
  }
  // Symmetric repeats the border itself, which ONNX has not: gathered dimension by dimension.
  let { name } = x;
  toPhysical([...x.shape], x.layout).forEach((extent, axis) => {
    const [before, after] = physical[axis]!;
    if (before === 0 && after === 0) return;
    const indices = Array.from({ length: before + extent + after }, (_, i) => {
      const position = i - before;
      if (position < 0) return -position - 1;
      return position < extent ? position : 2 * extent - position - 1;
    });
    name = graph.node('Gather', [name, graph.int64(indices)], { axis });
  });
  return { name, layout: x.layout };
});

const reverse = operation('Reverse', (lowering, node, x) => {
  const { axes } = node.attributes as { axes: number[] };
  const { graph } = lowering;
  if (axes.length === 0) return x;
  const lists = [
    axes.map(() => -1),
    axes.map(() => Number.MIN_SAFE_INTEGER),
    axes.map((axis) => (x.layout === null ? axis : x.layout.indexOf(axis))),
    axes.map(() => -1),
  ];
  return { name: graph.node('Slice', [x.name, ...lists.map((list) => graph.int64(list))]), layout: x.layout };
});

const gather = operation('GatherV2', (lowering, node, x, indices) => {
  const { axis } = node.attributes as { axis: number };
  const name = lowering.graph.node('Gather', [lowering.plain(x), lowering.plain(indices)], { axis });
  return { name };
});

/** Refuses known indices beyond the end; computed ones are refused by ONNX Runtime when they are used. */
function assertInRange(backend: OnnxRuntimeBackend, indices: TensorInfo, extent: number): void {
  const wrong = backend.node(indices).data?.find((index) => index < 0 || index >= extent);
  if (wrong === undefined) return;
  throw invalidArgument({
    what: `GatherV2: the index value ${wrong} is not in [0, ${extent - 1}]`,
    where: 'gather',
    got: wrong,
    expected: 'indices of the dimension that is gathered from',
  });
}

const oneHot = operation('OneHot', (lowering, node, indices) => {
  const { depth, on, off } = node.attributes as { depth: number; on: number; off: number };
  const { graph } = lowering;
  // A comparison instead of OneHot, which counts negative indices from the end and has no integer values.
  const classes = graph.constant(
    'int32',
    [depth],
    Int32Array.from({ length: depth }, (_, i) => i),
  );
  const column = lowering.reshape(lowering.plain(indices), [...indices.shape, 1]);
  const chosen = graph.node('Equal', [column, classes]);
  const values = [lowering.scalar(on, 'float32'), lowering.scalar(off, 'float32')];
  return { name: lowering.cast(graph.node('Where', [chosen, ...values]), 'float32', node.dtype) };
});

/** The gradient of a gather along the first axis: rows added up where their segment says. */
const segmentSum = operation('UnsortedSegmentSum', (lowering, node, x, segments) => {
  const { graph } = lowering;
  const zeros = graph.node('Expand', [lowering.scalar(0, node.dtype), graph.int64(node.shape)]);
  const count = segments.shape[0]!;
  const rows = lowering.reshape(lowering.plain(segments), [count, 1]);
  // Rows of no segment are added to the first or last one as zeros.
  const bounds = [lowering.scalar(0, 'int32'), lowering.scalar(node.shape[0]! - 1, 'int32')];
  const nearest = graph.node('Clip', [rows, ...bounds]);
  const belongs = lowering.cast(graph.node('Equal', [rows, nearest]), 'bool', node.dtype);
  const counted = graph.node('Mul', [
    lowering.plain(x),
    lowering.reshape(belongs, [count, ...x.shape.slice(1).map(() => 1)]),
  ]);
  const inputs = [zeros, lowering.cast(nearest, 'int32', 'int64'), counted];
  return { name: graph.node('ScatterND', inputs, { reduction: 'add' }) };
});

export function recordReshape(backend: OnnxRuntimeBackend, x: TensorInfo, shape: number[]): TensorInfo {
  if (util.arraysEqual(shape, x.shape) || x.dtype === 'string') return backend.alias(x, shape, x.dtype);
  const result = backend.record(reshape, [x], null, shape, x.dtype);
  backend.markAbsentAfter([x], result);
  return result;
}

export function recordTile(backend: OnnxRuntimeBackend, x: TensorInfo, reps: number[]): TensorInfo {
  const shape = x.shape.map((extent, i) => extent * reps[i]!);
  const result = backend.record(tile, [x], { reps }, shape, x.dtype);
  backend.markAbsentAfter([x], result);
  return result;
}

export function recordFill(
  backend: OnnxRuntimeBackend,
  shape: number[],
  value: number,
  dtype: TensorInfo['dtype'],
): TensorInfo {
  return backend.record(fill, [], { value }, shape, dtype);
}

function recordSlice(
  backend: OnnxRuntimeBackend,
  x: TensorInfo,
  begin: number[],
  size: number[],
): TensorInfo {
  const end = begin.map((start, i) => start + size[i]!);
  return backend.record(slice, [x], { begin, end }, size, x.dtype);
}

export const arrayKernels: KernelConfig[] = [
  kernel('Identity', ({ x }, _attributes, backend) => backend.alias(x!, x!.shape, x!.dtype)),
  kernel('Reshape', ({ x }, { shape }, backend) =>
    recordReshape(backend, x!, inferShape(shape, sizeOf(x!.shape))),
  ),
  kernel('ExpandDims', ({ input }, { dim }, backend) => {
    const shape = [...input!.shape];
    util.assert(
      dim >= -(shape.length + 1),
      () => `Axis must be in the interval [${-(shape.length + 1)}, ${shape.length}]`,
    );
    shape.splice(dim < 0 ? shape.length + dim + 1 : dim, 0, 1);
    return recordReshape(backend, input!, shape);
  }),
  kernel('Transpose', ({ x }, { perm }, backend) => {
    const shape = (perm as number[]).map((dim) => x!.shape[dim]!);
    const result = backend.record(transpose, [x!], { perm }, shape, x!.dtype);
    backend.markAbsentAfter([x!], result);
    return result;
  }),
  kernel('Fill', (_inputs, { shape, value, dtype }, backend) => {
    const type = dtype ?? util.inferDtype(value);
    if (type === 'string') {
      const values = new Array<Uint8Array>(sizeOf(shape)).fill(util.encodeString(value));
      return { dataId: backend.write(values as never, shape, 'string'), shape, dtype: 'string' };
    }
    return recordFill(backend, shape, Number(value), type);
  }),
  kernel('ZerosLike', ({ x }, _attributes, backend) => backend.zeros(x!.shape, x!.dtype)),
  kernel('OnesLike', ({ x }, _attributes, backend) => recordFill(backend, x!.shape, 1, x!.dtype)),
  kernel('Tile', ({ x }, { reps }, backend) => recordTile(backend, x!, reps)),
  kernel('Concat', (inputs, { axis }, backend) => {
    const all = Object.values(inputs) as TensorInfo[];
    const [at] = util.parseAxisParam(axis, all[0]!.shape);
    backend_util.assertParamsConsistent(
      all.map((x) => x.shape),
      at!,
    );
    const shape = backend_util.computeOutShape(
      all.map((x) => x.shape),
      at!,
    );
    const filled = all.filter((x) => sizeOf(x.shape) > 0);
    if (filled.length === 1) return backend.alias(filled[0]!, shape, filled[0]!.dtype);
    if (filled.length === 0) return backend.zeros(shape, all[0]!.dtype);
    return backend.record(concat, filled, { axis: at }, shape, all[0]!.dtype);
  }),
  kernel('Pack', (inputs, { axis }, backend) => {
    const all = Object.values(inputs) as TensorInfo[];
    const shape = [...all[0]!.shape];
    for (const x of all) {
      util.assertShapesMatch(shape, x.shape, 'All tensors passed to stack must have matching shapes');
      util.assert(x.dtype === all[0]!.dtype, () => 'All tensors passed to stack must have matching dtypes');
    }
    const at = axis < 0 ? axis + shape.length + 1 : axis;
    shape.splice(at, 0, 1);
    const raised = all.map((x) => recordReshape(backend, x, shape));
    const packed = shape.map((extent, i) => (i === at ? all.length : extent));
    const result = backend.record(concat, raised, { axis: at }, packed, all[0]!.dtype);
    backend.drop(...raised);
    return result;
  }),
  kernel('Unpack', ({ value }, { axis }, backend) => {
    const at = axis < 0 ? axis + value!.shape.length : axis;
    const rest = value!.shape.filter((_, i) => i !== at);
    return Array.from({ length: value!.shape[at]! }, (_, i) => {
      const begin = value!.shape.map((_, d) => (d === at ? i : 0));
      const one = recordSlice(
        backend,
        value!,
        begin,
        value!.shape.map((extent, d) => (d === at ? 1 : extent)),
      );
      const result = recordReshape(backend, one, rest);
      backend.drop(one);
      return result;
    });
  }),
  kernel('Slice', ({ x }, { begin, size }, backend) => {
    const [start, extent] = slice_util.parseSliceParams(x as never, begin, size);
    slice_util.assertParamsValid(x as never, start!, extent!);
    if (util.arraysEqual(extent!, x!.shape)) return backend.alias(x!, extent!, x!.dtype);
    const result = recordSlice(backend, x!, start!, extent!);
    backend.markAbsentAfter([x!], result);
    return result;
  }),
  kernel('StridedSlice', ({ x }, attributes, backend) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
    const info = slice_util.sliceInfo(
      x!.shape,
      begin,
      end,
      strides,
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    if (info.isIdentity) return recordReshape(backend, x!, info.finalShape);
    const cut = backend.record(
      slice,
      [x!],
      { begin: info.begin, end: info.end, strides: info.strides },
      slice_util.computeOutShape(info.begin, info.end, info.strides),
      x!.dtype,
    );
    const result = recordReshape(backend, cut, info.finalShape);
    backend.drop(cut);
    return result;
  }),
  kernel('SplitV', ({ x }, { numOrSizeSplits, axis }, backend) => {
    const [at] = util.parseAxisParam(axis, x!.shape);
    const sizes = backend_util.prepareSplitSize(x as never, numOrSizeSplits, at!);
    let offset = 0;
    return sizes.map((extent) => {
      const begin = x!.shape.map((_, d) => (d === at ? offset : 0));
      offset += extent;
      return recordSlice(
        backend,
        x!,
        begin,
        x!.shape.map((whole, d) => (d === at ? extent : whole)),
      );
    });
  }),
  kernel('PadV2', ({ x }, { paddings, constantValue }, backend) => {
    const shape = x!.shape.map((extent, i) => extent + paddings[i][0] + paddings[i][1]);
    if (sizeOf(x!.shape) === 0) return recordFill(backend, shape, constantValue, x!.dtype);
    return backend.record(pad, [x!], { paddings, value: constantValue }, shape, x!.dtype);
  }),
  kernel('MirrorPad', ({ x }, { paddings, mode }, backend) => {
    const shape = x!.shape.map((extent, i) => extent + paddings[i][0] + paddings[i][1]);
    return backend.record(mirrorPad, [x!], { paddings, mode }, shape, x!.dtype);
  }),
  kernel('Reverse', ({ x }, { dims }, backend) => {
    const axes = util.parseAxisParam(dims, x!.shape);
    return backend.record(reverse, [x!], { axes }, x!.shape, x!.dtype);
  }),
  kernel('FlipLeftRight', ({ image }, _attributes, backend) =>
    backend.record(reverse, [image!], { axes: [2] }, image!.shape, image!.dtype),
  ),
  kernel('GatherV2', ({ x, indices }, { axis, batchDims = 0 }, backend) => {
    const [at] = util.parseAxisParam(axis, x!.shape);
    assertInRange(backend, indices!, x!.shape[at!]!);
    if (batchDims !== 0) return recordBatchedGather(backend, x!, indices!, at!, batchDims);
    const shape = [...x!.shape.slice(0, at), ...indices!.shape, ...x!.shape.slice(at! + 1)];
    return backend.record(gather, [x!, indices!], { axis: at }, shape, x!.dtype);
  }),
  kernel('OneHot', ({ indices }, { depth, onValue, offValue, dtype }, backend) =>
    backend.record(
      oneHot,
      [indices!],
      { depth, on: onValue, off: offValue },
      [...indices!.shape, depth],
      dtype ?? 'int32',
    ),
  ),
  kernel('UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }, backend) =>
    backend.record(segmentSum, [x!, segmentIds!], null, [numSegments, ...x!.shape.slice(1)], x!.dtype),
  ),
  kernel('Range', (_inputs, { start, stop, step, dtype }, backend) => {
    // tfjs counts down where the step's sign says up.
    const signed = stop < start && step === 1 ? -1 : step;
    const length = Math.max(0, Math.ceil((stop - start) / signed));
    const values = Array.from({ length }, (_, i) => start + i * signed);
    return { dataId: backend.write(values as never, [length], dtype ?? 'float32'), shape: [length], dtype };
  }),
  kernel('LinSpace', (_inputs, { start, stop, num }, backend) => {
    const values = Float32Array.from(
      { length: num },
      (_, i) => start + (i * (stop - start)) / (num - 1 || 1),
    );
    return { dataId: backend.write(values, [num], 'float32'), shape: [num], dtype: 'float32' };
  }),
];
