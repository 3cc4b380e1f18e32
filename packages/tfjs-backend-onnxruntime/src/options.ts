/** What can be set about the backend, checked once. */
import { availableParallelism } from 'node:os';
import { assertNumber, assertOneOf, resolveOptions } from '@lesion/core';

/** Where ONNX Runtime computes: on the CPU, on any GPU through WebGPU, on an NVIDIA GPU through CUDA. */
export const EXECUTION_PROVIDERS = ['cpu', 'webgpu', 'cuda'] as const;
/** One of {@link EXECUTION_PROVIDERS}. */
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** Options of {@link configureOnnxRuntime}. */
export interface OnnxRuntimeOptions {
  /** Where to compute. @default 'cpu' */
  executionProvider?: ExecutionProvider | undefined;
  /** Threads that one operation is shared between. @default all that the machine has */
  threads?: number | undefined;
  /**
   * Whether to use ONNX Runtime's blocked convolutions for training, which are its fastest. They are
   * probed at start-up and left out where they do not compute what they should. @default true
   */
  blockedConvolutions?: boolean | undefined;
  /**
   * Whether training folds a batch normalisation into the pointwise convolution before it: where it pays,
   * wherever it can, or never. Results differ by rounding only. @default 'auto'
   */
  foldBatchNorm?: 'auto' | 'always' | 'never' | undefined;
  /**
   * Whether to call ONNX Runtime without waiting, by way of a part of its Node package that is private. Where
   * that part is missing, and with `false`, everything works but `dataSync()`, and steps are not compiled; the
   * results of `data()` are computed in the background. @default true
   */
  synchronous?: boolean | undefined;
  /** How many compiled graphs are kept; the one not used for the longest time goes first. @default 32 */
  sessionCacheSize?: number | undefined;
  /** Bytes of results that are kept for reuse once nobody needs them. @default 536870912 (512 MiB) */
  bufferPoolBytes?: number | undefined;
}

export type ResolvedOnnxRuntimeOptions = {
  [Key in keyof OnnxRuntimeOptions]-?: Exclude<OnnxRuntimeOptions[Key], undefined>;
};

/** @throws LesionError `INVALID_ARGUMENT` for an unknown option or a value out of its range */
export function resolveOnnxRuntimeOptions(options: OnnxRuntimeOptions = {}): ResolvedOnnxRuntimeOptions {
  const resolved = resolveOptions(
    options,
    {
      executionProvider: 'cpu',
      threads: availableParallelism(),
      blockedConvolutions: true,
      foldBatchNorm: 'auto',
      synchronous: true,
      sessionCacheSize: 32,
      bufferPoolBytes: 512 * 2 ** 20,
    },
    'configureOnnxRuntime',
  ) as ResolvedOnnxRuntimeOptions;
  assertOneOf(resolved.executionProvider, EXECUTION_PROVIDERS, 'executionProvider');
  assertOneOf(resolved.foldBatchNorm, ['auto', 'always', 'never'], 'foldBatchNorm');
  assertNumber(resolved.threads, 'threads', { min: 1, integer: true });
  assertNumber(resolved.sessionCacheSize, 'sessionCacheSize', { min: 1, integer: true });
  assertNumber(resolved.bufferPoolBytes, 'bufferPoolBytes', { min: 0 });
  return resolved;
}
