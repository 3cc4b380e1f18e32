/** What the backend records instead of computing: nodes that name an operation and what it takes. */
import type { Layout } from './layout.js';
import { sizeOf } from './layout.js';
import type { Lowered, Lowering, Value } from './lowering.js';

export type NumericType = 'float32' | 'int32' | 'bool';
export type Elements = Float32Array | Int32Array | Uint8Array;

// biome-ignore lint/suspicious/noExplicitAny: each operation knows the type of its own attributes
export type Attributes = any;

/** An operation of the trace and how it is written as ONNX nodes. */
export interface TraceOperation {
  readonly name: string;
  lower(lowering: Lowering, node: TraceNode, ...inputs: Value[]): Lowered;
  /** Looks at the whole graph before anything is written, for what pays only in combination. */
  plan?(lowering: Lowering, node: TraceNode): void;
}

let created = 0;

/** The number that the next node gets. */
export function nextNodeId(): number {
  return created;
}

/**
 * One value of the trace: a leaf with its elements, or the pending result of an operation. A pending node
 * becomes a leaf when it has been computed.
 */
export class TraceNode {
  readonly id = created++;
  /** The elements in the order of {@link layout}; null while pending. */
  data: Elements | null = null;
  layout: Layout = null;
  /** Pending nodes that take this one. */
  users = 0;
  /** No tensor refers to it any more. */
  disposed = false;
  /** Its elements belong to the buffer pool. */
  pooled = false;
  /**
   * A gradient that is accounted for elsewhere: adding it changes nothing, and what is computed from it
   * by a linear operation is absent too. Never set for zeros that a user made.
   */
  absent = false;
  /** A leaf of zeros that a kernel made. */
  isZeros = false;
  /** Bookkeeping of the walk that puts pending nodes into order. */
  mark = 0;
  position = 0;
  private signature: string | null = null;

  constructor(
    public operation: TraceOperation | null,
    public inputs: TraceNode[],
    public attributes: Attributes,
    readonly shape: number[],
    readonly dtype: NumericType,
  ) {}

  get size(): number {
    return sizeOf(this.shape);
  }

  /** Operation, attributes, shape and type as a text: the node's part of a graph's key. */
  get key(): string {
    this.signature ??= `${this.operation!.name}${JSON.stringify(this.attributes)}${this.shape}${this.dtype}`;
    return this.signature;
  }

  /** Makes this pending node another operation of the same shape; see batch-norm.ts. */
  become(operation: TraceOperation, inputs: TraceNode[], attributes: Attributes): void {
    this.operation = operation;
    this.inputs = inputs;
    this.attributes = attributes;
    this.signature = null;
  }
}

export function newElements(dtype: NumericType, length: number): Elements {
  if (dtype === 'float32') return new Float32Array(length);
  return dtype === 'int32' ? new Int32Array(length) : new Uint8Array(length);
}
