/** The two gradients of depthwise convolutions: filters `[height, width, in, multiplier]`, one for each channel. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { CHANNELS_FIRST, iota } from '../layout.js';
import type { Lowered, Lowering } from '../lowering.js';
import {
  type ConvolutionSettings,
  onnxWindow,
  spreadOut,
  type WindowAttributes,
  windowOf,
} from './convolution.js';
import { kernel, operation } from './define.js';

type Four = [number, number, number, number];

/**
 * The image within a result with channels first that goes from the padding before it to wherever windows
 * reached: the padding is cut off, and what no window reached is zeros.
 */
export function withinPadding(
  { graph }: Lowering,
  name: string,
  before: readonly number[],
  reached: readonly number[],
  wanted: readonly number[],
): string {
  const after = wanted.map((extent, i) => extent - reached[i]! + before[i]!);
  if (before.every((amount) => amount === 0) && after.every((amount) => amount === 0)) return name;
  // Negative amounts cut.
  const amounts = [0, 0, ...before.map((amount) => 0 - amount), 0, 0, ...after];
  return graph.node('Pad', [name, graph.int64(amounts), graph.scalar(0)]);
}

const depthwiseInputGradient = operation(
  'DepthwiseConv2dNativeBackpropInput',
  (lowering, node, dy, filter): Lowered => {
    const attributes = node.attributes as WindowAttributes;
    const { window, strides, dilations, pads } = attributes;
    const { graph } = lowering;
    const [, height, width, inputs] = node.shape as Four;
    const [, outHeight, outWidth] = dy.shape as Four;
    const multiplier = filter.shape[3]!;
    const taps = lowering.plain(filter);
    const pads2 = [0, 1].map((axis) => (window[axis]! - 1) * dilations[axis]! - pads[axis]!);
    const isStrided = strides.some((step) => step > 1);
    let gradient = lowering.channelsFirst(dy);
    if ((!isStrided || !lowering.capabilities.groupedConvTranspose) && pads2.every((amount) => amount >= 0)) {
      // A convolution with the taps reversed, padded by what the forward one did not cover.
      const tall = (outHeight - 1) * strides[0] + 1;
      const wide = (outWidth - 1) * strides[1] + 1;
      gradient = spreadOut(lowering, gradient, strides, [outHeight, outWidth], [tall, wide]);
      const after = [height - tall + pads[0], width - wide + pads[1]];
      if (after.every((amount) => amount >= 0)) {
        const flat = lowering.reshape(taps, [window[0] * window[1], inputs, multiplier]);
        const reversed = graph.node('Gather', [flat, graph.int64(iota(window[0] * window[1]).reverse())], {
          axis: 0,
        });
        const weights = graph.node('Reshape', [
          lowering.transpose(reversed, [1, 2, 0]),
          graph.int64([inputs, multiplier, window[0], window[1]]),
        ]);
        const name = graph.node('Conv', [gradient, weights], {
          ...onnxWindow({
            ...attributes,
            strides: [1, 1],
            pads: [pads2[0]!, pads2[1]!, after[0]!, after[1]!],
          }),
          group: inputs,
        });
        return { name, layout: CHANNELS_FIRST };
      }
    }
    const weights = lowering.reshape(lowering.transpose(taps, [2, 3, 0, 1]), [
      inputs * multiplier,
      1,
      window[0],
      window[1],
    ]);
    const spread = graph.node('ConvTranspose', [gradient, weights], {
      ...onnxWindow({ ...attributes, pads: [0, 0, 0, 0] }),
      group: inputs,
    });
    return {
      name: withinPadding(
        lowering,
        spread,
        [pads[0], pads[1]],
        [0, 1].map(
          (axis) =>
            strides[axis]! * ([outHeight, outWidth][axis]! - 1) + (window[axis]! - 1) * dilations[axis]! + 1,
        ),
        [height, width],
      ),
      layout: CHANNELS_FIRST,
    };
  },
);

/** For each tap the sum over images and pixels of what lies under it times the gradient. */
const depthwiseFilterGradient = operation(
  'DepthwiseConv2dNativeBackpropFilter',
  (lowering, node, x, dy): Lowered => {
    const { window, strides, dilations, pads } = node.attributes as WindowAttributes;
    const { graph } = lowering;
    const [batch, , , inputs] = x.shape as Four;
    const [, outHeight, outWidth] = dy.shape as Four;
    const multiplier = node.shape[3]!;
    let image = lowering.channelsFirst(x);
    if (pads.some((amount) => amount > 0)) {
      image = graph.node('Pad', [
        image,
        graph.int64([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]),
        graph.scalar(0),
      ]);
    }
    // With a multiplier, each channel of the image meets several of the gradient.
    const wide = (name: string, channels: number[]) =>
      multiplier === 1
        ? name
        : graph.node('Reshape', [name, graph.int64([batch, ...channels, outHeight, outWidth])]);
    const gradient = wide(lowering.channelsFirst(dy), [inputs, multiplier]);
    const axes = graph.int64(multiplier === 1 ? [0, 2, 3] : [0, 3, 4]);
    const taps: string[] = [];
    for (let row = 0; row < window[0]; row++) {
      for (let column = 0; column < window[1]; column++) {
        const from = [row * dilations[0], column * dilations[1]] as const;
        const end = [from[0] + (outHeight - 1) * strides[0] + 1, from[1] + (outWidth - 1) * strides[1] + 1];
        const lists = [from, end, [2, 3], strides].map((list) => graph.int64(list));
        const pixels = wide(graph.node('Slice', [image, ...lists]), [inputs, 1]);
        const sum = graph.node('ReduceSum', [graph.node('Mul', [pixels, gradient]), axes], { keepdims: 0 });
        taps.push(graph.node('Reshape', [sum, graph.int64([1, inputs * multiplier])]));
      }
    }
    const all = taps.length === 1 ? taps[0]! : graph.node('Concat', taps, { axis: 0 });
    return { name: lowering.reshape(all, node.shape) };
  },
);

const computeInfo = (
  image: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations, dimRoundingMode }: ConvolutionSettings,
) =>
  backend_util.computeConv2DInfo(
    image as Four,
    filter as Four,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    true,
  );

export const depthwiseGradientKernels: KernelConfig[] = [
  kernel('DepthwiseConv2dNativeBackpropInput', ({ dy, filter }, settings, backend) => {
    const { inputShape } = settings;
    const window = windowOf(computeInfo(inputShape, filter!.shape, settings));
    return backend.record(depthwiseInputGradient, [dy!, filter!], window, inputShape, 'float32');
  }),
  kernel('DepthwiseConv2dNativeBackpropFilter', ({ x, dy }, settings, backend) => {
    const { filterShape } = settings;
    const window = windowOf(computeInfo(x!.shape, filterShape, settings));
    return backend.record(depthwiseFilterGradient, [x!, dy!], window, filterShape, 'float32');
  }),
];
