/** Which images a submission is about: the ids of the truth, those of the predictions, and what differs. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidFile, LesionError } from '@lesion/core';
import { nameSome } from '../wording.js';

/** Paths of the files `ID<suffix>` of a folder by id, in the order of the ids. */
export async function listById(folder: string, suffix: string): Promise<Map<string, string>> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') {
      throw invalidFile({
        what: 'not a folder',
        where: folder,
        expected: `a folder of ID${suffix} files`,
        mend: 'Give the folder that holds the files, or choose the task that takes a CSV.',
        cause: error,
      });
    }
    throw new LesionError('NOT_FOUND', {
      what: code === 'ENOENT' ? 'the folder does not exist' : `the folder cannot be read (${code})`,
      where: folder,
      expected: `a folder of ID${suffix} files`,
      mend: 'Check the path.',
      cause: error,
    });
  }
  const found = names.filter((name) => name.endsWith(suffix) && name.length > suffix.length).sort();
  if (found.length === 0) {
    throw new LesionError('NOT_FOUND', {
      what: 'holds no file to score',
      where: folder,
      got: names.length === 0 ? 'an empty folder' : `files such as ${nameSome(names.sort(), 2)}`,
      expected: `files named ID${suffix}`,
      mend: "Give the folder that holds them, or rename them to the challenge's names.",
    });
  }
  return new Map(found.map((name) => [name.slice(0, -suffix.length), join(folder, name)]));
}

/** Splits the wanted ids into those with a prediction and those without. */
export function matchPredictions(
  wanted: readonly string[],
  predicted: { has(id: string): boolean },
  context: { prediction: string; expected: string; allowMissing: boolean },
): { scored: string[]; missing: string[] } {
  const scored = wanted.filter((id) => predicted.has(id));
  const missing = wanted.filter((id) => !predicted.has(id));
  if (missing.length > 0 && (!context.allowMissing || scored.length === 0)) {
    throw invalidFile({
      what: `predictions are missing for ${missing.length} of ${wanted.length} images: ${nameSome(missing)}`,
      where: context.prediction,
      expected: context.expected,
      mend:
        scored.length === 0
          ? 'Check that truth and predictions belong to the same images.'
          : 'Add them, or score the others alone with allowMissing (--allow-missing).',
    });
  }
  return { scored, missing };
}

/** Ids that have a prediction but no truth. */
export function extraIds(
  predicted: ReadonlyMap<string, unknown>,
  truths: ReadonlyMap<string, unknown>,
): string[] {
  return [...predicted.keys()].filter((id) => !truths.has(id));
}
