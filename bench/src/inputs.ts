/** What the building blocks work on: photographs, masks and scores in files that both sides read. Plain data. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Size } from '@lesion/core';
import type { WorkerCommand } from './worker-process.js';

const MAKER = fileURLToPath(new URL('../dist/make-inputs.js', import.meta.url));

/** One thing to be made at a path, unless it is there already. */
export type Input =
  /** A photograph and its masks in a file of arrays: `image`, `mask` (the lesion) and `rough` (dark pixels). */
  | ({ kind: 'pixels'; path: string } & Size)
  /** `labels` and `scores` in a file of arrays: all scores different, or rounded to three decimals. */
  | { kind: 'scores'; path: string; count: number; distinct: boolean }
  /** The folders `truth` and `prediction`, with `ID_segmentation.png`. */
  | ({ kind: 'masks'; path: string; pairs: number } & Size)
  /** A folder of JPEG files. */
  | ({ kind: 'photographs'; path: string; count: number } & Size)
  /** The folders `lin` and `lfn` with bundles, and for torch `networks.json` and the networks' weights. */
  | { kind: 'models'; path: string; lin: string | undefined; tiny: boolean };

/** What {@link Input}s are made from, in words. */
export type InputOrigin = 'real' | 'synthetic';

/** A worker that makes inputs and is ready once they are there. */
export function inputCommand(inputs: readonly Input[]): WorkerCommand {
  return { program: process.execPath, args: [MAKER, JSON.stringify(inputs)] };
}

/**
 * The folder with real ISIC data, by the rule of the tests: `LESION_REAL_DATA` names it, else `shared/data` beside the
 * checkout is tried.
 */
export const realData: string | undefined = [
  process.env['LESION_REAL_DATA'],
  fileURLToPath(new URL('../../../shared/data', import.meta.url)),
].find((folder) => folder !== undefined && existsSync(join(folder, 'isic2017')));

export const inputOrigin: InputOrigin = realData === undefined ? 'synthetic' : 'real';
