/** What a layer's writer works with: the graph, the layer's configuration and weights, and its values' layouts. */
import { LesionError } from '@lesion/core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { GraphBuilder, OnnxAttribute, OnnxDimension } from './graph-builder.js';
import { permute } from './permute.js';
import { channelsFirstOrder, type OnnxValue, placeOf, plainOrder, sameOrder } from './value.js';

export type Layer = layers.Layer;

/** The values of a model's weights, by the id of tfjs-layers' variable. */
export type WeightValues = ReadonlyMap<number, Float32Array>;

/** A weight of a layer. */
export interface Weight {
  /** The id of tfjs-layers' variable. */
  id: number;
  shape: readonly number[];
  data: Float32Array;
}

/** What all layers of one export share. */
export interface SharedState {
  readonly graph: GraphBuilder;
  readonly opset: number;
  readonly weights: WeightValues;
  /** Names of transposed values, by name and permutation: none is transposed twice, or there and back. */
  readonly transposed: Map<string, string>;
  /** Names of zero-padded values, by what they pad. */
  readonly padded: Map<string, string>;
  /** Names of weights in the graph. */
  readonly constants: Map<string, string>;
  /** Names of sizes known only at run time. */
  readonly dimensions: Set<string>;
}

const AXIS_NAMES: Readonly<Record<number, readonly string[]>> = {
  3: ['length'],
  4: ['height', 'width'],
  5: ['depth', 'height', 'width'],
};

/** `height` for the second of four axes; `axis1` where there is no word for it. */
export function axisName(axis: number, rank: number): string {
  return axis === 0 ? 'batch' : (AXIS_NAMES[rank]?.[axis - 1] ?? `axis${axis}`);
}

/** Given to the writer of each layer. */
export class LayerContext {
  readonly layer: Layer;
  /** The layer's `getConfig()`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly graph: GraphBuilder;
  /** Version of ONNX's operator set. */
  readonly opset: number;
  readonly #shared: SharedState;

  constructor(layer: Layer, shared: SharedState) {
    this.layer = layer;
    this.config = layer.getConfig();
    this.graph = shared.graph;
    this.opset = shared.opset;
    this.#shared = shared;
  }

  /** A value of the graph, by default like `like` in all but its name. */
  value(name: string, like: OnnxValue, differs: Partial<Omit<OnnxValue, 'name' | 'padded'>> = {}): OnnxValue {
    const { dims, order, type } = like;
    return { dims, order, type, nonNegative: false, ...differs, name };
  }

  /** A name for a size known only at run time, made from the layer's and the axis's. */
  freshDimension(axis: number, rank: number): string {
    const base = `${this.layer.name}_${axisName(axis, rank)}`;
    let name = base;
    for (let i = 2; this.#shared.dimensions.has(name); i++) name = `${base}_${i}`;
    this.#shared.dimensions.add(name);
    return name;
  }

  /** A size made from another; a new name where that is known only at run time. */
  resized(dims: readonly OnnxDimension[], axis: number, change: (size: number) => number): OnnxDimension {
    const size = dims[axis]!;
    if (typeof size === 'string') return this.freshDimension(axis, dims.length);
    return change(size);
  }

  /** The value with its axes in another order in the graph; transposed at most once. */
  arrange(value: OnnxValue, order: readonly number[]): OnnxValue {
    if (sameOrder(value.order, order)) return value;
    if (value.padded !== undefined) {
      return this.zeroPadded(this.arrange(value.padded.value, order), value.padded.pads, value.dims);
    }
    const { transposed } = this.#shared;
    const perm = order.map((axis) => placeOf(value, axis));
    const key = `${value.name}|${perm.join()}`;
    let name = transposed.get(key);
    if (name === undefined) {
      name = this.graph.node('Transpose', [value.name], { perm });
      transposed.set(key, name);
      transposed.set(`${name}|${perm.map((_, place) => perm.indexOf(place)).join()}`, value.name);
    }
    return { ...value, order, name };
  }

  /** The value with its axes in tfjs's order. */
  plain(value: OnnxValue): OnnxValue {
    return this.arrange(value, plainOrder(value.dims.length));
  }

  /** The value with its last axis second. */
  channelsFirst(value: OnnxValue): OnnxValue {
    return this.arrange(value, channelsFirstOrder(value.dims.length));
  }

  /** All values in one layout, so that they can be taken element by element: that of the first not in tfjs's. */
  alike(values: readonly OnnxValue[]): OnnxValue[] {
    const foreign = values.find(({ order }) => !sameOrder(order, plainOrder(order.length)));
    const order = (foreign ?? values[0]!).order;
    return values.map((value) => this.arrange(value, order));
  }

  /** The value with zeros around it; written only if a reader cannot take them as paddings of its own. */
  zeroPadded(
    value: OnnxValue,
    pads: readonly (readonly [number, number])[],
    dims: readonly OnnxDimension[],
  ): OnnxValue {
    const { graph } = this;
    const { padded } = this.#shared;
    const write = (): string => {
      const stored = value.order.map((axis) => pads[axis]!);
      const amounts = [...stored.map(([before]) => before), ...stored.map(([, behind]) => behind)];
      const key = `${value.name}|${amounts.join()}`;
      let name = padded.get(key);
      if (name === undefined) {
        name = graph.node('Pad', [value.name, graph.int64(amounts), graph.scalar(0)]);
        padded.set(key, name);
      }
      return name;
    };
    const { order, type, nonNegative } = value;
    return {
      dims,
      order,
      type,
      nonNegative,
      padded: { value, pads },
      get name() {
        return write();
      },
    };
  }

  /** A node with one input and one output of the same shape. */
  elementwise(
    type: string,
    value: OnnxValue,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    more: { inputs?: readonly string[]; nonNegative?: boolean } = {},
  ): OnnxValue {
    const { inputs = [], nonNegative = false } = more;
    return this.value(this.graph.node(type, [value.name, ...inputs], attributes), value, { nonNegative });
  }

  /** A reduction over places of the graph; ONNX moved the axes from an attribute to an input, one by one. */
  reduce(
    type: 'ReduceMax' | 'ReduceMean' | 'ReduceSum' | 'ReduceLogSumExp',
    name: string,
    places: readonly number[],
    keepDims: boolean,
  ): string {
    const keepdims = keepDims ? 1 : 0;
    if (type === 'ReduceSum' || this.opset >= 18) {
      return this.graph.node(type, [name, this.graph.int64(places)], { keepdims });
    }
    return this.graph.node(type, [name], { axes: places, keepdims });
  }

  /** A weight of the layer by its own name (`kernel`), or undefined if the layer has none of that name. */
  weight(name: string): Weight | undefined {
    const variable = this.layer.weights.find(({ originalName }) => originalName.split('/').pop() === name);
    if (variable === undefined) return undefined;
    const { id, shape } = variable;
    return { id, shape: shape as number[], data: this.#shared.weights.get(id)! };
  }

  /** A weight that the layer cannot be without. */
  requiredWeight(name: string): Weight {
    return this.weight(name) ?? this.refuse(`it has no weight ${name}`);
  }

  /**
   * A weight as a constant of the graph; the same one for a layer that is applied several times.
   *
   * `order` is the order of its axes in the graph (as they are, unless given), `dims` its shape there (its own, in
   * that order, unless given).
   */
  weightConstant(
    weight: Weight,
    { order, dims }: { order?: readonly number[] | undefined; dims?: readonly number[] | undefined } = {},
  ): string {
    const { id, shape, data } = weight;
    const axes = order ?? plainOrder(shape.length);
    const to = dims ?? axes.map((axis) => shape[axis]!);
    const key = `${id}|${axes.join()}|${to.join()}`;
    const { constants } = this.#shared;
    let name = constants.get(key);
    if (name === undefined) {
      const isPlain = sameOrder(axes, plainOrder(shape.length));
      name = this.graph.constant('float32', to, isPlain ? data : () => permute(data, shape, axes));
      constants.set(key, name);
    }
    return name;
  }

  /** @throws LesionError `INVALID_ARGUMENT` naming the layer and its class */
  refuse(reason: string, mend?: string): never {
    throw refusal(this.layer, reason, mend);
  }
}

/** The error for a layer that cannot be written. */
export function refusal(layer: Layer, reason: string, mend?: string): LesionError {
  const className = layer.getClassName();
  return new LesionError('INVALID_ARGUMENT', {
    what: `the layer cannot be exported to ONNX: ${reason}`,
    where: `layer ${layer.name}`,
    got: className,
    mend: mend ?? `Write it yourself with registerOnnxLayer('${className}', …), or replace it in the model.`,
  });
}
