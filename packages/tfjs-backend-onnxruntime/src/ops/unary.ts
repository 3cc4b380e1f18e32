/** Operations on each element alone. */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import type { Lowered, Lowering, Value } from '../lowering.js';
import type { TraceOperation } from '../trace.js';
import { kernel, operation } from './define.js';

/** An operation that keeps the layout, written on one operand of the kernel's own type. */
export function unary(
  name: string,
  write: (lowering: Lowering, operand: string, value: Value) => string,
): TraceOperation {
  return operation(name, (lowering, _node, x) => ({ name: write(lowering, x.name, x), layout: x.layout }));
}

/** The same by way of float32, for operators that ONNX Runtime has for floats alone. */
function unaryThroughFloat(
  name: string,
  write: (lowering: Lowering, operand: string) => string,
): TraceOperation {
  return operation(name, (lowering, node, x): Lowered => {
    const result = write(lowering, lowering.cast(x.name, x.dtype, 'float32'));
    return { name: lowering.cast(result, 'float32', node.dtype), layout: x.layout };
  });
}

const direct = (name: string, onnx = name) =>
  unary(name, ({ graph }, operand) => graph.node(onnx, [operand]));

const throughFloat = (name: string, onnx = name) =>
  unaryThroughFloat(name, ({ graph }, operand) => graph.node(onnx, [operand]));

export const square = unary('Square', ({ graph }, x) => graph.node('Mul', [x, x]));

/** `precise` where |x| < 0.5, `far` elsewhere. */
function nearZero({ graph }: Lowering, x: string, precise: string, far: string): string {
  const near = graph.node('Less', [graph.node('Abs', [x]), graph.scalar(0.5)]);
  return graph.node('Where', [near, precise, far]);
}

/** By kernel name; the result has the operand's type. */
const SAME_TYPE: TraceOperation[] = [
  direct('Abs'),
  throughFloat('Ceil'),
  throughFloat('Elu'),
  throughFloat('Erf'),
  throughFloat('Floor'),
  throughFloat('Log'),
  throughFloat('Reciprocal'),
  throughFloat('Round'),
  throughFloat('Sigmoid'),
  throughFloat('Softplus'),
  throughFloat('Sqrt'),
  throughFloat('Tanh'),
  throughFloat('Sin'),
  throughFloat('Cos'),
  throughFloat('Tan'),
  throughFloat('Sinh'),
  throughFloat('Cosh'),
  throughFloat('Asin'),
  throughFloat('Acos'),
  throughFloat('Atan'),
  throughFloat('Asinh'),
  throughFloat('Acosh'),
  throughFloat('Atanh'),
  square,
  unaryThroughFloat('Expm1', (lowering, x) => {
    // exp(x) - 1 loses all digits near 0, where 2 tanh(x/2) / (1 - tanh(x/2)) keeps them.
    const { graph } = lowering;
    const half = graph.node('Tanh', [graph.node('Mul', [x, graph.scalar(0.5)])]);
    const precise = graph.node('Div', [
      graph.node('Mul', [half, graph.scalar(2)]),
      graph.node('Sub', [graph.scalar(1), half]),
    ]);
    return nearZero(lowering, x, precise, graph.node('Sub', [graph.node('Exp', [x]), graph.scalar(1)]));
  }),
  unaryThroughFloat('Log1p', (lowering, x) => {
    // Likewise log(1 + x) against 2 atanh(x / (x + 2)).
    const { graph } = lowering;
    const ratio = graph.node('Div', [x, graph.node('Add', [x, graph.scalar(2)])]);
    const precise = graph.node('Mul', [graph.node('Atanh', [ratio]), graph.scalar(2)]);
    return nearZero(lowering, x, precise, graph.node('Log', [graph.node('Add', [x, graph.scalar(1)])]));
  }),
  unaryThroughFloat('Rsqrt', ({ graph }, x) => graph.node('Reciprocal', [graph.node('Sqrt', [x])])),
  unaryThroughFloat('Relu6', ({ graph }, x) => graph.node('Clip', [x, graph.scalar(0), graph.scalar(6)])),
  unaryThroughFloat('Selu', ({ graph }, x) =>
    graph.node('Selu', [x], {
      alpha: { float: SELU_SCALE_ALPHA / SELU_SCALE },
      gamma: { float: SELU_SCALE },
    }),
  ),
];

const negation = direct('Neg');

/** The constants of tfjs, from Klambauer et al. 2017. */
const SELU_SCALE_ALPHA = 1.7580993408473768;
const SELU_SCALE = 1.0507009873554805;

export const relu = operation('Relu', (lowering, _node, x) => ({
  // ONNX Runtime has no Relu for integers.
  name:
    x.dtype === 'float32'
      ? lowering.graph.node('Relu', [x.name])
      : lowering.graph.node('Max', [x.name, lowering.scalar(0, x.dtype)]),
  layout: x.layout,
}));

/** 1 above 0, else `alpha`; NaN stays. */
export const step = operation('Step', (lowering, node, x) => {
  const { graph } = lowering;
  const { alpha } = node.attributes as { alpha: number };
  if (x.dtype === 'float32' && alpha === 0) {
    // Of x and relu(x), the latter is needed anyway, so that x can be forgotten early.
    const rectified = lowering.usersOf(x.node).find((user) => user.operation === relu);
    const source = rectified === undefined ? x : lowering.value(rectified);
    const operand = source.name === '' ? x : source;
    // HardSigmoid with an enormous slope is this function in one pass; Greater and Cast take three.
    const name = graph.node('HardSigmoid', [operand.name], { alpha: { float: 3e38 }, beta: { float: 0 } });
    return { name, layout: operand.layout };
  }
  const above = graph.node('Greater', [x.name, lowering.scalar(0, x.dtype)]);
  if (x.dtype !== 'float32') return { name: lowering.cast(above, 'bool', node.dtype), layout: x.layout };
  const stepped = graph.node('Where', [above, graph.scalar(1), graph.scalar(alpha)]);
  return { name: graph.node('Where', [graph.node('IsNaN', [x.name]), x.name, stepped]), layout: x.layout };
});

/** tfjs has the sign of NaN as 0. */
const sign = unary('Sign', (lowering, x, { dtype }) => {
  const { graph } = lowering;
  if (dtype !== 'float32') return graph.node('Sign', [x]);
  return graph.node('Where', [graph.node('IsNaN', [x]), graph.scalar(0), graph.node('Sign', [x])]);
});

const exponential = throughFloat('Exp');

const logicalNot = unary('LogicalNot', ({ graph }, x) => graph.node('Not', [x]));
const isNan = unary('IsNan', (lowering, x, { dtype }) =>
  lowering.graph.node('IsNaN', [lowering.cast(x, dtype, 'float32')]),
);
const isInf = unary('IsInf', (lowering, x, { dtype }) =>
  lowering.graph.node('IsInf', [lowering.cast(x, dtype, 'float32')]),
);
const isFiniteNumber = unary('IsFinite', (lowering, x, { dtype }) => {
  const { graph } = lowering;
  const operand = lowering.cast(x, dtype, 'float32');
  return graph.node('Not', [
    graph.node('Or', [graph.node('IsNaN', [operand]), graph.node('IsInf', [operand])]),
  ]);
});

const cast = operation('Cast', (lowering, node, x) => ({
  name: lowering.cast(x.name, x.dtype, node.dtype),
  layout: x.layout,
}));

const clip = operation('ClipByValue', (lowering, node, x) => {
  const { low, high } = node.attributes as { low: number; high: number };
  const bounds = [lowering.scalar(low, x.dtype), lowering.scalar(high, x.dtype)];
  return { name: lowering.graph.node('Clip', [x.name, ...bounds]), layout: x.layout };
});

const leakyRelu = operation('LeakyRelu', (lowering, node, x) => ({
  name: lowering.cast(
    lowering.graph.node('LeakyRelu', [lowering.cast(x.name, x.dtype, 'float32')], {
      alpha: { float: (node.attributes as { alpha: number }).alpha },
    }),
    'float32',
    node.dtype,
  ),
  layout: x.layout,
}));

/** Records a cast, or nothing if the type is the same. */
export function recordCast(
  backend: OnnxRuntimeBackend,
  x: TensorInfo,
  dtype: TensorInfo['dtype'],
): TensorInfo {
  if (x.dtype === dtype) return backend.alias(x, x.shape, dtype);
  const result = backend.record(cast, [x], null, x.shape, dtype);
  backend.markAbsentAfter([x], result);
  return result;
}

export const unaryKernels: KernelConfig[] = [
  ...SAME_TYPE.map((op) =>
    kernel(op.name, ({ x }, _attributes, backend) => backend.record(op, [x!], null, x!.shape, x!.dtype)),
  ),
  kernel('Sign', ({ x }, _attributes, backend) => backend.record(sign, [x!], null, x!.shape, x!.dtype)),
  kernel('Exp', ({ x }, _attributes, backend) =>
    backend.record(exponential, [x!], null, x!.shape, 'float32'),
  ),
  kernel('Neg', ({ x }, _attributes, backend) => {
    const result = backend.record(negation, [x!], null, x!.shape, x!.dtype);
    backend.markAbsentAfter([x!], result);
    return result;
  }),
  kernel('Relu', ({ x }, _attributes, backend) => backend.record(relu, [x!], null, x!.shape, x!.dtype)),
  kernel('Step', ({ x }, { alpha = 0 }, backend) =>
    backend.record(step, [x!], { alpha }, x!.shape, x!.dtype),
  ),
  kernel('LeakyRelu', ({ x }, { alpha }, backend) =>
    backend.record(leakyRelu, [x!], { alpha }, x!.shape, 'float32'),
  ),
  ...[logicalNot, isNan, isInf, isFiniteNumber].map((op) =>
    kernel(op.name, ({ x }, _attributes, backend) => backend.record(op, [x!], null, x!.shape, 'bool')),
  ),
  kernel('Cast', ({ x }, { dtype }, backend) => recordCast(backend, x!, dtype)),
  kernel('ClipByValue', ({ x }, { clipValueMin, clipValueMax }, backend) =>
    backend.record(clip, [x!], { low: clipValueMin, high: clipValueMax }, x!.shape, x!.dtype),
  ),
];
