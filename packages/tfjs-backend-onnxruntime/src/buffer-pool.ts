/** Memory of results that nobody needs any more, kept for results of the same size. */
import { type Elements, type NumericType, newElements } from './trace.js';

export class BufferPool {
  private readonly free = new Map<string, Elements[]>();
  /** Bytes held for reuse. */
  bytes = 0;

  constructor(private readonly limit: number) {}

  take(dtype: NumericType, length: number): Elements {
    const buffer = this.free.get(`${dtype}${length}`)?.pop();
    if (buffer === undefined) return newElements(dtype, length);
    this.bytes -= buffer.byteLength;
    return buffer;
  }

  give(dtype: NumericType, buffer: Elements): void {
    if (this.bytes + buffer.byteLength > this.limit) return;
    const key = `${dtype}${buffer.length}`;
    const list = this.free.get(key);
    if (list === undefined) this.free.set(key, [buffer]);
    else list.push(buffer);
    this.bytes += buffer.byteLength;
  }

  clear(): void {
    this.free.clear();
    this.bytes = 0;
  }
}
