/**
 * Convolutions of images whose channels come first (`dataFormat: 'NCHW'`). Transposing is free on this
 * backend, so they are computed as what they are with their channels last.
 */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import { callKernel } from './define.js';

const TO_LAST = [0, 2, 3, 1];
const TO_FIRST = [0, 3, 1, 2];

const permuted = <T>(list: readonly T[], perm: readonly number[]): T[] => perm.map((dim) => list[dim]!);

// biome-ignore lint/suspicious/noExplicitAny: tfjs types a kernel's attributes only by its name
function channelsLastAttributes(attributes: any) {
  const { pad, inputShape } = attributes;
  return {
    ...attributes,
    dataFormat: 'NHWC',
    ...(Array.isArray(pad) ? { pad: permuted(pad, TO_LAST) } : {}),
    ...(inputShape === undefined ? {} : { inputShape: permuted(inputShape, TO_LAST) }),
  };
}

/** The same kernel for both orders; images are its inputs of rank 4 called `x` and `dy`. */
export function acceptChannelsFirst(config: KernelConfig): KernelConfig {
  const { kernelFunc } = config;
  return {
    ...config,
    kernelFunc: (call) => {
      const attributes = call.attrs as { dataFormat?: string } | undefined;
      if (attributes?.dataFormat !== 'NCHW') return kernelFunc(call);
      const backend = call.backend as OnnxRuntimeBackend;
      const made: TensorInfo[] = [];
      const transposed = (x: TensorInfo, perm: number[]): TensorInfo => {
        const result = callKernel(backend, 'Transpose', { x }, { perm });
        made.push(result);
        return result;
      };
      const inputs = { ...(call.inputs as Record<string, TensorInfo>) };
      for (const name of ['x', 'dy']) {
        if (inputs[name] !== undefined) inputs[name] = transposed(inputs[name], TO_LAST);
      }
      const slopes = inputs['preluActivationWeights'];
      if (slopes?.shape.length === 3) inputs['preluActivationWeights'] = transposed(slopes, [1, 2, 0]);
      const result = kernelFunc({
        inputs,
        attrs: channelsLastAttributes(attributes),
        backend,
      }) as TensorInfo;
      backend.drop(...made);
      if (config.kernelName === 'Conv2DBackpropFilter') return result;
      const restored = callKernel(backend, 'Transpose', { x: result }, { perm: TO_FIRST });
      backend.drop(result);
      return restored;
    },
  };
}
