/** How an operation file declares the tfjs kernels it serves. */
import {
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '../backend.js';
import type { Lowered, Lowering, Value } from '../lowering.js';
import type { Attributes, TraceNode, TraceOperation } from '../trace.js';

/** Records a kernel's work: infers the shape, and calls `backend.record`. */
export type KernelRecorder = (
  inputs: NamedTensorInfoMap,
  // biome-ignore lint/suspicious/noExplicitAny: tfjs types a kernel's attributes only by its name
  attributes: any,
  backend: OnnxRuntimeBackend,
) => TensorInfo | TensorInfo[];

export function kernel(kernelName: string, record: KernelRecorder): KernelConfig {
  return {
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, attrs, backend }) =>
      record(inputs as NamedTensorInfoMap, attrs ?? {}, backend as OnnxRuntimeBackend),
  };
}

/** Runs another kernel of the backend, for a kernel that is made of several; the caller drops the result. */
export function callKernel(
  backend: OnnxRuntimeBackend,
  kernelName: string,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap = {},
): TensorInfo {
  return getKernel(kernelName, BACKEND_NAME).kernelFunc({ inputs, attrs, backend }) as TensorInfo;
}

export function operation(
  name: string,
  lower: (lowering: Lowering, node: TraceNode, ...inputs: Value[]) => Lowered,
  plan?: (lowering: Lowering, node: TraceNode) => void,
): TraceOperation {
  return plan === undefined ? { name, lower } : { name, lower, plan };
}

export type { Attributes };
