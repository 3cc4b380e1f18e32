/** Training a LFN: superpixels, Table II's patches, weighted softmax loss, and the bundle. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { PATCH_CLASSES, resolveOptions } from '@lesion/core';
import { buildLfn, LFN_CLASS_WEIGHTS, LFN_INPUT, type LfnOptions, weightedSoftmaxLoss } from '@lesion/lfn';
import { namedVariables, readArrays } from '@lesion/predict';
import type { SuperpixelOptions } from '@lesion/superpixel';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { saveBundle } from './bundle.js';
import { featureRecords, type PatchBatch, patchBatchToTensors, preparePatches } from './patch-store.js';
import { LFN_PROFILES } from './profiles.js';
import { checkpointPath, openRun, writeHistory } from './run-folder.js';
import { trainNetwork } from './training-loop.js';
import {
  openRunSource,
  overridden,
  profileName,
  TRAINING_RUN_DEFAULTS,
  type TrainingResult,
  type TrainingRunOptions,
} from './training-run.js';
import { WorkerPool } from './worker-pool.js';
import type { WorkerTasks } from './worker-tasks.js';

/** Options of {@link trainLfn}; images need annotated features. */
export interface TrainLfnOptions extends TrainingRunOptions {
  /** Options of buildLfn: variant (Table VI), batch normalisation (Table VII). @default the profile's */
  architecture?: LfnOptions | undefined;
  /** Weights of the softmax loss for B, PN, NN, MC, S; all 1 leaves the weighting out (Table VII). @default [1, 1, 5, 3, 8] */
  classWeights?: readonly number[] | undefined;
  /** How superpixels are found where the data has none. @default { preset: 'isic2017' } */
  superpixels?: SuperpixelOptions | undefined;
  /** Training patches at most. @default the profile's: all of Table II's plan in the paper */
  patches?: number | undefined;
  /** Folder for patches and superpixels, which several runs may share. @default `cache` in the run's folder */
  cache?: string | undefined;
  /** Called with the network before its training, to set initial weights. */
  initialize?: ((model: LayersModel) => void | Promise<void>) | undefined;
}

/**
 * Trains a LFN.
 *
 * @throws LesionError `INVALID_ARGUMENT`, `INVALID_FILE`, `ENGINE_UNAVAILABLE`; `ABORTED` when asked to stop, after
 *   which the same call with `resume: true` goes on, to the same weights bit for bit on the same engine
 * @example
 * ```ts
 * const { bundle } = await trainLfn({ data: 'isic2017', out: 'runs/lfn', profile: 'quick' });
 * const lfn = await loadLfn(bundle);
 * ```
 */
export async function trainLfn(options: TrainLfnOptions): Promise<TrainingResult> {
  const name = profileName(options);
  const profile = LFN_PROFILES[name];
  const settings = resolveOptions(
    options,
    {
      ...TRAINING_RUN_DEFAULTS,
      profile: name,
      architecture: undefined,
      classWeights: LFN_CLASS_WEIGHTS,
      superpixels: { preset: 'isic2017' },
      patches: profile.patches,
      cache: join(options.out, 'cache'),
      initialize: undefined,
    },
    'trainLfn',
  );
  const { seed, superpixels, classWeights, onProgress, signal } = settings;
  const threads = settings.threads ?? availableParallelism();
  const schedule = overridden(profile.schedule, settings.schedule);
  const architecture = { ...overridden(profile.architecture, settings.architecture), seed };

  const source = await openRunSource(
    { ...settings, data: options.data },
    featureRecords,
    'annotated features',
  );
  const { engine, fingerprint } = source;
  const configuration = {
    kind: 'lfn',
    profile: name,
    architecture,
    schedule,
    classWeights,
    superpixels,
    patches: settings.patches ?? null,
    limit: settings.limit ?? null,
    trainingShare: settings.trainingShare,
    seed,
    engine: engine.name,
    data: fingerprint,
  };
  await openRun(options.out, configuration, settings.resume);

  const pool = new WorkerPool<WorkerTasks>('./sample-worker.js', { threads });
  const model = buildLfn({ ...architecture, activation: 'linear' });
  const closing: (() => Promise<void>)[] = [() => pool.close()];
  try {
    const preparation = {
      folder: settings.cache,
      superpixels,
      seed,
      data: fingerprint,
      threads,
      onProgress,
      signal,
    };
    const training = await preparePatches(pool, source.training, {
      ...preparation,
      name: 'training',
      rotate: true,
      limit: settings.patches,
    });
    closing.push(() => training.close());
    const validation = await preparePatches(pool, source.validation, {
      ...preparation,
      name: 'validation',
      rotate: false,
      limit: settings.patches === undefined ? undefined : Math.ceil(settings.patches / 4),
    });
    closing.push(() => validation.close());
    await settings.initialize?.(model);
    const { history, stepLosses } = await trainNetwork<PatchBatch>(
      {
        name: 'lfn',
        model,
        training,
        validation,
        toTensors: patchBatchToTensors,
        loss: (labels, output) =>
          weightedSoftmaxLoss(labels as tf.Tensor1D, output as tf.Tensor2D, { weights: classWeights }),
      },
      {
        schedule,
        seed,
        checkpointPath: await checkpointPath(options.out, 'lfn'),
        resume: settings.resume,
        checkpointSeconds: settings.checkpointSeconds,
        configuration: JSON.stringify(configuration),
        onProgress,
        signal,
      },
    );
    await writeHistory(options.out, { lfn: { epochs: history, stepLosses } });
    const images = {
      training: source.training.length,
      validation: source.validation.length,
      unusable: source.unusable,
    };
    const bundle = join(options.out, 'bundle');
    await saveBundle(
      bundle,
      {
        kind: 'lfn',
        networks: [
          { name: 'lfn', builder: 'lfn', architecture: { ...architecture }, weights: 'lfn.safetensors' },
        ],
        normalization: LFN_INPUT,
        classes: [...PATCH_CLASSES],
        inference: { superpixels },
        training: { seed, engine: engine.name, configuration, history: { lfn: history } },
        data: { fingerprint, counts: { ...images, patches: training.count, ...training.classCounts } },
        metrics: {},
      },
      new Map([['lfn', await readArrays(namedVariables(model))]]),
    );
    return { bundle, engine, history: { lfn: { epochs: history, stepLosses } }, images };
  } finally {
    model.dispose();
    for (const close of closing) await close();
  }
}
