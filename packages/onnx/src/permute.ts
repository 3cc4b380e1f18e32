/** Rearranging the axes of an array in memory, for weights whose axes ONNX wants in another order. */

/**
 * The array with its axes in another order.
 *
 * @param shape the array's shape
 * @param order `order[i]` is the axis of `data` that comes to lie at place i
 */
export function permute(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array<ArrayBuffer> {
  const rank = shape.length;
  const strides = new Array<number>(rank).fill(1);
  for (let axis = rank - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  const extents = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const out = new Float32Array(data.length);
  const innerExtent = extents[rank - 1] ?? 1;
  const innerStep = steps[rank - 1] ?? 1;
  const position = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to += innerExtent) {
    for (let i = 0, at = from; i < innerExtent; i++, at += innerStep) out[to + i] = data[at]!;
    for (let axis = rank - 2; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++position[axis]! < extents[axis]!) break;
      position[axis] = 0;
      from -= steps[axis]! * extents[axis]!;
    }
  }
  return out;
}
