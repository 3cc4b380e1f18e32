/**
 * Building an ONNX model node by node and writing it as a file. The field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); only the wire format comes from a library.
 */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { invalidArgument, LesionError } from '@lesion/core';

/** The element types that models of this package use. */
export type OnnxType = 'float32' | 'int32' | 'int64' | 'bool';

/** The numbers of the element types in ONNX (`TensorProto.DataType`), which `Cast` takes as its attribute `to`. */
export const ONNX_TYPE: Readonly<Record<OnnxType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** What holds the elements of a constant; a `bool` is one byte. */
export type OnnxData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** A dimension: a size, or the name of one that is known only at run time. */
export type OnnxDimension = number | string;

/** A node's attribute: an integer or a list of them as plain numbers, floats wrapped so that 1 and 1.0 differ. */
export type OnnxAttribute =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] };

/** Options of {@link GraphBuilder.node}. */
export interface NodeOptions {
  /** How many outputs the node has. @default 1 */
  outputs?: number;
  /** The operator set, `''` for ONNX's own. @default '' */
  domain?: string;
}

/** Options of {@link GraphBuilder}. */
export interface GraphBuilderOptions {
  /** The graph's name. @default 'graph' */
  name?: string;
  /** Version of ONNX's own operator set. @default 18 */
  opset?: number;
  /** Texts stored beside the graph (`metadata_props`). @default {} */
  metadata?: Readonly<Record<string, string>>;
}

interface GraphNode {
  name: string;
  type: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
  domain: string;
}

interface ValueInfo {
  name: string;
  type: OnnxType;
  dims: readonly OnnxDimension[];
}

interface Constant {
  name: string;
  type: OnnxType;
  dims: readonly number[];
  data: OnnxData | (() => OnnxData);
}

/** Constants up to this length are shared where they are equal. */
const SHARED_CONSTANT_LENGTH = 64;
/** A protobuf message cannot be longer. */
const LARGEST_FILE = 2 ** 31 - 1;

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

const ELEMENT_BYTES: Readonly<Record<OnnxType, number>> = { float32: 4, int32: 4, int64: 8, bool: 1 };

const ATTRIBUTE_KIND = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

/**
 * An ONNX model under construction. Values are known by their names, which the builder hands out.
 *
 * @example
 * ```ts
 * const graph = new GraphBuilder({ name: 'twice' });
 * const x = graph.input('x', 'float32', ['n']);
 * const two = graph.constant('float32', [], Float32Array.of(2));
 * graph.output('y', graph.node('Mul', [x, two]), 'float32', ['n']);
 * const file = graph.encode();
 * ```
 */
export class GraphBuilder {
  private readonly options: Required<GraphBuilderOptions>;
  private readonly nodes: GraphNode[] = [];
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly constants: Constant[] = [];
  private readonly shared = new Map<string, string>();
  private readonly domains = new Set<string>();
  private readonly reserved = new Set<string>();
  /** Names of values that nodes make. */
  private readonly made = new Set<string>();
  private count = 0;
  /** What the names of nodes added from now on begin with: a layer's name, for people who look at the graph. */
  scope = '';

  constructor(options: GraphBuilderOptions = {}) {
    this.options = { name: 'graph', opset: 18, metadata: {}, ...options };
  }

  /** How many nodes the graph has so far. */
  get nodeCount(): number {
    return this.nodes.length;
  }

  /** Keeps a name for an input or an output, so that no value in between gets it. */
  reserve(name: string): void {
    this.reserved.add(name);
  }

  /** Adds an input and returns its name. */
  input(name: string, type: OnnxType, dims: readonly OnnxDimension[]): string {
    this.reserve(name);
    this.inputs.push({ name, type, dims });
    return name;
  }

  /**
   * Adds a constant and returns its name; equal small constants are stored once.
   *
   * @param data the elements, or a function that makes them when the file is written: weights that have to be
   *   rearranged are then not all in memory twice
   */
  constant(type: OnnxType, dims: readonly number[], data: OnnxData | (() => OnnxData)): string {
    const key =
      typeof data !== 'function' && data.length <= SHARED_CONSTANT_LENGTH
        ? `${type}|${dims.join()}|${describeElements(data)}`
        : undefined;
    const known = key === undefined ? undefined : this.shared.get(key);
    if (known !== undefined) return known;
    const name = this.freshName('c');
    this.constants.push({ name, type, dims, data });
    if (key !== undefined) this.shared.set(key, name);
    return name;
  }

  /** A float32 scalar as a constant. */
  scalar(value: number): string {
    return this.constant('float32', [], Float32Array.of(value));
  }

  /** A list of integers as a constant of shape `[values.length]`: axes, shapes, paddings. */
  int64(values: readonly number[]): string {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Adds a node with one output and returns that output's name. An input `''` is one left out. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    options: Omit<NodeOptions, 'outputs'> = {},
  ): string {
    return this.nodeWithOutputs(type, inputs, attributes, { ...options, outputs: 1 })[0]!;
  }

  /** Adds a node with several outputs and returns their names. */
  nodeWithOutputs(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    { outputs = 1, domain = '' }: NodeOptions,
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.freshName('v'));
    this.addNode({ type, inputs, outputs: names, attributes, domain });
    for (const name of names) this.made.add(name);
    if (domain !== '') this.domains.add(domain);
    return names;
  }

  /**
   * Makes `value` an output of the model under `name`. Under the value's own name nothing is copied; under
   * another, or for an input, a constant or a value that is an output already, an `Identity` node is added.
   *
   * @returns the output's name
   */
  output(name: string, value: string, type: OnnxType, dims: readonly OnnxDimension[]): string {
    if (name === value && this.made.has(value) && !this.outputs.some((output) => output.name === name)) {
      this.outputs.push({ name, type, dims });
      return name;
    }
    const free = name === value ? this.freshName('v') : name;
    this.addNode({ type: 'Identity', inputs: [value], outputs: [free], attributes: {}, domain: '' });
    this.outputs.push({ name: free, type, dims });
    return free;
  }

  /**
   * The model as the bytes of an `.onnx` file.
   *
   * @throws LesionError `LIMIT_EXCEEDED` if that would be 2 GiB or more; `INVALID_ARGUMENT` if a constant has more
   *   or fewer elements than its dimensions say
   */
  encode(): Uint8Array<ArrayBuffer> {
    const { name, opset, metadata } = this.options;
    // Constants are copied into the file once, by hand: the writer would copy them at every level of nesting.
    const headers = this.constants.map(tensorHeader);
    const rest = new BinaryWriter();
    for (const node of this.nodes) writeNode(rest.tag(1, BYTES), node);
    rest.tag(2, BYTES).string(name);
    for (const input of this.inputs) writeValueInfo(rest.tag(11, BYTES), input);
    for (const output of this.outputs) writeValueInfo(rest.tag(12, BYTES), output);
    const graph = rest.finish();
    const graphLength = this.constants.reduce(
      (sum, constant, index) => sum + headers[index]!.length + byteLength(constant),
      graph.length,
    );

    const model = new BinaryWriter();
    model.tag(1, VARINT).int64(formatVersion(opset));
    model.tag(2, BYTES).string('lesion');
    for (const [domain, version] of [
      ['', opset] as const,
      ...[...this.domains].map((d) => [d, 1] as const),
    ]) {
      model.tag(8, BYTES).fork().tag(1, BYTES).string(domain).tag(2, VARINT).int64(version).join();
    }
    for (const [key, value] of Object.entries(metadata)) {
      model.tag(14, BYTES).fork().tag(1, BYTES).string(key).tag(2, BYTES).string(value).join();
    }
    const head = model.tag(7, BYTES).uint32(Math.min(graphLength, LARGEST_FILE)).finish();
    const length = head.length + graphLength;
    if (length > LARGEST_FILE) {
      throw new LesionError('LIMIT_EXCEEDED', {
        what: 'the model is too large for one ONNX file',
        where: name,
        got: `${length} bytes`,
        expected: `at most ${LARGEST_FILE}`,
        mend: 'Export its parts as models of their own.',
      });
    }
    const file = new Uint8Array(length);
    file.set(head);
    file.set(graph, head.length);
    let at = head.length + graph.length;
    for (const [index, { data: given }] of this.constants.entries()) {
      const data = typeof given === 'function' ? given() : given;
      const header = headers[index]!;
      if (data.byteLength !== byteLength(this.constants[index]!))
        throw wrongLength(this.constants[index]!, data);
      file.set(header, at);
      file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at + header.length);
      at += header.length + data.byteLength;
    }
    return file;
  }

  private freshName(kind: 'c' | 'v'): string {
    let name: string;
    do name = `${kind}${this.count++}`;
    while (this.reserved.has(name));
    return name;
  }

  private addNode(node: Omit<GraphNode, 'name'>): void {
    const own = `${node.type}_${node.outputs[0]}`;
    this.nodes.push({ ...node, name: this.scope === '' ? own : `${this.scope}/${own}` });
  }
}

/** The version of the file format that came with an operator set. */
function formatVersion(opset: number): number {
  if (opset <= 18) return 8;
  return opset <= 20 ? 9 : 10;
}

function describeElements(data: OnnxData): string {
  // -0 and 0 print alike, and so would be shared.
  return Array.from(data as ArrayLike<number | bigint>, (value) =>
    Object.is(value, -0) ? '-0' : value,
  ).join();
}

function writeNode(writer: BinaryWriter, node: GraphNode): void {
  writer.fork();
  for (const input of node.inputs) writer.tag(1, BYTES).string(input);
  for (const output of node.outputs) writer.tag(2, BYTES).string(output);
  writer.tag(3, BYTES).string(node.name);
  writer.tag(4, BYTES).string(node.type);
  for (const [name, value] of Object.entries(node.attributes)) {
    writeAttribute(writer.tag(5, BYTES), name, value);
  }
  if (node.domain !== '') writer.tag(7, BYTES).string(node.domain);
  writer.join();
}

function writeAttribute(writer: BinaryWriter, name: string, value: OnnxAttribute): void {
  writer.fork().tag(1, BYTES).string(name);
  let kind: number;
  if (typeof value === 'number') {
    kind = ATTRIBUTE_KIND.int;
    writer.tag(3, VARINT).int64(value);
  } else if (typeof value === 'string') {
    kind = ATTRIBUTE_KIND.string;
    writer.tag(4, BYTES).string(value);
  } else if ('float' in value) {
    kind = ATTRIBUTE_KIND.float;
    writer.tag(2, FIXED32).float(value.float);
  } else if ('floats' in value) {
    kind = ATTRIBUTE_KIND.floats;
    for (const element of value.floats) writer.tag(7, FIXED32).float(element);
  } else {
    kind = ATTRIBUTE_KIND.ints;
    for (const element of value) writer.tag(8, VARINT).int64(element);
  }
  writer.tag(20, VARINT).int64(kind).join();
}

function byteLength({ type, dims }: Constant): number {
  return dims.reduce((product, dim) => product * dim, ELEMENT_BYTES[type]);
}

function wrongLength({ name, dims, type }: Constant, data: OnnxData): LesionError {
  return invalidArgument({
    what: 'a constant has another number of elements than its dimensions say',
    where: name,
    got: `${data.length} elements`,
    expected: `${type} [${dims.join(', ')}]`,
  });
}

/** A tensor's field of the graph without its elements, which come last. */
function tensorHeader(constant: Constant): Uint8Array {
  const length = byteLength(constant);
  if (length > LARGEST_FILE) return new Uint8Array();
  const fields = new BinaryWriter();
  for (const dim of constant.dims) fields.tag(1, VARINT).int64(dim);
  fields.tag(2, VARINT).int64(ONNX_TYPE[constant.type]);
  fields.tag(8, BYTES).string(constant.name);
  const before = fields.tag(9, BYTES).uint32(length).finish();
  return new BinaryWriter()
    .tag(5, BYTES)
    .uint32(before.length + length)
    .raw(before)
    .finish();
}

function writeValueInfo(writer: BinaryWriter, { name, type, dims }: ValueInfo): void {
  writer.fork().tag(1, BYTES).string(name);
  writer.tag(2, BYTES).fork().tag(1, BYTES).fork();
  writer.tag(1, VARINT).int64(ONNX_TYPE[type]);
  writer.tag(2, BYTES).fork();
  for (const dim of dims) {
    writer.tag(1, BYTES).fork();
    if (typeof dim === 'number') writer.tag(1, VARINT).int64(dim);
    else writer.tag(2, BYTES).string(dim);
    writer.join();
  }
  writer.join().join().join().join();
}
