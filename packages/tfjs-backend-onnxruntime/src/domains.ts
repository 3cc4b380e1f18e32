/** The operator sets that ONNX Runtime adds to ONNX. */

/** Contributed operators: `FusedMatMul`. */
export const MICROSOFT = { domain: 'com.microsoft' } as const;

/** The blocked layout `[n, channels / block, height, width, block]`, internal to ONNX Runtime. */
export const BLOCKED = { domain: 'com.microsoft.nchwc' } as const;
