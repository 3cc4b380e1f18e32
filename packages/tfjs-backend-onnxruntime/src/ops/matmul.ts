/** Products of matrices, with bias and activation where tfjs asks for all in one. */
import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import { sizeOf } from '../layout.js';
import { recordActivation } from './activation.js';
import { recordReshape } from './array.js';
import { add, recordBinary } from './binary.js';
import { kernel, operation } from './define.js';

const matMul = operation('BatchMatMul', (lowering, node, a, b) => {
  const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
  const name = lowering.matMul(lowering.plain(a), lowering.plain(b), {
    transposeA,
    transposeB,
    rankA: a.shape.length,
    rankB: b.shape.length,
  });
  return { name };
});

/** Drops leading dimensions of one element, so that plain matrices are multiplied as such. */
function asMatrix(backend: OnnxRuntimeBackend, x: TensorInfo): TensorInfo {
  return recordReshape(backend, x, x.shape.slice(-2));
}

export function recordMatMul(
  backend: OnnxRuntimeBackend,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo {
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const matrix = [transposeA ? columnsA : rowsA, transposeB ? rowsB : columnsB];
  const shape = [...batch, ...matrix];
  const attributes = { transposeA: Boolean(transposeA), transposeB: Boolean(transposeB) };
  if (sizeOf(batch) !== 1) return backend.record(matMul, [a, b], attributes, shape, 'float32');
  const [left, right] = [asMatrix(backend, a), asMatrix(backend, b)];
  const product = backend.record(matMul, [left, right], attributes, matrix, 'float32');
  const result = recordReshape(backend, product, shape);
  backend.drop(left, right, product);
  return result;
}

export const matMulKernels: KernelConfig[] = [
  kernel('BatchMatMul', ({ a, b }, { transposeA, transposeB }, backend) =>
    recordMatMul(backend, a!, b!, transposeA, transposeB),
  ),
  kernel('_FusedMatMul', ({ a, b, bias, preluActivationWeights }, attributes, backend) => {
    const { transposeA, transposeB, activation, leakyreluAlpha } = attributes;
    let result = recordMatMul(backend, a!, b!, transposeA, transposeB);
    if (bias !== undefined) {
      const sum = recordBinary(backend, add, result, bias);
      backend.drop(result);
      result = sum;
    }
    return recordActivation(backend, result, activation, { preluActivationWeights, leakyreluAlpha });
  }),
];
