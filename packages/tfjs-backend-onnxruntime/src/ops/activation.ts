/** The activation that a fused kernel of tfjs ends with. */
import { invalidArgument } from '@lesion/core';
import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '../backend.js';

/** The kernel that computes each activation by name. */
const KERNELS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
};

interface ActivationParameters {
  preluActivationWeights?: TensorInfo | undefined;
  leakyreluAlpha?: number | undefined;
}

/** Records an activation of `x` and drops `x`. */
export function recordActivation(
  backend: OnnxRuntimeBackend,
  x: TensorInfo,
  activation: string | undefined,
  { preluActivationWeights, leakyreluAlpha }: ActivationParameters,
): TensorInfo {
  if (activation === undefined || activation === null || activation === 'linear') return x;
  const run = (kernelName: string, inputs: Record<string, TensorInfo>, attrs = {}): TensorInfo =>
    getKernel(kernelName, BACKEND_NAME).kernelFunc({ inputs, attrs, backend }) as TensorInfo;
  let result: TensorInfo;
  if (activation === 'prelu') result = run('Prelu', { x, alpha: preluActivationWeights! });
  else if (activation === 'leakyrelu') result = run('LeakyRelu', { x }, { alpha: leakyreluAlpha });
  else if (KERNELS[activation] !== undefined) result = run(KERNELS[activation], { x });
  else {
    throw invalidArgument({
      what: 'an activation that is not known on this backend',
      where: 'activation',
      got: activation,
      expected: ['linear', ...Object.keys(KERNELS), 'prelu', 'leakyrelu'].join(', '),
    });
  }
  backend.drop(x);
  return result;
}
