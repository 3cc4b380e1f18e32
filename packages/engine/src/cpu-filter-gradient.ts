/**
 * A faster kernel for the gradient of a convolution's filter on tfjs's `cpu` backend, whose own reads every
 * element through a method with rest arguments and takes three quarters of a training step. Same sums in the
 * same order in double precision, so the same bits.
 */
import * as tf from '@tensorflow/tfjs-core';

type KernelFunc = NonNullable<ReturnType<typeof tf.getKernel>>['kernelFunc'];

interface FilterGradientAttributes {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  filterShape: [number, number, number, number];
}

interface CpuBackend {
  data: { get(id: object): { values: tf.TypedArray } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.TypedArray): tf.TensorInfo;
}

/**
 * The gradient of a filter, `[filterHeight, filterWidth, inputs, outputs]`.
 * @param x the convolution's input, NHWC
 * @param dy the gradient of its output, NHWC
 */
export function filterGradient(
  x: tf.TypedArray,
  dy: tf.TypedArray,
  info: ReturnType<typeof tf.backend_util.computeConv2DInfo>,
): Float32Array {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const out = new Float32Array(filterHeight * filterWidth * inChannels * outChannels);
  const sums = new Float64Array(inChannels * outChannels);
  for (let row = 0; row < filterHeight; row++) {
    const firstY = Math.max(0, Math.ceil((padInfo.top - row) / strideHeight));
    const lastY = Math.min(outHeight, (inHeight + padInfo.top - row) / strideHeight);
    for (let column = 0; column < filterWidth; column++) {
      const firstX = Math.max(0, Math.ceil((padInfo.left - column) / strideWidth));
      const lastX = Math.min(outWidth, (inWidth + padInfo.left - column) / strideWidth);
      sums.fill(0);
      for (let image = 0; image < batchSize; image++) {
        for (let y = firstY; y < lastY; y++) {
          const sourceRow = (image * inHeight + row + y * strideHeight - padInfo.top) * inWidth;
          for (let across = firstX; across < lastX; across++) {
            const source = (sourceRow + column + across * strideWidth - padInfo.left) * inChannels;
            const gradient = ((image * outHeight + y) * outWidth + across) * outChannels;
            for (let input = 0; input < inChannels; input++) {
              const value = x[source + input]!;
              const sum = input * outChannels;
              for (let output = 0; output < outChannels; output++) {
                sums[sum + output]! += value * dy[gradient + output]!;
              }
            }
          }
        }
      }
      out.set(sums, (row * filterWidth + column) * inChannels * outChannels);
    }
  }
  return out;
}

let installed = false;

/** Puts the kernel in the place of tfjs's own; once is enough. */
export function installFilterGradient(): void {
  if (installed) return;
  const kernelName = 'Conv2DBackpropFilter';
  const original = tf.getKernel(kernelName, 'cpu');
  if (original === undefined || original === null) return;
  const kernelFunc: KernelFunc = (params) => {
    const attributes = params.attrs as unknown as FilterGradientAttributes;
    if (attributes.dataFormat !== 'NHWC') return original.kernelFunc(params);
    const { x, dy } = params.inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const backend = params.backend as CpuBackend;
    const info = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      attributes.filterShape,
      attributes.strides,
      1,
      attributes.pad,
      attributes.dimRoundingMode,
    );
    const values = (tensor: tf.TensorInfo): tf.TypedArray => backend.data.get(tensor.dataId).values;
    return backend.makeTensorInfo(info.filterShape, 'float32', filterGradient(values(x), values(dy), info));
  };
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel({ ...original, kernelFunc });
  installed = true;
}
