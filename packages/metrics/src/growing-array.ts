/** Typed arrays that grow by doubling, for accumulators. Leans on nothing. */

type TypedArray = Uint8Array | Uint32Array | Float64Array;

/** Appends to a typed array whose final length is not known. */
export class GrowingArray<T extends TypedArray> {
  #data: T;
  #length = 0;
  readonly #allocate: (length: number) => T;

  constructor(allocate: (length: number) => T) {
    this.#allocate = allocate;
    this.#data = allocate(0);
  }

  get length(): number {
    return this.#length;
  }

  /** The values so far; a view, valid until the next append. */
  get values(): T {
    return this.#data.subarray(0, this.#length) as T;
  }

  append(values: ArrayLike<number>): void {
    this.#reserve(this.#length + values.length).set(values, this.#length);
    this.#length += values.length;
  }

  #reserve(length: number): T {
    if (length > this.#data.length) {
      const larger = this.#allocate(Math.max(length, 2 * this.#data.length));
      larger.set(this.values);
      this.#data = larger;
    }
    return this.#data;
  }
}
