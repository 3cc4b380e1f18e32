/**
 * One step of SGD with momentum, with gradients summed over micro-batches. On ONNX Runtime the step is
 * traced once for each shape and then only run; elsewhere tfjs takes it op by op.
 */
import { activeBackend } from '@lesion/engine';
import * as tf from '@tensorflow/tfjs-core';
import type { TensorBatch, TrainingProblem } from './training-loop.js';
import type { NamedVariable } from './weights.js';

/** A function of tensors that may assign variables; it disposes what it does not return. */
type StepFunction = (...tensors: tf.Tensor[]) => tf.Tensor[];
type Compile = (step: StepFunction, options: { key: () => string }) => StepFunction;

export interface OptimizerStepOptions {
  problem: Pick<TrainingProblem<never>, 'model' | 'loss'>;
  optimizer: tf.MomentumOptimizer;
  trainable: readonly NamedVariable[];
  /** L2 penalty on kernels, 0 for none. */
  weightDecay: number;
}

/** Takes a step over the micro-batches of a batch of `samples` samples; disposes them. @returns the mean loss */
export type OptimizerStep = (microBatches: AsyncIterable<TensorBatch>, samples: number) => Promise<number>;

const isDecayed = ({ name }: NamedVariable): boolean => /kernel$/.test(name);

async function compiler(): Promise<Compile> {
  if (activeBackend() === 'onnxruntime') {
    const { compileStep } = await import('@lesion/tfjs-backend-onnxruntime');
    return compileStep;
  }
  return (step) =>
    (...tensors) =>
      tf.tidy(() => step(...tensors));
}

export async function createOptimizerStep({
  problem,
  optimizer,
  trainable,
  weightDecay,
}: OptimizerStepOptions): Promise<OptimizerStep> {
  const compile = await compiler();
  const variables = trainable.map(({ variable }) => variable);
  // The learning rate is a number of the optimiser's, which a traced step holds on to.
  const options = { key: () => String((optimizer as unknown as { learningRate: number }).learningRate) };

  /** Loss and gradients of a micro-batch that is `share` of its batch. */
  const derive = (inputs: tf.Tensor, labels: tf.Tensor, share: tf.Tensor): tf.Tensor[] => {
    const { value, grads } = tf.variableGrads(() => {
      const output = problem.model.apply(inputs, { training: true }) as tf.Tensor;
      return tf.mul(problem.loss(labels, output), share) as tf.Scalar;
    }, variables);
    return [value, ...variables.map(({ name }) => grads[name]!)];
  };
  const apply = (...gradients: tf.Tensor[]): tf.Tensor[] => {
    optimizer.applyGradients(
      trainable.map((entry, i) => ({
        name: entry.variable.name,
        tensor:
          weightDecay > 0 && isDecayed(entry)
            ? tf.add(gradients[i]!, tf.mul(entry.variable, weightDecay))
            : gradients[i]!,
      })),
    );
    return [];
  };

  const whole = compile((inputs, labels, share) => {
    const [loss, ...gradients] = derive(inputs!, labels!, share!);
    apply(...gradients);
    return [loss!];
  }, options);
  const first = compile((inputs, labels, share) => derive(inputs!, labels!, share!), options);
  const next = compile((inputs, labels, share, ...sums) => {
    const [loss, ...gradients] = derive(inputs!, labels!, share!);
    return [loss!, ...gradients.map((gradient, i) => tf.add(sums[i]!, gradient))];
  }, options);
  const update = compile(apply, options);

  return async (microBatches, samples) => {
    let loss = 0;
    let sums: tf.Tensor[] = [];
    for await (const { inputs, labels } of microBatches) {
      const part = inputs.shape[0];
      const share = tf.scalar(part / samples);
      const before = sums;
      const step = part === samples ? whole : before.length === 0 ? first : next;
      const [value, ...gradients] = step(inputs, labels, share, ...before);
      sums = gradients;
      loss += (await value!.data())[0]!;
      tf.dispose([value!, inputs, labels, share, ...before]);
    }
    if (sums.length > 0) {
      update(...sums);
      tf.dispose(sums);
    }
    return loss;
  };
}
