/**
 * The state of a training run between two optimiser steps, in one file that is replaced atomically:
 * weights, moving statistics, momentum, and where in which epoch the run stands.
 */

import { existsSync } from 'node:fs';
import { invalidFile } from '@lesion/core';
import type { NamedArray } from '@lesion/predict';
import { z } from 'zod';
import { readTensors, writeTensors } from './tensor-files.js';

export const epochSchema = z.object({
  epoch: z.int(),
  steps: z.int(),
  learningRate: z.number(),
  trainingLoss: z.number(),
  validationLoss: z.number().nullable(),
  seconds: z.number(),
});

/** One finished epoch: a point of the loss curves (Fig. 7). */
export type EpochRecord = z.infer<typeof epochSchema>;

const stateSchema = z.object({
  formatVersion: z.literal(1),
  /** Hash of everything that decides the outcome: a run resumes only under the same configuration. */
  configuration: z.string(),
  epoch: z.int(),
  /** Finished optimiser steps of this epoch. */
  step: z.int(),
  /** Sum over this epoch's samples of their loss, and how many they are. */
  lossSum: z.number(),
  lossCount: z.int(),
  seconds: z.number(),
  history: z.array(epochSchema),
  /** Loss of every optimiser step so far. */
  stepLosses: z.array(z.number()),
});

export type TrainingState = z.infer<typeof stateSchema>;

export interface Checkpoint {
  state: TrainingState;
  weights: Map<string, NamedArray>;
  momentum: Map<string, NamedArray>;
}

/** Writes a checkpoint; the one before stays until the new one is whole. */
export async function writeCheckpoint(
  path: string,
  state: TrainingState,
  weights: readonly NamedArray[],
  momentum: readonly NamedArray[],
): Promise<void> {
  const prefixed = (prefix: string, arrays: readonly NamedArray[]) =>
    arrays.map((array) => ({ ...array, name: `${prefix}${array.name}` }));
  await writeTensors(path, [...prefixed('weights:', weights), ...prefixed('momentum:', momentum)], {
    state: JSON.stringify(state),
  });
}

/** Reads a checkpoint, or undefined if there is none. @throws LesionError `INVALID_FILE` if it is damaged */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  if (!existsSync(path)) return undefined;
  const { arrays, metadata } = await readTensors(path);
  let state: TrainingState;
  try {
    state = stateSchema.parse(JSON.parse(metadata['state'] ?? 'null'));
  } catch (error) {
    throw invalidFile({
      what: 'not a checkpoint of this version',
      where: path,
      mend: 'Delete it to train from the beginning.',
      cause: error,
    });
  }
  const select = (prefix: string) =>
    new Map(
      [...arrays.values()]
        .filter(({ name }) => name.startsWith(prefix))
        .map((array) => {
          const name = array.name.slice(prefix.length);
          return [name, { ...array, name }] as const;
        }),
    );
  return { state, weights: select('weights:'), momentum: select('momentum:') };
}
