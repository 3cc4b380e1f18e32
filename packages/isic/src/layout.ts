/** Where the parts of a data set lie in the challenge's layout of folders and files; leans on the file system alone. */
import { type Dirent, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DERMOSCOPIC_FEATURES, type DermoscopicFeature, LesionError } from '@lesion/core';

/** The challenge's three sets of images. */
export const DATASET_SPLITS = ['training', 'validation', 'test'] as const;
/** One of {@link DATASET_SPLITS}. */
export type DatasetSplit = (typeof DATASET_SPLITS)[number];

/** What a split may consist of. */
export const DATASET_PARTS = [
  'images',
  'masks',
  'features',
  'attributes',
  'diagnoses',
  'metadata',
  'sources',
] as const;
/** One of {@link DATASET_PARTS}. */
export type DatasetPart = (typeof DATASET_PARTS)[number];

/** What follows `ISIC-2017_Training` and its like in the name of each part's folder or file. */
export const PART_NAMES: Readonly<Record<DatasetPart, string>> = {
  images: '_Data',
  masks: '_Part1_GroundTruth',
  features: '_Part2_GroundTruth',
  attributes: '_attributes',
  diagnoses: '_Part3_GroundTruth.csv',
  metadata: '_Data_metadata.csv',
  sources: '_sources.csv',
};

/** What the names of a split's parts begin with; the challenge replaced its first test set by `Test_v2`. */
export const SPLIT_PREFIXES: Readonly<Record<DatasetSplit, readonly string[]>> = {
  training: ['ISIC-2017_Training'],
  validation: ['ISIC-2017_Validation'],
  test: ['ISIC-2017_Test_v2', 'ISIC-2017_Test'],
};

/** Name of the table that says which images have attribute masks. */
export const ATTRIBUTES_TABLE = 'attributes.csv';

/** The parts of one split that are there, each with its path. */
export type SplitLayout = Partial<Record<DatasetPart, string>>;

/** A data set's parts. */
export interface DatasetLayout {
  readonly folder: string;
  readonly splits: Readonly<Record<DatasetSplit, SplitLayout>>;
  /** Path of `attributes.csv`, if there is one. */
  readonly attributesTable?: string | undefined;
}

async function listFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LesionError('NOT_FOUND', {
      what:
        code === 'ENOTDIR'
          ? 'a file, not a folder'
          : code === 'ENOENT'
            ? 'the folder does not exist'
            : `the folder cannot be read (${code})`,
      where: folder,
      expected: `a folder that holds ${SPLIT_PREFIXES.training[0]}${PART_NAMES.images} and its like`,
      mend: 'Check the path.',
      cause: error,
    });
  }
}

/** Names of the visible files of a folder, sorted, so that nothing depends on the order of the file system. */
export async function listFiles(folder: string): Promise<string[]> {
  const names = (await listFolder(folder)).filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** Unpacking an archive `X.zip` often gives `X/X/…`. */
function withoutDoubling(path: string): string {
  const inner = join(path, basename(path));
  return existsSync(inner) ? inner : path;
}

/**
 * Finds the parts of a data set. Any part may be absent; names count whatever their case.
 *
 * @throws LesionError `NOT_FOUND` if the folder does not exist or holds no part at all.
 */
export async function findLayout(folder: string): Promise<DatasetLayout> {
  const paths = new Map<string, string>();
  for (const { name } of await listFolder(folder)) paths.set(name.toLowerCase(), join(folder, name));

  const find = (prefix: string): SplitLayout => {
    const parts: SplitLayout = {};
    for (const part of DATASET_PARTS) {
      const path = paths.get(`${prefix}${PART_NAMES[part]}`.toLowerCase());
      if (path !== undefined) parts[part] = path.endsWith('.csv') ? path : withoutDoubling(path);
    }
    if (parts.images !== undefined && parts.metadata === undefined) {
      // The challenge's own archives hold the metadata beside the images.
      const inside = join(parts.images, `${prefix}${PART_NAMES.metadata}`);
      if (existsSync(inside)) parts.metadata = inside;
    }
    return parts;
  };

  const splits = {} as Record<DatasetSplit, SplitLayout>;
  for (const split of DATASET_SPLITS) {
    const candidates = SPLIT_PREFIXES[split].map(find);
    splits[split] = candidates.find((parts) => Object.keys(parts).length > 0) ?? {};
  }
  if (Object.values(splits).every((parts) => Object.keys(parts).length === 0)) {
    const inPart = /^ISIC-2017_/i.test(basename(folder));
    throw new LesionError('NOT_FOUND', {
      what: 'no part of the ISIC 2017 layout is in this folder',
      where: folder,
      got: paths.size === 0 ? 'an empty folder' : `${paths.size} other files and folders`,
      expected: `folders such as ${SPLIT_PREFIXES.training[0]}${PART_NAMES.images}`,
      mend: inPart
        ? 'Give the folder that holds this one.'
        : 'Unpack the archives of the challenge side by side into one folder and give that one.',
    });
  }
  return { folder, splits, attributesTable: paths.get(ATTRIBUTES_TABLE) };
}

/** An image's file by its role. */
export type FileRole =
  | { role: 'image' | 'superpixels' | 'mask' | 'features'; id: string }
  | { role: 'attribute'; id: string; feature: DermoscopicFeature | undefined };

const ROLES: readonly [RegExp, Exclude<FileRole['role'], 'attribute' | 'image'>][] = [
  [/^(.+)_superpixels\.png$/i, 'superpixels'],
  [/^(.+)_segmentation\.png$/i, 'mask'],
  [/^(.+)_features\.json$/i, 'features'],
];

/** What a file is by its name, or undefined if the layout does not know it. */
export function fileRole(name: string): FileRole | undefined {
  for (const [pattern, role] of ROLES) {
    const id = pattern.exec(name)?.[1];
    if (id !== undefined) return { role, id };
  }
  const attribute = /^(.+)_attribute_([a-z_]+)\.png$/i.exec(name);
  if (attribute) {
    // 2018's masks have a fifth attribute, globules, which the 2017 challenge does not.
    const feature = DERMOSCOPIC_FEATURES.find((known) => known === attribute[2]!.toLowerCase());
    return { role: 'attribute', id: attribute[1]!, feature };
  }
  const id = /^(.+)\.(jpe?g|png)$/i.exec(name)?.[1];
  return id === undefined ? undefined : { role: 'image', id };
}
