/** Normalisations as they are at prediction, and the scaling of inputs. */
import type { Weight } from '../layer-context.js';
import type { OnnxLayerWriter } from '../layer-registry.js';
import { frontAxis, placeOf } from '../value.js';

function filled(length: number, value: number): Float32Array {
  return new Float32Array(length).fill(value);
}

const batchNormalization: OnnxLayerWriter = (context, [x]) => {
  const rank = x!.dims.length;
  const axis = frontAxis(context.config['axis'] as number, rank);
  // Right behind a convolution and in its layout, so that a runtime can fold it into the filters.
  const others = x!.order.filter((other) => other !== 0 && other !== axis);
  const value = placeOf(x!, axis) === 1 ? x! : context.arrange(x!, [0, axis, ...others]);
  const mean = context.requiredWeight('moving_mean');
  const channels = mean.shape[0]!;
  const parameter = (weight: Weight | undefined, otherwise: number): string =>
    weight === undefined
      ? context.graph.constant('float32', [channels], filled(channels, otherwise))
      : context.weightConstant(weight);
  const name = context.graph.node(
    'BatchNormalization',
    [
      value.name,
      parameter(context.weight('gamma'), 1),
      parameter(context.weight('beta'), 0),
      parameter(mean, 0),
      parameter(context.requiredWeight('moving_variance'), 1),
    ],
    { epsilon: { float: context.config['epsilon'] as number } },
  );
  return context.value(name, value);
};

const layerNormalization: OnnxLayerWriter = (context, [x]) => {
  const rank = x!.dims.length;
  const axes = ([context.config['axis']].flat() as number[])
    .map((axis) => frontAxis(axis, rank))
    .sort((a, b) => a - b);
  const others = x!.order.filter((axis) => !axes.includes(axis));
  const value = context.arrange(x!, [...others, ...axes]);
  const sizes = axes.map((axis) => value.dims[axis]!);
  if (!sizes.every((size) => typeof size === 'number')) {
    return context.refuse('it normalises over an axis whose size is known only at run time');
  }
  const shape = sizes as number[];
  const length = shape.reduce((product, size) => product * size, 1);
  const gamma = context.weight('gamma');
  const beta = context.weight('beta');
  const inputs = [
    value.name,
    gamma === undefined
      ? context.graph.constant('float32', shape, filled(length, 1))
      : context.weightConstant(gamma, { dims: shape }),
    ...(beta === undefined ? [] : [context.weightConstant(beta, { dims: shape })]),
  ];
  const name = context.graph.node('LayerNormalization', inputs, {
    axis: rank - axes.length,
    epsilon: { float: context.config['epsilon'] as number },
  });
  return context.value(name, value);
};

const rescaling: OnnxLayerWriter = (context, [x]) => {
  const { scale, offset } = context.config as { scale: unknown; offset: unknown };
  if (typeof scale !== 'number' || typeof offset !== 'number') {
    return context.refuse('its scale and offset are not numbers');
  }
  const { graph } = context;
  const scaled = graph.node('Mul', [x!.name, graph.scalar(scale)]);
  return context.value(offset === 0 ? scaled : graph.node('Add', [scaled, graph.scalar(offset)]), x!);
};

export const normalizationWriters: Readonly<Record<string, OnnxLayerWriter>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Rescaling: rescaling,
};
