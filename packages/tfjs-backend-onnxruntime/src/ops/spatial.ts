/** Kernels that move blocks of pixels between dimensions: made of padding, reshaping and transposing. */
import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import { recordReshape } from './array.js';
import { callKernel, kernel } from './define.js';

/** Runs one kernel after another and drops what lies in between. */
function chain(
  backend: OnnxRuntimeBackend,
  x: TensorInfo,
  steps: readonly ((x: TensorInfo) => TensorInfo)[],
): TensorInfo {
  let current = x;
  for (const step of steps) {
    const next = step(current);
    if (current !== x) backend.drop(current);
    current = next;
  }
  return current;
}

const sizeOfBlock = (blockShape: readonly number[]) => blockShape.reduce((a, b) => a * b, 1);

export const spatialKernels: KernelConfig[] = [
  kernel('SpaceToBatchND', ({ x }, { blockShape, paddings }, backend) => {
    const size = sizeOfBlock(blockShape);
    const complete = x!.shape.map((_, i) => (i === 0 ? [0, 0] : (paddings[i - 1] ?? [0, 0])));
    const padded = x!.shape.map((extent, i) => complete[i][0] + extent + complete[i][1]);
    const split = backend_util.getReshaped(padded, blockShape, size, false);
    const perm = backend_util.getPermuted(split.length, blockShape.length, false);
    const joined = backend_util.getReshapedPermuted(padded, blockShape, size, false);
    return chain(backend, x!, [
      (a) => callKernel(backend, 'PadV2', { x: a }, { paddings: complete as never, constantValue: 0 }),
      (a) => recordReshape(backend, a, split),
      (a) => callKernel(backend, 'Transpose', { x: a }, { perm }),
      (a) => recordReshape(backend, a, joined),
    ]);
  }),
  kernel('BatchToSpaceND', ({ x }, { blockShape, crops }, backend) => {
    const size = sizeOfBlock(blockShape);
    const split = backend_util.getReshaped(x!.shape, blockShape, size);
    const perm = backend_util.getPermuted(split.length, blockShape.length);
    const joined = backend_util.getReshapedPermuted(x!.shape, blockShape, size);
    const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
    const extents = backend_util.getSliceSize(joined, crops, blockShape.length);
    return chain(backend, x!, [
      (a) => recordReshape(backend, a, split),
      (a) => callKernel(backend, 'Transpose', { x: a }, { perm }),
      (a) => recordReshape(backend, a, joined),
      (a) => callKernel(backend, 'Slice', { x: a }, { begin, size: extents }),
    ]);
  }),
  kernel('DepthToSpace', ({ x }, { blockSize, dataFormat }, backend) => {
    const isChannelsLast = dataFormat === 'NHWC';
    const [batch, a, b, c] = x!.shape as [number, number, number, number];
    const [height, width, depth] = isChannelsLast ? [a, b, c] : [b, c, a];
    const channels = depth / (blockSize * blockSize);
    const [split, perm] = isChannelsLast
      ? [
          [batch, height, width, blockSize, blockSize, channels],
          [0, 1, 3, 2, 4, 5],
        ]
      : [
          [batch, blockSize, blockSize, channels, height, width],
          [0, 3, 4, 1, 5, 2],
        ];
    const [tall, wide] = [height * blockSize, width * blockSize];
    const joined = isChannelsLast ? [batch, tall, wide, channels] : [batch, channels, tall, wide];
    return chain(backend, x!, [
      (image) => recordReshape(backend, image, split),
      (image) => callKernel(backend, 'Transpose', { x: image }, { perm }),
      (image) => recordReshape(backend, image, joined),
    ]);
  }),
];
