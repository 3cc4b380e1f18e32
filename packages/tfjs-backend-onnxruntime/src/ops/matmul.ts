/** Products of matrices, with bias and activation where tfjs asks for all in one. */
import { backend_util, type KernelConfig, type TensorInfo, upcastType, util } from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import { sizeOf } from '../layout.js';
import { recordActivation } from './activation.js';
import { recordReshape } from './array.js';
import { add, recordBinary } from './binary.js';
import { kernel, operation } from './define.js';

const matMul = operation('BatchMatMul', (lowering, node, left, right) => {
  const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
  const [a, b] = [lowering.as(left, node.dtype), lowering.as(right, node.dtype)];
  const name = lowering.matMul(lowering.plain(a), lowering.plain(b), {
    transposeA,
    transposeB,
    rankA: a.shape.length,
    rankB: b.shape.length,
    isFloat: node.dtype === 'float32',
  });
  return { name };
});

/** ONNX Runtime's Einsum, on letters without spaces. */
const einsum = operation('Einsum', (lowering, node, ...operands) => {
  const { equation } = node.attributes as { equation: string };
  const names = operands.map((x) => lowering.cast(lowering.plain(x), x.dtype, 'float32'));
  const name = lowering.graph.node('Einsum', names, { equation });
  return { name: lowering.cast(name, 'float32', node.dtype) };
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
  const [inner, innerB] = [transposeA ? rowsA : columnsA, transposeB ? columnsB : rowsB];
  util.assert(
    a.shape.length > 1 && b.shape.length > 1 && inner === innerB,
    () =>
      `Error in matMul: inner shapes (${inner}) and (${innerB}) of Tensors with shapes ${a.shape} and ` +
      `${b.shape} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  const dtype = upcastType(upcastType(a.dtype, b.dtype), 'int32');
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const matrix = [transposeA ? columnsA : rowsA, transposeB ? rowsB : columnsB];
  const shape = [...batch, ...matrix];
  const attributes = { transposeA: Boolean(transposeA), transposeB: Boolean(transposeB) };
  if (inner === 0) return backend.zeros(shape, dtype);
  if (sizeOf(batch) !== 1) return backend.record(matMul, [a, b], attributes, shape, dtype);
  const [left, right] = [asMatrix(backend, a), asMatrix(backend, b)];
  const product = backend.record(matMul, [left, right], attributes, matrix, dtype);
  const result = recordReshape(backend, product, shape);
  backend.drop(left, right, product);
  return result;
}

export const matMulKernels: KernelConfig[] = [
  kernel('Einsum', (inputs, { equation }, backend) => {
    const operands = Object.values(inputs) as TensorInfo[];
    const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, operands.length);
    backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as never);
    const extents = new Map<string, number>();
    const [terms, result] = equation.replace(/\s/g, '').split('->') as [string, string];
    terms.split(',').forEach((labels, i) => {
      for (const [j, label] of [...labels].entries()) extents.set(label, operands[i]!.shape[j]!);
    });
    const shape = Array.from(result, (label) => extents.get(label)!);
    const dtype = operands.map((x) => x.dtype).reduce(upcastType);
    return backend.record(einsum, operands, { equation: `${terms}->${result}` }, shape, dtype);
  }),
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
