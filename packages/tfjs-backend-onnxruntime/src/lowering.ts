/** From recorded nodes to an ONNX graph. Each operation's own part is with the operation, in ops/. */
import { GraphBuilder, ONNX_TYPE, type OnnxType } from '@lesion/onnx';
import type { Capabilities } from './capabilities.js';
import { BLOCKED, MICROSOFT } from './domains.js';
import {
  CHANNELS_FIRST,
  iota,
  type Layout,
  normalizeLayout,
  sameLayout,
  sizeOf,
  toPhysical,
} from './layout.js';
import type { Elements, NumericType, TraceNode } from './trace.js';

/** What an operation gives back: the ONNX value that holds its result, and in which order. */
export interface Lowered {
  name: string;
  layout?: Layout;
}

/** A lowered value together with what tfjs knows about it. */
export interface Value {
  name: string;
  layout: Layout;
  shape: readonly number[];
  dtype: NumericType;
  /** The node that it stands for. */
  node: TraceNode;
}

export interface LoweredTrace {
  model: Uint8Array<ArrayBuffer>;
  inputs: (string | null)[];
  outputs: { name: string; layout: Layout }[];
  nodes: number;
}

/**
 * Writes pending nodes as one ONNX graph.
 *
 * @param nodes every node in an order in which inputs come before their users, leaves included
 * @param outputs the nodes whose values are wanted
 */
export function lowerTrace(
  nodes: readonly TraceNode[],
  outputs: readonly TraceNode[],
  capabilities: Capabilities,
): LoweredTrace {
  const lowering = new Lowering(nodes, outputs, capabilities);
  const { graph } = lowering;
  const inputs: (string | null)[] = [];
  for (const node of nodes) {
    if (node.data !== null) {
      if (lowering.usersOf(node).length === 0) {
        inputs.push(null);
        continue;
      }
      const name = graph.input(`x${inputs.length}`, node.dtype, toPhysical(node.shape, node.layout));
      inputs.push(name);
      lowering.define(node, { name, layout: node.layout });
    } else if (!lowering.isImplied(node)) {
      lowering.define(node, lowering.write(node));
    }
  }
  const results = outputs.map((node) => {
    const { name, layout } = lowering.value(node);
    return { name: graph.output(name, name, node.dtype, toPhysical(node.shape, layout)), layout };
  });
  return { model: graph.encode(), inputs, outputs: results, nodes: graph.nodeCount };
}

const NO_USERS: readonly TraceNode[] = [];

/** The state of writing one graph, and what operations need to write themselves. */
export class Lowering {
  readonly graph = new GraphBuilder({ name: 'step' });
  private readonly values = new Map<TraceNode, Value>();
  private readonly memo = new Map<string, unknown>();
  private readonly users = new Map<TraceNode, TraceNode[]>();
  private readonly wanted: ReadonlySet<TraceNode>;
  private readonly implied = new Set<TraceNode>();
  private readonly replaced = new Map<TraceNode, () => Lowered>();

  constructor(
    nodes: readonly TraceNode[],
    outputs: readonly TraceNode[],
    readonly capabilities: Capabilities,
  ) {
    this.wanted = new Set(outputs);
    for (const node of nodes) {
      if (node.data !== null) continue;
      for (const input of node.inputs) {
        const users = this.users.get(input);
        if (users === undefined) this.users.set(input, [node]);
        else users.push(node);
      }
    }
    for (const node of nodes) {
      if (node.data === null) node.operation!.plan?.(this, node);
    }
  }

  // ---- values

  /** The pending nodes that take this one. */
  usersOf(node: TraceNode): readonly TraceNode[] {
    return this.users.get(node) ?? NO_USERS;
  }

  isOutput(node: TraceNode): boolean {
    return this.wanted.has(node);
  }

  /** Says that a node is not to be written, because its users do without its value. */
  imply(node: TraceNode): void {
    this.implied.add(node);
  }

  /** Has a node written in another way than its operation does. */
  replace(node: TraceNode, write: () => Lowered): void {
    this.replaced.set(node, write);
  }

  isReplaced(node: TraceNode): boolean {
    return this.replaced.has(node);
  }

  /** Writes a node, whose inputs have been written. */
  write(node: TraceNode): Lowered {
    const replacement = this.replaced.get(node);
    if (replacement !== undefined) return replacement();
    return node.operation!.lower(this, node, ...node.inputs.map((input) => this.value(input)));
  }

  isImplied(node: TraceNode): boolean {
    return this.implied.has(node);
  }

  define(node: TraceNode, { name, layout = null }: Lowered): void {
    const { shape, dtype } = node;
    this.values.set(node, { name, layout: normalizeLayout(layout), shape, dtype, node });
  }

  /** The value of a node that has been written; of an implied node only shape and type. */
  value(node: TraceNode): Value {
    const { shape, dtype } = node;
    return this.values.get(node) ?? { name: '', layout: null, shape, dtype, node };
  }

  /** What `make` made when it was first called for this key. */
  once<T>(key: string, make: () => T): T {
    if (!this.memo.has(key)) this.memo.set(key, make());
    return this.memo.get(key) as T;
  }

  // ---- moving elements around

  reshape(name: string, shape: readonly number[]): string {
    return this.once(`reshape ${name} ${shape}`, () =>
      this.graph.node('Reshape', [name, this.graph.int64(shape)]),
    );
  }

  transpose(name: string, perm: readonly number[]): string {
    if (perm.every((dim, i) => dim === i)) return name;
    return this.once(`transpose ${name} ${perm}`, () => this.graph.node('Transpose', [name], { perm }));
  }

  /** The value's name in this layout. */
  inLayout({ name, layout, shape }: Pick<Value, 'name' | 'layout' | 'shape'>, wanted: Layout): string {
    const target = normalizeLayout(wanted);
    if (sameLayout(layout, target)) return name;
    const from = layout ?? iota(shape.length);
    const to = target ?? iota(shape.length);
    // Dimensions of one element can be anywhere without anything moving.
    const longOnes = (dims: readonly number[]) => dims.filter((dim) => shape[dim]! > 1).join();
    if (longOnes(from) === longOnes(to)) return this.reshape(name, toPhysical(shape, target));
    return this.transpose(
      name,
      to.map((dim) => from.indexOf(dim)),
    );
  }

  plain(value: Pick<Value, 'name' | 'layout' | 'shape'>): string {
    return this.inLayout(value, null);
  }

  channelsFirst(value: Pick<Value, 'name' | 'layout' | 'shape'>): string {
    return this.inLayout(value, CHANNELS_FIRST);
  }

  cast(name: string, from: OnnxType, to: OnnxType): string {
    if (from === to) return name;
    return this.once(`cast ${name} ${to}`, () => this.graph.node('Cast', [name], { to: ONNX_TYPE[to] }));
  }

  /** A scalar constant of a type. */
  scalar(value: number, dtype: NumericType = 'float32'): string {
    const data: Elements =
      dtype === 'float32'
        ? Float32Array.of(value)
        : dtype === 'int32'
          ? Int32Array.of(value)
          : Uint8Array.of(value === 0 ? 0 : 1);
    return this.graph.constant(dtype, [], data);
  }

  /** Axes of a value where they lie in memory, in rising order. */
  physicalAxes(layout: Layout, axes: readonly number[]): number[] {
    const physical = layout === null ? [...axes] : axes.map((axis) => layout.indexOf(axis));
    return physical.sort((a, b) => a - b);
  }

  // ---- elementwise operations, whatever the layout

  /** The layout in which an elementwise operation of this rank moves least: that of its largest operand. */
  private commonLayout(values: readonly Value[], rank: number): Layout {
    let largest: Value | undefined;
    for (const value of values) {
      if (value.shape.length !== rank) continue;
      if (largest === undefined || sizeOf(value.shape) > sizeOf(largest.shape)) largest = value;
    }
    return largest?.layout ?? null;
  }

  /** A value as an operand that broadcasts to a result of this rank in this layout. */
  private operand(value: Value, rank: number, layout: Layout): string {
    if (sizeOf(value.shape) === 1) {
      return value.shape.length === 0 ? value.name : this.reshape(value.name, []);
    }
    // ONNX broadcasts as tfjs does as long as nothing is permuted.
    if (layout === null && value.layout === null) return value.name;
    if (value.shape.length === rank) return this.inLayout(value, layout);
    const shape = [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape];
    return this.inLayout({ name: this.reshape(this.plain(value), shape), layout: null, shape }, layout);
  }

  /** Writes an operation that takes elements of equal position, with broadcasting. */
  elementwise(node: TraceNode, values: readonly Value[], write: (...operands: string[]) => string): Lowered {
    const rank = node.shape.length;
    const layout = this.commonLayout(values, rank);
    const name = write(...values.map((value) => this.operand(value, rank, layout)));
    // Operands of one element lose their dimensions; where no other has as many, the result gets them back.
    const isWhole = (value: Value) =>
      sizeOf(value.shape) > 1 && (value.shape.length === rank || layout !== null || value.layout !== null);
    if (rank === 0 || values.some(isWhole)) return { name, layout };
    return { name: this.reshape(name, toPhysical(node.shape, layout)), layout };
  }

  /** The value cast to another type. */
  as(value: Value, dtype: NumericType): Value {
    return { ...value, name: this.cast(value.name, value.dtype, dtype), dtype };
  }

  // ---- products

  /** The product of matrices in the last two of `rank` dimensions, each transposed on request. */
  matMul(
    a: string,
    b: string,
    options: {
      transposeA?: boolean;
      transposeB?: boolean;
      rankA?: number;
      rankB?: number;
      isFloat?: boolean;
    } = {},
  ): string {
    const { transposeA = false, transposeB = false, rankA = 2, rankB = rankA, isFloat = true } = options;
    if (!transposeA && !transposeB) return this.graph.node('MatMul', [a, b]);
    if (!this.capabilities.fusedMatMul || !isFloat) {
      const swap = (name: string, rank: number) =>
        this.transpose(name, [...iota(rank - 2), rank - 1, rank - 2]);
      return this.graph.node('MatMul', [transposeA ? swap(a, rankA) : a, transposeB ? swap(b, rankB) : b]);
    }
    const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
    return this.graph.node('FusedMatMul', [a, b], attributes, MICROSOFT);
  }

  /** A value of `[n, channels, height, width]` in the blocked layout. */
  blocked(name: string): string {
    return this.once(`blocked ${name}`, () => this.graph.node('ReorderInput', [name], {}, BLOCKED));
  }
}
