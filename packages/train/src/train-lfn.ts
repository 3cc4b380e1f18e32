/** Training a LFN: superpixels, Table II's patches, weighted softmax loss, and the bundle. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { assertOneOf, invalidArgument, PATCH_CLASSES, resolveOptions } from '@lesion/core';
import { type EngineName, loadEngine } from '@lesion/engine';
import { datasetFingerprint, openDataset, splitByImage } from '@lesion/isic';
import { buildLfn, LFN_CLASS_WEIGHTS, LFN_INPUT, type LfnOptions, weightedSoftmaxLoss } from '@lesion/lfn';
import type { SuperpixelOptions } from '@lesion/superpixel';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { saveBundle } from './bundle.js';
import { drawByClass } from './draw-by-class.js';
import { featureRecords, type PatchBatch, patchBatchToTensors, preparePatches } from './patch-store.js';
import { LFN_PROFILES, PROFILES, type Profile } from './profiles.js';
import type { OnProgress } from './progress.js';
import { checkpointPath, openRun, writeHistory } from './run-folder.js';
import type { TrainingSchedule } from './schedule.js';
import type { TrainingResult } from './train-lin.js';
import { trainNetwork } from './training-loop.js';
import { namedVariables, readArrays } from './weights.js';
import { WorkerPool } from './worker-pool.js';

export interface TrainLfnOptions {
  /** A folder in the challenge's layout. Its training images with annotated features are used. */
  data: string;
  /** The run's folder: patches, checkpoints, loss curves, and at the end the bundle. */
  out: string;
  /** Named settings; every option below overrides them. @default 'paper' */
  profile?: Profile | undefined;
  /** Options of buildLfn: variant (Table VI), batch normalisation (Table VII). @default the profile's */
  architecture?: LfnOptions | undefined;
  /** @default the profile's */
  schedule?: Partial<TrainingSchedule> | undefined;
  /** Weights of the softmax loss for B, PN, NN, MC, S; all 1 leaves the weighting out (Table VII). @default [1, 1, 5, 3, 8] */
  classWeights?: readonly number[] | undefined;
  /** How superpixels are found where the data has none. @default { preset: 'isic2017' } */
  superpixels?: SuperpixelOptions | undefined;
  /** Training patches at most. @default the profile's: all of Table II's plan in the paper */
  patches?: number | undefined;
  /** Training images at most, drawn by class as the data set has them. @default all */
  limit?: number | undefined;
  /** Share of the images that is trained on; the rest gives the validation loss. @default 0.8 */
  trainingShare?: number | undefined;
  /** Folder for patches and superpixels, which several runs may share. @default `cache` in the run's folder */
  cache?: string | undefined;
  /** Called with the network before its training, to set initial weights. */
  initialize?: ((model: LayersModel) => void | Promise<void>) | undefined;
  /** @default 'auto' */
  engine?: EngineName | 'auto' | undefined;
  /** Decides split, weights, plan and order. @default 0 */
  seed?: number | undefined;
  /** Go on with the run in `out`, if there is one. @default false */
  resume?: boolean | undefined;
  /** Seconds between checkpoints. @default 60 */
  checkpointSeconds?: number | undefined;
  /** Threads that decode and find superpixels. @default all processors */
  threads?: number | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
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
  const profileName = options.profile ?? 'paper';
  assertOneOf(profileName, PROFILES, 'profile');
  const profile = LFN_PROFILES[profileName];
  const settings = resolveOptions(
    options,
    {
      data: undefined,
      out: undefined,
      profile: profileName,
      architecture: undefined,
      schedule: undefined,
      classWeights: LFN_CLASS_WEIGHTS,
      superpixels: { preset: 'isic2017' },
      patches: profile.patches,
      limit: undefined,
      trainingShare: 0.8,
      cache: join(options.out, 'cache'),
      initialize: undefined,
      engine: 'auto',
      seed: 0,
      resume: false,
      checkpointSeconds: 60,
      threads: availableParallelism(),
      onProgress: undefined,
      signal: undefined,
    },
    'trainLfn',
  );
  const { seed, superpixels, classWeights, threads, onProgress, signal } = settings;
  const schedule: TrainingSchedule = { ...profile.schedule, ...settings.schedule };
  const architecture: LfnOptions = { ...profile.architecture, ...settings.architecture, seed };

  const dataset = await openDataset(options.data);
  const usable = featureRecords(dataset.splits.training);
  if (usable.length < 2) {
    throw invalidArgument({
      what: 'too few training images with annotated features',
      where: options.data,
      got: usable.length,
      expected: 'at least 2',
      mend: 'See what the folder lacks with "lesion check".',
    });
  }
  const split = splitByImage(drawByClass(usable, settings.limit, seed), {
    seed,
    fraction: settings.trainingShare,
  });
  const engine = await loadEngine({ name: settings.engine, purpose: 'train' });
  const fingerprint = await datasetFingerprint(dataset);
  const configuration = {
    kind: 'lfn',
    profile: profileName,
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

  const pool = new WorkerPool({ threads });
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
    const training = await preparePatches(pool, split.training, {
      ...preparation,
      name: 'training',
      rotate: true,
      limit: settings.patches,
    });
    closing.push(() => training.close());
    const validation = await preparePatches(pool, split.validation, {
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
      training: split.training.length,
      validation: split.validation.length,
      unusable: dataset.splits.training.length - usable.length,
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
