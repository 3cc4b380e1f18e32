/** Activations, by tfjs-layers' names, and the layers that are nothing else. */
import type { LayerContext } from '../layer-context.js';
import type { OnnxLayerWriter } from '../layer-registry.js';
import { channelsFirstOrder, frontAxis, type OnnxValue, placeOf, sameOrder } from '../value.js';

type Activation = (context: LayerContext, x: OnnxValue) => OnnxValue;

const nonNegative = { nonNegative: true };

/** Softmax and its logarithm; over tfjs's last axis in tfjs's order, where the elements lie side by side. */
function normalizedExponential(type: 'Softmax' | 'LogSoftmax', axis: number): Activation {
  return (context, x) => {
    const rank = x.dims.length;
    const front = frontAxis(axis, rank);
    const value = front === rank - 1 ? context.plain(x) : x;
    return context.elementwise(
      type,
      value,
      { axis: placeOf(value, front) },
      { nonNegative: type === 'Softmax' },
    );
  };
}

/** x (1 + g(x)) / 2, the shape of both kinds of GELU. */
function gatedHalf(context: LayerContext, x: OnnxValue, gate: string): OnnxValue {
  const { graph } = context;
  const open = graph.node('Add', [gate, graph.scalar(1)]);
  const gated = graph.node('Mul', [x.name, open]);
  return context.value(graph.node('Mul', [gated, graph.scalar(0.5)]), x);
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: (context, x) => context.elementwise('Relu', x, {}, nonNegative),
  relu6: (context, x) => clip(context, x, 6),
  elu: (context, x) => context.elementwise('Elu', x),
  selu: (context, x) => context.elementwise('Selu', x),
  sigmoid: (context, x) => context.elementwise('Sigmoid', x, {}, nonNegative),
  hardSigmoid: (context, x) =>
    context.elementwise('HardSigmoid', x, { alpha: { float: 0.2 }, beta: { float: 0.5 } }, nonNegative),
  softplus: (context, x) => context.elementwise('Softplus', x, {}, nonNegative),
  softsign: (context, x) => context.elementwise('Softsign', x),
  tanh: (context, x) => context.elementwise('Tanh', x),
  softmax: normalizedExponential('Softmax', -1),
  logSoftmax: normalizedExponential('LogSoftmax', -1),
  swish: (context, x) =>
    context.elementwise('Mul', x, {}, { inputs: [context.graph.node('Sigmoid', [x.name])] }),
  mish: (context, x) => {
    const gate = context.graph.node('Tanh', [context.graph.node('Softplus', [x.name])]);
    return context.elementwise('Mul', x, {}, { inputs: [gate] });
  },
  gelu: (context, x) => {
    const { graph } = context;
    const scaled = graph.node('Div', [x.name, graph.scalar(Math.SQRT2)]);
    return gatedHalf(context, x, graph.node('Erf', [scaled]));
  },
  gelu_new: (context, x) => {
    const { graph } = context;
    const cube = graph.node('Mul', [graph.node('Mul', [x.name, x.name]), x.name]);
    const bent = graph.node('Add', [x.name, graph.node('Mul', [cube, graph.scalar(0.044715)])]);
    const scaled = graph.node('Mul', [bent, graph.scalar(Math.sqrt(2 / Math.PI))]);
    return gatedHalf(context, x, graph.node('Tanh', [scaled]));
  },
};

/** The names of activations that can be written. */
export const ACTIVATION_NAMES: readonly string[] = Object.keys(ACTIVATIONS);

/** Applies an activation by its name; undefined leaves the value as it is. */
export function activate(context: LayerContext, value: OnnxValue, name: unknown): OnnxValue {
  if (name === undefined || name === null) return value;
  const activation = ACTIVATIONS[name as string];
  if (activation === undefined) {
    return context.refuse(
      `the activation ${String(name)} is not known`,
      `Known are ${ACTIVATION_NAMES.join(', ')}.`,
    );
  }
  return activation(context, value);
}

/** min(max(x, 0), limit). */
function clip(context: LayerContext, x: OnnxValue, limit: number): OnnxValue {
  const { graph } = context;
  return context.elementwise(
    'Clip',
    x,
    {},
    { inputs: [graph.scalar(0), graph.scalar(limit)], nonNegative: true },
  );
}

const softmax: OnnxLayerWriter = (context, [x]) => {
  const value = x!;
  const rank = value.dims.length;
  const axes = [context.config['axis'] as number | number[]].flat();
  if (axes.length === 1) return normalizedExponential('Softmax', axes[0]!)(context, value);
  const places = axes.map((axis) => placeOf(value, frontAxis(axis, rank)));
  const total = context.reduce('ReduceLogSumExp', value.name, places, true);
  const logarithm = context.graph.node('Sub', [value.name, total]);
  return context.value(context.graph.node('Exp', [logarithm]), value, { nonNegative: true });
};

const prelu: OnnxLayerWriter = (context, [x]) => {
  const alpha = context.requiredWeight('alpha');
  // One slope a channel is the usual case, and wants channels where the convolution before left them.
  const order = channelsFirstOrder(x!.dims.length);
  const value = sameOrder(x!.order, order) ? x! : context.plain(x!);
  const slopeOrder = value.order.slice(1).map((axis) => axis - 1);
  const slope = context.weightConstant(alpha, { order: slopeOrder });
  return context.elementwise('PRelu', value, {}, { inputs: [slope] });
};

export const activationWriters: Readonly<Record<string, OnnxLayerWriter>> = {
  Activation: (context, [x]) => activate(context, x!, context.config['activation']),
  ReLU: (context, [x]) => {
    const limit = context.config['maxValue'] as number | undefined;
    return limit === undefined || limit === null ? activate(context, x!, 'relu') : clip(context, x!, limit);
  },
  LeakyReLU: (context, [x]) =>
    context.elementwise('LeakyRelu', x!, { alpha: { float: context.config['alpha'] as number } }),
  PReLU: prelu,
  ELU: (context, [x]) =>
    context.elementwise('Elu', x!, { alpha: { float: context.config['alpha'] as number } }),
  ThresholdedReLU: (context, [x]) =>
    context.elementwise('ThresholdedRelu', x!, { alpha: { float: context.config['theta'] as number } }),
  Softmax: softmax,
};
