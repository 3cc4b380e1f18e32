import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@lesion/engine';
import { namedVariables, readArrays } from '@lesion/predict';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint } from './checkpoint.js';
import type { Progress } from './progress.js';
import { learningRateAt, stepsOfEpoch, type TrainingSchedule } from './schedule.js';
import { type TrainingProblem, trainNetwork } from './training-loop.js';

interface Batch {
  indices: readonly number[];
}

const SIDE = 6;
/** Sample i is a square of one brightness with noise; its class is whether it is bright. */
function pixel(sample: number, at: number): number {
  return (sample % 2) + 0.3 * Math.sin(sample * 7.3 + at * 1.7);
}

function problem(training = 10, validation = 4): TrainingProblem<Batch> {
  const seeded = (seed: number) => layers.initializers.randomNormal({ stddev: 0.4, seed });
  const model = layers.sequential();
  model.add(
    layers.layers.conv2d({
      name: 'a',
      inputShape: [SIDE, SIDE, 1],
      filters: 3,
      kernelSize: 3,
      kernelInitializer: seeded(1),
    }),
  );
  model.add(layers.layers.batchNormalization({ name: 'b', momentum: 0.8 }));
  model.add(layers.layers.reLU({ name: 'c' }));
  model.add(layers.layers.flatten({ name: 'd' }));
  model.add(layers.layers.dense({ name: 'e', units: 2, kernelInitializer: seeded(2) }));
  const source = (count: number, first: number) => ({
    count,
    load: async (indices: readonly number[]) => ({ indices: indices.map((i) => i + first) }),
  });
  return {
    name: 'toy',
    model,
    training: source(training, 0),
    validation: source(validation, 1000),
    toTensors: ({ indices }) => ({
      inputs: tf.tensor4d(
        indices.flatMap((i) => Array.from({ length: SIDE * SIDE }, (_, at) => pixel(i, at))),
        [indices.length, SIDE, SIDE, 1],
      ),
      labels: tf.tensor2d(
        indices.map((i) => (i % 2 === 0 ? [1, 0] : [0, 1])),
        [indices.length, 2],
      ),
    }),
    loss: (labels, output) => tf.losses.softmaxCrossEntropy(labels, output) as tf.Scalar,
  };
}

const schedule: TrainingSchedule = {
  epochs: 3,
  batchSize: 4,
  microBatchSize: 2,
  learningRate: 0.02,
  learningRateFactor: 0.1,
  learningRateDrops: [2],
  momentum: 0.9,
  weightDecay: 1e-3,
  settlingBatches: 2,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-loop-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, `${name}.safetensors`);

async function weightsOf({ model }: TrainingProblem<Batch>): Promise<Record<string, number[]>> {
  const arrays = await readArrays(namedVariables(model));
  return Object.fromEntries(arrays.map(({ name, data }) => [name, [...data]]));
}

describe.each(['cpu', 'onnxruntime'] as const)('trainNetwork on %s', (engine) => {
  beforeAll(async () => {
    await loadEngine({ name: engine });
  });

  it('learns, and tells its progress', async () => {
    const task = problem();
    const said: Progress[] = [];
    const { history, stepLosses } = await trainNetwork(task, {
      schedule,
      seed: 1,
      checkpointPath: at('run'),
      onProgress: (progress) => said.push(progress),
    });
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(history[2]!.learningRate).toBeCloseTo(0.002);
    expect(stepLosses).toHaveLength(9);
    expect(history[2]!.trainingLoss).toBeLessThan(0.75 * stepLosses[0]!);
    expect(history[2]!.validationLoss).toBeLessThan(history[0]!.validationLoss!);
    const steps = said.filter(({ phase }) => phase === 'training toy');
    expect(steps.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(steps[8]).toMatchObject({ total: 9, epoch: 3, epochs: 3, secondsLeft: 0 });
  });

  it('sums micro-batches to the gradient of the whole batch', async () => {
    // Without batch normalisation's dependence on the batch, 4 = 2 + 2 to rounding.
    const whole = problem(8, 0);
    const parts = problem(8, 0);
    for (const { model } of [whole, parts]) model.getLayer('b').trainable = false;
    for (const task of [whole, parts]) {
      const { model } = task;
      const apply = model.apply.bind(model);
      model.apply = ((inputs: tf.Tensor) => apply(inputs, { training: false })) as typeof model.apply;
    }
    const run = (task: TrainingProblem<Batch>, microBatchSize: number) =>
      trainNetwork(task, {
        schedule: { ...schedule, epochs: 1, microBatchSize, settlingBatches: 0 },
        seed: 1,
        checkpointPath: at(`micro-${microBatchSize}`),
      });
    const a = await run(whole, 4);
    const b = await run(parts, 2);
    expect(b.stepLosses).toBeAllClose(a.stepLosses, 1e-6);
    const [x, y] = [await weightsOf(whole), await weightsOf(parts)];
    for (const name of Object.keys(x)) expect(y[name]).toBeAllClose(x[name], 1e-6);
  });

  it('takes the same step as the formula: momentum, weight decay on kernels only', async () => {
    const task = problem(2, 0);
    const before = await weightsOf(task);
    const batch = task.toTensors({ indices: [0, 1] });
    const entries = namedVariables(task.model).filter(({ trainable }) => trainable);
    const { grads } = tf.variableGrads(
      () => task.loss(batch.labels, task.model.apply(batch.inputs, { training: true }) as tf.Tensor),
      entries.map(({ variable }) => variable),
    );
    const gradient = Object.fromEntries(
      await Promise.all(
        entries.map(async ({ name, variable }) => [name, [...(await grads[variable.name]!.data())]]),
      ),
    ) as Record<string, number[]>;
    const fresh = problem(2, 0);
    await trainNetwork(fresh, {
      schedule: { ...schedule, epochs: 1, batchSize: 2, weightDecay: 0.5 },
      seed: 0,
      checkpointPath: at('step'),
    });
    const after = await weightsOf(fresh);
    for (const [name, values] of Object.entries(gradient)) {
      const decay = name.endsWith('kernel') ? 0.5 : 0;
      const expected = values.map((g, i) => before[name]![i]! - 0.02 * (g + decay * before[name]![i]!));
      expect(after[name]).toBeAllClose(expected, 1e-5);
    }
  });

  it('resumes to the same weights, bit for bit, wherever it was stopped', async () => {
    const reference = problem();
    const whole = await trainNetwork(reference, { schedule, seed: 7, checkpointPath: at('whole') });
    const expected = await weightsOf(reference);
    for (const stopAfter of [1, 2, 3, 5, 8]) {
      const path = at(`stopped-${stopAfter}`);
      const controller = new AbortController();
      const stopped = trainNetwork(problem(), {
        schedule,
        seed: 7,
        checkpointPath: path,
        signal: controller.signal,
        onProgress: ({ phase, done }) => {
          if (phase === 'training toy' && done === stopAfter) controller.abort();
        },
      });
      await expect(stopped).rejects.toThrow('stopped on request');
      const resumed = problem();
      const result = await trainNetwork(resumed, { schedule, seed: 7, checkpointPath: path, resume: true });
      expect(await weightsOf(resumed)).toEqual(expected);
      expect(result.stepLosses).toEqual(whole.stepLosses);
      expect(result.history.map((epoch) => ({ ...epoch, seconds: 0 }))).toEqual(
        whole.history.map((epoch) => ({ ...epoch, seconds: 0 })),
      );
    }
    // A finished run that is resumed has nothing left to do.
    const again = problem();
    await trainNetwork(again, { schedule, seed: 7, checkpointPath: at('whole'), resume: true });
    expect(await weightsOf(again)).toEqual(expected);
  });

  it('settles the moving statistics on the mean over the batches', async () => {
    const task = problem(8, 0);
    const before = task.model.getLayer('b') as unknown as { momentum: number };
    await trainNetwork(task, {
      schedule: { ...schedule, epochs: 1, batchSize: 4, microBatchSize: 4, learningRate: 1e-30 },
      seed: 1,
      checkpointPath: at('settled'),
    });
    expect(before.momentum).toBe(0.8);
    // Two batches of four are all eight samples, so the mean of their means is the mean of all.
    const convolved = task.model.getLayer('a');
    const { inputs } = task.toTensors({ indices: [0, 1, 2, 3, 4, 5, 6, 7] });
    const expected = await tf.moments(convolved.apply(inputs) as tf.Tensor, [0, 1, 2]).mean.data();
    expect((await weightsOf(task))['b/moving_mean']).toBeAllClose([...expected], 1e-5);
  });

  it('refuses to resume under other settings and from a damaged file', async () => {
    await trainNetwork(problem(), { schedule, seed: 1, checkpointPath: at('a') });
    await expect(
      trainNetwork(problem(), { schedule, seed: 2, checkpointPath: at('a'), resume: true }),
    ).rejects.toThrow('the run was started with other settings or other data');
    const bytes = await readFile(at('a'));
    await writeFile(at('cut'), bytes.subarray(0, bytes.length - 10));
    await expect(
      trainNetwork(problem(), { schedule, seed: 1, checkpointPath: at('cut'), resume: true }),
    ).rejects.toThrow(/cut\.safetensors: not a whole safetensors file: the array .* does not fit/);
  });

  it('leaves one whole file behind and no tensors', async () => {
    const task = problem();
    const tensors = tf.memory().numTensors;
    await trainNetwork(task, { schedule, seed: 1, checkpointPath: at('run'), checkpointSeconds: 0 });
    // The optimiser of tfjs keeps one scalar, the learning rate.
    expect(tf.memory().numTensors).toBeLessThanOrEqual(tensors + 1);
    expect(await readdir(folder)).toEqual(['run.safetensors']);
    const checkpoint = await readCheckpoint(at('run'));
    expect(checkpoint!.state).toMatchObject({ epoch: 3, step: 0 });
    expect([...checkpoint!.momentum.keys()]).toEqual([
      'a/kernel',
      'a/bias',
      'b/gamma',
      'b/beta',
      'e/kernel',
      'e/bias',
    ]);
    expect([...checkpoint!.weights.keys()]).toContain('b/moving_variance');
  });

  it('stops with a clear word when the loss explodes', async () => {
    await expect(
      trainNetwork(problem(), {
        schedule: { ...schedule, learningRate: 1e30, epochs: 5 },
        seed: 1,
        checkpointPath: at('run'),
      }),
    ).rejects.toThrow(
      /toy: the training loss is not a number any more; got .* at step \d+ of epoch \d+\. Lower the learning rate/,
    );
  });
});

describe('schedule', () => {
  it('drops the learning rate at the epochs named', () => {
    const rates = [0, 1, 2, 3].map((epoch) =>
      learningRateAt({ ...schedule, learningRateDrops: [1, 3] }, 10 * epoch + 9, 10),
    );
    expect(rates).toBeAllClose([0.02, 0.002, 0.002, 0.0002], 1e-12);
  });

  it('rises at first and falls along a cosine to nothing', () => {
    const cosine: TrainingSchedule = {
      ...schedule,
      learningRateDrops: [],
      learningRateDecay: 'cosine',
      warmupSteps: 3,
    };
    const rates = Array.from({ length: 12 }, (_, step) => learningRateAt(cosine, step, 4) / 0.02);
    expect(rates.slice(0, 4)).toBeAllClose([0.25, 0.5, 0.75, 1], 1e-12);
    expect(rates[3 + 3]).toBeCloseTo((1 + Math.cos(Math.PI / 3)) / 2, 12);
    expect(rates[11]).toBeLessThan(0.04);
    expect(rates.slice(3)).toEqual([...rates.slice(3)].sort((a, b) => b - a));
  });

  it('counts a last, smaller batch and the shortened epoch', () => {
    expect(stepsOfEpoch(schedule, 9)).toBe(3);
    expect(stepsOfEpoch({ ...schedule, stepsPerEpoch: 2 }, 9)).toBe(2);
  });
});
