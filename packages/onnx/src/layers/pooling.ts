/** Poolings, over windows and over all. */
import type { LayerContext } from '../layer-context.js';
import type { OnnxLayerWriter } from '../layer-registry.js';
import type { OnnxValue } from '../value.js';
import {
  asWindowed,
  channelAxis,
  paddedWindows,
  spatialAxes,
  type Windows,
  windowedDims,
} from './windows.js';

/** Below every float32 but minus infinity. */
const LOWEST = -3.4e38;

function windowsOf({ config }: LayerContext): Windows {
  const sizes = [config['poolSize']].flat() as number[];
  return {
    sizes,
    strides: [config['strides']].flat() as number[],
    dilations: sizes.map(() => 1),
    padding: config['padding'] as string,
    channelsFirst: config['dataFormat'] === 'channelsFirst',
  };
}

/** Padding of a maximum is below all values, so zeros may become padding only where no value is below them. */
function maximumTakesZeros(sizes: readonly number[]) {
  return (value: OnnxValue, pads: readonly (readonly [number, number])[]): boolean =>
    value.nonNegative && pads.every((pair, i) => pair.every((amount) => amount < sizes[i]!));
}

/** Whether ONNX Runtime would make negative paddings of `same`: it does so for windows narrower than their stride. */
function isTooNarrow(value: OnnxValue, windows: Windows): boolean {
  const { sizes, strides, padding } = windows;
  return (
    padding === 'same' &&
    spatialAxes(windows).some((axis, i) => typeof value.dims[axis] === 'string' && sizes[i]! < strides[i]!)
  );
}

/** The paddings of `same` for a value in the windows' layout, worked out in the graph. */
function sameAmounts(context: LayerContext, value: OnnxValue, { sizes, strides }: Windows): string {
  const { graph } = context;
  const extents = graph.node('Slice', [
    graph.node('Shape', [value.name]),
    graph.int64([2]),
    graph.int64([99]),
  ]);
  const lastWindow = graph.node('Div', [
    graph.node('Sub', [extents, graph.int64([1])]),
    graph.int64(strides),
  ]);
  const start = graph.node('Mul', [lastWindow, graph.int64(strides)]);
  const end = graph.node('Add', [start, graph.int64(sizes)]);
  const total = graph.node('Max', [graph.node('Sub', [end, extents]), graph.int64([0])]);
  const before = graph.node('Div', [total, graph.int64([2])]);
  const behind = graph.node('Sub', [total, before]);
  const none = graph.int64([0, 0]);
  return graph.node('Concat', [none, before, none, behind], { axis: 0 });
}

function pooling(type: 'MaxPool' | 'AveragePool'): OnnxLayerWriter {
  return (context, [x]) => {
    const { graph } = context;
    const windows = windowsOf(context);
    const isMaximum = type === 'MaxPool';
    const dims = windowedDims(context, x!, windows, x!.dims[channelAxis(windows)]!);
    if (isTooNarrow(x!, windows)) {
      const value = asWindowed(context, x!, windows);
      const amounts = sameAmounts(context, value, windows);
      const attributes = { kernel_shape: windows.sizes, strides: windows.strides };
      const framed = graph.node('Pad', [value.name, amounts, graph.scalar(isMaximum ? LOWEST : 0)]);
      let name = graph.node(type, [framed], attributes);
      if (!isMaximum) {
        // The share of each window that is no padding.
        const ones = graph.node('Add', [graph.node('Mul', [value.name, graph.scalar(0)]), graph.scalar(1)]);
        const shares = graph.node(type, [graph.node('Pad', [ones, amounts, graph.scalar(0)])], attributes);
        name = graph.node('Div', [name, shares]);
      }
      return context.value(name, value, { dims, nonNegative: value.nonNegative });
    }
    // Zeros of a layer before count in an average, padding does not.
    const takesZeros = isMaximum ? maximumTakesZeros(windows.sizes) : () => false;
    const { value, attributes } = paddedWindows(context, x!, windows, takesZeros);
    const name = graph.node(type, [value.name], attributes);
    return context.value(name, value, { dims, nonNegative: value.nonNegative });
  };
}

function globalPooling(type: 'GlobalAveragePool' | 'GlobalMaxPool'): OnnxLayerWriter {
  return (context, [x]) => {
    const rank = x!.dims.length;
    const windows: Windows = {
      sizes: x!.dims.slice(2).map(() => 1),
      strides: [],
      dilations: [],
      padding: 'valid',
      channelsFirst: context.config['dataFormat'] === 'channelsFirst',
    };
    const value = asWindowed(context, x!, windows);
    const pooled = context.graph.node(type, [value.name]);
    const places = Array.from({ length: rank - 2 }, (_, i) => i + 2);
    const name = context.graph.node('Squeeze', [pooled, context.graph.int64(places)]);
    const dims = [x!.dims[0]!, x!.dims[channelAxis(windows)]!];
    return context.value(name, value, { dims, order: [0, 1], nonNegative: value.nonNegative });
  };
}

export const poolingWriters: Readonly<Record<string, OnnxLayerWriter>> = {
  MaxPooling1D: pooling('MaxPool'),
  MaxPooling2D: pooling('MaxPool'),
  MaxPooling3D: pooling('MaxPool'),
  AveragePooling1D: pooling('AveragePool'),
  AveragePooling2D: pooling('AveragePool'),
  AveragePooling3D: pooling('AveragePool'),
  GlobalAveragePooling1D: globalPooling('GlobalAveragePool'),
  GlobalAveragePooling2D: globalPooling('GlobalAveragePool'),
  GlobalMaxPooling1D: globalPooling('GlobalMaxPool'),
  GlobalMaxPooling2D: globalPooling('GlobalMaxPool'),
};
