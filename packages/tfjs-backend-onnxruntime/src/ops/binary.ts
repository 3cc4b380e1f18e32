/** Operations on pairs of elements, with broadcasting. */
import { backend_util, type KernelConfig, type TensorInfo, upcastType, util } from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import type { Lowering } from '../lowering.js';
import type { NumericType, TraceOperation } from '../trace.js';
import { kernel, operation } from './define.js';

/** An operation that computes in the result's type. */
function arithmetic(
  name: string,
  write: (lowering: Lowering, a: string, b: string, dtype: NumericType) => string,
): TraceOperation {
  return operation(name, (lowering, node, a, b) =>
    lowering.elementwise(node, [lowering.as(a, node.dtype), lowering.as(b, node.dtype)], (x, y) =>
      write(lowering, x, y, node.dtype),
    ),
  );
}

const direct = (name: string, onnx: string) =>
  arithmetic(name, ({ graph }, a, b) => graph.node(onnx, [a, b]));

export const add = direct('Add', 'Add');
export const subtract = direct('Sub', 'Sub');
export const multiply = direct('Multiply', 'Mul');
export const divide = arithmetic('RealDiv', ({ graph }, a, b) => graph.node('Div', [a, b]));
export const squaredDifference = arithmetic('SquaredDifference', ({ graph }, a, b) => {
  const difference = graph.node('Sub', [a, b]);
  return graph.node('Mul', [difference, difference]);
});

/** The quotient rounded down, also below 0; ONNX's integer division rounds towards 0. */
const floorDivide = arithmetic('FloorDiv', (lowering, a, b, dtype) => {
  const { graph } = lowering;
  const quotient = graph.node('Div', [
    lowering.cast(a, dtype, 'float32'),
    lowering.cast(b, dtype, 'float32'),
  ]);
  return lowering.cast(graph.node('Floor', [quotient]), 'float32', dtype);
});

/** The remainder with the divisor's sign, as in Python. */
const modulo = arithmetic('Mod', ({ graph }, a, b, dtype) => {
  if (dtype === 'int32') return graph.node('Mod', [a, b]);
  const whole = graph.node('Floor', [graph.node('Div', [a, b])]);
  return graph.node('Sub', [a, graph.node('Mul', [b, whole])]);
});

const power = arithmetic('Pow', (lowering, a, b, dtype) => {
  if (dtype === 'float32') return lowering.graph.node('Pow', [a, b]);
  const result = lowering.graph.node('Pow', [
    lowering.cast(a, dtype, 'float32'),
    lowering.cast(b, dtype, 'float32'),
  ]);
  return lowering.cast(result, 'float32', dtype);
});

const prelu = operation('Prelu', (lowering, node, x, alpha) =>
  lowering.elementwise(node, [lowering.as(x, 'float32'), lowering.as(alpha, 'float32')], (operand, slope) => {
    const { graph } = lowering;
    const below = graph.node('Mul', [slope, operand]);
    return graph.node('Where', [graph.node('Less', [operand, graph.scalar(0)]), below, operand]);
  }),
);

/** The angle of the point (x, y), `a` being y, in all four quadrants. */
const angle = arithmetic('Atan2', (lowering, a, b) => {
  const { graph } = lowering;
  const zero = graph.scalar(0);
  const half = graph.node('Atan', [graph.node('Div', [a, b])]);
  const below = graph.node('Less', [a, zero]);
  const turn = graph.node('Where', [below, graph.scalar(-Math.PI), graph.scalar(Math.PI)]);
  const behind = graph.node('Where', [graph.node('Less', [b, zero]), turn, zero]);
  // On the vertical axis the quotient is infinite, or NaN at the origin.
  const vertical = graph.node('Mul', [graph.node('Sign', [a]), graph.scalar(Math.PI / 2)]);
  const upright = graph.node('Equal', [b, zero]);
  return graph.node('Where', [upright, vertical, graph.node('Add', [half, behind])]);
});

/** dy where y >= 0, else dy (y + 1): the derivative of elu from its result. */
const eluGradient = operation('EluGrad', (lowering, node, dy, y) =>
  lowering.elementwise(node, [dy, y], (gradient, result) => {
    const { graph } = lowering;
    const below = graph.node('Mul', [gradient, graph.node('Add', [result, graph.scalar(1)])]);
    return graph.node('Where', [graph.node('Less', [result, graph.scalar(0)]), below, gradient]);
  }),
);

/** A comparison; booleans are compared as integers. */
function comparison(name: string, onnx: string, negate = false): TraceOperation {
  return operation(name, (lowering, node, a, b) => {
    const common = upcastType(a.dtype, b.dtype) as NumericType;
    const dtype = common === 'bool' ? 'int32' : common;
    return lowering.elementwise(node, [lowering.as(a, dtype), lowering.as(b, dtype)], (x, y) => {
      const result = lowering.graph.node(onnx, [x, y]);
      return negate ? lowering.graph.node('Not', [result]) : result;
    });
  });
}

function logical(name: string, onnx: string): TraceOperation {
  return operation(name, (lowering, node, a, b) =>
    lowering.elementwise(node, [lowering.as(a, 'bool'), lowering.as(b, 'bool')], (x, y) =>
      lowering.graph.node(onnx, [x, y]),
    ),
  );
}

const select = operation('Select', (lowering, node, condition, yes, no) => {
  // A condition of fewer dimensions chooses along the first ones.
  const missing = node.shape.length - condition.shape.length;
  const shape = [...condition.shape, ...new Array<number>(missing).fill(1)];
  const chosen =
    missing === 0
      ? condition
      : { ...condition, name: lowering.reshape(lowering.plain(condition), shape), layout: null, shape };
  // ONNX Runtime cannot choose between booleans.
  const dtype = node.dtype === 'bool' ? 'int32' : node.dtype;
  const values = [lowering.as(chosen, 'bool'), lowering.as(yes, dtype), lowering.as(no, dtype)];
  return lowering.elementwise(node, values, (...operands) =>
    lowering.cast(lowering.graph.node('Where', operands), dtype, node.dtype),
  );
});

const ARITHMETIC: TraceOperation[] = [
  squaredDifference,
  floorDivide,
  modulo,
  power,
  direct('BitwiseAnd', 'BitwiseAnd'),
  direct('Maximum', 'Max'),
  direct('Minimum', 'Min'),
];

const COMPARISONS: TraceOperation[] = [
  comparison('Greater', 'Greater'),
  comparison('GreaterEqual', 'GreaterOrEqual'),
  comparison('Less', 'Less'),
  comparison('LessEqual', 'LessOrEqual'),
  comparison('Equal', 'Equal'),
  comparison('NotEqual', 'Equal', true),
  logical('LogicalAnd', 'And'),
  logical('LogicalOr', 'Or'),
  logical('LogicalXor', 'Xor'),
];

/** Records an operation on two operands that broadcast. */
export function recordBinary(
  backend: OnnxRuntimeBackend,
  op: TraceOperation,
  a: TensorInfo,
  b: TensorInfo,
  dtype = upcastType(a.dtype, b.dtype),
): TensorInfo {
  return backend.record(op, [a, b], null, backend_util.assertAndGetBroadcastShape(a.shape, b.shape), dtype);
}

/** Adds or subtracts; an absent gradient changes nothing. */
function recordSum(
  backend: OnnxRuntimeBackend,
  op: TraceOperation,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo {
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const whole = (x: TensorInfo) => util.arraysEqual(x.shape, shape) && x.dtype === 'float32';
  if (backend.isAbsent(b) && whole(a)) return backend.alias(a, shape, a.dtype);
  if (op === add && backend.isAbsent(a) && whole(b)) return backend.alias(b, shape, b.dtype);
  const result = recordBinary(backend, op, a, b);
  backend.markAbsentAfter([a, b], result);
  return result;
}

/** Multiplies or divides; an absent gradient stays absent. */
export function recordScaled(
  backend: OnnxRuntimeBackend,
  op: TraceOperation,
  a: TensorInfo,
  b: TensorInfo,
  dtype = upcastType(a.dtype, b.dtype),
): TensorInfo {
  const result = recordBinary(backend, op, a, b, dtype);
  if (backend.isAbsent(a) || (op === multiply && backend.isAbsent(b))) backend.node(result).absent = true;
  return result;
}

export const binaryKernels: KernelConfig[] = [
  kernel('Add', ({ a, b }, _attributes, backend) => recordSum(backend, add, a!, b!)),
  kernel('Sub', ({ a, b }, _attributes, backend) => recordSum(backend, subtract, a!, b!)),
  kernel('Multiply', ({ a, b }, _attributes, backend) => recordScaled(backend, multiply, a!, b!)),
  kernel('Atan2', ({ a, b }, _attributes, backend) => recordBinary(backend, angle, a!, b!, 'float32')),
  kernel('RealDiv', ({ a, b }, _attributes, backend) => recordScaled(backend, divide, a!, b!, 'float32')),
  ...ARITHMETIC.map((op) =>
    kernel(op.name, ({ a, b }, _attributes, backend) => recordBinary(backend, op, a!, b!)),
  ),
  ...COMPARISONS.map((op) =>
    kernel(op.name, ({ a, b }, _attributes, backend) => recordBinary(backend, op, a!, b!, 'bool')),
  ),
  kernel('AddN', (inputs, _attributes, backend) => {
    const terms = Object.values(inputs) as TensorInfo[];
    let sum = backend.alias(terms[0]!, terms[0]!.shape, terms[0]!.dtype);
    for (const term of terms.slice(1)) {
      const next = recordSum(backend, add, sum, term);
      backend.drop(sum);
      sum = next;
    }
    return sum;
  }),
  kernel('Prelu', ({ x, alpha }, _attributes, backend) =>
    backend.record(prelu, [x!, alpha!], null, x!.shape, 'float32'),
  ),
  kernel('EluGrad', ({ dy, y }, _attributes, backend) =>
    backend.record(eluGradient, [dy!, y!], null, y!.shape, 'float32'),
  ),
  kernel('Select', ({ condition, t, e }, _attributes, backend) =>
    backend.record(select, [condition!, t!, e!], null, t!.shape, upcastType(t!.dtype, e!.dtype)),
  ),
];
