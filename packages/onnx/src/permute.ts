/** Rearranging the axes of an array in memory, for weights whose axes ONNX wants in another order. */

/** An axis as it is walked: how many places it has, and how far they lie apart on either side. */
interface Axis {
  extent: number;
  /** Elements from one place to the next in the source. */
  from: number;
  /** The same in the result. */
  to: number;
}

/** A square of so many places along the two contiguous axes fits into the nearest cache on both sides. */
const TILE = 16;

/** The axes in the result's order, without those of one place, and with those merged that stay side by side. */
function walkedAxes(shape: readonly number[], order: readonly number[]): Axis[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  const axes: Axis[] = [];
  let to = 1;
  for (const axis of order.toReversed()) {
    const [extent, from] = [shape[axis]!, strides[axis]!];
    const inner = axes[0];
    if (extent === 1) continue;
    if (inner !== undefined && from === inner.from * inner.extent) inner.extent *= extent;
    else axes.unshift({ extent, from, to });
    to *= extent;
  }
  return axes;
}

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
  const axes = walkedAxes(shape, order);
  if (axes.length < 2) return new Float32Array(data);
  const out = new Float32Array(data.length);
  // Reads or writes alone can be contiguous unless the last axis stays the last; tiles of both axes spare the cache.
  const columns = axes.pop()!;
  const rows = axes.reduce((nearest, axis) => (axis.from < nearest.from ? axis : nearest));
  const others = axes.filter((axis) => axis !== rows);
  const walk = (depth: number, from: number, to: number): void => {
    const axis = others[depth];
    if (axis === undefined) {
      transpose(data, out, rows, columns, from, to);
      return;
    }
    for (let i = 0; i < axis.extent; i++) walk(depth + 1, from + i * axis.from, to + i * axis.to);
  };
  walk(0, 0, 0);
  return out;
}

function transpose(
  data: Float32Array,
  out: Float32Array,
  rows: Axis,
  columns: Axis,
  from: number,
  to: number,
): void {
  for (let top = 0; top < rows.extent; top += TILE) {
    const bottom = Math.min(top + TILE, rows.extent);
    for (let left = 0; left < columns.extent; left += TILE) {
      const right = Math.min(left + TILE, columns.extent);
      for (let row = top; row < bottom; row++) {
        let read = from + row * rows.from + left * columns.from;
        let write = to + row * rows.to + left;
        for (let column = left; column < right; column++, read += columns.from) out[write++] = data[read]!;
      }
    }
  }
}
