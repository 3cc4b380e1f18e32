/**
 * How a value's elements lie in memory. tfjs thinks of images as `[n, height, width, channels]`; ONNX
 * Runtime computes them as `[n, channels, height, width]`. A layout is the permutation between the two,
 * so that only what really needs another order is ever moved.
 */

/** Physical dimension `i` is logical dimension `layout[i]`; null where they are the same. */
export type Layout = readonly number[] | null;

/** Images with their channels first. */
export const CHANNELS_FIRST: Layout = [0, 3, 1, 2];

export function iota(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** null for the permutation that changes nothing. */
export function normalizeLayout(layout: Layout): Layout {
  return layout?.every((dim, i) => dim === i) ? null : layout;
}

export function sameLayout(a: Layout, b: Layout): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((dim, i) => dim === b[i]));
}

/** What belongs to each dimension (a shape, paddings, repeats), in the order of memory. */
export function toPhysical<T>(perDimension: readonly T[], layout: Layout): T[] {
  return layout === null ? [...perDimension] : layout.map((dim) => perDimension[dim]!);
}

type Elements = Float32Array | Int32Array | Uint8Array;

/** A copy of the elements in the order that tfjs expects. */
export function toLogicalOrder<T extends Elements>(data: T, shape: readonly number[], layout: Layout): T {
  if (layout === null) return data.slice() as T;
  const result = new (data.constructor as new (length: number) => T)(data.length);
  const rank = shape.length;
  const strides = new Array<number>(rank).fill(1);
  for (let i = rank - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  const extents = toPhysical(shape, layout);
  const steps = layout.map((dim) => strides[dim]!);
  const position = new Array<number>(rank).fill(0);
  let target = 0;
  for (let i = 0; i < data.length; i++) {
    result[target] = data[i]!;
    for (let d = rank - 1; d >= 0; d--) {
      target += steps[d]!;
      position[d]!++;
      if (position[d]! < extents[d]!) break;
      target -= steps[d]! * extents[d]!;
      position[d] = 0;
    }
  }
  return result;
}
