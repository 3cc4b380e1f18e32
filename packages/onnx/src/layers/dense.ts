/** Matrix products, look-up tables and what does nothing at prediction. */

import { ONNX_TYPE } from '../graph-builder.js';
import type { OnnxLayerWriter } from '../layer-registry.js';
import { channelsFirstOrder, plainOrder, sameOrder } from '../value.js';
import { activate } from './activations.js';

const dense: OnnxLayerWriter = (context, [x]) => {
  const { graph } = context;
  const kernel = context.requiredWeight('kernel');
  const bias = context.weight('bias');
  const units = kernel.shape[1]!;
  const rank = x!.dims.length;
  const biasInputs = bias === undefined ? [] : [context.weightConstant(bias)];
  const dims = [...x!.dims.slice(0, -1), units];
  const { activation } = context.config;
  if (rank === 2) {
    const name = graph.node('Gemm', [x!.name, context.weightConstant(kernel), ...biasInputs]);
    return activate(context, context.value(name, x!, { dims }), activation);
  }
  if (sameOrder(x!.order, channelsFirstOrder(rank)) && !sameOrder(x!.order, plainOrder(rank))) {
    // Over the channels of an image it is a convolution of size 1, which leaves them where they lie.
    const ones = plainOrder(rank)
      .slice(2)
      .map(() => 1);
    const filters = context.weightConstant(kernel, {
      order: [1, 0],
      dims: [units, kernel.shape[0]!, ...ones],
    });
    const name = graph.node('Conv', [x!.name, filters, ...biasInputs], { kernel_shape: ones });
    return activate(context, context.value(name, x!, { dims }), activation);
  }
  const value = context.plain(x!);
  const product = graph.node('MatMul', [value.name, context.weightConstant(kernel)]);
  const name = bias === undefined ? product : graph.node('Add', [product, ...biasInputs]);
  return activate(context, context.value(name, value, { dims }), activation);
};

const embedding: OnnxLayerWriter = (context, [x]) => {
  const { graph, config } = context;
  if (config['maskZero'] === true)
    return context.refuse('it masks zeros, and masks have no counterpart in ONNX');
  const table = context.requiredWeight('embeddings');
  const value = context.plain(x!);
  const indices = graph.node('Cast', [value.name], { to: ONNX_TYPE.int64 });
  const dims = [...value.dims, table.shape[1]!];
  const name = graph.node('Gather', [context.weightConstant(table), indices], { axis: 0 });
  return context.value(name, value, { dims, order: plainOrder(dims.length), type: 'float32' });
};

const identity: OnnxLayerWriter = (_, [x]) => x!;

export const denseWriters: Readonly<Record<string, OnnxLayerWriter>> = {
  Dense: dense,
  Embedding: embedding,
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianNoise: identity,
  GaussianDropout: identity,
  AlphaDropout: identity,
};
