/** Trains the runs that rows ask for, each once; what is there already is used, what was interrupted goes on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LesionError, mapInOrder } from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import {
  type BundleManifest,
  LIN_PROFILES,
  type LinJitter,
  type OnProgress,
  type Profile,
  readBundle,
  trainLfn,
  trainLin,
} from '@lesion/train';
import { RUNS, type RunName, type TrainingRun } from './experiments.js';
import type { ReproductionFolder } from './folder.js';
import { REPRODUCTION_PROFILES } from './profiles.js';

export interface TrainRunsOptions {
  data: string;
  folder: ReproductionFolder;
  profile: Profile;
  engine: EngineName | 'auto';
  seed: number;
  /** Folder of a Keras ResNet-50, for ImageNet's weights. */
  resnet50: string | undefined;
  onProgress: OnProgress | undefined;
  /** Called before a run is trained. */
  onRun: ((name: RunName, index: number, count: number) => void) | undefined;
  signal: AbortSignal | undefined;
}

/** A finished run. */
export interface FinishedRun {
  name: RunName;
  folder: string;
  manifest: BundleManifest;
}

export function isFinished(folder: ReproductionFolder, name: RunName): boolean {
  return existsSync(join(folder.run(name), 'bundle', 'bundle.json'));
}

const NO_JITTER: LinJitter = { resolution: 0, fractions: [0.9, 0.9], anywhere: false, colors: 0 };

async function trainRun(run: TrainingRun, out: string, options: TrainRunsOptions): Promise<void> {
  const { data, folder, profile, engine, seed, resnet50, onProgress, signal } = options;
  const common = { data, out, profile, engine, seed, resume: true, onProgress, signal };
  if (run.kind === 'lin') {
    const { scales } = REPRODUCTION_PROFILES[profile];
    const { changes = {} } = run;
    const { epochs } = LIN_PROFILES[profile].schedule;
    await trainLin({
      ...common,
      dataSets: run.dataSets,
      architecture: { depth: run.depth },
      scales: [scales['~300'], scales['~500']],
      schedule: { epochs: Math.max(1, Math.round(epochs * (changes.epochs ?? 1))) },
      ...(changes.withoutJaccard ? { jaccardWeight: 0 } : {}),
      ...(changes.withoutJitter ? { jitter: NO_JITTER } : {}),
      ...(changes.withoutImageNet ? {} : { resnet50 }),
    });
    return;
  }
  await trainLfn({
    ...common,
    architecture: { variant: run.variant, batchNorm: run.batchNorm },
    ...(run.weightedLoss ? {} : { classWeights: [1, 1, 1, 1, 1] }),
    cache: folder.cache,
  });
}

/** Trains those of `wanted` that are not finished. @throws LesionError as trainLin and trainLfn; `ABORTED` */
export async function trainRuns(wanted: readonly RunName[], options: TrainRunsOptions): Promise<void> {
  const missing = RUNS.filter(({ name }) => wanted.includes(name) && !isFinished(options.folder, name));
  for (const [index, run] of missing.entries()) {
    options.onRun?.(run.name, index, missing.length);
    await trainRun(run, options.folder.run(run.name), options);
  }
}

/** The finished ones of all runs, by name. */
export async function finishedRuns(folder: ReproductionFolder): Promise<Map<RunName, FinishedRun>> {
  const runs = new Map<RunName, FinishedRun>();
  const there = RUNS.map(({ name }) => name).filter((name) => isFinished(folder, name));
  const read = mapInOrder(there, async (name) => ({
    name,
    manifest: (await readBundle(folder.run(name))).manifest,
  }));
  for await (const { name, manifest } of read) {
    const kind = RUNS.find((run) => run.name === name)!.kind;
    if (manifest.kind !== kind) {
      throw new LesionError('INVALID_FILE', {
        what: 'the run is of another kind',
        where: folder.run(name),
        got: manifest.kind,
        expected: kind,
      });
    }
    runs.set(name, { name, folder: folder.run(name), manifest });
  }
  return runs;
}
