/** What the threads that prepare predictions are asked and answer. Plain data on both ways. */
import type { Patches, SuperpixelOptions } from '@lesion/superpixel';

/** Decode an image, find its superpixels and cut their patches. */
export interface PrepareTask {
  kind: 'prepare';
  path: string;
  superpixels: SuperpixelOptions;
  /** Side of a patch, pixels. */
  patchSize: number;
}

export interface PrepareResult {
  height: number;
  width: number;
  /** RGB bytes, `[height, width, 3]`. */
  pixels: Uint8Array;
  /** The superpixel of each pixel, `[height, width]`. */
  labels: Int32Array;
  patches: Patches;
}

export interface PrepareTasks {
  prepare: { task: PrepareTask; result: PrepareResult };
}
