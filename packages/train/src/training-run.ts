/** What the runs of both pipelines share: common options, and how a run's images, split and engine are found. */
import { assertOneOf, invalidArgument } from '@lesion/core';
import { type Engine, type EngineName, loadEngine } from '@lesion/engine';
import { datasetFingerprint, type IsicRecord, openDataset, splitByImage } from '@lesion/isic';
import { PROFILES, type Profile } from './profiles.js';
import type { OnProgress } from './progress.js';
import type { NetworkHistory } from './run-folder.js';
import type { TrainingSchedule } from './schedule.js';

/** Options that every training run has. */
export interface TrainingRunOptions {
  /** A folder in the challenge's layout, whose training images are used. */
  data: string;
  /** The run's folder: checkpoints, loss curves, and at the end the bundle. */
  out: string;
  /** Named settings; every other option overrides them. @default 'paper' */
  profile?: Profile | undefined;
  /** @default the profile's */
  schedule?: Partial<TrainingSchedule> | undefined;
  /** Training images at most, drawn by class as the data set has them. @default all */
  limit?: number | undefined;
  /** Share of the images that is trained on; the rest gives the validation loss. @default 0.8 */
  trainingShare?: number | undefined;
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
  /** Asks to stop: the run ends with an `ABORTED` error after a checkpoint. */
  signal?: AbortSignal | undefined;
}

/** Defaults of {@link TrainingRunOptions}, for resolveOptions. */
export const TRAINING_RUN_DEFAULTS = {
  data: undefined,
  out: undefined,
  schedule: undefined,
  limit: undefined,
  trainingShare: 0.8,
  engine: 'auto',
  seed: 0,
  resume: false,
  checkpointSeconds: 60,
  threads: undefined,
  onProgress: undefined,
  signal: undefined,
} as const;

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

/** The profile of a run, `paper` if none is named. @throws LesionError `INVALID_ARGUMENT` */
export function profileName(options: TrainingRunOptions): Profile {
  const name = options.profile ?? 'paper';
  assertOneOf(name, PROFILES, 'profile');
  return name;
}

/** A profile's settings with those that are given in their place; `undefined` counts as not given. */
export function overridden<T extends object>(settings: T, given: Partial<T> | undefined): T {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(entries) };
}

/** As many records of each class as their share of the whole, drawn at random; all of them without a limit. */
export function drawByClass<T extends IsicRecord>(
  records: readonly T[],
  limit: number | undefined,
  seed: number,
): T[] {
  if (limit === undefined || limit >= records.length) return [...records];
  return splitByImage(records, { seed, fraction: limit / records.length }).training;
}

/** What decides which images a run trains on and which it holds out. */
export interface SplitSettings {
  data: string;
  limit: number | undefined;
  trainingShare: number;
  seed: number;
}

export interface RunSplit<T> {
  training: T[];
  validation: T[];
  /** Training images that cannot be used. */
  unusable: number;
  /** Identifies the data. */
  fingerprint: string;
}

export interface RunSource<T> extends RunSplit<T> {
  engine: Engine;
}

/**
 * Opens the data, splits the usable images and loads an engine that can train.
 *
 * @param usable the records that a network can learn from; `needs` says what such a record has
 * @throws LesionError `INVALID_ARGUMENT` if there are fewer than two; `ENGINE_UNAVAILABLE`
 */
export async function openRunSource<T extends IsicRecord>(
  settings: SplitSettings & { engine: EngineName | 'auto' },
  usable: (records: readonly IsicRecord[]) => T[],
  needs: string,
): Promise<RunSource<T>> {
  const split = await splitRunData(settings, usable, needs);
  return { ...split, engine: await loadEngine({ name: settings.engine, purpose: 'train' }) };
}

/** The split alone, the same for the same settings and data. @throws LesionError as {@link openRunSource} */
export async function splitRunData<T extends IsicRecord>(
  settings: SplitSettings,
  usable: (records: readonly IsicRecord[]) => T[],
  needs: string,
): Promise<RunSplit<T>> {
  const { data, limit, trainingShare, seed } = settings;
  const dataset = await openDataset(data);
  const records = usable(dataset.splits.training);
  if (records.length < 2) {
    throw invalidArgument({
      what: `too few training images with ${needs}`,
      where: data,
      got: records.length,
      expected: 'at least 2',
      mend: 'See what the folder lacks with "lesion check".',
    });
  }
  const { training, validation } = splitByImage(drawByClass(records, limit, seed), {
    seed,
    fraction: trainingShare,
  });
  return {
    training,
    validation,
    unusable: dataset.splits.training.length - records.length,
    fingerprint: await datasetFingerprint(dataset),
  };
}
