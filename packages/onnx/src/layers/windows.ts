/** What convolutions and poolings have in common: windows that slide over axes, and the padding around these. */
import type { OnnxAttribute, OnnxDimension } from '../graph-builder.js';
import type { LayerContext } from '../layer-context.js';
import { channelsFirstOrder, type OnnxValue, plainOrder } from '../value.js';

/** How windows slide over the axes between batch and channels. */
export interface Windows {
  sizes: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  padding: string;
  /** Whether tfjs counts channels second already. */
  channelsFirst: boolean;
}

/** The axes that windows slide over, as tfjs counts them. */
export function spatialAxes({ sizes, channelsFirst }: Windows): number[] {
  return sizes.map((_, index) => index + (channelsFirst ? 2 : 1));
}

/** Where tfjs counts the channels. */
export function channelAxis({ sizes, channelsFirst }: Windows): number {
  return channelsFirst ? 1 : sizes.length + 1;
}

/** The value as ONNX's convolutions and poolings take it: batch, channels, then the axes of windows. */
export function asWindowed(context: LayerContext, value: OnnxValue, windows: Windows): OnnxValue {
  const rank = windows.sizes.length + 2;
  return context.arrange(value, windows.channelsFirst ? plainOrder(rank) : channelsFirstOrder(rank));
}

function reach(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/** Zeros before and behind for `same`; undefined if that depends on a size known only at run time. */
function samePads(
  extent: OnnxDimension,
  span: number,
  stride: number,
): readonly [number, number] | undefined {
  let total: number;
  if (stride === 1 || span === 1) total = span - 1;
  else if (typeof extent === 'string') return undefined;
  else total = Math.max((Math.ceil(extent / stride) - 1) * stride + span - extent, 0);
  if (stride > 1 && span === 1) total = 0;
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** Windows with their padding as ONNX writes it, on the value that it surrounds. */
export interface PaddedWindows {
  value: OnnxValue;
  attributes: Record<string, OnnxAttribute>;
}

/**
 * The attributes of windows. tfjs's `same` is ONNX's `SAME_UPPER`, written out where sizes allow it; zeros of a layer
 * before become the windows' own padding where `takesZeros` says that this comes to the same.
 */
export function paddedWindows(
  context: LayerContext,
  input: OnnxValue,
  windows: Windows,
  takesZeros: (value: OnnxValue, pads: readonly (readonly [number, number])[]) => boolean,
): PaddedWindows {
  const { sizes, strides, dilations, padding } = windows;
  const axes = spatialAxes(windows);
  const attributes: Record<string, OnnxAttribute> = { kernel_shape: sizes, strides };
  if (dilations.some((dilation) => dilation !== 1)) attributes['dilations'] = dilations;
  if (padding === 'same') {
    const value = asWindowed(context, input, windows);
    const pads = axes.map((axis, i) =>
      samePads(value.dims[axis]!, reach(sizes[i]!, dilations[i]!), strides[i]!),
    );
    const known = pads.filter((pair) => pair !== undefined);
    if (known.length === pads.length) attributes['pads'] = flattened(known);
    else attributes['auto_pad'] = 'SAME_UPPER';
    return { value, attributes };
  }
  if (padding !== 'valid') return context.refuse(`the padding ${padding} is not known`);
  const { padded } = input;
  if (padded !== undefined) {
    const around = axes.map((axis) => padded.pads[axis]!);
    const onlyThere = padded.pads.every(
      ([before, behind], axis) => axes.includes(axis) || (before === 0 && behind === 0),
    );
    if (onlyThere && takesZeros(padded.value, around)) {
      attributes['pads'] = flattened(around);
      return { value: asWindowed(context, padded.value, windows), attributes };
    }
  }
  return { value: asWindowed(context, input, windows), attributes };
}

function flattened(pads: readonly (readonly [number, number])[]): number[] {
  return [...pads.map(([before]) => before), ...pads.map(([, behind]) => behind)];
}

/** The shape after windows have slid over `input`. */
export function windowedDims(
  context: LayerContext,
  input: OnnxValue,
  windows: Windows,
  channels: OnnxDimension,
): OnnxDimension[] {
  const { sizes, strides, dilations, padding } = windows;
  const dims = [...input.dims];
  for (const [i, axis] of spatialAxes(windows).entries()) {
    const span = reach(sizes[i]!, dilations[i]!);
    const stride = strides[i]!;
    if (stride === 1 && (padding === 'same' || span === 1)) continue;
    dims[axis] = context.resized(input.dims, axis, (size) =>
      padding === 'same' ? Math.ceil(size / stride) : Math.floor((size - span) / stride) + 1,
    );
  }
  dims[channelAxis(windows)] = channels;
  return dims;
}
