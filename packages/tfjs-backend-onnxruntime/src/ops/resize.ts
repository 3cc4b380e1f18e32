/** Images made larger or smaller, and the gradients. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { CHANNELS_FIRST } from '../layout.js';
import type { Lowered, Lowering } from '../lowering.js';
import { kernel, operation } from './define.js';

interface ResizeAttributes {
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

type Four = [number, number, number, number];

/** Where pixel `i` of `to` lies among `from` pixels; tfjs computes in double precision, and so does this. */
function positionOf(
  i: number,
  from: number,
  to: number,
  { alignCorners, halfPixelCenters }: ResizeAttributes,
): number {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return scale * (halfPixelCenters ? i + 0.5 : i);
}

/** The nearest of `from` pixels for each of `to`. */
function nearestOf(from: number, to: number, attributes: ResizeAttributes): number[] {
  return Array.from({ length: to }, (_, i) => {
    const position = positionOf(i, from, to, attributes);
    const nearest = attributes.alignCorners ? Math.round(position) : Math.floor(position);
    return Math.max(0, Math.min(from - 1, nearest));
  });
}

/** The weights of `from` pixels in each of `to`, `[to, from]`. */
function linearWeights(from: number, to: number, attributes: ResizeAttributes): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const position = positionOf(i, from, to, attributes) - (attributes.halfPixelCenters ? 0.5 : 0);
    const inside = Math.max(0, Math.min(from - 1, position));
    const low = Math.floor(inside);
    const high = Math.min(from - 1, Math.ceil(inside));
    weights[i * from + low]! += 1 - (inside - low);
    weights[i * from + high]! += inside - low;
  }
  return weights;
}

function nearestWeights(from: number, to: number, attributes: ResizeAttributes): Float32Array {
  const weights = new Float32Array(to * from);
  nearestOf(from, to, attributes).forEach((nearest, i) => {
    weights[i * from + nearest] = 1;
  });
  return weights;
}

/** Whether each pixel simply becomes a block of so many rows and columns. */
function isRepetition(from: readonly number[], to: readonly number[], { alignCorners }: ResizeAttributes) {
  return !alignCorners && to[0]! % from[0]! === 0 && to[1]! % from[1]! === 0;
}

const bilinear = operation('ResizeBilinear', (lowering, node, x): Lowered => {
  const { alignCorners, halfPixelCenters } = node.attributes as ResizeAttributes;
  const { graph } = lowering;
  const [batch, height, width, channels] = node.shape as Four;
  const image = lowering.cast(lowering.channelsFirst(x), x.dtype, 'float32');
  if (x.shape[1] === height && x.shape[2] === width) return { name: image, layout: CHANNELS_FIRST };
  const mode = halfPixelCenters ? 'half_pixel' : 'asymmetric';
  const name = graph.node('Resize', [image, '', '', graph.int64([batch, channels, height, width])], {
    mode: 'linear',
    coordinate_transformation_mode: alignCorners ? 'align_corners' : mode,
  });
  return { name, layout: CHANNELS_FIRST };
});

const nearest = operation('ResizeNearestNeighbor', (lowering, node, x): Lowered => {
  const attributes = node.attributes as ResizeAttributes;
  const { graph } = lowering;
  const [, height, width] = node.shape as Four;
  const [, fromHeight, fromWidth] = x.shape as Four;
  let image = lowering.channelsFirst(x);
  if (x.dtype !== 'bool' && isRepetition([fromHeight, fromWidth], [height, width], attributes)) {
    const scales = Float32Array.of(1, 1, height / fromHeight, width / fromWidth);
    const name = graph.node('Resize', [image, '', graph.constant('float32', [4], scales)], {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    });
    return { name, layout: CHANNELS_FIRST };
  }
  // ONNX rounds positions in single precision and may choose the neighbour.
  for (const [axis, from, to] of [
    [2, fromHeight, height],
    [3, fromWidth, width],
  ] as const) {
    image = graph.node('Gather', [image, graph.int64(nearestOf(from, to, attributes))], { axis });
  }
  return { name: image, layout: CHANNELS_FIRST };
});

/** Each pixel's gradient given back to the pixels that it came from: two products with `[to, from]` weights. */
function spreadBack(
  lowering: Lowering,
  gradient: string,
  [fromHeight, fromWidth]: readonly [number, number],
  [height, width]: readonly [number, number],
  weightsOf: (from: number, to: number) => Float32Array,
): string {
  const { graph } = lowering;
  const columns = graph.constant('float32', [width, fromWidth], weightsOf(fromWidth, width));
  const transposed = new Float32Array(fromHeight * height);
  weightsOf(fromHeight, height).forEach((weight, i) => {
    transposed[(i % fromHeight) * height + Math.floor(i / fromHeight)] = weight;
  });
  const rows = graph.constant('float32', [fromHeight, height], transposed);
  return graph.node('MatMul', [rows, graph.node('MatMul', [gradient, columns])]);
}

const bilinearGradient = operation('ResizeBilinearGrad', (lowering, node, dy): Lowered => {
  const attributes = node.attributes as ResizeAttributes;
  const [, fromHeight, fromWidth] = node.shape as Four;
  const [, height, width] = dy.shape as Four;
  const name = spreadBack(
    lowering,
    lowering.channelsFirst(dy),
    [fromHeight, fromWidth],
    [height, width],
    (from, to) => linearWeights(from, to, attributes),
  );
  return { name, layout: CHANNELS_FIRST };
});

const nearestGradient = operation('ResizeNearestNeighborGrad', (lowering, node, dy): Lowered => {
  const attributes = node.attributes as ResizeAttributes;
  const { graph } = lowering;
  const [batch, fromHeight, fromWidth, channels] = node.shape as Four;
  const [, height, width] = dy.shape as Four;
  const gradient = lowering.channelsFirst(dy);
  if (isRepetition([fromHeight, fromWidth], [height, width], attributes)) {
    const blocks = graph.node('Reshape', [
      gradient,
      graph.int64([batch, channels, fromHeight, height / fromHeight, fromWidth, width / fromWidth]),
    ]);
    const name = graph.node('ReduceSum', [blocks, graph.int64([3, 5])], { keepdims: 0 });
    return { name, layout: CHANNELS_FIRST };
  }
  const name = spreadBack(lowering, gradient, [fromHeight, fromWidth], [height, width], (from, to) =>
    nearestWeights(from, to, attributes),
  );
  return { name, layout: CHANNELS_FIRST };
});

const attributesOf = ({ alignCorners, halfPixelCenters }: Partial<ResizeAttributes>): ResizeAttributes => ({
  alignCorners: Boolean(alignCorners),
  halfPixelCenters: Boolean(halfPixelCenters),
});

export const resizeKernels: KernelConfig[] = [
  ...[bilinear, nearest].map((op) =>
    kernel(op.name, ({ images }, settings, backend) => {
      const [batch, , , channels] = images!.shape as Four;
      const [height, width] = settings.size as [number, number];
      const dtype = op === bilinear ? 'float32' : images!.dtype;
      return backend.record(op, [images!], attributesOf(settings), [batch, height, width, channels], dtype);
    }),
  ),
  ...[bilinearGradient, nearestGradient].map((op) =>
    kernel(op.name, ({ images, dy }, settings, backend) =>
      backend.record(op, [dy!], attributesOf(settings), images!.shape, 'float32'),
    ),
  ),
];
