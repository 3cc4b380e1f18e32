/** Training the LIN: one FCRN on DR and one on DM (or any other choice of data sets), bundled together. */

import { join } from 'node:path';
import {
  assertNumber,
  assertOneOf,
  CLASS_MAP_CHANNELS,
  invalidArgument,
  resolveOptions,
  SeededRandom,
} from '@lesion/core';
import { type Engine, type EngineName, loadEngine } from '@lesion/engine';
import { buildFcrn, FCRN_INPUT, type FcrnOptions, pixelwiseCrossEntropy } from '@lesion/fcrn';
import { datasetFingerprint, openDataset, splitByImage } from '@lesion/isic';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { saveBundle } from './bundle.js';
import { drawByClass } from './draw-by-class.js';
import {
  LIN_DATA_SETS,
  type LinBatch,
  type LinDataSet,
  LinSamples,
  labelledRecords,
  linBatchToTensors,
  plainSamples,
  planLinSamples,
} from './lin-samples.js';
import { LIN_PROFILES, PROFILES, type Profile } from './profiles.js';
import type { OnProgress } from './progress.js';
import { checkpointPath, type NetworkHistory, openRun, writeHistory } from './run-folder.js';
import type { NamedArray } from './safetensors.js';
import type { TrainingSchedule } from './schedule.js';
import { trainNetwork } from './training-loop.js';
import { namedVariables, readArrays } from './weights.js';
import { WorkerPool } from './worker-pool.js';

export interface TrainLinOptions {
  /** A folder in the challenge's layout. Its training images with mask and diagnosis are used. */
  data: string;
  /** The run's folder: checkpoints, loss curves, and at the end the bundle. */
  out: string;
  /** Named settings; every option below overrides them. @default 'paper' */
  profile?: Profile | undefined;
  /** The data set of each network. The LIN is `['DR', 'DM']`; Table III also has `['DR']` and `['DR+DM']`. @default ['DR', 'DM'] */
  dataSets?: readonly LinDataSet[] | undefined;
  /** Options of buildFcrn. @default the profile's */
  architecture?: FcrnOptions | undefined;
  /** @default the profile's */
  schedule?: Partial<TrainingSchedule> | undefined;
  /** Side of the training samples, pixels. @default the profile's, 320 in the paper */
  size?: number | undefined;
  /** Share of the short side that the centre crop takes (Fig. 1, inferred). @default 0.9 */
  fraction?: number | undefined;
  /** Scales of prediction, short sides. @default the profile's, [320, 512] in the paper */
  scales?: readonly number[] | undefined;
  /** Training images at most, drawn by class as the data set has them. @default all */
  limit?: number | undefined;
  /** Share of the images that is trained on; the rest gives the validation loss. @default 0.8 */
  trainingShare?: number | undefined;
  /** Held-out images used for the validation loss at most. @default all */
  validationLimit?: number | undefined;
  /** Probability that a sample is reduced to a short side of 256 and enlarged again, every class alike. @default 0 */
  resolutionAugmentation?: number | undefined;
  /** Called with each network before its training, to set initial weights, e.g. initializeFromResNet50. */
  initialize?: ((model: LayersModel, dataSet: LinDataSet) => void | Promise<void>) | undefined;
  /** @default 'auto' */
  engine?: EngineName | 'auto' | undefined;
  /** Decides split, weights, plans and order. @default 0 */
  seed?: number | undefined;
  /** Go on with the run in `out`, if there is one. @default false */
  resume?: boolean | undefined;
  /** Seconds between checkpoints. @default 60 */
  checkpointSeconds?: number | undefined;
  /** Threads that decode. @default all processors */
  threads?: number | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** What a training run made. */
export interface TrainingResult {
  /** The folder of the bundle. */
  bundle: string;
  engine: Engine;
  /** Loss curves, by network. */
  history: Record<string, NetworkHistory>;
  /** Images trained on, held out, and left aside for want of an image or an annotation. */
  images: { training: number; validation: number; unusable: number };
}

/** The name of a data set's network in files: `dr`, `dm`, `dr-dm`. */
function networkName(dataSet: LinDataSet): string {
  return dataSet.toLowerCase().replace('+', '-');
}

/**
 * Trains a LIN.
 *
 * @throws LesionError `INVALID_ARGUMENT`, `INVALID_FILE`, `ENGINE_UNAVAILABLE`; `ABORTED` when asked to stop, after
 *   which the same call with `resume: true` goes on, to the same weights bit for bit on the same engine
 * @example
 * ```ts
 * const { bundle } = await trainLin({ data: 'isic2017', out: 'runs/lin', profile: 'quick' });
 * const lin = await loadLin(bundle);
 * ```
 */
export async function trainLin(options: TrainLinOptions): Promise<TrainingResult> {
  const profileName = options.profile ?? 'paper';
  assertOneOf(profileName, PROFILES, 'profile');
  const profile = LIN_PROFILES[profileName];
  const settings = resolveOptions(
    options,
    {
      data: undefined,
      out: undefined,
      profile: profileName,
      dataSets: ['DR', 'DM'],
      architecture: undefined,
      schedule: undefined,
      size: profile.size,
      fraction: profile.fraction,
      scales: profile.scales,
      limit: undefined,
      trainingShare: 0.8,
      validationLimit: undefined,
      resolutionAugmentation: 0,
      initialize: undefined,
      engine: 'auto',
      seed: 0,
      resume: false,
      checkpointSeconds: 60,
      threads: undefined,
      onProgress: undefined,
      signal: undefined,
    },
    'trainLin',
  );
  const { seed, size, fraction, scales, dataSets } = settings;
  for (const dataSet of dataSets) assertOneOf(dataSet, LIN_DATA_SETS, 'dataSets');
  assertNumber(size, 'size', { integer: true, min: 32 });
  assertNumber(settings.resolutionAugmentation, 'resolutionAugmentation', { min: 0, max: 1 });
  const schedule: TrainingSchedule = { ...profile.schedule, ...settings.schedule };
  const architecture: FcrnOptions = { ...profile.architecture, ...settings.architecture };

  const dataset = await openDataset(options.data);
  const usable = labelledRecords(dataset.splits.training);
  if (usable.length < 2) {
    throw invalidArgument({
      what: 'too few training images with mask and diagnosis',
      where: options.data,
      got: usable.length,
      expected: 'at least 2',
      mend: 'See what the folder lacks with "lesion check".',
    });
  }
  const drawn = drawByClass(usable, settings.limit, seed);
  const split = splitByImage(drawn, { seed, fraction: settings.trainingShare });
  const held = drawByClass(split.validation, settings.validationLimit, seed);
  const engine = await loadEngine({ name: settings.engine, purpose: 'train' });
  const fingerprint = await datasetFingerprint(dataset);
  const configuration = {
    kind: 'lin',
    profile: profileName,
    dataSets,
    architecture,
    schedule,
    size,
    fraction,
    scales,
    limit: settings.limit ?? null,
    trainingShare: settings.trainingShare,
    validationLimit: settings.validationLimit ?? null,
    resolutionAugmentation: settings.resolutionAugmentation,
    seed,
    engine: engine.name,
    data: fingerprint,
  };
  await openRun(options.out, configuration, settings.resume);

  const pool = new WorkerPool({ threads: settings.threads });
  const history: Record<string, NetworkHistory> = {};
  const weights = new Map<string, NamedArray[]>();
  const networks: {
    name: string;
    builder: 'fcrn';
    architecture: Record<string, unknown>;
    weights: string;
  }[] = [];
  try {
    for (const dataSet of dataSets) {
      const name = networkName(dataSet);
      // Networks of different data sets begin with different weights.
      const networkArchitecture = {
        ...architecture,
        seed: new SeededRandom(seed).fork(name).integer(2 ** 31),
      };
      const model = buildFcrn({ ...networkArchitecture, activation: 'linear' });
      try {
        await settings.initialize?.(model, dataSet);
        const sampleSettings = {
          size,
          fraction,
          seed,
          resolutionAugmentation: settings.resolutionAugmentation,
        };
        const result = await trainNetwork<LinBatch>(
          {
            name,
            model,
            training: new LinSamples(
              pool,
              split.training,
              planLinSamples(split.training, dataSet, seed),
              sampleSettings,
            ),
            validation: new LinSamples(pool, held, plainSamples(held), {
              ...sampleSettings,
              resolutionAugmentation: 0,
            }),
            toTensors: (batch) => linBatchToTensors(batch, size, FCRN_INPUT),
            loss: (labels, output) => pixelwiseCrossEntropy(labels as tf.Tensor3D, output as tf.Tensor4D),
          },
          {
            schedule,
            seed,
            checkpointPath: await checkpointPath(options.out, name),
            resume: settings.resume,
            checkpointSeconds: settings.checkpointSeconds,
            configuration: JSON.stringify({ ...configuration, dataSet }),
            onProgress: settings.onProgress,
            signal: settings.signal,
          },
        );
        history[name] = { epochs: result.history, stepLosses: result.stepLosses };
        await writeHistory(options.out, history);
        weights.set(name, await readArrays(namedVariables(model)));
        networks.push({
          name,
          builder: 'fcrn',
          architecture: networkArchitecture,
          weights: `${name}.safetensors`,
        });
      } finally {
        model.dispose();
      }
    }
  } finally {
    await pool.close();
  }
  const images = {
    training: split.training.length,
    validation: held.length,
    unusable: dataset.splits.training.length - usable.length,
  };
  const bundle = join(options.out, 'bundle');
  await saveBundle(
    bundle,
    {
      kind: 'lin',
      networks,
      normalization: FCRN_INPUT,
      classes: [...CLASS_MAP_CHANNELS],
      inference: { scales },
      training: {
        seed,
        engine: engine.name,
        configuration,
        history: Object.fromEntries(Object.entries(history).map(([name, { epochs }]) => [name, epochs])),
      },
      data: { fingerprint, counts: images },
      metrics: {},
    },
    weights,
  );
  return { bundle, engine, history, images };
}
