/** The folder of a training run: what it was started with, its checkpoints, its loss curves and its bundle. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidArgument, invalidFile, LesionError } from '@lesion/core';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { type EpochRecord, epochSchema } from './checkpoint.js';
import { removeLeftovers } from './leftovers.js';

const RUN_FILE = 'run.json';
const HISTORY_FILE = 'history.json';

/**
 * Opens a run's folder: a new one is begun, or the one that is there is resumed, without what a kill left half written.
 *
 * @param configuration everything that decides the outcome, as plain data
 * @throws LesionError `INVALID_ARGUMENT` if a run is there already and `resume` was not asked for, or if it was
 *   started with another configuration (the message names the first difference)
 */
export async function openRun(folder: string, configuration: object, resume: boolean): Promise<void> {
  const path = join(folder, RUN_FILE);
  const wanted = JSON.parse(JSON.stringify(configuration)) as Record<string, unknown>;
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true });
    if (resume) await removeLeftovers(folder);
    await writeFileAtomic(path, `${JSON.stringify(wanted, null, 2)}\n`);
    return;
  }
  if (!resume) {
    throw invalidArgument({
      what: 'the folder already holds a training run',
      where: folder,
      mend: 'Resume it, or choose another folder.',
    });
  }
  let before: Record<string, unknown>;
  try {
    before = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw invalidFile({
      what: 'not the record of a run',
      where: path,
      mend: 'Train into another folder.',
      cause,
    });
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(wanted)])) {
    const [was, is] = [JSON.stringify(before[key]), JSON.stringify(wanted[key])];
    if (was !== is) {
      throw invalidArgument({
        what: `the run was started with another ${key}`,
        where: path,
        got: is,
        expected: was,
        mend: 'Resume with the same options and data, or train into another folder.',
      });
    }
  }
  await removeLeftovers(folder);
}

/** The checkpoint file of one of a run's networks. */
export async function checkpointPath(folder: string, network: string): Promise<string> {
  await mkdir(join(folder, network), { recursive: true });
  return join(folder, network, 'checkpoint.safetensors');
}

/** One network's loss curves. */
export interface NetworkHistory {
  epochs: EpochRecord[];
  /** Loss of every optimiser step. */
  stepLosses: number[];
}

/** Writes the loss curves of a run, `history.json`. */
export async function writeHistory(folder: string, networks: Record<string, NetworkHistory>): Promise<void> {
  await writeFileAtomic(join(folder, HISTORY_FILE), `${JSON.stringify(networks, null, 2)}\n`);
}

const historySchema = z.record(
  z.string(),
  z.object({ epochs: z.array(epochSchema), stepLosses: z.array(z.number()) }),
);

/**
 * Reads the loss curves that `trainLin` and `trainLfn` leave in a run's folder (Fig. 7).
 *
 * @param folder What was `out` when the run was trained.
 * @returns By network: `dr`, `dm`, `dr-dm` or `lfn`; those whose training has ended.
 * @throws LesionError `NOT_FOUND` if the folder holds none; `INVALID_FILE` if the file is damaged
 * @example
 * ```ts
 * const { lfn } = await readHistory('runs/lfn');
 * console.log(lfn?.stepLosses.length);
 * ```
 */
export async function readHistory(folder: string): Promise<Record<string, NetworkHistory>> {
  const path = join(folder, HISTORY_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new LesionError('NOT_FOUND', {
      what: 'the folder holds no loss curves',
      where: path,
      mend: 'Name the folder of a training run, of which at least one network is trained.',
      cause,
    });
  }
  try {
    return historySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw invalidFile({ what: 'not the loss curves of a run', where: path, cause });
  }
}
