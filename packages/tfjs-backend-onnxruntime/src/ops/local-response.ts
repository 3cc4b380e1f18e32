/** Normalisation by what lies in neighbouring channels (Krizhevsky et al. 2012, section 3.3), and its gradient. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { CHANNELS_FIRST } from '../layout.js';
import type { Lowered, Lowering } from '../lowering.js';
import { kernel, operation } from './define.js';

interface LocalResponse {
  depthRadius: number;
  bias: number;
  alpha: number;
  beta: number;
}

type Four = [number, number, number, number];

/** The sum over neighbouring channels of an image with its channels first: a product with a band matrix. */
function neighbours(lowering: Lowering, image: string, shape: readonly number[], radius: number): string {
  const [batch, height, width, channels] = shape as Four;
  const { graph } = lowering;
  const band = Float32Array.from({ length: channels * channels }, (_, i) =>
    Math.abs((i % channels) - Math.floor(i / channels)) <= radius ? 1 : 0,
  );
  const pixels = lowering.reshape(image, [batch, channels, height * width]);
  const sums = graph.node('MatMul', [graph.constant('float32', [channels, channels], band), pixels]);
  return graph.node('Reshape', [sums, graph.int64([batch, channels, height, width])]);
}

/** bias + alpha times the sum of squares in the neighbourhood. */
function norm(
  lowering: Lowering,
  image: string,
  shape: readonly number[],
  { depthRadius, bias, alpha }: LocalResponse,
): string {
  const { graph } = lowering;
  return lowering.once(`response ${image} ${depthRadius} ${bias} ${alpha}`, () => {
    const squares = neighbours(lowering, graph.node('Mul', [image, image]), shape, depthRadius);
    return graph.node('Add', [graph.node('Mul', [squares, graph.scalar(alpha)]), graph.scalar(bias)]);
  });
}

const localResponse = operation('LRN', (lowering, node, x): Lowered => {
  const attributes = node.attributes as LocalResponse;
  const { graph } = lowering;
  const image = lowering.channelsFirst(x);
  const scale = graph.node('Pow', [
    norm(lowering, image, x.shape, attributes),
    graph.scalar(-attributes.beta),
  ]);
  return { name: graph.node('Mul', [image, scale]), layout: CHANNELS_FIRST };
});

/** dx = dy n^-beta - 2 alpha beta x sum(dy y / n) over the neighbourhood. */
const localResponseGradient = operation('LRNGrad', (lowering, node, dy, x, y): Lowered => {
  const attributes = node.attributes as LocalResponse;
  const { graph } = lowering;
  const [gradient, image, result] = [dy, x, y].map((value) => lowering.channelsFirst(value)) as [
    string,
    string,
    string,
  ];
  const n = norm(lowering, image, x.shape, attributes);
  const direct = graph.node('Mul', [gradient, graph.node('Pow', [n, graph.scalar(-attributes.beta)])]);
  const shares = graph.node('Div', [graph.node('Mul', [gradient, result]), n]);
  const sums = neighbours(lowering, shares, x.shape, attributes.depthRadius);
  const factor = graph.scalar(2 * attributes.alpha * attributes.beta);
  const indirect = graph.node('Mul', [graph.node('Mul', [image, factor]), sums]);
  return { name: graph.node('Sub', [direct, indirect]), layout: CHANNELS_FIRST };
});

const attributesOf = ({ depthRadius, bias, alpha, beta }: LocalResponse): LocalResponse => ({
  depthRadius,
  bias,
  alpha,
  beta,
});

export const localResponseKernels: KernelConfig[] = [
  kernel('LRN', ({ x }, settings, backend) =>
    backend.record(localResponse, [x!], attributesOf(settings), x!.shape, 'float32'),
  ),
  kernel('LRNGrad', ({ x, y, dy }, settings, backend) =>
    backend.record(localResponseGradient, [dy!, x!, y!], attributesOf(settings), x!.shape, 'float32'),
  ),
];
