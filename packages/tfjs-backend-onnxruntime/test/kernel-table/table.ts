/** The table of supported kernels, made by calling each of them. */
import * as tf from '@tensorflow/tfjs-core';
import { SUPPORTED_KERNELS } from '../../src/index.js';
import { type Call, FAMILIES, type Make, type Samples } from './samples.js';

// tfjs's gradient of a product calls a method that comes with `@tensorflow/tfjs`.
const methods = tf.Tensor.prototype as { reshape?: (this: tf.Tensor, ...shape: unknown[]) => tf.Tensor };
methods.reshape ??= function (...shape) {
  return tf.reshape(this, shape.flat() as number[]);
};

const TYPES = ['float32', 'int32', 'bool'] as const;
type Type = (typeof TYPES)[number];

/** Kernels that compute a gradient themselves; their own gradient is nothing one would ask for. */
const isGradient = (kernel: string) => /Grad$|Backprop/.test(kernel);

function makeOf(type: Type): Make {
  return (shape) => {
    const values = Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => 1 + (i % 3));
    return tf.tensor(
      values.map((value) => (type === 'bool' ? value % 2 : value)),
      shape,
      type,
    );
  };
}

function run(kernel: string, { inputs, attributes }: Call): tf.Tensor {
  const result = tf
    .engine()
    .runKernel(kernel, inputs as unknown as tf.NamedTensorMap, (attributes ?? {}) as tf.NamedAttrMap) as
    | tf.Tensor
    | tf.Tensor[];
  return Array.isArray(result) ? result[0]! : result;
}

/** Whether the work ends without an error; tensors are read, since nothing is computed before. */
async function succeeds(work: () => tf.Tensor[]): Promise<boolean> {
  tf.engine().startScope();
  try {
    for (const tensor of work()) await tensor.data();
    return true;
  } catch {
    return false;
  } finally {
    tf.engine().endScope();
  }
}

async function typesOf(kernel: string, sample: Samples[string]): Promise<string> {
  const made = new Set<Type>();
  const accepted: Type[] = [];
  for (const type of TYPES) {
    const make: Make = (shape) => {
      made.add(type);
      return makeOf(type)(shape);
    };
    if (await succeeds(() => [run(kernel, sample(make))])) accepted.push(type);
  }
  return made.size === 0 ? 'fixed' : accepted.join(', ');
}

async function gradientOf(kernel: string, sample: Samples[string]): Promise<string> {
  if (isGradient(kernel)) return 'is one';
  const inputs: tf.Tensor[] = [];
  tf.tidy(() => {
    sample((shape) => {
      const tensor = tf.keep(makeOf('float32')(shape));
      inputs.push(tensor);
      return tensor;
    });
  });
  const works = await succeeds(() => {
    const derive = tf.grads((...given) => {
      const call = sample(() => given.shift()!);
      return call.operation === undefined ? run(kernel, call) : call.operation();
    });
    return derive(inputs);
  });
  tf.dispose(inputs);
  return works && inputs.length > 0 ? 'yes' : 'no';
}

/** Rows of a family: kernels of the same gradient and types stand together. */
async function rowsOf(family: string, samples: Samples): Promise<string[][]> {
  const rows = new Map<string, { kernels: string[]; gradient: string; types: string }>();
  for (const [kernel, sample] of Object.entries(samples)) {
    const gradient = await gradientOf(kernel, sample);
    const types = await typesOf(kernel, sample);
    const row = rows.get(`${gradient} ${types}`) ?? { kernels: [], gradient, types };
    row.kernels.push(`\`${kernel}\``);
    rows.set(`${gradient} ${types}`, row);
  }
  return [...rows.values()].map(({ kernels, gradient, types }, i) => [
    i === 0 ? family : '',
    kernels.join(' '),
    gradient,
    types,
  ]);
}

/** A Markdown table whose columns are as wide as their longest cell. */
function format(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head, ...body] = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column]!))));
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

/** Kernels that the table leaves out. */
export function kernelsWithoutSample(): string[] {
  const known = new Set(Object.values(FAMILIES).flatMap((samples) => Object.keys(samples)));
  return SUPPORTED_KERNELS.filter((kernel) => !known.has(kernel));
}

/** A Markdown table of all kernels by family; the active backend is the one that is tried. */
export async function kernelTable(): Promise<string> {
  const rows = [['family', 'kernels', 'gradient', 'types']];
  for (const [family, samples] of Object.entries(FAMILIES)) rows.push(...(await rowsOf(family, samples)));
  return format(rows);
}
