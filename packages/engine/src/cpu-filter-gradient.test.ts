import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { installFilterGradient } from './cpu-filter-gradient.js';

const kernelName = 'Conv2DBackpropFilter';
let own: NonNullable<ReturnType<typeof tf.getKernel>>;

beforeAll(async () => {
  await tf.setBackend('cpu');
  own = tf.getKernel(kernelName, 'cpu')!;
  installFilterGradient();
});

describe('the filter gradient on the cpu backend', () => {
  it("replaces tfjs's own kernel and gives the same bits", () => {
    const ours = tf.getKernel(kernelName, 'cpu')!;
    expect(ours.kernelFunc).not.toBe(own.kernelFunc);
    const dimension = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(
        fc.record({
          batch: dimension(2),
          height: dimension(7),
          width: dimension(7),
          inputs: dimension(3),
          outputs: dimension(3),
          filterHeight: dimension(4),
          filterWidth: dimension(4),
          stride: dimension(3),
          pad: fc.constantFrom('same' as const, 'valid' as const),
        }),
        (shape) => {
          const { batch, height, width, inputs, outputs, filterHeight, filterWidth, stride, pad } = shape;
          fc.pre(pad === 'same' || (filterHeight <= height && filterWidth <= width));
          tf.tidy(() => {
            const x = tf.randomUniform([batch, height, width, inputs], -1, 1, 'float32', 1) as tf.Tensor4D;
            const filterShape = [filterHeight, filterWidth, inputs, outputs] as [
              number,
              number,
              number,
              number,
            ];
            const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
              x.shape,
              filterShape,
              stride,
              1,
              pad,
            );
            const dy = tf.randomUniform([batch, outHeight, outWidth, outputs], -1, 1, 'float32', 2);
            const params = {
              inputs: { x, dy },
              backend: tf.backend(),
              attrs: { strides: stride, pad, dataFormat: 'NHWC', filterShape },
            };
            const values = (kernel: typeof own) => {
              const info = kernel.kernelFunc(params as never) as tf.TensorInfo;
              return [info.shape, [...tf.engine().makeTensorFromTensorInfo(info).dataSync()]];
            };
            expect(values(ours)).toEqual(values(own));
          });
        },
      ),
    );
  });
});
