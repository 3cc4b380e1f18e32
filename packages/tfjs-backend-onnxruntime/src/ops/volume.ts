/** Convolutions and pooling of volumes, `[n, depth, height, width, channels]`, and their gradients. */
import { backend_util, type KernelConfig } from '@tensorflow/tfjs-core';
import { iota, type Layout } from '../layout.js';
import type { Lowered, Lowering, Value } from '../lowering.js';
import { kernel, operation } from './define.js';
import { withinPadding } from './depthwise.js';

/** Volumes with their channels first. */
const VOLUME_FIRST: Layout = [0, 4, 1, 2, 3];

type Three = [number, number, number];
type Five = [number, number, number, number, number];

/** Everything by depth, height and width. */
interface VolumeWindow {
  window: Three;
  strides: Three;
  dilations: Three;
  before: Three;
  after: Three;
}

function windowOf(info: backend_util.Conv3DInfo): VolumeWindow {
  const { front, back, top, bottom, left, right } = info.padInfo;
  return {
    window: [info.effectiveFilterDepth, info.effectiveFilterHeight, info.effectiveFilterWidth].map(
      (extent, i) => {
        const step = [info.dilationDepth, info.dilationHeight, info.dilationWidth][i]!;
        return (extent - 1) / step + 1;
      },
    ) as Three,
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [front, top, left],
    after: [back, bottom, right],
  };
}

const NO_PADDING: Three = [0, 0, 0];

const positive = (amounts: Three) => amounts.map((amount) => Math.max(0, amount)) as Three;
const negative = (amounts: Three) => amounts.map((amount) => Math.min(0, amount)) as Three;

const onnxWindow = ({ window, strides, dilations, before, after }: VolumeWindow) => ({
  kernel_shape: window,
  strides,
  dilations,
  pads: [...positive(before), ...positive(after)],
});

const first = (lowering: Lowering, value: Value) => lowering.inLayout(value, VOLUME_FIRST);

/**
 * The part of a volume that windows see: where strides are longer than windows, tfjs comes to negative
 * padding, which leaves out the first voxels.
 */
function visible(
  lowering: Lowering,
  x: Value,
  { before, after }: VolumeWindow,
  layout = VOLUME_FIRST,
): string {
  const amounts = [0, 0, ...negative(before), 0, 0, ...negative(after)];
  const name = lowering.inLayout(x, layout);
  if (amounts.every((amount) => amount === 0)) return name;
  const { graph } = lowering;
  return lowering.once(`visible ${name} ${amounts}`, () =>
    graph.node('Pad', [name, graph.int64(amounts), lowering.scalar(0, x.dtype)]),
  );
}

const spatial = (shape: readonly number[]) => shape.slice(1, 4) as Three;

/** How far windows at `count` positions reach, padding included. */
const covered = ({ window, strides, dilations }: VolumeWindow, counts: readonly number[]) =>
  counts.map((count, i) => strides[i]! * (count - 1) + (window[i]! - 1) * dilations[i]! + 1);

const convolution = operation('Conv3D', (lowering, node, x, filter): Lowered => {
  const taps = lowering.transpose(lowering.plain(filter), [4, 3, 0, 1, 2]);
  const name = lowering.graph.node(
    'Conv',
    [visible(lowering, x, node.attributes), taps],
    onnxWindow(node.attributes),
  );
  return { name, layout: VOLUME_FIRST };
});

const inputGradient = operation('Conv3DBackpropInputV2', (lowering, node, dy, filter): Lowered => {
  const attributes = node.attributes as VolumeWindow;
  const taps = lowering.transpose(lowering.plain(filter), [4, 3, 0, 1, 2]);
  const whole = { ...attributes, before: NO_PADDING, after: NO_PADDING };
  const spread = lowering.graph.node('ConvTranspose', [first(lowering, dy), taps], onnxWindow(whole));
  const reach = covered(attributes, spatial(dy.shape));
  return {
    name: withinPadding(lowering, spread, attributes.before, reach, spatial(node.shape)),
    layout: VOLUME_FIRST,
  };
});

/**
 * As a convolution of its own: batch and channels of the volume change places, the gradient is the kernel,
 * and stride and dilation change places.
 */
const filterGradient = operation('Conv3DBackpropFilterV2', (lowering, node, x, dy): Lowered => {
  const attributes = node.attributes as VolumeWindow;
  const { window, strides, dilations } = attributes;
  const { graph } = lowering;
  const swapped: Layout = [4, 0, 1, 2, 3];
  const kernel = lowering.inLayout(dy, swapped);
  const product = graph.node('Conv', [visible(lowering, x, attributes, swapped), kernel], {
    ...onnxWindow(attributes),
    kernel_shape: spatial(dy.shape),
    strides: dilations,
    dilations: strides,
  });
  // Rows of the volume that no window reached would give taps beyond the filter's own.
  const cut = graph.node('Slice', [
    product,
    graph.int64([0, 0, 0]),
    graph.int64(window),
    graph.int64([2, 3, 4]),
  ]);
  return { name: lowering.transpose(cut, [2, 3, 4, 0, 1]) };
});

/** The maxima and where they were, shared by the pooling and its gradient. */
function maxima(lowering: Lowering, x: Value, attributes: VolumeWindow): [string, string] {
  return lowering.once(`volume maxima ${x.name} ${JSON.stringify(attributes)}`, () => {
    const { dilations: _, ...window } = onnxWindow(attributes);
    return lowering.graph.nodeWithOutputs('MaxPool', [visible(lowering, x, attributes)], window, {
      outputs: 2,
    }) as [string, string];
  });
}

const maxPool = operation('MaxPool3D', (lowering, node, x): Lowered => {
  const attributes = node.attributes as VolumeWindow;
  const isDerived = lowering
    .usersOf(node.inputs[0]!)
    .some((user) => user.operation === maxPoolGradient && user.inputs[1] === node.inputs[0]);
  const name =
    isDerived && lowering.capabilities.poolIndices
      ? maxima(lowering, x, attributes)[0]
      : lowering.graph.node('MaxPool', [visible(lowering, x, attributes)], onnxWindow(attributes));
  return { name, layout: VOLUME_FIRST };
});

const maxPoolGradient = operation('MaxPool3DGrad', (lowering, node, dy, x): Lowered => {
  const { graph } = lowering;
  const attributes = node.attributes as VolumeWindow;
  const [batch, , , , channels] = node.shape as Five;
  const extents = spatial(node.shape);
  const before = negative(attributes.before);
  const seen = extents.map((extent, i) => extent + before[i]! + Math.min(0, attributes.after[i]!));
  const [, indices] = maxima(lowering, x, attributes);
  const flat = (name: string) => lowering.reshape(name, [-1]);
  const size = batch * channels * seen[0]! * seen[1]! * seen[2]!;
  const zeros = graph.node('Expand', [graph.scalar(0), graph.int64([size])]);
  const summed = graph.node('ScatterElements', [zeros, flat(indices), flat(first(lowering, dy))], {
    axis: 0,
    reduction: 'add',
  });
  const whole = lowering.reshape(summed, [batch, channels, ...seen]);
  return { name: withinPadding(lowering, whole, before, seen, extents), layout: VOLUME_FIRST };
});

const averagePool = operation('AvgPool3D', (lowering, node, x): Lowered => {
  const { dilations: _, ...window } = onnxWindow(node.attributes);
  const name = lowering.graph.node('AveragePool', [visible(lowering, x, node.attributes)], {
    ...window,
    count_include_pad: 0,
  });
  return { name, layout: VOLUME_FIRST };
});

/** Each voxel of a window gets an equal share; the padding counts as in the forward step: not at all. */
const averagePoolGradient = operation('AvgPool3DGrad', (lowering, node, dy): Lowered => {
  const attributes = node.attributes as VolumeWindow;
  const { window, strides, before } = attributes;
  const { graph } = lowering;
  const [batch, , , , channels] = node.shape as Five;
  const counts = spatial(dy.shape);
  const extents = spatial(node.shape);
  let share = first(lowering, dy);
  iota(3).forEach((axis) => {
    const inside = Float32Array.from({ length: counts[axis]! }, (_, i) => {
      const start = i * strides[axis]! - before[axis]!;
      return 1 / (Math.min(start + window[axis]!, extents[axis]!) - Math.max(start, 0));
    });
    const shape = [1, 1, 1, 1, 1];
    shape[axis + 2] = counts[axis]!;
    share = graph.node('Mul', [share, graph.constant('float32', shape, inside)]);
  });
  const single = graph.node('Reshape', [share, graph.int64([batch * channels, 1, ...counts])]);
  const taps = window[0] * window[1] * window[2];
  const ones = graph.constant('float32', [1, 1, ...window], new Float32Array(taps).fill(1));
  const spread = graph.node('ConvTranspose', [single, ones], { kernel_shape: window, strides });
  const cut = withinPadding(lowering, spread, before, covered(attributes, counts), extents);
  return {
    name: graph.node('Reshape', [cut, graph.int64([batch, channels, ...extents])]),
    layout: VOLUME_FIRST,
  };
});

interface PoolSettings {
  filterSize: number | Three;
  strides: number | Three;
  pad: never;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const convolutionWindow = (
  volume: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations }: { strides: Three; pad: never; dilations?: Three },
) => {
  const info = backend_util.computeConv3DInfo(volume as Five, filter as Five, strides, dilations ?? 1, pad);
  return { window: windowOf(info), shape: info.outShape };
};

const poolWindow = (
  volume: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolSettings,
) => {
  const info = backend_util.computePool3DInfo(volume as Five, filterSize, strides, 1, pad, dimRoundingMode);
  return { window: windowOf(info), shape: info.outShape };
};

export const volumeKernels: KernelConfig[] = [
  kernel('Conv3D', ({ x, filter }, settings, backend) => {
    const { window, shape } = convolutionWindow(x!.shape, filter!.shape, settings);
    return backend.record(convolution, [x!, filter!], window, shape, 'float32');
  }),
  kernel('Conv3DBackpropInputV2', ({ dy, filter }, settings, backend) => {
    const { inputShape } = settings;
    const { window } = convolutionWindow(inputShape, filter!.shape, settings);
    return backend.record(inputGradient, [dy!, filter!], window, inputShape, 'float32');
  }),
  kernel('Conv3DBackpropFilterV2', ({ x, dy }, settings, backend) => {
    const { filterShape } = settings;
    const { window } = convolutionWindow(x!.shape, filterShape, settings);
    return backend.record(filterGradient, [x!, dy!], window, filterShape, 'float32');
  }),
  ...[maxPool, averagePool].map((op) =>
    kernel(op.name, ({ x }, settings, backend) => {
      const { window, shape } = poolWindow(x!.shape, settings);
      return backend.record(op, [x!], window, shape, x!.dtype);
    }),
  ),
  kernel('MaxPool3DGrad', ({ dy, input }, settings, backend) => {
    const { window } = poolWindow(input!.shape, settings);
    return backend.record(maxPoolGradient, [dy!, input!], window, input!.shape, 'float32');
  }),
  kernel('AvgPool3DGrad', ({ dy, input }, settings, backend) => {
    const { window } = poolWindow(input!.shape, settings);
    return backend.record(averagePoolGradient, [dy!], window, input!.shape, 'float32');
  }),
];
