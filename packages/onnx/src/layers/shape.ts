/** Layers that move elements, add zeros or leave some out, and enlarge. */
import type { LayerContext } from '../layer-context.js';
import type { OnnxLayerWriter } from '../layer-registry.js';
import { type OnnxValue, placeOf, plainOrder } from '../value.js';

/** An end that lies behind every axis. */
const END = Number.MAX_SAFE_INTEGER;

function imageAxes({ config }: LayerContext): readonly [number, number] {
  return config['dataFormat'] === 'channelsFirst' ? [2, 3] : [1, 2];
}

const flatten: OnnxLayerWriter = (context, [x]) => {
  const rank = x!.dims.length;
  const isChannelsFirst = context.config['dataFormat'] === 'channelsFirst' && rank > 1;
  const order = isChannelsFirst ? [0, ...plainOrder(rank).slice(2), 1] : plainOrder(rank);
  const value = context.arrange(x!, order);
  const rest = value.dims.slice(1);
  const length = rest.every((size) => typeof size === 'number')
    ? rest.reduce((product, size) => product * size, 1)
    : context.freshDimension(1, 2);
  return context.value(context.graph.node('Flatten', [value.name], { axis: 1 }), value, {
    dims: [value.dims[0]!, length],
    order: [0, 1],
    nonNegative: value.nonNegative,
  });
};

const reshape: OnnxLayerWriter = (context, [x]) => {
  const value = context.plain(x!);
  const target = (context.config['targetShape'] as (number | null)[]).map((size) =>
    size === null || size < 0 ? -1 : size,
  );
  const rank = target.length + 1;
  const known = value.dims.slice(1);
  const dims = target.map((size, i) => {
    if (size >= 0) return size;
    if (!known.every((extent) => typeof extent === 'number')) return context.freshDimension(i + 1, rank);
    const whole = known.reduce((product, extent) => product * extent, 1);
    return whole / target.reduce((product, extent) => (extent < 0 ? product : product * extent), 1);
  });
  // 0 stands for the input's own size: the batch stays what it is.
  const name = context.graph.node('Reshape', [value.name, context.graph.int64([0, ...target])]);
  return context.value(name, value, {
    dims: [value.dims[0]!, ...dims],
    order: plainOrder(rank),
    nonNegative: value.nonNegative,
  });
};

/** Counts the axes in another way; nothing moves. */
const permuteAxes: OnnxLayerWriter = (context, [x]) => {
  const axes = [0, ...(context.config['dims'] as number[])];
  return context.value(x!.name, x!, {
    dims: axes.map((axis) => x!.dims[axis]!),
    order: x!.order.map((axis) => axes.indexOf(axis)),
    nonNegative: x!.nonNegative,
  });
};

const repeatVector: OnnxLayerWriter = (context, [x]) => {
  const { graph } = context;
  const times = context.config['n'] as number;
  const row = graph.node('Unsqueeze', [x!.name, graph.int64([1])]);
  return context.value(graph.node('Tile', [row, graph.int64([1, times, 1])]), x!, {
    dims: [x!.dims[0]!, times, x!.dims[1]!],
    order: [0, 1, 2],
    nonNegative: x!.nonNegative,
  });
};

const zeroPadding: OnnxLayerWriter = (context, [x]) => {
  const padding = context.config['padding'] as [[number, number], [number, number]];
  const axes = imageAxes(context);
  const pads = x!.dims.map((_, axis) => padding[axes.indexOf(axis)] ?? ([0, 0] as const));
  const dims = x!.dims.map((size, axis) => {
    const [before, behind] = pads[axis]!;
    return before + behind === 0 ? size : context.resized(x!.dims, axis, (known) => known + before + behind);
  });
  return context.zeroPadded(x!, pads, dims);
};

const cropping: OnnxLayerWriter = (context, [x]) => {
  const amounts = context.config['cropping'] as [[number, number], [number, number]];
  const axes = imageAxes(context);
  const dims = [...x!.dims];
  for (const [i, axis] of axes.entries()) {
    const [before, behind] = amounts[i]!;
    if (before + behind > 0) dims[axis] = context.resized(x!.dims, axis, (size) => size - before - behind);
  }
  const { graph } = context;
  const name = graph.node('Slice', [
    x!.name,
    graph.int64(amounts.map(([before]) => before)),
    graph.int64(amounts.map(([, behind]) => (behind === 0 ? END : -behind))),
    graph.int64(axes.map((axis) => placeOf(x!, axis))),
  ]);
  return context.value(name, x!, { dims, nonNegative: x!.nonNegative });
};

const upSampling: OnnxLayerWriter = (context, [x]) => {
  const size = context.config['size'] as [number, number];
  const axes = imageAxes(context);
  const order = [0, ...[1, 2, 3].filter((axis) => !axes.includes(axis)), ...axes];
  const value: OnnxValue = context.arrange(x!, order);
  const dims = value.dims.map((_, axis) => {
    const factor = size[axes.indexOf(axis)] ?? 1;
    return factor === 1 ? value.dims[axis]! : context.resized(value.dims, axis, (extent) => extent * factor);
  });
  const { graph } = context;
  const scales = graph.constant('float32', [4], Float32Array.of(1, 1, ...size));
  const isNearest = context.config['interpolation'] === 'nearest';
  const name = graph.node('Resize', [value.name, '', scales], {
    mode: isNearest ? 'nearest' : 'linear',
    coordinate_transformation_mode: 'asymmetric',
    ...(isNearest ? { nearest_mode: 'floor' } : {}),
  });
  return context.value(name, value, { dims, nonNegative: value.nonNegative });
};

export const shapeWriters: Readonly<Record<string, OnnxLayerWriter>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permuteAxes,
  RepeatVector: repeatVector,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  UpSampling2D: upSampling,
};
