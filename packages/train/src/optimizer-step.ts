/**
 * One step of SGD with momentum, with gradients summed over micro-batches. On ONNX Runtime the step is
 * traced once for each shape and then only run; elsewhere tfjs takes it op by op.
 */

import { activeBackend } from '@lesion/engine';
import type { NamedVariable } from '@lesion/predict';
import * as tf from '@tensorflow/tfjs-core';
import type { TensorBatch, TrainingProblem } from './training-loop.js';

/** A function of tensors that may assign variables; it disposes what it does not return. */
type StepFunction = (...tensors: tf.Tensor[]) => tf.Tensor[];
type Compile = (step: StepFunction) => StepFunction;

export interface OptimizerStepOptions {
  problem: Pick<TrainingProblem<never>, 'model' | 'loss'>;
  trainable: readonly NamedVariable[];
  /** The running sum of gradients of each of `trainable`, which a step updates. */
  velocities: readonly tf.Variable[];
  /** Share of a velocity that a step keeps. */
  momentum: number;
  /** L2 penalty on kernels, 0 for none. */
  weightDecay: number;
}

/** Takes a step over the micro-batches of a batch of `samples` samples; disposes them. @returns the mean loss */
export type OptimizerStep = (
  microBatches: AsyncIterable<TensorBatch>,
  samples: number,
  learningRate: number,
) => Promise<number>;

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
  trainable,
  velocities,
  momentum,
  weightDecay,
}: OptimizerStepOptions): Promise<OptimizerStep> {
  const compile = await compiler();
  const variables = trainable.map(({ variable }) => variable);

  /** Loss and gradients of a micro-batch that is `share` of its batch. */
  const derive = (inputs: tf.Tensor, labels: tf.Tensor, share: tf.Tensor): tf.Tensor[] => {
    const { value, grads } = tf.variableGrads(() => {
      const output = problem.model.apply(inputs, { training: true }) as tf.Tensor;
      return tf.mul(problem.loss(labels, output), share) as tf.Scalar;
    }, variables);
    return [value, ...variables.map(({ name }) => grads[name]!)];
  };
  /** `rate` is the learning rate with a minus before it: a tensor, so that a traced step takes any. */
  const apply = (rate: tf.Tensor, ...gradients: tf.Tensor[]): tf.Tensor[] => {
    trainable.forEach((entry, i) => {
      const { variable } = entry;
      const velocity = velocities[i]!;
      const gradient =
        weightDecay > 0 && isDecayed(entry)
          ? tf.add(gradients[i]!, tf.mul(variable, weightDecay))
          : gradients[i]!;
      const moved: tf.Tensor = tf.add(tf.mul(velocity, momentum), gradient);
      velocity.assign(moved);
      variable.assign(tf.add(tf.mul(moved, rate), variable));
    });
    return [];
  };

  const whole = compile((inputs, labels, share, rate) => {
    const [loss, ...gradients] = derive(inputs!, labels!, share!);
    apply(rate!, ...gradients);
    return [loss!];
  });
  const first = compile((inputs, labels, share) => derive(inputs!, labels!, share!));
  const next = compile((inputs, labels, share, ...sums) => {
    const [loss, ...gradients] = derive(inputs!, labels!, share!);
    return [loss!, ...gradients.map((gradient, i) => tf.add(sums[i]!, gradient))];
  });
  const update = compile((rate, ...gradients) => apply(rate!, ...gradients));

  return async (microBatches, samples, learningRate) => {
    const rate = tf.scalar(-learningRate);
    let loss = 0;
    let sums: tf.Tensor[] = [];
    for await (const { inputs, labels } of microBatches) {
      const part = inputs.shape[0];
      const share = tf.scalar(part / samples);
      const before = sums;
      const [value, ...gradients] =
        part === samples
          ? whole(inputs, labels, share, rate)
          : (before.length === 0 ? first : next)(inputs, labels, share, ...before);
      sums = gradients;
      loss += (await value!.data())[0]!;
      tf.dispose([value!, inputs, labels, share, ...before]);
    }
    if (sums.length > 0) {
      update(rate, ...sums);
      tf.dispose(sums);
    }
    rate.dispose();
    return loss;
  };
}
