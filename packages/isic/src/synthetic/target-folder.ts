/**
 * The folder that a synthetic data set is written to, kept from harming what lies there. Leans on Node's
 * file system and the layout's names.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidArgument } from '@lesion/core';
import { DATASET_SPLITS, PART_NAMES, SPLIT_PREFIXES } from '../layout.js';

/** The file by which a data set of this writer is known, and which says how it was made. */
export const RECIPE_FILE = 'synthetic.json';
/** What {@link RECIPE_FILE} names as its maker. */
export const RECIPE_MAKER = '@lesion/isic writeSyntheticDataset';

/** Ids from ISIC_9000000 on are those of synthetic images; no image of the challenge has one. */
const SYNTHETIC_FILE = /^ISIC_9\d{6}[._]/;

async function isOurs(folder: string): Promise<boolean> {
  try {
    const recipe: unknown = JSON.parse(await readFile(join(folder, RECIPE_FILE), 'utf8'));
    return (recipe as { maker?: unknown } | null)?.maker === RECIPE_MAKER;
  } catch {
    return false;
  }
}

async function removeEarlier(folder: string): Promise<void> {
  for (const split of DATASET_SPLITS) {
    const prefix = SPLIT_PREFIXES[split][0]!;
    for (const part of ['diagnoses', 'metadata'] as const) {
      await rm(join(folder, `${prefix}${PART_NAMES[part]}`), { force: true });
    }
    for (const part of ['images', 'masks', 'features'] as const) {
      const path = join(folder, `${prefix}${PART_NAMES[part]}`);
      const names = await readdir(path).catch(() => []);
      for (const name of names) if (SYNTHETIC_FILE.test(name)) await rm(join(path, name));
    }
  }
}

/**
 * Makes sure of a folder to write to: new, empty, or, with `overwrite`, cleared of an earlier synthetic data set.
 * Files that are not of such a set are never removed.
 *
 * @throws LesionError `INVALID_ARGUMENT` if the path is a file, if the folder is not empty and `overwrite` is
 *   false, or if it holds another data set than one of this writer.
 */
export async function prepareTargetFolder(folder: string, overwrite: boolean): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw invalidArgument({
      what: 'a file is where the folder is to be',
      where: folder,
      mend: 'Choose another folder.',
      cause: error,
    });
  }
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  if (names.length === 0) return;
  if (!overwrite) {
    throw invalidArgument({
      what: 'the folder is not empty',
      where: folder,
      got: names.length === 1 ? names[0] : `${names.length} files and folders`,
      mend: 'Choose a new folder, or set overwrite to replace an earlier synthetic data set.',
    });
  }
  if (await isOurs(folder)) {
    await removeEarlier(folder);
    return;
  }
  const foreign = names.find((name) => /^isic-2017_/i.test(name));
  if (foreign !== undefined) {
    throw invalidArgument({
      what: 'the folder holds a data set that is not synthetic',
      where: folder,
      got: foreign,
      expected: `only data sets with ${RECIPE_FILE} are overwritten`,
      mend: 'Choose another folder.',
    });
  }
}
