/** All kernels of the backend. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { arrayKernels } from './array.js';
import { batchNormKernels } from './batch-norm.js';
import { binaryKernels } from './binary.js';
import { acceptChannelsFirst } from './channels-first.js';
import { convolutionKernels } from './convolution.js';
import { dataDependentKernels } from './data-dependent.js';
import { depthwiseGradientKernels } from './depthwise.js';
import { indexingKernels } from './indexing.js';
import { localResponseKernels } from './local-response.js';
import { matMulKernels } from './matmul.js';
import { poolingKernels } from './pooling.js';
import { reductionKernels } from './reduction.js';
import { resizeKernels } from './resize.js';
import { spatialKernels } from './spatial.js';
import { unaryKernels } from './unary.js';
import { volumeKernels } from './volume.js';

export const KERNELS: readonly KernelConfig[] = [
  ...unaryKernels,
  ...binaryKernels,
  ...reductionKernels,
  ...arrayKernels,
  ...matMulKernels,
  ...convolutionKernels.map(acceptChannelsFirst),
  ...poolingKernels,
  ...batchNormKernels,
  ...depthwiseGradientKernels,
  ...volumeKernels,
  ...resizeKernels,
  ...spatialKernels,
  ...indexingKernels,
  ...localResponseKernels,
  ...dataDependentKernels,
];

/** The names of the kernels that the backend has, in alphabetical order. */
export const SUPPORTED_KERNELS: readonly string[] = KERNELS.map(({ kernelName }) => kernelName).sort();
