/**
 * Patches for training a LFN: planned as in Table II, cut once by the workers, and kept in a file of equal
 * records, so that an epoch reads them in any order without holding them in memory.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  contiguousData,
  createRgbImage,
  LesionError,
  mapInOrder,
  PATCH_CLASSES,
  type PatchClass,
  throwIfAborted,
} from '@lesion/core';
import { type IsicRecord, PatchInventory, patchTargets, planPatches, TABLE_II } from '@lesion/isic';
import { LFN_INPUT } from '@lesion/lfn';
import { LFN_PATCH_SIZE, normalizePixels } from '@lesion/predict';
import { rotateImage } from '@lesion/preprocess';
import type { SuperpixelOptions } from '@lesion/superpixel';
import * as tf from '@tensorflow/tfjs-core';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { type OnProgress, RateMeter } from './progress.js';
import type { SampleSource, TensorBatch } from './training-loop.js';
import { WorkerPool } from './worker-pool.js';
import type { WorkerTasks } from './worker-tasks.js';

/** A record that a LFN can learn from: an image whose superpixels' features are known. */
export type FeatureRecord = IsicRecord & { imagePath: string };

/** The records with an image and features, from the challenge's JSON or from attribute masks. */
export function featureRecords(records: readonly IsicRecord[]): FeatureRecord[] {
  return records.filter(
    (record): record is FeatureRecord =>
      record.imagePath !== undefined &&
      (record.attributesAnnotated ||
        (record.featuresPath !== undefined && record.superpixelsPath !== undefined)),
  );
}

export interface PreparePatchesOptions {
  /** Where the patches and computed superpixels are kept. */
  folder: string;
  /** Name of the set: `training`, `validation`. */
  name: string;
  superpixels: SuperpixelOptions;
  seed: number;
  /** Whether the rare classes are rotated (Table II); validation patches are left as they are. */
  rotate: boolean;
  /** Samples at most, drawn evenly from the plan; undefined keeps all. */
  limit: number | undefined;
  /** Fingerprint of the data that the patches are cut from. */
  data: string;
  threads: number;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

const indexSchema = z.object({
  key: z.string(),
  /** Samples: which record of the file, which class, how many quarter turns. */
  slots: z.array(z.int()),
  classes: z.array(z.int()),
  quarters: z.array(z.int()),
});
type PatchIndex = z.infer<typeof indexSchema>;

const PATCH_BYTES = LFN_PATCH_SIZE * LFN_PATCH_SIZE * 3;

/** A batch of patches, turned as their samples ask. */
export interface PatchBatch {
  count: number;
  pixels: Uint8Array;
  /** Indices into PATCH_CLASSES. */
  classes: Uint8Array;
}

/** Samples of patches in a file. `close()` it when done. */
export class PatchStore implements SampleSource<PatchBatch> {
  readonly count: number;
  /** How many samples each class has. */
  readonly classCounts: Record<string, number>;

  private constructor(
    private readonly file: FileHandle,
    private readonly index: PatchIndex,
  ) {
    this.count = index.slots.length;
    this.classCounts = Object.fromEntries(
      PATCH_CLASSES.map((name, i) => [name, index.classes.filter((value) => value === i).length]),
    );
  }

  /** Opens the patches that {@link preparePatches} left. @throws LesionError `INVALID_FILE` if they are damaged */
  static async open(path: string, index: PatchIndex): Promise<PatchStore> {
    const file = await open(path, 'r');
    const { size } = await file.stat();
    const needed = (index.slots.reduce((most, slot) => Math.max(most, slot), -1) + 1) * PATCH_BYTES;
    if (size < needed) {
      await file.close();
      throw new LesionError('INVALID_FILE', {
        what: 'the file of patches is cut short',
        where: path,
        got: `${size} bytes`,
        expected: `${needed} bytes`,
        mend: 'Delete it; it is made again.',
      });
    }
    return new PatchStore(file, index);
  }

  async load(indices: readonly number[]): Promise<PatchBatch> {
    const pixels = new Uint8Array(indices.length * PATCH_BYTES);
    const size = { height: LFN_PATCH_SIZE, width: LFN_PATCH_SIZE };
    await Promise.all(
      indices.map(async (index, row) => {
        const place = pixels.subarray(row * PATCH_BYTES, (row + 1) * PATCH_BYTES);
        await this.file.read(place, 0, PATCH_BYTES, this.index.slots[index]! * PATCH_BYTES);
        const quarters = this.index.quarters[index]!;
        if (quarters > 0) {
          place.set(contiguousData(rotateImage(createRgbImage(size, place.slice()), 90 * quarters)));
        }
      }),
    );
    return {
      count: indices.length,
      pixels,
      classes: Uint8Array.from(indices, (i) => this.index.classes[i]!),
    };
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** Patches `[n, 56, 56, 3]` and int32 classes `[n]`. */
export function patchBatchToTensors({ count, pixels, classes }: PatchBatch): TensorBatch {
  return {
    inputs: tf.tensor4d(normalizePixels(pixels, LFN_INPUT), [count, LFN_PATCH_SIZE, LFN_PATCH_SIZE, 3]),
    labels: tf.tensor1d(Int32Array.from(classes), 'int32'),
  };
}

/**
 * Finds superpixels and features of each record, plans the samples, cuts the patches. What an earlier call with
 * the same settings and data left is used again.
 *
 * @throws LesionError `INVALID_FILE` naming a file that cannot be used; `INVALID_ARGUMENT` if no superpixel carries
 *   a feature; `ABORTED`
 */
export async function preparePatches(
  pool: WorkerPool<WorkerTasks>,
  records: readonly FeatureRecord[],
  options: PreparePatchesOptions,
): Promise<PatchStore> {
  const { folder, name, superpixels, seed, rotate, limit, data } = options;
  const key = createHash('sha256')
    .update(
      JSON.stringify({
        version: 1,
        ids: records.map(({ id }) => id),
        superpixels,
        seed,
        rotate,
        limit,
        data,
      }),
    )
    .digest('hex');
  const path = join(folder, `${name}-${key.slice(0, 12)}.patches`);
  const indexPath = `${path}.json`;
  if (existsSync(path) && existsSync(indexPath)) {
    const index = indexSchema.safeParse(JSON.parse(await readFile(indexPath, 'utf8')));
    if (index.success && index.data.key === key) return PatchStore.open(path, index.data);
  }
  await mkdir(folder, { recursive: true });

  const { inventory, labelsPaths } = await takeInventory(pool, records, options);
  const { background, ...features } = inventory.counts;
  // A handful of held-out images may show no feature at all; their background still has a loss.
  const bare = !rotate && Object.values(features).every((count) => count === 0);
  const plan = planPatches(inventory, { seed, scale: bare ? background / TABLE_II.background : undefined });
  const index: PatchIndex = { key, slots: [], classes: [], quarters: [] };
  const chosen = new Map<string, Map<number, number>>();
  let slots = 0;
  // An even stride through a plan that goes class after class keeps the classes' proportions.
  const stride = limit === undefined ? 1 : Math.max(1, plan.length / limit);
  for (let step = 0; Math.floor(step * stride) < plan.length; step++) {
    const sample = plan.at(Math.floor(step * stride));
    if (!rotate && sample.degrees !== 0) continue;
    const slotOf = chosen.get(sample.imageId) ?? new Map<number, number>();
    chosen.set(sample.imageId, slotOf);
    const slot = slotOf.get(sample.superpixel) ?? slots++;
    slotOf.set(sample.superpixel, slot);
    index.slots.push(slot);
    index.classes.push(PATCH_CLASSES.indexOf(sample.class));
    index.quarters.push(sample.degrees / 90);
  }

  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'w');
  try {
    const used = records.filter(({ id }) => chosen.has(id));
    await eachRecord(used, options, `patches ${name}`, async (record) => {
      const slotOf = chosen.get(record.id)!;
      const { data: pixels } = await pool.run<'patches'>({
        kind: 'patches',
        record,
        labelsPath: labelsPaths.get(record.id)!,
        chosen: Int32Array.from(slotOf.keys()),
        size: LFN_PATCH_SIZE,
      });
      let row = 0;
      for (const slot of slotOf.values()) {
        await file.write(pixels, row++ * PATCH_BYTES, PATCH_BYTES, slot * PATCH_BYTES);
      }
      return () => {};
    });
  } finally {
    await file.close();
  }
  await rename(part, path);
  await writeFileAtomic(indexPath, JSON.stringify(index));
  return PatchStore.open(path, index);
}

/** Finds the superpixels and features of each record. */
async function takeInventory(
  pool: WorkerPool<WorkerTasks>,
  records: readonly FeatureRecord[],
  options: EachRecordOptions & Pick<PreparePatchesOptions, 'folder' | 'name' | 'superpixels'>,
): Promise<{ inventory: PatchInventory; labelsPaths: Map<string, string> }> {
  const { folder, name, superpixels } = options;
  const inventory = new PatchInventory();
  const labelsPaths = new Map<string, string>();
  await eachRecord(records, options, `superpixels ${name}`, async (record) => {
    const task = {
      kind: 'superpixels',
      record,
      superpixels,
      cacheFolder: join(folder, 'superpixels'),
    } as const;
    const { labelsPath, features } = await pool.run<'superpixels'>(task);
    return () => {
      labelsPaths.set(record.id, labelsPath);
      inventory.add(record.id, features);
    };
  });
  return { inventory, labelsPaths };
}

/** Options of {@link countPatches}. */
export interface CountPatchesOptions {
  /** How superpixels are found where the data has none. */
  superpixels: SuperpixelOptions;
  /** Folder for computed superpixels: a run's cache, in which training left them. */
  cache: string;
  /** @default all processors */
  threads?: number | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * How many superpixels of some images carry each feature or none: Table II's first column, and the sizes of the
 * training set that its plan makes of them.
 *
 * @throws LesionError `INVALID_FILE` naming a file that cannot be used; `ABORTED`
 */
export async function countPatches(
  records: readonly IsicRecord[],
  { superpixels, cache, threads = availableParallelism(), onProgress, signal }: CountPatchesOptions,
): Promise<{
  images: number;
  original: Record<PatchClass, number>;
  planned: Record<PatchClass, number>;
}> {
  const annotated = featureRecords(records);
  const pool = new WorkerPool<WorkerTasks>('./sample-worker.js', { threads });
  try {
    const { inventory } = await takeInventory(pool, annotated, {
      folder: cache,
      name: 'counted',
      superpixels,
      threads,
      onProgress,
      signal,
    });
    const original = { ...inventory.counts };
    return { images: annotated.length, original, planned: patchTargets(original) };
  } finally {
    await pool.close();
  }
}

type EachRecordOptions = Pick<PreparePatchesOptions, 'threads' | 'onProgress' | 'signal'>;

/** Works on records a few at a time; what each work returns is called in the records' order. */
async function eachRecord(
  records: readonly FeatureRecord[],
  { threads, onProgress, signal }: EachRecordOptions,
  phase: string,
  work: (record: FeatureRecord) => Promise<() => void>,
): Promise<void> {
  const rate = new RateMeter();
  let done = 0;
  for await (const finish of mapInOrder(records, work, { concurrency: 2 * threads + 1 })) {
    throwIfAborted(signal, { mend: 'Run it again to go on.' });
    finish();
    done++;
    onProgress?.({ phase, done, total: records.length, ...rate.mark(done, records.length) });
  }
}
