/** Convolutions: forward, transposed, depthwise and separable. */
import type { OnnxAttribute } from '../graph-builder.js';
import type { LayerContext, Weight } from '../layer-context.js';
import type { OnnxLayerWriter } from '../layer-registry.js';
import type { OnnxValue } from '../value.js';
import { activate } from './activations.js';
import {
  asWindowed,
  channelAxis,
  paddedWindows,
  spatialAxes,
  type Windows,
  windowedDims,
} from './windows.js';

function windowsOf({ config, layer }: LayerContext): Windows {
  // Conv1D leaves the format out of its configuration.
  const { dataFormat } = layer as { dataFormat?: string };
  return {
    sizes: config['kernelSize'] as number[],
    strides: config['strides'] as number[],
    dilations: [config['dilationRate'] ?? 1].flat() as number[],
    padding: config['padding'] as string,
    channelsFirst: dataFormat === 'channelsFirst',
  };
}

interface Filters {
  name: string;
  /** Channels that come out. */
  count: number;
  groups: number;
  bias: Weight | undefined;
}

/** A node `Conv` without activation. */
function convolve(context: LayerContext, input: OnnxValue, windows: Windows, filters: Filters): OnnxValue {
  const { value, attributes } = paddedWindows(context, input, windows, () => true);
  const { name, count, groups, bias } = filters;
  const inputs = [value.name, name, ...(bias === undefined ? [] : [context.weightConstant(bias)])];
  const more: Record<string, OnnxAttribute> = groups === 1 ? {} : { group: groups };
  return context.value(context.graph.node('Conv', inputs, { ...attributes, ...more }), value, {
    dims: windowedDims(context, input, windows, count),
  });
}

/** tfjs's kernels are `[…sizes, in, out]`, ONNX's `[out, in, …sizes]`. */
function filtersFirst(rank: number): number[] {
  return [rank + 1, rank, ...Array.from({ length: rank }, (_, axis) => axis)];
}

const convolution: OnnxLayerWriter = (context, [x]) => {
  const windows = windowsOf(context);
  const rank = windows.sizes.length;
  if (rank === 1 && windows.channelsFirst) {
    return context.refuse('tfjs takes its input channels first and gives its output channels last');
  }
  const kernel = context.requiredWeight('kernel');
  const convolved = convolve(context, x!, windows, {
    name: context.weightConstant(kernel, { order: filtersFirst(rank) }),
    count: kernel.shape[rank + 1]!,
    groups: 1,
    bias: context.weight('bias'),
  });
  return activate(context, convolved, context.config['activation']);
};

const transposedConvolution: OnnxLayerWriter = (context, [x]) => {
  // tfjs ignores a dilation here.
  const windows = { ...windowsOf(context), dilations: windowsOf(context).sizes.map(() => 1) };
  const { sizes, strides, padding } = windows;
  const rank = sizes.length;
  const value = asWindowed(context, x!, windows);
  const kernel = context.requiredWeight('kernel');
  const excess = sizes.map((size, i) => Math.max(size - strides[i]!, 0));
  const cropped = excess.map((amount) => (padding === 'same' ? amount : 0));
  const before = cropped.map((amount) => Math.floor(amount / 2));
  const attributes = {
    kernel_shape: sizes,
    strides,
    pads: [...before, ...cropped.map((amount, i) => amount - before[i]!)],
    // A kernel narrower than its stride leaves gaps, which tfjs counts behind the last window too.
    output_padding: sizes.map((size, i) => Math.max(strides[i]! - size, 0)),
  };
  const bias = context.weight('bias');
  const inputs = [
    value.name,
    context.weightConstant(kernel, { order: filtersFirst(rank) }),
    ...(bias === undefined ? [] : [context.weightConstant(bias)]),
  ];
  const dims = [...value.dims];
  for (const [i, axis] of spatialAxes(windows).entries()) {
    if (strides[i] === 1 && excess[i] === cropped[i]) continue;
    dims[axis] = context.resized(value.dims, axis, (size) => size * strides[i]! + excess[i]! - cropped[i]!);
  }
  dims[channelAxis(windows)] = kernel.shape[rank]!;
  const name = context.graph.node('ConvTranspose', inputs, attributes);
  return activate(context, context.value(name, value, { dims }), context.config['activation']);
};

/** `[height, width, in, multiplier]` to one filter of one channel for each channel that comes out. */
function depthwiseFilters(context: LayerContext): { name: string; channels: number; count: number } {
  const kernel = context.requiredWeight('depthwise_kernel');
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  const count = channels * multiplier;
  const name = context.weightConstant(kernel, { order: [2, 3, 0, 1], dims: [count, 1, height, width] });
  return { name, channels, count };
}

const depthwiseConvolution: OnnxLayerWriter = (context, [x]) => {
  // tfjs ignores a dilation here.
  const windows = { ...windowsOf(context), dilations: [1, 1] };
  const { name, channels, count } = depthwiseFilters(context);
  const bias = context.weight('bias');
  const convolved = convolve(context, x!, windows, { name, count, groups: channels, bias });
  return activate(context, convolved, context.config['activation']);
};

const separableConvolution: OnnxLayerWriter = (context, [x]) => {
  const windows = windowsOf(context);
  const bias = context.weight('bias');
  if (windows.channelsFirst && bias !== undefined) {
    return context.refuse('tfjs adds its bias along the wrong axis where channels come first');
  }
  const { name, channels, count } = depthwiseFilters(context);
  const filtered = convolve(context, x!, windows, { name, count, groups: channels, bias: undefined });
  const pointwise = context.requiredWeight('pointwise_kernel');
  const mixing: Windows = { ...windows, sizes: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'valid' };
  const mixed = convolve(context, filtered, mixing, {
    name: context.weightConstant(pointwise, { order: filtersFirst(2) }),
    count: pointwise.shape[3]!,
    groups: 1,
    bias,
  });
  return activate(context, mixed, context.config['activation']);
};

export const convolutionWriters: Readonly<Record<string, OnnxLayerWriter>> = {
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv2D: separableConvolution,
};
