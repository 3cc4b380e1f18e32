/** Layers that make one value of several. */
import type { LayerContext } from '../layer-context.js';
import type { OnnxLayerWriter } from '../layer-registry.js';
import { frontAxis, type OnnxValue, placeOf } from '../value.js';

/** tfjs gives values of lower rank axes of length 1 behind the batch. */
function sameRank(context: LayerContext, values: readonly OnnxValue[]): OnnxValue[] {
  const rank = Math.max(...values.map(({ dims }) => dims.length));
  return values.map((value) => {
    const missing = rank - value.dims.length;
    if (missing === 0) return value;
    const plain = context.plain(value);
    const axes = Array.from({ length: missing }, (_, i) => i + 1);
    return context.value(context.graph.node('Unsqueeze', [plain.name, context.graph.int64(axes)]), plain, {
      dims: [plain.dims[0]!, ...axes.map(() => 1), ...plain.dims.slice(1)],
      order: Array.from({ length: rank }, (_, axis) => axis),
    });
  });
}

function broadcastDims(values: readonly OnnxValue[]): OnnxValue['dims'] {
  return values[0]!.dims.map((_, axis) => {
    const sizes = values.map(({ dims }) => dims[axis]!).filter((size) => size !== 1);
    return sizes.find((size) => typeof size === 'number') ?? sizes[0] ?? 1;
  });
}

function elementwise(
  type: 'Add' | 'Mul' | 'Max' | 'Min',
  after: (context: LayerContext, sum: string, count: number) => string = (_, sum) => sum,
): OnnxLayerWriter {
  return (context, inputs) => {
    const values = context.alike(sameRank(context, inputs));
    const name = values
      .slice(1)
      .reduce((sum, { name: next }) => context.graph.node(type, [sum, next]), values[0]!.name);
    return context.value(after(context, name, values.length), values[0]!, {
      dims: broadcastDims(values),
      nonNegative: values.every(({ nonNegative }) => nonNegative),
    });
  };
}

const concatenate: OnnxLayerWriter = (context, inputs) => {
  const values = context.alike(inputs);
  const first = values[0]!;
  const axis = frontAxis(context.config['axis'] as number, first.dims.length);
  const sizes = values.map(({ dims }) => dims[axis]!);
  const dims = [...first.dims];
  dims[axis] = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((sum, size) => sum + size, 0)
    : context.freshDimension(axis, dims.length);
  const name = context.graph.node(
    'Concat',
    values.map((value) => value.name),
    { axis: placeOf(first, axis) },
  );
  return context.value(name, first, { dims, nonNegative: values.every((value) => value.nonNegative) });
};

/** x / sqrt(max(sum(x²), 1e-7)), as tfjs-layers has it. */
function unitLength(context: LayerContext, name: string, axis: number): string {
  const { graph } = context;
  const squares = context.reduce('ReduceSum', graph.node('Mul', [name, name]), [axis], true);
  return graph.node('Div', [name, graph.node('Sqrt', [graph.node('Max', [squares, graph.scalar(1e-7)])])]);
}

const dot: OnnxLayerWriter = (context, inputs) => {
  const { graph } = context;
  const [x, y] = inputs.map((value) => context.plain(value)) as [OnnxValue, OnnxValue];
  const ranks = [x.dims.length, y.dims.length] as const;
  const given = context.config['axes'] as number | [number, number];
  const [axisX, axisY] = (Array.isArray(given) ? given : [given, given]).map((axis, i) =>
    frontAxis(axis, ranks[i]!),
  ) as [number, number];
  if (axisX === 0 || axisY === 0) return context.refuse('it multiplies along the batch');
  const normalize = context.config['normalize'] === true;
  let left = normalize ? unitLength(context, x.name, axisX) : x.name;
  let right = normalize ? unitLength(context, y.name, axisY) : y.name;
  const batch = x.dims[0]!;
  if (ranks[0] === 2 && ranks[1] === 2) {
    const product = graph.node('Mul', [left, right]);
    return context.value(context.reduce('ReduceSum', product, [1], true), x, { dims: [batch, 1] });
  }
  const swapped = (name: string): string => graph.node('Transpose', [name], { perm: [0, 2, 1] });
  // [batch, rest of x, summed] times [batch, summed, rest of y]; a vector has no rest.
  if (ranks[0] === 2) left = graph.node('Unsqueeze', [left, graph.int64([1])]);
  else if (axisX === 1) left = swapped(left);
  if (ranks[1] === 2) right = graph.node('Unsqueeze', [right, graph.int64([2])]);
  else if (axisY === 2) right = swapped(right);
  const product = graph.node('MatMul', [left, right]);
  const restX = ranks[0] === 2 ? [] : [x.dims[3 - axisX]!];
  const restY = ranks[1] === 2 ? [] : [y.dims[3 - axisY]!];
  const dims = [batch, ...restX, ...restY];
  const emptyPlaces = ranks[0] === 2 ? [1] : ranks[1] === 2 ? [2] : [];
  const name =
    emptyPlaces.length === 0 ? product : graph.node('Squeeze', [product, graph.int64(emptyPlaces)]);
  return context.value(name, x, { dims, order: dims.map((_, axis) => axis) });
};

export const mergeWriters: Readonly<Record<string, OnnxLayerWriter>> = {
  Add: elementwise('Add'),
  Multiply: elementwise('Mul'),
  Average: elementwise('Add', (context, sum, count) =>
    context.graph.node('Mul', [sum, context.graph.scalar(1 / count)]),
  ),
  Maximum: elementwise('Max'),
  Minimum: elementwise('Min'),
  Concatenate: concatenate,
  Dot: dot,
};
