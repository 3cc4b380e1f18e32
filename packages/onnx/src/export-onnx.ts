/** A tfjs-layers model as an ONNX file: walks the model's graph from its outputs and has each layer written once. */
import { assertOneOf, describe, invalidArgument, resolveOptions } from '@lesion/core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { GraphBuilder, ONNX_TYPE, type OnnxDimension, type OnnxType } from './graph-builder.js';
import { axisName, type Layer, LayerContext, refusal, type SharedState } from './layer-context.js';
import { findOnnxLayer } from './layer-registry.js';
import { channelsFirstOrder, type OnnxValue, plainOrder } from './value.js';

/** The versions of ONNX's operator set that files can be written for. */
export const ONNX_OPSETS = [17, 18, 19, 20, 21] as const;
export type OnnxOpset = (typeof ONNX_OPSETS)[number];

/** Where the channels of images lie: last, as in tfjs, or second. */
export const ONNX_LAYOUTS = ['nhwc', 'nchw'] as const;
export type OnnxLayout = (typeof ONNX_LAYOUTS)[number];

/** Options of {@link exportOnnx}. */
export interface ExportOnnxOptions {
  /**
   * What is known about the model beside its graph: class names, how pixels become input. A text is kept as it is,
   * anything else as JSON. @default {}
   */
  metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Version of ONNX's operator set. @default 18 */
  opset?: OnnxOpset | undefined;
  /**
   * Layout of inputs with channels: `nhwc` takes what the tfjs model takes, `nchw` the channels second.
   * @default 'nhwc'
   */
  inputLayout?: OnnxLayout | undefined;
  /** Layout of outputs with channels. @default inputLayout */
  outputLayout?: OnnxLayout | undefined;
  /** The names of the inputs. @default the names of the model's input layers */
  inputNames?: readonly string[] | undefined;
  /** The names of the outputs. @default the names of the model's output layers */
  outputNames?: readonly string[] | undefined;
}

/** A model's inner graph, which tfjs-layers keeps in every container. */
interface Container {
  inputs: SymbolicTensor[];
  outputs: SymbolicTensor[];
}

/** Values of one application of a container: its inner layers may be applied again, to other values. */
interface Application {
  given: ReadonlyMap<number, OnnxValue>;
  nodes: Map<object, readonly OnnxValue[]>;
}

function isContainer(layer: object): layer is Container {
  const { inputs, outputs } = layer as Partial<Container>;
  return Array.isArray(inputs) && Array.isArray(outputs) && outputs.length > 0;
}

/** Reads all weights; a backend on a GPU can do that only asynchronously. */
async function readWeights(model: LayersModel): Promise<Map<number, Float32Array>> {
  const values = new Map<number, Float32Array>();
  for (const variable of model.weights) {
    const data = await variable.read().data();
    values.set(variable.id, data instanceof Float32Array ? data : Float32Array.from(data));
  }
  return values;
}

function evaluate(tensor: SymbolicTensor, application: Application, shared: SharedState): OnnxValue {
  const given = application.given.get(tensor.id);
  if (given !== undefined) return given;
  const layer: Layer = tensor.sourceLayer;
  const node = layer.inboundNodes[tensor.nodeIndex]!;
  let outputs = application.nodes.get(node);
  if (outputs === undefined) {
    const inputs = node.inputTensors.map((input) => evaluate(input, application, shared));
    if (node.callArgs?.['training'] === true) {
      throw refusal(layer, 'it is applied as in training', 'Apply it without { training: true }.');
    }
    outputs = write(layer, inputs, shared);
    application.nodes.set(node, outputs);
  }
  return outputs[tensor.tensorIndex]!;
}

function write(layer: Layer, inputs: readonly OnnxValue[], shared: SharedState): readonly OnnxValue[] {
  const writer = findOnnxLayer(layer.getClassName());
  if (writer === undefined) {
    if (isContainer(layer)) return writeContainer(layer, inputs, shared);
    throw refusal(layer, 'there is no writer for its class');
  }
  const outer = shared.graph.scope;
  shared.graph.scope = outer === '' ? layer.name : `${outer}/${layer.name}`;
  const context = new LayerContext(layer, shared);
  const floats =
    layer.getClassName() === 'Embedding' ? inputs : inputs.map((input) => asFloat(context, input));
  const outputs = [writer(context, floats)].flat() as OnnxValue[];
  shared.graph.scope = outer;
  return outputs;
}

function asFloat(context: LayerContext, value: OnnxValue): OnnxValue {
  if (value.type === 'float32') return value;
  const name = context.graph.node('Cast', [value.name], { to: ONNX_TYPE.float32 });
  return context.value(name, value, { type: 'float32' });
}

function writeContainer(
  container: Container & Layer,
  inputs: readonly OnnxValue[],
  shared: SharedState,
): readonly OnnxValue[] {
  const application: Application = {
    given: new Map(container.inputs.map((tensor, i) => [tensor.id, inputs[i]!])),
    nodes: new Map(),
  };
  const outer = shared.graph.scope;
  shared.graph.scope = outer === '' ? container.name : `${outer}/${container.name}`;
  const outputs = container.outputs.map((tensor) => evaluate(tensor, application, shared));
  shared.graph.scope = outer;
  return outputs;
}

const INPUT_TYPES: Readonly<Record<string, OnnxType>> = { float32: 'float32', int32: 'int32', bool: 'bool' };

function addInput(
  tensor: SymbolicTensor,
  name: string,
  { layout, isOnly, shared }: { layout: OnnxLayout; isOnly: boolean; shared: SharedState },
): OnnxValue {
  const rank = tensor.shape.length;
  const dims = tensor.shape.map((size, axis): OnnxDimension => {
    if (size !== null && size !== undefined) return size;
    // All inputs have one batch; other sizes may differ from input to input.
    const label = axis === 0 || isOnly ? axisName(axis, rank) : `${name}_${axisName(axis, rank)}`;
    shared.dimensions.add(label);
    return label;
  });
  const type = INPUT_TYPES[tensor.dtype];
  if (type === undefined) {
    throw invalidArgument({
      what: 'inputs of this type cannot be exported to ONNX',
      where: `input ${name}`,
      got: tensor.dtype,
      expected: Object.keys(INPUT_TYPES).join(', '),
    });
  }
  const order = layout === 'nchw' ? channelsFirstOrder(rank) : plainOrder(rank);
  shared.graph.input(
    name,
    type,
    order.map((axis) => dims[axis]!),
  );
  return { name, dims, order, type, nonNegative: false };
}

function metadataTexts(metadata: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/** Names given by the caller, or those of the model's layers, each once. */
function chosenNames(
  given: readonly string[] | undefined,
  tensors: readonly SymbolicTensor[],
  what: 'inputNames' | 'outputNames',
  taken: Set<string>,
): string[] {
  if (given !== undefined && (given.length !== tensors.length || new Set(given).size !== given.length)) {
    throw invalidArgument({
      what: 'not one name of its own for each of the model',
      where: what,
      got: given.join(', '),
      expected: `${tensors.length} different names`,
    });
  }
  return (given ?? tensors.map(({ sourceLayer }) => sourceLayer.name)).map((base) => {
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    if (given !== undefined && name !== base) {
      throw invalidArgument({ what: 'an output has the name of an input', where: what, got: base });
    }
    taken.add(name);
    return name;
  });
}

/**
 * Writes a model as an ONNX file: the bytes of a `.onnx` with all weights as constants, for any runtime.
 *
 * Sizes that the model leaves open stay open, under the names `batch`, `height` and `width`. Within the graph images
 * lie channels first: they are turned once on their way in and once on their way out. Normalisation follows its
 * convolution as a node of its own, which runtimes fold into the filters. What is random in training (dropout, noise)
 * is left out.
 *
 * @param model any tfjs-layers model: functional or sequential, with shared layers and models within it
 * @throws LesionError `INVALID_ARGUMENT` naming a layer that cannot be written, see {@link registerOnnxLayer};
 *   `LIMIT_EXCEEDED` if the file would be 2 GiB or more
 * @example
 * ```ts
 * const file = await exportOnnx(model, { metadata: { classNames: ['benign', 'malignant'] } });
 * await writeFile('model.onnx', file);
 * ```
 */
export async function exportOnnx(
  model: LayersModel,
  options?: ExportOnnxOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { metadata, opset, inputLayout, outputLayout, inputNames, outputNames } = resolveOptions(
    options,
    {
      metadata: {},
      opset: 18,
      inputLayout: 'nhwc',
      outputLayout: undefined,
      inputNames: undefined,
      outputNames: undefined,
    },
    'exportOnnx',
  );
  assertOneOf(opset, ONNX_OPSETS, 'opset');
  assertOneOf(inputLayout, ONNX_LAYOUTS, 'inputLayout');
  assertOneOf(outputLayout ?? inputLayout, ONNX_LAYOUTS, 'outputLayout');
  if (!isContainer(model)) {
    throw invalidArgument({
      what: 'not a tfjs-layers model with known inputs and outputs',
      where: 'model',
      got: describe(model),
      mend: 'Give a sequential model an input shape, or build it first.',
    });
  }
  const taken = new Set<string>();
  const namesIn = chosenNames(inputNames, model.inputs, 'inputNames', taken);
  const namesOut = chosenNames(outputNames, model.outputs, 'outputNames', taken);

  const graph = new GraphBuilder({ name: model.name, opset, metadata: metadataTexts(metadata) });
  for (const name of taken) graph.reserve(name);
  const shared: SharedState = {
    graph,
    opset,
    weights: await readWeights(model),
    transposed: new Map(),
    padded: new Map(),
    constants: new Map(),
    dimensions: new Set(),
  };
  const isOnly = model.inputs.length === 1;
  const given = new Map(
    model.inputs.map((tensor, i) => [
      tensor.id,
      addInput(tensor, namesIn[i]!, { layout: inputLayout, isOnly, shared }),
    ]),
  );
  const application: Application = { given, nodes: new Map() };
  for (const [i, tensor] of model.outputs.entries()) {
    const value = evaluate(tensor, application, shared);
    const rank = value.dims.length;
    const context = new LayerContext(tensor.sourceLayer, shared);
    const order = (outputLayout ?? inputLayout) === 'nchw' ? channelsFirstOrder(rank) : plainOrder(rank);
    const { name, type, dims } = context.arrange(value, order);
    graph.output(
      namesOut[i]!,
      name,
      type,
      order.map((axis) => dims[axis]!),
    );
  }
  return graph.encode();
}
