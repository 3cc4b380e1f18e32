/** How the network's own layers are written to ONNX, for any height and width. Leans on @lesion/onnx. */
import { type OnnxLayerWriter, registerOnnxLayer } from '@lesion/onnx';
import { CropToReference, PadToMultiple } from './layers.js';

/** Zeros at the end of each axis: as many as its size lacks to the next multiple, worked out at run time. */
const padToMultiple: OnnxLayerWriter = (context, [image]) => {
  const { graph } = context;
  const multiple = context.config['multiple'] as number;
  const value = image!;
  const isSpatial = (axis: number): boolean => axis === 1 || axis === 2;
  const multiples = value.order.map((axis) => (isSpatial(axis) ? multiple : 1));
  const lacking = graph.node('Mod', [
    graph.node('Neg', [graph.node('Shape', [value.name])]),
    graph.int64(multiples),
  ]);
  const amounts = graph.node('Concat', [graph.int64([0, 0, 0, 0]), lacking], { axis: 0 });
  const padded = graph.node('Pad', [value.name, amounts, graph.scalar(0)]);
  const dims = value.dims.map((size, axis) =>
    isSpatial(axis)
      ? context.resized(value.dims, axis, (extent) => Math.ceil(extent / multiple) * multiple)
      : size,
  );
  return context.value(padded, value, { dims, nonNegative: value.nonNegative });
};

const cropToReference: OnnxLayerWriter = (context, [maps, reference]) => {
  const { graph } = context;
  const placesIn = (order: readonly number[]): string => graph.int64([order.indexOf(1), order.indexOf(2)]);
  const shape = graph.node('Shape', [reference!.name]);
  const ends = graph.node('Gather', [shape, placesIn(reference!.order)], { axis: 0 });
  const cropped = graph.node('Slice', [maps!.name, graph.int64([0, 0]), ends, placesIn(maps!.order)]);
  const [batch, , , channels] = maps!.dims as [number, number, number, number];
  const [, height, width] = reference!.dims as [number, number, number];
  return context.value(cropped, maps!, {
    dims: [batch, height, width, channels],
    nonNegative: maps!.nonNegative,
  });
};

/**
 * Tells `exportOnnx` of @lesion/onnx how padding and cropping are written. Calling it again does no harm.
 *
 * @example
 * ```ts
 * registerFcrnOnnxLayers();
 * const file = await exportOnnx(buildFcrn());
 * ```
 */
export function registerFcrnOnnxLayers(): void {
  registerOnnxLayer(PadToMultiple.className, padToMultiple);
  registerOnnxLayer(CropToReference.className, cropToReference);
}
