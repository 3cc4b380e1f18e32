/**
 * `ndarray` where a page forbids code from strings. The library compiles a class for each type and number of dimensions
 * with `new Function`, which a Content-Security-Policy without 'unsafe-eval' refuses; here is one class that behaves
 * like all of those. Leans on nothing but the library that it stands in for.
 */
import ndarray, { type NdArray } from 'ndarray';

type Numbers = Uint8Array | Int32Array | Float32Array;
type Position = number | null | undefined;

const DTYPES: Readonly<Record<string, string>> = {
  Uint8Array: 'uint8',
  Int32Array: 'int32',
  Float32Array: 'float32',
};

/** Where it takes anything else, the library leaves the axis alone. */
const isPlace = (value: Position): value is number => typeof value === 'number' && value >= 0;

const dtypeOf = (data: Numbers): string =>
  DTYPES[data.constructor.name] ?? DTYPES[Object.prototype.toString.call(data).slice(8, -1)]!;

/** A view of one axis or more. */
class View<T extends Numbers> {
  data: T;
  shape: number[];
  stride: number[];
  offset: number;

  constructor(data: T, shape: number[], stride: number[], offset: number) {
    this.data = data;
    this.shape = shape;
    this.stride = stride;
    this.offset = offset | 0;
  }

  get dtype(): string {
    return dtypeOf(this.data);
  }

  get dimension(): number {
    return this.shape.length;
  }

  get size(): number {
    return this.shape.reduce((product, extent) => product * extent);
  }

  /** Axes from the one whose values lie closest together to the one whose lie farthest apart. */
  get order(): number[] {
    const steps = this.stride.map(Math.abs);
    const [a, b, c] = steps as [number, number, number];
    // Two and three axes are told apart by hand, as in the library: a sort has axes that are alike another way round.
    if (steps.length === 2) return a > b ? [1, 0] : [0, 1];
    if (steps.length === 3) {
      if (a > b) return b > c ? [2, 1, 0] : a > c ? [1, 2, 0] : [1, 0, 2];
      return a > c ? [2, 0, 1] : c > b ? [0, 1, 2] : [0, 2, 1];
    }
    const axes = steps.map((_, axis) => axis);
    return axes.sort((one, other) => steps[one]! - steps[other]!);
  }

  // Images have two or three axes: those are spelt out, since they stand in inner loops.
  index(i?: number, j?: number, k?: number, ...more: number[]): number {
    const { stride, offset } = this;
    if (stride.length === 2) return offset + stride[0]! * i! + stride[1]! * j!;
    if (stride.length === 3) return offset + stride[0]! * i! + stride[1]! * j! + stride[2]! * k!;
    const indexes = [i!, j!, k!, ...more];
    return stride.reduce((at, step, axis) => at + step * indexes[axis]!, offset);
  }

  get(i?: number, j?: number, k?: number, ...more: number[]): number | undefined {
    return this.data[this.index(i, j, k, ...more)];
  }

  set(a: number, b: number, c: number, d: number, ...more: number[]): number {
    switch (this.shape.length) {
      case 2:
        return this.#put(this.index(a, b), c);
      case 3:
        return this.#put(this.index(a, b, c), d);
      default: {
        const value = [a, b, c, d, ...more][this.shape.length]!;
        return this.#put(this.index(a, b, c, d, ...more), value);
      }
    }
  }

  #put(at: number, value: number): number {
    this.data[at] = value;
    return value;
  }

  hi(...ends: Position[]): View<T> {
    const shape = this.shape.map((extent, axis) => {
      const end = ends[axis];
      return typeof end !== 'number' || end < 0 ? extent : end | 0;
    });
    return new View(this.data, shape, [...this.stride], this.offset);
  }

  lo(...begins: Position[]): View<T> {
    let { offset } = this;
    const shape = this.shape.map((extent, axis) => {
      const begin = begins[axis];
      if (!isPlace(begin)) return extent;
      offset += this.stride[axis]! * (begin | 0);
      return extent - (begin | 0);
    });
    return new View(this.data, shape, [...this.stride], offset);
  }

  step(...steps: Position[]): View<T> {
    let { offset } = this;
    const shape = [...this.shape];
    const stride = [...this.stride];
    shape.forEach((extent, axis) => {
      const given = steps[axis];
      if (typeof given !== 'number') return;
      const step = given | 0;
      if (step < 0) offset += stride[axis]! * (extent - 1);
      shape[axis] = Math.ceil((step < 0 ? -extent : extent) / step);
      stride[axis]! *= step;
    });
    return new View(this.data, shape, stride, offset);
  }

  transpose(...axes: Position[]): View<T> {
    const from = this.shape.map((_, axis) => (axes[axis] === undefined ? axis : axes[axis]! | 0));
    return new View(
      this.data,
      from.map((axis) => this.shape[axis]!),
      from.map((axis) => this.stride[axis]!),
      this.offset,
    );
  }

  pick(...indexes: Position[]): View<T> | ValueView<T> {
    let { offset } = this;
    const shape: number[] = [];
    const stride: number[] = [];
    this.shape.forEach((extent, axis) => {
      const index = indexes[axis];
      if (isPlace(index)) offset = (offset + this.stride[axis]! * index) | 0;
      else {
        shape.push(extent);
        stride.push(this.stride[axis]!);
      }
    });
    return shape.length === 0 ? new ValueView(this.data, offset) : new View(this.data, shape, stride, offset);
  }
}

/** A view of no axis: one value. */
class ValueView<T extends Numbers> {
  data: T;
  offset: number;

  constructor(data: T, offset: number) {
    this.data = data;
    this.offset = offset;
  }

  get dtype(): string {
    return dtypeOf(this.data);
  }

  get dimension(): number {
    return 0;
  }

  get size(): number {
    return 1;
  }

  get shape(): number[] {
    return [];
  }

  get stride(): number[] {
    return [];
  }

  get order(): number[] {
    return [];
  }

  index(): number {
    return this.offset;
  }

  get(): number | undefined {
    return this.data[this.offset];
  }

  valueOf(): number | undefined {
    return this.get();
  }

  set(value: number): number {
    this.data[this.offset] = value;
    return value;
  }

  hi(): ValueView<T> {
    return new ValueView(this.data, this.offset);
  }

  lo(): ValueView<T> {
    return this.hi();
  }

  step(): ValueView<T> {
    return this.hi();
  }

  transpose(): ValueView<T> {
    return this.hi();
  }

  pick(): EmptyView<T> {
    return new EmptyView(this.data);
  }
}

/** What is left when something is picked from one value: nothing. */
class EmptyView<T extends Numbers> {
  data: T;

  constructor(data: T) {
    this.data = data;
  }

  get dtype(): string {
    return dtypeOf(this.data);
  }

  get dimension(): number {
    return -1;
  }

  get size(): number {
    return 0;
  }

  get shape(): number[] {
    return [];
  }

  get stride(): number[] {
    return [];
  }

  get order(): number[] {
    return [];
  }

  index(): number {
    return -1;
  }

  get(): undefined {}

  set(): undefined {}

  hi(): EmptyView<T> {
    return new EmptyView(this.data);
  }

  lo(): EmptyView<T> {
    return this.hi();
  }

  step(): EmptyView<T> {
    return this.hi();
  }

  transpose(): EmptyView<T> {
    return this.hi();
  }

  pick(): null {
    return null;
  }
}

/** The strides of values that lie in row-major order. */
function rowMajor(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= shape[axis]!;
  }
  return stride;
}

/** What `ndarray(data, shape)` gives, without a class from a string. */
export function stridedView<T extends Numbers>(data: T, shape: readonly number[]): NdArray<T> {
  return new View(data, [...shape], rowMajor(shape), 0) as unknown as NdArray<T>;
}

/** Set once the page has refused code from a string: each further attempt would be reported as an attack. */
let isRefused = false;

/** `ndarray(data, shape)`, or what behaves like it where the page's policy refuses the library's way. */
export function viewOf<T extends Numbers>(data: T, shape: readonly number[]): NdArray<T> {
  if (!isRefused) {
    try {
      return ndarray(data, [...shape]) as unknown as NdArray<T>;
    } catch (error) {
      // What browsers throw where Content-Security-Policy forbids `new Function`; Node too, when so started.
      if (!(error instanceof EvalError)) throw error;
      isRefused = true;
    }
  }
  return stridedView(data, shape);
}
