/**
 * Training steps that are traced once and then run without tracing. Recording a step costs time in
 * JavaScript, a tenth to a third of a step for the networks of this project, most of it in tfjs's
 * differentiation and layers; a step that does the same each time need not be recorded each time.
 */
import { invalidArgument } from '@lesion/core';
import { engine, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { activeOnnxRuntimeBackend, type OnnxRuntimeBackend } from './backend.js';
import { sameLayout } from './layout.js';
import { type NumericType, nextNodeId, type TraceNode } from './trace.js';

/** Elements that a step may make in JavaScript: learning rates and tables of classes, but no data. */
const LARGEST_CONSTANT = 64;

/** Options of {@link compileStep}. */
export interface CompileStepOptions {
  /**
   * What else decides what the step does, such as the learning rate: the step is traced anew whenever this
   * text changes. @default nothing
   */
  key?: (() => string) | undefined;
}

/** Where a leaf of the graph comes from at each run. */
type Source = { argument: number } | { variable: Variable } | { constant: TraceNode };

interface CompiledStep {
  backend: OnnxRuntimeBackend;
  /** The graph's key in the cache, which may have let go of it in the meantime. */
  key: string;
  sources: Source[];
  /** The layouts that the graph was written for. */
  leaves: Pick<TraceNode, 'layout'>[];
  outputs: { shape: number[]; dtype: NumericType }[];
  /** Which outputs the results are. */
  results: number[];
  /** Which outputs variables are assigned. */
  assignments: { variable: Variable; output: number }[];
  isArray: boolean;
}

/**
 * Makes a step that is traced once for each combination of shapes and then only run. Everywhere but on the
 * backend `onnxruntime` it is `step` itself within `tf.tidy`.
 *
 * What `step` reads and assigns of `tf.Variable`s (weights, an optimiser's accumulators) is found out and
 * kept up; tensors that change from run to run must be arguments. JavaScript within `step` does not run
 * again, so numbers that it computes stay what they were, and nothing random may be drawn: dropout cannot
 * be compiled. The first call of each combination runs as usual, so that layers and optimisers can make their
 * variables.
 *
 * @param step takes tensors and returns a tensor or a list of them; it may assign variables
 * @throws LesionError `INVALID_ARGUMENT` from the second call on, if the step makes data in JavaScript or keeps
 *   tensors other than its results
 * @example
 * ```ts
 * const step = compileStep((images: Tensor4D, labels: Tensor2D) =>
 *   optimizer.minimize(() => losses.softmaxCrossEntropy(labels, model.apply(images, { training: true })), true),
 * );
 * for (const { images, labels } of batches) console.log(await step(images, labels).data());
 * ```
 */
export function compileStep<Arguments extends Tensor[], Returned extends Tensor | Tensor[]>(
  step: (...tensors: Arguments) => Returned,
  options: CompileStepOptions = {},
): (...tensors: Arguments) => Returned {
  const compiled = new Map<string, CompiledStep | 'seen'>();
  return (...tensors) => {
    const backend = activeOnnxRuntimeBackend();
    if (!backend?.canRunNow) return tidy(() => step(...tensors));
    const shapes = tensors.map(({ dtype, shape }) => `${dtype}[${shape}]`);
    const signature = [...shapes, options.key?.() ?? ''].join(' ');
    const known = compiled.get(signature);
    if (known === undefined || (known !== 'seen' && known.backend !== backend)) {
      compiled.set(signature, 'seen');
      return tidy(() => step(...tensors));
    }
    if (known !== 'seen') {
      const result = rerun(known, tensors);
      if (result !== undefined) return result as Returned;
      for (const source of known.sources) if ('constant' in source) backend.letGo(source.constant);
    }
    const { result, compiledStep } = trace(backend, step, tensors);
    compiled.set(signature, compiledStep);
    return result;
  };
}

/** The variables whose elements are on this backend. */
function heldVariables(backend: OnnxRuntimeBackend): Variable[] {
  return Object.values(engine().registeredVariables).filter((variable) => backend.holds(variable));
}

function trace<Arguments extends Tensor[], Returned extends Tensor | Tensor[]>(
  backend: OnnxRuntimeBackend,
  step: (...tensors: Arguments) => Returned,
  tensors: Arguments,
): { result: Returned; compiledStep: CompiledStep } {
  const start = performance.now();
  backend.computeNow();
  const firstNode = nextNodeId();
  const before = new Map(heldVariables(backend).map((variable) => [variable, backend.node(variable)]));
  const given = tensors.map((tensor) => backend.node(tensor));

  const result = tidy(() => step(...tensors));
  const returned: Tensor[] = Array.isArray(result) ? result : [result];
  try {
    return {
      result,
      compiledStep: analyse(backend, {
        returned,
        isArray: Array.isArray(result),
        given,
        before,
        firstNode,
        start,
      }),
    };
  } catch (error) {
    for (const tensor of returned) tensor.dispose();
    throw error;
  }
}

interface TracedStep {
  returned: readonly Tensor[];
  isArray: boolean;
  /** The arguments' nodes. */
  given: readonly TraceNode[];
  /** The nodes of all variables before the step. */
  before: ReadonlyMap<Variable, TraceNode>;
  /** Nodes from this number on were made by the step. */
  firstNode: number;
  start: number;
}

/** Finds out where the leaves of a traced step come from and where its results go, and computes it. */
function analyse(
  backend: OnnxRuntimeBackend,
  { returned, isArray, given, before, firstNode, start }: TracedStep,
): CompiledStep {
  const variables = heldVariables(backend);
  const assigned = variables.filter((variable) => before.get(variable) !== backend.node(variable));

  const sources = new Map<TraceNode, Source>();
  for (const variable of variables) sources.set(backend.node(variable), { variable });
  for (const [variable, node] of before) sources.set(node, { variable });
  for (const [argument, node] of given.entries()) sources.set(node, { argument });

  const wanted = new Set([...returned, ...assigned].map((tensor) => backend.node(tensor)));
  for (const node of backend.pendingResults()) {
    if (wanted.has(node)) continue;
    throw invalidArgument({
      what: 'the step keeps a tensor that it does not return',
      where: 'compileStep',
      got: `${node.dtype} [${node.shape.join(', ')}] of ${node.operation?.name}`,
      expected: 'results and assigned variables only',
      mend: 'Return the tensor from the step, or assign it to a tf.Variable that was made before.',
    });
  }
  const plan = backend.plan();
  if (plan === undefined) {
    throw invalidArgument({ what: 'the step computes nothing', where: 'compileStep' });
  }
  const leafSources = plan.leaves.map((leaf): Source => {
    const source = sources.get(leaf);
    if (source !== undefined) return source;
    if (leaf.id >= firstNode && leaf.size > LARGEST_CONSTANT && !leaf.isZeros) {
      throw invalidArgument({
        what: 'the step makes data in JavaScript, which would be the same in every run',
        where: 'compileStep',
        got: `${leaf.dtype} [${leaf.shape.join(', ')}]`,
        mend: 'Make it outside and pass it as an argument; a network with dropout cannot be compiled.',
      });
    }
    backend.retain(leaf);
    return { constant: leaf };
  });
  const leaves = plan.leaves.map(({ layout }) => ({ layout }));
  const outputs = plan.outputs.map(({ shape, dtype }) => ({ shape, dtype }));
  const outputOf = (tensor: Tensor): number => {
    const output = plan.outputs.indexOf(backend.node(tensor));
    if (output >= 0) return output;
    throw invalidArgument({
      what: 'the step returns or assigns a tensor that it did not compute',
      where: 'compileStep',
      got: `${tensor.dtype} [${tensor.shape.join(', ')}]`,
      mend: 'Leave it out of the step: it is known before.',
    });
  };
  const results = returned.map(outputOf);
  const assignments = assigned.map((variable) => ({ variable, output: outputOf(variable) }));
  backend.computePlan(plan, start);
  return {
    backend,
    key: plan.key,
    sources: leafSources,
    leaves,
    outputs,
    results,
    assignments,
    isArray,
  };
}

/** Runs a compiled step, or undefined if it has to be traced anew. */
function rerun(step: CompiledStep, tensors: readonly Tensor[]): Tensor | Tensor[] | undefined {
  const { backend } = step;
  const program = backend.program(step.key);
  if (program === undefined) return undefined;
  const leafOf = (source: Source): TraceNode => {
    if ('constant' in source) return source.constant;
    return backend.node('argument' in source ? tensors[source.argument]! : source.variable);
  };
  let leaves = step.sources.map(leafOf);
  if (leaves.some((leaf) => leaf.data === null)) {
    backend.computeNow();
    leaves = step.sources.map(leafOf);
  }
  if (!leaves.every((leaf, i) => sameLayout(leaf.layout, step.leaves[i]!.layout))) return undefined;
  const infos = backend.rerun(program, leaves, step.outputs);
  const computed = infos.map((info) => engine().makeTensorFromTensorInfo(info));
  for (const { variable, output } of step.assignments) variable.assign(computed[output]!);
  const results = step.results.map((output) => computed[output]!.clone());
  for (const tensor of computed) tensor.dispose();
  return step.isArray ? results : results[0]!;
}
