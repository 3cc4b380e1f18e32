/**
 * The training loop, one for all networks: shuffled epochs, gradients summed over micro-batches, SGD with
 * momentum and weight decay, validation loss, checkpoints that resume bit for bit on the same engine.
 */

import { createHash } from 'node:crypto';
import {
  invalidArgument,
  invalidFile,
  LesionError,
  mapInOrder,
  SeededRandom,
  throwIfAborted,
} from '@lesion/core';
import { assignWeights, type NamedVariable, namedVariables, readArrays } from '@lesion/predict';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  type Checkpoint,
  type EpochRecord,
  readCheckpoint,
  type TrainingState,
  writeCheckpoint,
} from './checkpoint.js';
import { createOptimizerStep } from './optimizer-step.js';
import { type OnProgress, RateMeter } from './progress.js';
import { assertSchedule, learningRateAt, stepsOfEpoch, type TrainingSchedule } from './schedule.js';

/** Samples as a network takes them. The loop disposes both. */
export interface TensorBatch {
  inputs: tf.Tensor4D;
  labels: tf.Tensor;
}

/** Where samples come from: plain arrays, decoded ahead of their use. */
export interface SampleSource<Batch> {
  /** How many samples an epoch has. */
  readonly count: number;
  /** Decodes the samples with these numbers as they are in this epoch. */
  load(indices: readonly number[], epoch: number): Promise<Batch>;
}

/** What {@link trainNetwork} trains: a model, its loss and its samples. */
export interface TrainingProblem<Batch> {
  /** What is trained, for progress lines: `dr`, `lfn`. */
  name: string;
  model: LayersModel;
  training: SampleSource<Batch>;
  /** Held-out samples for the validation loss; a count of 0 leaves it out. */
  validation: SampleSource<Batch>;
  /** What the model takes and what the loss compares with, of a decoded batch. */
  toTensors(batch: Batch): TensorBatch;
  /** Mean loss of a batch, from the network's output. */
  loss(labels: tf.Tensor, output: tf.Tensor): tf.Scalar;
}

/** Options of {@link trainNetwork}. */
export interface TrainNetworkOptions {
  schedule: TrainingSchedule;
  /** Decides the order of samples. */
  seed: number;
  /** The file that holds the run's state. */
  checkpointPath: string;
  /** Whether to go on from that file if it exists. @default false */
  resume?: boolean | undefined;
  /** Seconds between checkpoints within an epoch; one is written at each epoch's end too. @default 60 */
  checkpointSeconds?: number | undefined;
  /** Anything else that decides the outcome (data, augmentation); a run resumes only if it is the same. @default '' */
  configuration?: string | undefined;
  onProgress?: OnProgress | undefined;
  /** Asks to stop; the run ends with an `ABORTED` error after a checkpoint. */
  signal?: AbortSignal | undefined;
}

/** Batches that are decoded while the network works on an earlier one. */
const BATCHES_AHEAD = 3;

function chunks(items: readonly number[], size: number): number[][] {
  const out: number[][] = [];
  for (let i = 0; i < items.length; i += size) out.push(items.slice(i, i + size));
  return out;
}

/** The order of an epoch's samples: it depends on the seed and the epoch alone. */
function orderOf(seed: number, epoch: number, count: number): number[] {
  return new SeededRandom(seed)
    .fork(`order of epoch ${epoch}`)
    .shuffle(Array.from({ length: count }, (_, i) => i));
}

/**
 * Trains a network in place.
 *
 * @returns one record an epoch, and the loss of every optimiser step
 * @throws LesionError `ABORTED` when asked to stop; `NOT_FINITE` if the loss is not a number any more;
 *   `INVALID_ARGUMENT` if a checkpoint belongs to another configuration
 */
export async function trainNetwork<Batch>(
  problem: TrainingProblem<Batch>,
  options: TrainNetworkOptions,
): Promise<{ history: EpochRecord[]; stepLosses: number[] }> {
  const { schedule, seed, checkpointPath, signal, onProgress, checkpointSeconds = 60 } = options;
  assertSchedule(schedule);
  if (problem.training.count === 0) {
    throw invalidArgument({ what: 'no samples to train on', where: problem.name });
  }
  const configuration = createHash('sha256')
    .update(
      JSON.stringify({ schedule, seed, more: options.configuration ?? '', samples: problem.training.count }),
    )
    .digest('hex');
  const variables = namedVariables(problem.model);
  const trainable = variables.filter((entry) => entry.trainable);
  const velocities = tf.tidy(() =>
    trainable.map(({ variable }) => tf.variable(tf.zerosLike(variable), false)),
  );
  const { momentum, weightDecay } = schedule;
  const takeStep = await createOptimizerStep({ problem, trainable, velocities, momentum, weightDecay });

  let state: TrainingState = {
    formatVersion: 1,
    configuration,
    epoch: 0,
    step: 0,
    lossSum: 0,
    lossCount: 0,
    seconds: 0,
    history: [],
    stepLosses: [],
  };
  if (options.resume) {
    const checkpoint = await readCheckpoint(checkpointPath);
    if (checkpoint !== undefined) {
      if (checkpoint.state.configuration !== configuration) {
        throw invalidArgument({
          what: 'the run was started with other settings or other data',
          where: checkpointPath,
          mend: 'Resume with the same options, or train into another folder.',
        });
      }
      restore(checkpoint, problem.model, trainable, velocities, checkpointPath);
      state = checkpoint.state;
    }
  }

  const save = async (): Promise<void> => {
    const momenta = velocities.map((variable, i) => ({ name: trainable[i]!.name, variable }));
    await writeCheckpoint(checkpointPath, state, await readArrays(variables), await readArrays(momenta));
  };

  const stepsPerEpoch = stepsOfEpoch(schedule, problem.training.count);
  const totalSteps = stepsPerEpoch * schedule.epochs;
  const rate = new RateMeter();
  let lastSave = performance.now();
  let lastMark = performance.now();
  // The state a resumed run starts from; an aborted run that has made no step has nothing new to save.
  let saved = true;
  const clock = (): void => {
    const now = performance.now();
    state.seconds += (now - lastMark) / 1000;
    lastMark = now;
  };

  try {
    while (state.epoch < schedule.epochs) {
      const { epoch } = state;
      const learningRate = learningRateAt(schedule, epoch * stepsPerEpoch, stepsPerEpoch);
      const batches = chunks(orderOf(seed, epoch, problem.training.count), schedule.batchSize)
        .slice(state.step, stepsPerEpoch)
        .map((batch) => chunks(batch, schedule.microBatchSize));
      const decoded = mapInOrder(batches.flat(), (indices) => problem.training.load(indices, epoch), {
        concurrency: BATCHES_AHEAD + 1,
      });
      try {
        for (const microBatches of batches) {
          if (signal?.aborted) {
            if (!saved) await save();
            throwIfAborted(signal, {
              mend: `Run it again with resume to go on at step ${state.step + 1} of epoch ${epoch + 1}.`,
            });
          }
          const samples = microBatches.flat().length;
          const rateOfStep = learningRateAt(schedule, epoch * stepsPerEpoch + state.step, stepsPerEpoch);
          const loss = await takeStep(tensorsOf(problem, decoded, microBatches.length), samples, rateOfStep);
          if (!Number.isFinite(loss)) {
            throw new LesionError('NOT_FINITE', {
              what: 'the training loss is not a number any more',
              where: problem.name,
              got: `${loss} at step ${state.step + 1} of epoch ${epoch + 1}`,
              mend: 'Lower the learning rate.',
            });
          }
          state.step++;
          state.lossSum += loss * samples;
          state.lossCount += samples;
          state.stepLosses.push(loss);
          saved = false;
          clock();
          const done = epoch * stepsPerEpoch + state.step;
          onProgress?.({
            phase: `training ${problem.name}`,
            done,
            total: totalSteps,
            ...rate.mark(done, totalSteps),
            loss,
            learningRate: rateOfStep,
            epoch: epoch + 1,
            epochs: schedule.epochs,
          });
          if (performance.now() - lastSave > checkpointSeconds * 1000 && state.step < stepsPerEpoch) {
            await save();
            saved = true;
            lastSave = performance.now();
          }
        }
      } finally {
        await decoded.return(undefined);
      }
      // What follows can be interrupted too; a resumed run then begins with it, from the same statistics.
      if (!saved) {
        await save();
        saved = true;
      }
      await settle(problem, schedule, orderOf(seed, epoch, problem.training.count), epoch, signal);
      const validationLoss = await validate(problem, schedule.microBatchSize, signal, (progress) =>
        onProgress?.({ ...progress, epoch: epoch + 1, epochs: schedule.epochs }),
      );
      clock();
      state.history.push({
        epoch: epoch + 1,
        steps: stepsPerEpoch,
        learningRate,
        trainingLoss: state.lossSum / state.lossCount,
        validationLoss,
        seconds: state.seconds,
      });
      Object.assign(state, { epoch: epoch + 1, step: 0, lossSum: 0, lossCount: 0 });
      await save();
      saved = true;
      lastSave = performance.now();
    }
  } finally {
    tf.dispose(velocities);
  }
  return { history: state.history, stepLosses: state.stepLosses };
}

/** The next `count` decoded batches as tensors. */
async function* tensorsOf<Batch>(
  problem: TrainingProblem<Batch>,
  decoded: AsyncGenerator<Batch>,
  count: number,
): AsyncGenerator<TensorBatch> {
  for (let i = 0; i < count; i++) {
    const { value: batch } = await decoded.next();
    yield problem.toTensors(batch as Batch);
  }
}

/**
 * Sets the moving statistics of batch normalisation to the mean over a few batches under the present weights; see
 * {@link TrainingSchedule.settlingBatches}.
 */
async function settle<Batch>(
  problem: TrainingProblem<Batch>,
  schedule: TrainingSchedule,
  order: readonly number[],
  epoch: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { settlingBatches, microBatchSize } = schedule;
  const batches = chunks(order, microBatchSize);
  const chosen = Array.from({ length: settlingBatches }, (_, i) => batches[i % batches.length]!);
  const decoded = mapInOrder(chosen, (indices) => problem.training.load(indices, epoch), {
    concurrency: BATCHES_AHEAD + 1,
  });
  // tfjs reads a layer's momentum anew at each call; it is private only to the type checker.
  const normalizations = problem.model.layers.filter(
    (layer) => layer.getClassName() === 'BatchNormalization',
  ) as unknown as { momentum: number }[];
  const momenta = normalizations.map(({ momentum }) => momentum);
  let pass = 0;
  try {
    for await (const batch of decoded) {
      throwIfAborted(signal);
      // Keeping i / (i + 1) of what was there makes a moving average the plain mean of all passes.
      for (const layer of normalizations) layer.momentum = pass / (pass + 1);
      pass++;
      const { inputs, labels } = problem.toTensors(batch);
      const output = tf.tidy(() => problem.model.apply(inputs, { training: true }) as tf.Tensor);
      tf.dispose([output, inputs, labels]);
    }
  } finally {
    normalizations.forEach((layer, i) => {
      layer.momentum = momenta[i]!;
    });
  }
}

async function validate<Batch>(
  problem: TrainingProblem<Batch>,
  batchSize: number,
  signal: AbortSignal | undefined,
  onProgress: OnProgress,
): Promise<number | null> {
  const { validation, model } = problem;
  if (validation.count === 0) return null;
  const batches = chunks(
    Array.from({ length: validation.count }, (_, i) => i),
    batchSize,
  );
  const decoded = mapInOrder(batches, (indices) => validation.load(indices, 0), {
    concurrency: BATCHES_AHEAD + 1,
  });
  const rate = new RateMeter();
  let sum = 0;
  let done = 0;
  try {
    for (const indices of batches) {
      throwIfAborted(signal);
      const { value: batch } = await decoded.next();
      const { inputs, labels } = problem.toTensors(batch as Batch);
      const value = tf.tidy(() =>
        problem.loss(labels, model.apply(inputs, { training: false }) as tf.Tensor),
      );
      sum += (await value.data())[0]! * indices.length;
      tf.dispose([value, inputs, labels]);
      done += indices.length;
      onProgress({
        phase: `validation ${problem.name}`,
        done,
        total: validation.count,
        ...rate.mark(done, validation.count),
      });
    }
  } finally {
    await decoded.return(undefined);
  }
  return sum / validation.count;
}

function restore(
  checkpoint: Checkpoint,
  model: LayersModel,
  trainable: readonly NamedVariable[],
  velocities: readonly tf.Variable[],
  path: string,
): void {
  const arrays = trainable.map(({ name, variable }) => {
    const array = checkpoint.momentum.get(name);
    if (array === undefined || array.shape.join() !== variable.shape.join()) {
      throw invalidFile({
        what: `the momentum of ${name} is missing or of another shape`,
        where: path,
        mend: 'Delete the file to train from the beginning.',
      });
    }
    return array;
  });
  assignWeights(model, checkpoint.weights, path);
  tf.tidy(() => {
    arrays.forEach(({ data, shape }, i) => {
      velocities[i]!.assign(tf.tensor(data, shape));
    });
  });
}
