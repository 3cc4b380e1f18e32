/** All kernels of the backend. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { arrayKernels } from './array.js';
import { batchNormKernels } from './batch-norm.js';
import { binaryKernels } from './binary.js';
import { convolutionKernels } from './convolution.js';
import { matMulKernels } from './matmul.js';
import { poolingKernels } from './pooling.js';
import { reductionKernels } from './reduction.js';
import { unaryKernels } from './unary.js';

export const KERNELS: readonly KernelConfig[] = [
  ...unaryKernels,
  ...binaryKernels,
  ...reductionKernels,
  ...arrayKernels,
  ...matMulKernels,
  ...convolutionKernels,
  ...poolingKernels,
  ...batchNormKernels,
];
