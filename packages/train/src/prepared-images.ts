/**
 * Images on their way to the networks: decoded, cut into superpixels and patches by other threads while networks
 * compute, or load.
 */
import { availableParallelism } from 'node:os';
import {
  assertNumber,
  createLabelMap,
  createRgbImage,
  type LabelMap,
  LesionError,
  mapInOrder,
  type RgbImage,
  resolveOptions,
} from '@lesion/core';
import { LFN_PATCH_SIZE, type Lfn, type LfnPredictOptions } from '@lesion/predict';
import { readImage } from '@lesion/preprocess/node';
import type { Patches } from '@lesion/superpixel';
import type { PrepareTasks } from './prepare-tasks.js';
import { WorkerPool } from './worker-pool.js';

/** More threads than this find superpixels faster than the networks can look at them. */
const MOST_THREADS = 4;

/** Options of {@link prepareImages}. */
export interface PrepareImagesOptions {
  /** Whose superpixels and patches are made. @default none: images are decoded alone */
  lfn?: Lfn | undefined;
  /** How that LFN will predict. @default {} */
  lfnOptions?: LfnPredictOptions | undefined;
  /**
   * Threads that find superpixels, beside the one that this is called on; with 0 the LFN finds them when its turn comes.
   * Results do not depend on it.
   * @default one less than the machine runs at once, 4 at most
   */
  threads?: number | undefined;
}

/** An image that is ready for the networks. */
export interface PreparedImage {
  image: RgbImage;
  /** Its superpixels and their patches, unless the LFN is to find them. */
  superpixels?: { labels: LabelMap; patches: Patches } | undefined;
}

/** One file's outcome: the image, or the error that the file gave. */
export type PreparedFile =
  | (PreparedImage & { path: string; error?: undefined })
  | { path: string; error: LesionError };

/** Prepares images, one after the other or several at once. `close()` it when it is no longer needed. */
export class ImagePreparer {
  /** How many images are prepared at once. */
  readonly threads: number;
  readonly #lfn: Lfn | undefined;
  readonly #options: LfnPredictOptions | undefined;
  readonly #pool: WorkerPool<PrepareTasks> | undefined;

  /** @throws LesionError `INVALID_ARGUMENT` */
  constructor({ lfn, lfnOptions, threads }: PrepareImagesOptions, count = Number.POSITIVE_INFINITY) {
    const most = threads ?? Math.min(availableParallelism() - 1, MOST_THREADS);
    assertNumber(most, 'threads', { integer: true, min: 0 });
    this.threads = lfn === undefined ? 0 : Math.min(most, count);
    this.#lfn = lfn;
    this.#options = lfnOptions;
    if (this.threads > 0) this.#pool = new WorkerPool('./prepare-worker.js', { threads: this.threads });
  }

  /** @throws LesionError as readImage and superpixels */
  async prepare(path: string): Promise<PreparedImage> {
    const lfn = this.#lfn;
    if (lfn === undefined || this.#pool === undefined) return { image: await readImage(path) };
    const { height, width, pixels, labels, patches } = await this.#pool.run<'prepare'>({
      kind: 'prepare',
      path,
      superpixels: this.#options?.superpixels ?? lfn.superpixels,
      patchSize: LFN_PATCH_SIZE,
    });
    const size = { height, width };
    return {
      image: createRgbImage(size, pixels),
      superpixels: { labels: createLabelMap(size, labels), patches },
    };
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool?.close();
  }
}

/** Image files that are being prepared, in order; a few of them are held at a time. */
export interface PreparedImages extends AsyncIterable<PreparedFile> {
  /** How many files there are. */
  readonly count: number;
  /** Ends the threads; a loop that runs to its end or is left does that by itself. */
  close(): Promise<void>;
}

/**
 * Begins to prepare images for {@link predictImages} on other threads, before the models are loaded.
 *
 * @throws LesionError `INVALID_ARGUMENT`; whatever is wrong with a file comes as its outcome
 * @example
 * ```ts
 * const lfn = await loadLfn('models/lfn');
 * const prepared = prepareImages(paths, { lfn });
 * const lin = await loadLin('models/lin'); // meanwhile the first images are decoded and cut into superpixels
 * for await (const file of predictImages(prepared, { lin, lfn })) console.log(file.id);
 * ```
 */
export function prepareImages(paths: readonly string[], options?: PrepareImagesOptions): PreparedImages {
  const settings = resolveOptions(
    options,
    { lfn: undefined, lfnOptions: undefined, threads: undefined },
    'prepareImages',
  );
  const preparer = new ImagePreparer(settings, paths.length);
  const files = mapInOrder(
    paths,
    async (path): Promise<PreparedFile> => {
      try {
        return { path, ...(await preparer.prepare(path)) };
      } catch (error) {
        if (LesionError.isInstance(error)) return { path, error };
        throw error;
      }
    },
    // One more than are under way, so that a thread never waits for the networks.
    { concurrency: (preparer.threads || Math.min(availableParallelism(), MOST_THREADS)) + 1 },
  );
  // Asked for at once: nothing begins before.
  const first = files.next();
  first.catch(() => undefined);
  return {
    count: paths.length,
    close: () => preparer.close(),
    async *[Symbol.asyncIterator]() {
      try {
        const { done, value } = await first;
        if (done) return;
        yield value;
        yield* files;
      } finally {
        await preparer.close();
      }
    },
  };
}
