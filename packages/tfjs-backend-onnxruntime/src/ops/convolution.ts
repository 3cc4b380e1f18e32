/**
 * Convolutions of images and their two gradients. Images are computed with their channels first; filters
 * stay as tfjs has them, `[height, width, in, out]`, and are packed within the graph.
 *
 * A 1x1 convolution is a product of matrices. Larger ones run as ONNX Runtime's blocked convolution where
 * channels come in whole blocks, else as its plain one.
 */
import { invalidArgument } from '@lesion/core';
import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '../backend.js';
import { BLOCKED } from '../domains.js';
import { CHANNELS_FIRST, iota } from '../layout.js';
import type { Lowered, Lowering, Value } from '../lowering.js';
import { recordActivation } from './activation.js';
import { add, recordBinary } from './binary.js';
import { kernel, operation } from './define.js';

export interface WindowAttributes {
  /** Height and width of the window. */
  window: [number, number];
  strides: [number, number];
  dilations: [number, number];
  /** Top, left, bottom, right. */
  pads: [number, number, number, number];
}

/** The sizes of a convolution, in terms of the forward one: from `inputs` to `outputs` channels. */
export interface Extents {
  batch: number;
  height: number;
  width: number;
  inputs: number;
  outHeight: number;
  outWidth: number;
  outputs: number;
}

/** Up to this many channels are few. */
const NARROW_CHANNELS = 16;

/** Up to this many pixels an image, a filter's gradient is one long product instead of one an image. */
const LONG_PRODUCT_PIXELS = 400;

export function extentsOf(image: readonly number[], result: readonly number[]): Extents {
  const [batch, height, width, inputs] = image as [number, number, number, number];
  const [, outHeight, outWidth, outputs] = result as [number, number, number, number];
  return { batch, height, width, inputs, outHeight, outWidth, outputs };
}

export const onnxWindow = ({ window, strides, dilations, pads }: WindowAttributes) => ({
  kernel_shape: window,
  strides,
  dilations,
  pads,
});

export function isPointwise({ window, pads }: WindowAttributes): boolean {
  return window[0] === 1 && window[1] === 1 && pads.every((amount) => amount === 0);
}

const isStrided = ({ strides }: WindowAttributes) => strides[0] > 1 || strides[1] > 1;

/** Filter taps in reverse order. They are the outermost dimensions, so this copies whole blocks. */
function reverseTaps(lowering: Lowering, filter: string, window: readonly number[], e: Extents): string {
  const { graph } = lowering;
  const taps = window[0]! * window[1]!;
  if (taps === 1) return filter;
  const flat = lowering.reshape(filter, [taps, e.inputs, e.outputs]);
  const reversed = graph.node('Gather', [flat, graph.int64(iota(taps).reverse())], { axis: 0 });
  return graph.node('Reshape', [reversed, graph.int64([window[0]!, window[1]!, e.inputs, e.outputs])]);
}

/** A filter packed as the blocked convolution takes it; `backwards` for the gradient of the input. */
function packedFilter(
  lowering: Lowering,
  filter: Value,
  window: readonly number[],
  e: Extents,
  backwards: boolean,
): string {
  const { graph, capabilities } = lowering;
  const block = capabilities.blockSize;
  const [height, width] = window as [number, number];
  const { inputs, outputs } = e;
  return lowering.once(`packed ${backwards} ${filter.name}`, () => {
    const plain = lowering.plain(filter);
    if (backwards) {
      // ReorderInput transposes the blocks many elements at a time; Transpose would do it one by one.
      const taps = reverseTaps(lowering, plain, window, e);
      const columns = lowering.reshape(taps, [height * width, inputs, outputs, 1]);
      const split = graph.node('Reshape', [
        lowering.blocked(columns),
        graph.int64([height * width, inputs / block, outputs / block, block * block]),
      ]);
      const moved = graph.node('Transpose', [split], { perm: [1, 2, 0, 3] });
      return graph.node('Reshape', [moved, graph.int64([inputs, outputs, height, width])]);
    }
    // ReorderInput moves blocks of outputs to the front many elements at a time; what is left to transpose
    // are whole blocks of inputs and outputs.
    const rows = lowering.reshape(plain, [1, height * width * inputs, 1, outputs]);
    const split = graph.node('Reshape', [
      graph.node('ReorderInput', [rows], { channels_last: 1 }, BLOCKED),
      graph.int64([outputs / block, height * width, inputs / block, block * block]),
    ]);
    const moved = graph.node('Transpose', [split], { perm: [0, 2, 1, 3] });
    return graph.node('Reshape', [moved, graph.int64([outputs, inputs, height, width])]);
  });
}

/** Writes a convolution with channels first, from `from` to `to` channels. */
function convolve(
  lowering: Lowering,
  image: string,
  filter: Value,
  attributes: WindowAttributes,
  e: Extents,
  backwards: boolean,
): string {
  const { graph, capabilities } = lowering;
  const block = capabilities.blockSize;
  const { window } = attributes;
  const to = backwards ? e.inputs : e.outputs;
  if (block > 0 && e.inputs % block === 0 && e.outputs % block === 0) {
    const packed = packedFilter(lowering, filter, window, e, backwards);
    const result = graph.node('Conv', [lowering.blocked(image), packed], onnxWindow(attributes), BLOCKED);
    return graph.node('ReorderOutput', [result], { channels: to }, BLOCKED);
  }
  const plain = lowering.once(`filter ${backwards} ${filter.name}`, () => {
    const taps = lowering.plain(filter);
    return backwards
      ? lowering.transpose(reverseTaps(lowering, taps, window, e), [2, 3, 0, 1])
      : lowering.transpose(taps, [3, 2, 0, 1]);
  });
  const { pads } = attributes;
  const [height, width] = backwards ? [e.outHeight, e.outWidth] : [e.height, e.width];
  const isWhole = window[0] === height && window[1] === width && pads[0] === 0 && pads[1] === 0;
  if (capabilities.paddedWholeWindow || !isWhole || (pads[2] === 0 && pads[3] === 0)) {
    return graph.node('Conv', [image, plain], onnxWindow(attributes));
  }
  const padded = fitTo(lowering, image, [height, width], [height + pads[2], width + pads[3]]);
  return graph.node('Conv', [padded, plain], onnxWindow({ ...attributes, pads: [0, 0, 0, 0] }));
}

/** Every `strides`-th pixel of an image with channels first, from `from` on: as many as the result has. */
export function cutWindow(
  { graph }: Lowering,
  image: string,
  from: readonly [number, number],
  strides: readonly number[],
  [outHeight, outWidth]: readonly [number, number],
): string {
  const end = [from[0] + (outHeight - 1) * strides[0]! + 1, from[1] + (outWidth - 1) * strides[1]! + 1];
  const axes = graph.int64([2, 3]);
  return graph.node('Slice', [image, graph.int64(from), graph.int64(end), axes, graph.int64(strides)]);
}

/** Every `strides`-th pixel of an image with channels first. */
export function subsample(
  lowering: Lowering,
  image: string,
  strides: readonly number[],
  outHeight: number,
  outWidth: number,
): string {
  if (strides[0] === 1 && strides[1] === 1) return image;
  return lowering.once(`subsample ${image} ${strides}`, () =>
    cutWindow(lowering, image, [0, 0], strides, [outHeight, outWidth]),
  );
}

/** Puts zeros between pixels: the gradient of {@link subsample}. */
export function spreadOut(
  lowering: Lowering,
  image: string,
  strides: readonly number[],
  [outHeight, outWidth]: readonly [number, number],
  [height, width]: readonly [number, number],
): string {
  if (strides[0] === 1 && strides[1] === 1) return image;
  const { graph } = lowering;
  const tall = outHeight * strides[0]!;
  const wide = outWidth * strides[1]!;
  // Nearest upsampling times a mask: Pad along dimensions of one element takes several times as long.
  const mask = lowering.once(`mask ${tall} ${wide} ${strides}`, () => {
    const elements = new Float32Array(tall * wide);
    for (let y = 0; y < tall; y += strides[0]!) {
      for (let x = 0; x < wide; x += strides[1]!) elements[y * wide + x] = 1;
    }
    return graph.constant('float32', [1, 1, tall, wide], elements);
  });
  const scales = graph.constant('float32', [4], Float32Array.of(1, 1, strides[0]!, strides[1]!));
  const enlarged = graph.node('Resize', [image, '', scales], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
  const spread = graph.node('Mul', [enlarged, mask]);
  return fitTo(lowering, spread, [tall, wide], [height, width]);
}

/** Cuts or pads an image with channels first at its bottom and right. */
function fitTo(
  { graph }: Lowering,
  image: string,
  [tall, wide]: readonly [number, number],
  [height, width]: readonly [number, number],
): string {
  let result = image;
  if (tall > height || wide > width) {
    const end = [Math.min(tall, height), Math.min(wide, width)];
    result = graph.node('Slice', [result, graph.int64([0, 0]), graph.int64(end), graph.int64([2, 3])]);
  }
  if (tall < height || wide < width) {
    const after = [Math.max(0, height - tall), Math.max(0, width - wide)];
    result = graph.node('Pad', [result, graph.int64([0, 0, 0, 0, 0, 0, ...after])]);
  }
  return result;
}

export const conv2d = operation('Conv2D', (lowering, node, x, filter): Lowered => {
  const attributes = node.attributes as WindowAttributes;
  const e = extentsOf(x.shape, node.shape);
  const image = lowering.channelsFirst(x);
  if (isPointwise(attributes)) {
    const pixels = e.outHeight * e.outWidth;
    const source = subsample(lowering, image, attributes.strides, e.outHeight, e.outWidth);
    const product = lowering.matMul(
      lowering.reshape(lowering.plain(filter), [e.inputs, e.outputs]),
      lowering.reshape(source, [e.batch, e.inputs, pixels]),
      { transposeA: true, rankA: 2, rankB: 3 },
    );
    return {
      name: lowering.reshape(product, [e.batch, e.outputs, e.outHeight, e.outWidth]),
      layout: CHANNELS_FIRST,
    };
  }
  return { name: convolve(lowering, image, filter, attributes, e, false), layout: CHANNELS_FIRST };
});

/** The gradient of a convolution's input, which is also the forward step of a transposed convolution. */
export const conv2dInputGradient = operation('Conv2DBackpropInput', (lowering, node, dy, filter): Lowered => {
  const attributes = node.attributes as WindowAttributes;
  const { window, strides, dilations, pads } = attributes;
  const e = extentsOf(node.shape, dy.shape);
  const { graph } = lowering;
  const gradient = lowering.channelsFirst(dy);
  const layout = CHANNELS_FIRST;
  if (isPointwise(attributes)) {
    const product = lowering.matMul(
      lowering.reshape(lowering.plain(filter), [e.inputs, e.outputs]),
      lowering.reshape(gradient, [e.batch, e.outputs, e.outHeight * e.outWidth]),
      { rankA: 2, rankB: 3 },
    );
    const small = lowering.reshape(product, [e.batch, e.inputs, e.outHeight, e.outWidth]);
    return {
      name: spreadOut(lowering, small, strides, [e.outHeight, e.outWidth], [e.height, e.width]),
      layout,
    };
  }
  if (!isStrided(attributes) && dilations[0] === 1 && dilations[1] === 1) {
    // A convolution with the taps reversed, padded by what the forward one did not cover.
    const top = window[0] - 1 - pads[0];
    const left = window[1] - 1 - pads[1];
    const bottom = e.height - e.outHeight - top + window[0] - 1;
    const right = e.width - e.outWidth - left + window[1] - 1;
    if (top >= 0 && left >= 0 && bottom >= 0 && right >= 0) {
      const turned: WindowAttributes = { ...attributes, pads: [top, left, bottom, right] };
      return { name: convolve(lowering, gradient, filter, turned, e, true), layout };
    }
  }
  const covered = (size: number, axis: 0 | 1) =>
    strides[axis] * (size - 1) + (window[axis] - 1) * dilations[axis] + 1 - pads[axis] - pads[axis + 2]!;
  const missing = [e.height - covered(e.outHeight, 0), e.width - covered(e.outWidth, 1)];
  // ConvTranspose can add at most a stride's rows less one; what lacks beyond gets no gradient at all.
  const added = missing.map((amount, axis) => Math.max(0, Math.min(amount, strides[axis as 0 | 1] - 1)));
  const turned = lowering.once(`transposed ${filter.name}`, () =>
    lowering.transpose(lowering.plain(filter), [3, 2, 0, 1]),
  );
  const spread = graph.node('ConvTranspose', [gradient, turned], {
    ...onnxWindow(attributes),
    output_padding: added,
  });
  const reached: [number, number] = [covered(e.outHeight, 0) + added[0]!, covered(e.outWidth, 1) + added[1]!];
  return { name: fitTo(lowering, spread, reached, [e.height, e.width]), layout };
});

export const conv2dFilterGradient = operation('Conv2DBackpropFilter', (lowering, node, x, dy): Lowered => {
  const attributes = node.attributes as WindowAttributes;
  const e = extentsOf(x.shape, dy.shape);
  const image = lowering.channelsFirst(x);
  const gradient = lowering.channelsFirst(dy);
  const name = isPointwise(attributes)
    ? correlate(
        lowering,
        subsample(lowering, image, attributes.strides, e.outHeight, e.outWidth),
        gradient,
        e,
      )
    : filterGradient(lowering, image, gradient, attributes, e);
  return { name: lowering.reshape(name, node.shape) };
});

/** The sum over images and pixels of image times gradient, `[inputs, outputs]`: channels first, of equal size. */
export function correlate(lowering: Lowering, image: string, gradient: string, e: Extents): string {
  const { graph } = lowering;
  const pixels = e.outHeight * e.outWidth;
  if (e.batch === 1 || pixels <= LONG_PRODUCT_PIXELS) {
    const rows = (value: string, channels: number) =>
      lowering.reshape(lowering.transpose(value, [1, 0, 2, 3]), [channels, e.batch * pixels]);
    return lowering.matMul(rows(image, e.inputs), rows(gradient, e.outputs), { transposeB: true });
  }
  const each = lowering.matMul(
    lowering.reshape(image, [e.batch, e.inputs, pixels]),
    lowering.reshape(gradient, [e.batch, e.outputs, pixels]),
    { transposeB: true, rankA: 3 },
  );
  return graph.node('ReduceSum', [each, graph.int64([0])], { keepdims: 0 });
}

function filterGradient(
  lowering: Lowering,
  image: string,
  gradient: string,
  attributes: WindowAttributes,
  e: Extents,
): string {
  const block = lowering.capabilities.blockSize;
  if (block > 0 && e.batch % block === 0 && e.outputs % block === 0) {
    return blockedFilterGradient(lowering, image, gradient, attributes, e);
  }
  const { dilations } = attributes;
  if (dilations[0] === 1 && dilations[1] === 1) {
    return flatFilterGradient(lowering, image, gradient, attributes, e);
  }
  return tapwiseFilterGradient(lowering, image, gradient, attributes, e);
}

/**
 * As a convolution of its own: batch and channels of the image change places, the gradient is the kernel,
 * and stride and dilation change places. Whole blocks of images only.
 */
function blockedFilterGradient(
  lowering: Lowering,
  image: string,
  gradient: string,
  { window, strides, dilations, pads }: WindowAttributes,
  e: Extents,
): string {
  const { graph, capabilities } = lowering;
  const block = capabilities.blockSize;
  const source = lowering.once(`swapped ${image} ${window} ${strides} ${dilations} ${pads}`, () => {
    // Padded, or cut, to exactly the pixels that the taps touch, so that the kernel never meets an edge.
    const tall = (e.outHeight - 1) * strides[0] + (window[0] - 1) * dilations[0] + 1;
    const wide = (e.outWidth - 1) * strides[1] + (window[1] - 1) * dilations[1] + 1;
    const bottom = tall - e.height - pads[0];
    const right = wide - e.width - pads[1];
    const swapped = lowering.transpose(image, [1, 0, 2, 3]);
    const edges = [pads[0], pads[1], bottom, right];
    const fitted = edges.some((amount) => amount !== 0)
      ? graph.node('Pad', [swapped, graph.int64([0, 0, pads[0], pads[1], 0, 0, bottom, right])])
      : swapped;
    return lowering.blocked(fitted);
  });
  const kernelOfGradient = lowering.once(`kernel ${gradient}`, () => {
    const split = graph.node('Reshape', [
      lowering.blocked(gradient),
      graph.int64([e.batch / block, block, e.outputs / block, e.outHeight, e.outWidth, block]),
    ]);
    const moved = graph.node('Transpose', [split], { perm: [2, 0, 3, 4, 1, 5] });
    return graph.node('Reshape', [moved, graph.int64([e.outputs, e.batch, e.outHeight, e.outWidth])]);
  });
  const result = graph.node(
    'Conv',
    [source, kernelOfGradient],
    {
      kernel_shape: [e.outHeight, e.outWidth],
      dilations: strides,
      strides: dilations,
      pads: [0, 0, 0, 0],
    },
    BLOCKED,
  );
  const taps = graph.node('Reshape', [
    result,
    graph.int64([e.inputs, e.outputs / block, window[0], window[1], block]),
  ]);
  return graph.node('Transpose', [taps], { perm: [2, 3, 0, 1, 4] });
}

/**
 * One product a tap. Rows of the gradient are padded to the image's pitch, so that each tap's pixels are
 * one contiguous run; cutting a window row by row would take as long as its product. A strided image is
 * split into its phases first.
 */
function flatFilterGradient(
  lowering: Lowering,
  image: string,
  gradient: string,
  { window, strides, pads }: WindowAttributes,
  e: Extents,
): string {
  const { graph } = lowering;
  const [sy, sx] = strides;
  const tall = e.outHeight + Math.floor((window[0] - 1) / sy);
  const pitch = e.outWidth + Math.floor((window[1] - 1) / sx);
  const run = e.outHeight * pitch - (pitch - e.outWidth);
  const bottom = sy * tall - e.height - pads[0];
  const right = sx * pitch - e.width - pads[1];
  const long = e.batch === 1 || e.outHeight * e.outWidth <= LONG_PRODUCT_PIXELS;
  const [outer, inner] = long ? [e.inputs, e.batch] : [e.batch, e.inputs];
  const swap = (value: string) => (long ? lowering.transpose(value, [1, 0, 2, 3]) : value);

  const source = lowering.once(`padded ${image} ${long} ${pads} ${bottom} ${right}`, () => {
    const swapped = swap(image);
    const edges = [pads[0], pads[1], bottom, right];
    return edges.some((amount) => amount !== 0)
      ? graph.node('Pad', [swapped, graph.int64([0, 0, pads[0], pads[1], 0, 0, bottom, right])])
      : swapped;
  });
  const phases =
    sy * sx === 1
      ? undefined
      : lowering.once(`phases ${source} ${strides}`, () => {
          const split = graph.node('Reshape', [source, graph.int64([outer, inner, tall, sy, pitch, sx])]);
          return graph.node('Transpose', [split], { perm: [3, 5, 0, 1, 2, 4] });
        });
  const phase = (y: number, x: number): string => {
    const shape = [outer, inner, tall * pitch];
    if (phases === undefined) return lowering.reshape(source, shape);
    return lowering.once(`phase ${phases} ${y} ${x}`, () => {
      const one = graph.node('Slice', [
        phases,
        graph.int64([y, x]),
        graph.int64([y + 1, x + 1]),
        graph.int64([0, 1]),
      ]);
      return graph.node('Reshape', [one, graph.int64(shape)]);
    });
  };
  const [gradientOuter, gradientInner] = long ? [e.outputs, e.batch] : [e.batch, e.outputs];
  let rows = swap(gradient);
  if (pitch > e.outWidth) {
    rows = graph.node('Pad', [rows, graph.int64([0, 0, 0, 0, 0, 0, 0, pitch - e.outWidth])]);
  }
  rows = graph.node('Reshape', [rows, graph.int64([gradientOuter, gradientInner, e.outHeight * pitch])]);
  const firstOf = (value: string, from: number) =>
    graph.node('Slice', [value, graph.int64([from]), graph.int64([from + run]), graph.int64([2])]);
  if (pitch > e.outWidth) rows = firstOf(rows, 0);
  if (long) rows = graph.node('Reshape', [rows, graph.int64([e.outputs, e.batch * run])]);

  // A product with few rows is slow: of a narrow image, all taps of a row of the filter are taken together.
  const together = e.inputs < NARROW_CHANNELS ? window[1] : 1;
  const products: string[] = [];
  for (let y = 0; y < window[0]; y++) {
    for (let x0 = 0; x0 < window[1]; x0 += together) {
      const taps: string[] = [];
      for (let x = x0; x < Math.min(x0 + together, window[1]); x++) {
        const offset = Math.floor(y / sy) * pitch + Math.floor(x / sx);
        taps.push(firstOf(phase(y % sy, x % sx), offset));
      }
      const channels = e.inputs * taps.length;
      const pixels = taps.length === 1 ? taps[0]! : graph.node('Concat', taps, { axis: long ? 0 : 1 });
      if (long) {
        const flat = graph.node('Reshape', [pixels, graph.int64([channels, e.batch * run])]);
        products.push(lowering.matMul(flat, rows, { transposeB: true }));
      } else {
        const each = lowering.matMul(pixels, rows, { transposeB: true, rankA: 3 });
        products.push(graph.node('ReduceSum', [each, graph.int64([0])], { keepdims: 0 }));
      }
    }
  }
  return graph.node('Concat', products, { axis: 0 });
}

/** One product a tap over a window that is cut out for it: for dilated convolutions. */
function tapwiseFilterGradient(
  lowering: Lowering,
  image: string,
  gradient: string,
  { window, strides, dilations, pads }: WindowAttributes,
  e: Extents,
): string {
  const { graph } = lowering;
  const padded = graph.node('Pad', [image, graph.int64([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]])]);
  const taps: string[] = [];
  for (let y = 0; y < window[0]; y++) {
    for (let x = 0; x < window[1]; x++) {
      const from = [y * dilations[0], x * dilations[1]] as const;
      const pixels = cutWindow(lowering, padded, from, strides, [e.outHeight, e.outWidth]);
      taps.push(correlate(lowering, pixels, gradient, e));
    }
  }
  return graph.node('Concat', taps, { axis: 0 });
}

// ---- depthwise: one filter for each channel, [height, width, in, multiplier]

const depthwise = operation('DepthwiseConv2dNative', (lowering, node, x, filter): Lowered => {
  const attributes = node.attributes as WindowAttributes;
  const [height, width, inputs, multiplier] = filter.shape as [number, number, number, number];
  const { graph } = lowering;
  const moved = lowering.transpose(lowering.plain(filter), [2, 3, 0, 1]);
  const taps = lowering.reshape(moved, [inputs * multiplier, 1, height, width]);
  const name = graph.node('Conv', [lowering.channelsFirst(x), taps], {
    ...onnxWindow(attributes),
    group: inputs,
  });
  return { name, layout: CHANNELS_FIRST };
});

export interface ConvolutionSettings {
  strides: number | [number, number];
  pad: never;
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: string;
}

function computeInfo(
  image: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations, dimRoundingMode, dataFormat }: ConvolutionSettings,
  isDepthwise = false,
): backend_util.Conv2DInfo {
  if (dataFormat === 'NCHW') {
    throw invalidArgument({
      what: 'images with their channels first are not taken',
      where: BACKEND_NAME,
      got: 'dataFormat NCHW',
      expected: 'dataFormat NHWC',
      mend: 'Transpose them with tf.transpose(images, [0, 2, 3, 1]).',
    });
  }
  return backend_util.computeConv2DInfo(
    image as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    isDepthwise,
    'channelsLast',
  );
}

export function windowOf(info: backend_util.Conv2DInfo): WindowAttributes {
  const { top, left, bottom, right } = info.padInfo;
  return {
    window: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
  };
}

function recordConv2d(
  backend: OnnxRuntimeBackend,
  x: TensorInfo,
  filter: TensorInfo,
  settings: ConvolutionSettings,
): TensorInfo {
  const info = computeInfo(x.shape, filter.shape, settings);
  return backend.record(conv2d, [x, filter], windowOf(info), info.outShape, 'float32');
}

function recordDepthwise(
  backend: OnnxRuntimeBackend,
  x: TensorInfo,
  filter: TensorInfo,
  settings: ConvolutionSettings,
): TensorInfo {
  const info = computeInfo(x.shape, filter.shape, settings, true);
  return backend.record(depthwise, [x, filter], windowOf(info), info.outShape, 'float32');
}

/** Adds the bias and the activation that tfjs's fused kernels come with. */
function finish(
  backend: OnnxRuntimeBackend,
  x: TensorInfo,
  bias: TensorInfo | undefined,
  activation: string | undefined,
  parameters: Parameters<typeof recordActivation>[3],
): TensorInfo {
  if (bias === undefined) return recordActivation(backend, x, activation, parameters);
  const sum = recordBinary(backend, add, x, bias);
  backend.drop(x);
  return recordActivation(backend, sum, activation, parameters);
}

export const convolutionKernels: KernelConfig[] = [
  kernel('Conv2D', ({ x, filter }, settings, backend) => recordConv2d(backend, x!, filter!, settings)),
  kernel('FusedConv2D', ({ x, filter, bias, preluActivationWeights }, settings, backend) =>
    finish(backend, recordConv2d(backend, x!, filter!, settings), bias, settings.activation, {
      preluActivationWeights,
      leakyreluAlpha: settings.leakyreluAlpha,
    }),
  ),
  kernel('Conv2DBackpropInput', ({ dy, filter }, settings, backend) => {
    const info = computeInfo(settings.inputShape, filter!.shape, settings);
    return backend.record(
      conv2dInputGradient,
      [dy!, filter!],
      windowOf(info),
      settings.inputShape,
      'float32',
    );
  }),
  kernel('Conv2DBackpropFilter', ({ x, dy }, settings, backend) => {
    const info = computeInfo(x!.shape, settings.filterShape, settings);
    return backend.record(conv2dFilterGradient, [x!, dy!], windowOf(info), settings.filterShape, 'float32');
  }),
  kernel('DepthwiseConv2dNative', ({ x, filter }, settings, backend) =>
    recordDepthwise(backend, x!, filter!, settings),
  ),
  kernel('FusedDepthwiseConv2D', ({ x, filter, bias, preluActivationWeights }, settings, backend) =>
    finish(backend, recordDepthwise(backend, x!, filter!, settings), bias, settings.activation, {
      preluActivationWeights,
      leakyreluAlpha: settings.leakyreluAlpha,
    }),
  ),
];
