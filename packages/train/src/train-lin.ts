/** Training the LIN: one FCRN on DR and one on DM (or any other choice of data sets), bundled together. */

import { join } from 'node:path';
import { assertNumber, assertOneOf, CLASS_MAP_CHANNELS, resolveOptions, SeededRandom } from '@lesion/core';
import {
  buildFcrn,
  FCRN_INPUT,
  type FcrnOptions,
  initializeFromResNet50,
  pixelwiseCrossEntropy,
  softJaccardLoss,
} from '@lesion/fcrn';
import { type NamedArray, namedVariables, readArrays } from '@lesion/predict';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { saveBundle } from './bundle.js';
import { layersFolderHash, loadLayersFolder } from './layers-folder.js';
import {
  assertJitter,
  LIN_DATA_SETS,
  type LinBatch,
  type LinDataSet,
  type LinJitter,
  LinSamples,
  labelledRecords,
  linBatchToTensors,
  plainSamples,
  planLinSamples,
} from './lin-samples.js';
import { LIN_PROFILES } from './profiles.js';
import { checkpointPath, type NetworkHistory, openRun, writeHistory } from './run-folder.js';
import { trainNetwork } from './training-loop.js';
import {
  drawByClass,
  openRunSource,
  overridden,
  profileName,
  TRAINING_RUN_DEFAULTS,
  type TrainingResult,
  type TrainingRunOptions,
} from './training-run.js';
import { WorkerPool } from './worker-pool.js';
import type { WorkerTasks } from './worker-tasks.js';

/** Options of {@link trainLin}; images need a mask and a diagnosis. */
export interface TrainLinOptions extends TrainingRunOptions {
  /** The data set of each network. The LIN is `['DR', 'DM']`; Table III also has `['DR']` and `['DR+DM']`. @default ['DR', 'DM'] */
  dataSets?: readonly LinDataSet[] | undefined;
  /** Options of buildFcrn. @default the profile's */
  architecture?: FcrnOptions | undefined;
  /** Side of the training samples, pixels. @default the profile's, 320 in the paper */
  size?: number | undefined;
  /** Share of the short side that the centre crop takes (Fig. 1, inferred). @default 0.9 */
  fraction?: number | undefined;
  /** Scales of prediction, short sides. @default the profile's, [320, 512] in the paper */
  scales?: readonly number[] | undefined;
  /** Held-out images used for the validation loss at most. @default all */
  validationLimit?: number | undefined;
  /** What is drawn anew for each sample in each epoch. @default the profile's, nothing in the paper */
  jitter?: LinJitter | undefined;
  /**
   * What the soft Jaccard loss of lesion against background weighs beside the pixelwise cross-entropy's 1.
   * @default the profile's, 0 in the paper
   */
  jaccardWeight?: number | undefined;
  /**
   * Folder of a Keras ResNet-50 as a tfjs layers model (`model.json` and its shards), trained on ImageNet: each
   * network begins with its weights as initializeFromResNet50 does it. @default random weights
   */
  resnet50?: string | undefined;
  /** Called with each network before its training, to set initial weights in another way. */
  initialize?: ((model: LayersModel, dataSet: LinDataSet) => void | Promise<void>) | undefined;
}

function linLoss(labels: tf.Tensor3D, logits: tf.Tensor4D, jaccardWeight: number): tf.Scalar {
  const crossEntropy = pixelwiseCrossEntropy(labels, logits);
  if (jaccardWeight === 0) return crossEntropy;
  return tf.add(crossEntropy, tf.mul(softJaccardLoss(labels, logits), jaccardWeight));
}

async function beginFromResNet50(model: LayersModel, folder: string): Promise<void> {
  const source = await loadLayersFolder(folder);
  try {
    initializeFromResNet50(model, source);
  } finally {
    source.dispose();
  }
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
  const name = profileName(options);
  const profile = LIN_PROFILES[name];
  const settings = resolveOptions(
    options,
    {
      ...TRAINING_RUN_DEFAULTS,
      profile: name,
      dataSets: ['DR', 'DM'],
      architecture: undefined,
      size: profile.size,
      fraction: profile.fraction,
      scales: profile.scales,
      validationLimit: undefined,
      jitter: undefined,
      jaccardWeight: profile.jaccardWeight,
      resnet50: undefined,
      initialize: undefined,
    },
    'trainLin',
  );
  const { seed, size, fraction, scales, dataSets, jaccardWeight, resnet50 } = settings;
  for (const dataSet of dataSets) assertOneOf(dataSet, LIN_DATA_SETS, 'dataSets');
  assertNumber(size, 'size', { integer: true, min: 32 });
  const jitter = overridden(profile.jitter, settings.jitter);
  assertJitter(jitter);
  assertNumber(jaccardWeight, 'jaccardWeight', { min: 0 });
  const schedule = overridden(profile.schedule, settings.schedule);
  const architecture = overridden(profile.architecture, settings.architecture);

  const source = await openRunSource(
    { ...settings, data: options.data },
    labelledRecords,
    'mask and diagnosis',
  );
  const { training, engine, fingerprint } = source;
  const held = drawByClass(source.validation, settings.validationLimit, seed);
  const configuration = {
    kind: 'lin',
    profile: name,
    dataSets,
    architecture,
    schedule,
    size,
    fraction,
    scales,
    limit: settings.limit ?? null,
    trainingShare: settings.trainingShare,
    validationLimit: settings.validationLimit ?? null,
    jitter,
    jaccardWeight,
    resnet50: resnet50 === undefined ? null : await layersFolderHash(resnet50),
    seed,
    engine: engine.name,
    data: fingerprint,
  };
  await openRun(options.out, configuration, settings.resume);

  const pool = new WorkerPool<WorkerTasks>('./sample-worker.js', { threads: settings.threads });
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
      const network = networkName(dataSet);
      // Networks of different data sets begin with different weights.
      const networkArchitecture = {
        ...architecture,
        seed: new SeededRandom(seed).fork(network).integer(2 ** 31),
      };
      const model = buildFcrn({ ...networkArchitecture, activation: 'linear' });
      try {
        if (resnet50 !== undefined) await beginFromResNet50(model, resnet50);
        await settings.initialize?.(model, dataSet);
        const plain = { size, fraction, seed };
        const plan = planLinSamples(training, dataSet, seed);
        const result = await trainNetwork<LinBatch>(
          {
            name: network,
            model,
            training: new LinSamples(pool, training, plan, { ...plain, jitter }),
            validation: new LinSamples(pool, held, plainSamples(held), plain),
            toTensors: (batch) => linBatchToTensors(batch, size, FCRN_INPUT),
            loss: (labels, output) => linLoss(labels as tf.Tensor3D, output as tf.Tensor4D, jaccardWeight),
          },
          {
            schedule,
            seed,
            checkpointPath: await checkpointPath(options.out, network),
            resume: settings.resume,
            checkpointSeconds: settings.checkpointSeconds,
            configuration: JSON.stringify({ ...configuration, dataSet }),
            onProgress: settings.onProgress,
            signal: settings.signal,
          },
        );
        history[network] = { epochs: result.history, stepLosses: result.stepLosses };
        await writeHistory(options.out, history);
        weights.set(network, await readArrays(namedVariables(model)));
        networks.push({
          name: network,
          builder: 'fcrn',
          architecture: networkArchitecture,
          weights: `${network}.safetensors`,
        });
      } finally {
        model.dispose();
      }
    }
  } finally {
    await pool.close();
  }
  const images = {
    training: training.length,
    validation: held.length,
    unusable: source.unusable,
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
