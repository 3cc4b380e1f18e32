/** Pooling of images, and the gradients. */
import { backend_util, type KernelConfig, util } from '@tensorflow/tfjs-core';
import { CHANNELS_FIRST } from '../layout.js';
import type { Lowered, Lowering, Value } from '../lowering.js';
import type { TraceNode } from '../trace.js';
import { cutWindow, onnxWindow, spreadOut, type WindowAttributes, windowOf } from './convolution.js';
import { kernel, operation } from './define.js';

/** Windows that lie side by side and cover every pixel at most once. */
function isTiling({ window, strides, dilations, pads }: WindowAttributes): boolean {
  return (
    window[0] === strides[0] &&
    window[1] === strides[1] &&
    dilations.every((step) => step === 1) &&
    pads.every((amount) => amount === 0)
  );
}

/** The maxima and where they were, shared by the pooling and its gradient. */
function maxima(lowering: Lowering, x: Value, attributes: WindowAttributes): [string, string] {
  return lowering.once(`maxima ${x.name} ${JSON.stringify(attributes)}`, () => {
    const { dilations: _, ...window } = onnxWindow(attributes);
    return lowering.graph.nodeWithOutputs('MaxPool', [lowering.channelsFirst(x)], window, {
      outputs: 2,
    }) as [string, string];
  });
}

function plainMaxima(lowering: Lowering, x: Value, attributes: WindowAttributes): string {
  return lowering.once(`plain maxima ${x.name} ${JSON.stringify(attributes)}`, () =>
    lowering.graph.node('MaxPool', [lowering.channelsFirst(x)], onnxWindow(attributes)),
  );
}

const needsIndices = (lowering: Lowering, { dilations }: WindowAttributes) =>
  lowering.capabilities.poolIndices && dilations.every((step) => step === 1);

const maxPool = operation('MaxPool', (lowering, node, x): Lowered => {
  const attributes = node.attributes as WindowAttributes;
  const source = node.inputs[0]!;
  const isDerived = lowering
    .usersOf(source)
    .some((user) => user.operation === maxPoolGradient && user.inputs[1] === source);
  const name =
    isDerived && needsIndices(lowering, attributes)
      ? maxima(lowering, x, attributes)[0]
      : plainMaxima(lowering, x, attributes);
  return { name, layout: CHANNELS_FIRST };
});

/** Where each maximum lies among the elements of its image, or of the batch, in tfjs's order. */
const maxPoolArgument = operation('MaxPoolWithArgmax', (lowering, node, x): Lowered => {
  const { includeBatch, ...attributes } = node.attributes as WindowAttributes & { includeBatch: boolean };
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const { graph } = lowering;
  const [, positions] = maxima(lowering, x, attributes);
  const long = (values: readonly number[], shape: readonly number[]) =>
    graph.constant('int64', shape, BigInt64Array.from(values, BigInt));
  const pixel = graph.node('Mod', [positions, long([height * width], [])]);
  const starts = Array.from({ length: batch * channels }, (_, i) => {
    const image = includeBatch ? Math.floor(i / channels) : 0;
    return image * height * width * channels + (i % channels);
  });
  const index = graph.node('Add', [
    graph.node('Mul', [pixel, long([channels], [])]),
    long(starts, [batch, channels, 1, 1]),
  ]);
  return { name: lowering.cast(index, 'int64', 'int32'), layout: CHANNELS_FIRST };
});

const maxPoolGradient = operation('MaxPoolGrad', (lowering, node, dy, x): Lowered => {
  const attributes = node.attributes as WindowAttributes;
  const gradient = lowering.channelsFirst(dy);
  const [batch, height, width, channels] = node.shape as [number, number, number, number];
  const { graph } = lowering;
  if (!needsIndices(lowering, attributes)) {
    return { name: maxPoolGradientByTaps(lowering, node, gradient, x), layout: CHANNELS_FIRST };
  }
  const [, indices] = maxima(lowering, x, attributes);
  if (isTiling(attributes)) {
    const shape = graph.int64([batch, channels, height, width]);
    const { dilations: _, ...window } = onnxWindow(attributes);
    return { name: graph.node('MaxUnpool', [gradient, indices, shape], window), layout: CHANNELS_FIRST };
  }
  const size = batch * channels * height * width;
  const flat = (name: string) => lowering.reshape(name, [-1]);
  const zeros = graph.node('Expand', [graph.scalar(0), graph.int64([size])]);
  const summed = graph.node('ScatterElements', [zeros, flat(indices), flat(gradient)], {
    axis: 0,
    reduction: 'add',
  });
  return { name: lowering.reshape(summed, [batch, channels, height, width]), layout: CHANNELS_FIRST };
});

/**
 * For providers that do not say where maxima were: each tap is compared with the maximum, and the first
 * that equals it gets the gradient.
 */
function maxPoolGradientByTaps(lowering: Lowering, node: TraceNode, gradient: string, x: Value): string {
  const { graph } = lowering;
  const attributes = node.attributes as WindowAttributes;
  const { window, strides, dilations, pads } = attributes;
  const [, height, width] = node.shape as [number, number, number, number];
  const maximum = plainMaxima(lowering, x, attributes);
  const [, outHeight, outWidth] = node.inputs[0]!.shape as [number, number, number];
  const padding = graph.int64([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]);
  const padded = graph.node('Pad', [lowering.channelsFirst(x), padding, graph.scalar(-3.4e38)]);
  const tall = height + pads[0] + pads[2];
  const wide = width + pads[1] + pads[3];
  let taken: string | undefined;
  let sum: string | undefined;
  for (let y = 0; y < window[0]; y++) {
    for (let x0 = 0; x0 < window[1]; x0++) {
      const from = [y * dilations[0], x0 * dilations[1]] as const;
      const pixels = cutWindow(lowering, padded, from, strides, [outHeight, outWidth]);
      const equal = lowering.cast(graph.node('Equal', [pixels, maximum]), 'bool', 'float32');
      const first =
        taken === undefined ? equal : graph.node('Mul', [equal, graph.node('Sub', [graph.scalar(1), taken])]);
      taken = taken === undefined ? equal : graph.node('Max', [taken, equal]);
      const part = place(
        lowering,
        graph.node('Mul', [gradient, first]),
        strides,
        from,
        [tall, wide],
        [outHeight, outWidth],
      );
      sum = sum === undefined ? part : graph.node('Add', [sum, part]);
    }
  }
  return graph.node('Slice', [
    sum!,
    graph.int64([pads[0], pads[1]]),
    graph.int64([pads[0] + height, pads[1] + width]),
    graph.int64([2, 3]),
  ]);
}

/** Puts each pixel of `image` at `from + strides * position` of a larger image of zeros. */
function place(
  lowering: Lowering,
  image: string,
  strides: readonly number[],
  from: readonly [number, number],
  [tall, wide]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
): string {
  const reach = [outHeight * strides[0]!, outWidth * strides[1]!] as const;
  const spread = spreadOut(lowering, image, strides, [outHeight, outWidth], reach);
  // The zeros behind the last pixel may reach beyond the image: negative padding cuts them.
  const after = [tall - from[0] - reach[0], wide - from[1] - reach[1]] as const;
  return lowering.graph.node('Pad', [
    spread,
    lowering.graph.int64([0, 0, from[0], from[1], 0, 0, after[0], after[1]]),
  ]);
}

const averagePool = operation('AvgPool', (lowering, node, x): Lowered => {
  const window = onnxWindow(node.attributes as WindowAttributes);
  const attributes = { ...window, count_include_pad: 0 };
  // ONNX has dilated average pooling from opset 19 on only.
  const { dilations, ...undilated } = attributes;
  const chosen = dilations.every((step) => step === 1) ? undilated : attributes;
  return {
    name: lowering.graph.node('AveragePool', [lowering.channelsFirst(x)], chosen),
    layout: CHANNELS_FIRST,
  };
});

const averagePoolGradient = operation('AvgPoolGrad', (lowering, node, dy): Lowered => {
  const attributes = node.attributes as WindowAttributes;
  const { window, strides, pads } = attributes;
  const [batch, height, width, channels] = node.shape as [number, number, number, number];
  const [, outHeight, outWidth] = dy.shape as [number, number, number];
  const { graph } = lowering;
  const gradient = lowering.channelsFirst(dy);
  const layout = CHANNELS_FIRST;
  if (isTiling(attributes) && outHeight * window[0] === height && outWidth * window[1] === width) {
    const share = graph.node('Mul', [gradient, graph.scalar(1 / (window[0] * window[1]))]);
    const split = graph.node('Reshape', [share, graph.int64([batch, channels, outHeight, 1, outWidth, 1])]);
    const spread = graph.node('Expand', [
      split,
      graph.int64([batch, channels, outHeight, window[0], outWidth, window[1]]),
    ]);
    return {
      name: graph.node('Reshape', [spread, graph.int64([batch, channels, height, width])]),
      layout,
    };
  }
  // Each pixel of a window gets an equal share; pixels of the padding count as in the forward step: not at all.
  const shares = new Float32Array(outHeight * outWidth);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const inside = (at: number, step: number, pad: number, taps: number, extent: number) =>
        Math.min(at * step - pad + taps, extent) - Math.max(at * step - pad, 0);
      const rows = inside(y, strides[0], pads[0], window[0], height);
      const columns = inside(x, strides[1], pads[1], window[1], width);
      shares[y * outWidth + x] = 1 / (rows * columns);
    }
  }
  const share = graph.node('Mul', [gradient, graph.constant('float32', [1, 1, outHeight, outWidth], shares)]);
  const covered = [
    strides[0] * (outHeight - 1) + window[0] - pads[0] - pads[2],
    strides[1] * (outWidth - 1) + window[1] - pads[1] - pads[3],
  ];
  const single = graph.node('Reshape', [share, graph.int64([batch * channels, 1, outHeight, outWidth])]);
  const ones = graph.constant(
    'float32',
    [1, 1, window[0], window[1]],
    new Float32Array(window[0] * window[1]).fill(1),
  );
  const spread = graph.node('ConvTranspose', [single, ones], {
    kernel_shape: window,
    strides,
    pads,
  });
  const whole = graph.node('Reshape', [spread, graph.int64([batch, channels, covered[0]!, covered[1]!])]);
  const missing = [height - covered[0]!, width - covered[1]!];
  const name = missing.some((amount) => amount !== 0)
    ? graph.node('Pad', [whole, graph.int64([0, 0, 0, 0, 0, 0, missing[0]!, missing[1]!])])
    : whole;
  return { name, layout };
});

interface PoolSettings {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: never;
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const computeInfo = (
  image: readonly number[],
  { filterSize, strides, pad, dilations = 1, dimRoundingMode }: PoolSettings,
) =>
  backend_util.computePool2DInfo(
    image as [number, number, number, number],
    filterSize,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );

export const poolingKernels: KernelConfig[] = [
  ...[maxPool, averagePool].map((op) =>
    kernel(op.name, ({ x }, settings, backend) => {
      const info = computeInfo(x!.shape, settings);
      return backend.record(op, [x!], windowOf(info), info.outShape, x!.dtype);
    }),
  ),
  kernel('MaxPoolWithArgmax', ({ x }, { includeBatchInIndex, ...settings }, backend) => {
    util.assert(x!.shape.length === 4, () => `maxPoolWithArgmax: x must be rank 4 but is ${x!.shape.length}`);
    const info = computeInfo(x!.shape, settings as PoolSettings);
    const window = windowOf(info);
    return [
      backend.record(maxPool, [x!], window, info.outShape, x!.dtype),
      backend.record(
        maxPoolArgument,
        [x!],
        { ...window, includeBatch: Boolean(includeBatchInIndex) },
        info.outShape,
        'int32',
      ),
    ];
  }),
  kernel('MaxPoolGrad', ({ dy, input }, settings, backend) => {
    const info = computeInfo(input!.shape, settings);
    return backend.record(maxPoolGradient, [dy!, input!], windowOf(info), input!.shape, 'float32');
  }),
  kernel('AvgPoolGrad', ({ dy, input }, settings, backend) => {
    const info = computeInfo(input!.shape, settings);
    return backend.record(averagePoolGradient, [dy!], windowOf(info), input!.shape, 'float32');
  }),
];
