/** What an execution provider can be asked for, beyond ONNX's own operators. */
import type { ResolvedOnnxRuntimeOptions } from './options.js';
import { probeBlockSize } from './probe.js';
import { hasBinding } from './runtime.js';

export interface Capabilities {
  /**
   * Channels that ONNX Runtime's blocked convolutions keep side by side: 16 with AVX-512, 8 with AVX2;
   * 0 where they are not to be used.
   */
  blockSize: number;
  /** Whether `com.microsoft.FusedMatMul`, a product with transposed operands, is there. */
  fusedMatMul: boolean;
  /** Whether MaxPool can say where its maxima were. */
  poolIndices: boolean;
  /** Whether BatchNormalization can be asked for the statistics of its batch. */
  batchNormTraining: boolean;
  /** Whether Conv minds the padding behind an image that is as large as its window; WebGPU's forgets it. */
  paddedWholeWindow: boolean;
  /** Whether ConvTranspose computes groups as it should; WebGPU's mixes their channels up. */
  groupedConvTranspose: boolean;
  /** Whether NaN survives what is computed, so that looking for it makes sense; WGSL does not promise it. */
  keepsNan: boolean;
  /** Whether to fold batch normalisations into pointwise convolutions; see ops/folded-batch-norm.ts. */
  foldBatchNorm: 'auto' | 'always' | 'never';
}

const probed = new Map<string, Capabilities>();

/** Probes on the first call for an execution provider; milliseconds. */
export function capabilitiesOf(options: ResolvedOnnxRuntimeOptions): Capabilities {
  const { executionProvider, blockedConvolutions, foldBatchNorm, synchronous } = options;
  const key = `${executionProvider} ${blockedConvolutions} ${foldBatchNorm} ${synchronous}`;
  let capabilities = probed.get(key);
  if (capabilities === undefined) {
    const onCpu = executionProvider === 'cpu';
    capabilities = {
      blockSize: onCpu && blockedConvolutions && synchronous && hasBinding ? probeBlockSize() : 0,
      fusedMatMul: onCpu,
      poolIndices: onCpu,
      batchNormTraining: onCpu,
      paddedWholeWindow: onCpu,
      groupedConvTranspose: onCpu,
      keepsNan: executionProvider !== 'webgpu',
      foldBatchNorm,
    };
    probed.set(key, capabilities);
  }
  return capabilities;
}
