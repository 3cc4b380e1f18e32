// A small data set in the challenge's layout, written into a folder that is removed after the tests of a file.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type BinaryMask,
  createBinaryMask,
  createLabelMap,
  createRgbImage,
  type LabelMap,
  type Size,
} from '@lesion/core';
import { writeMask, writePng } from '@lesion/preprocess/node';
import { encodeLabels } from '@lesion/superpixel';
import { afterAll } from 'vitest';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** An empty folder. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lesion-isic-'));
  folders.push(folder);
  return folder;
}

/** Files by path: text, bytes, or a picture. */
export type Files = Record<string, string | Uint8Array | { image: number; size?: Size } | BinaryMask>;

export const SIZE: Size = { height: 4, width: 6 };

/** Writes files below a folder, making the folders they lie in. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(path, content);
    else if ('image' in content) await writePng(path, plainImage(content.image, content.size));
    else await writeMask(path, content);
  }
}

/** A new folder with these files. */
export async function folderOf(files: Files): Promise<string> {
  const folder = await emptyFolder();
  await writeFiles(folder, files);
  return folder;
}

export function plainImage(value: number, size: Size = SIZE) {
  return createRgbImage(size, new Uint8Array(size.height * size.width * 3).fill(value));
}

/** A mask drawn as rows of `.` and `1`. */
export function maskOf(rows: string[]): BinaryMask {
  const data = Uint8Array.from(rows.join(''), (letter) => (letter === '1' ? 1 : 0));
  return createBinaryMask({ height: rows.length, width: rows[0]!.length }, data);
}

/** A label map drawn as rows of digits. */
export function labelsOf(rows: string[]): LabelMap {
  return createLabelMap(
    { height: rows.length, width: rows[0]!.length },
    Int32Array.from(rows.join(''), Number),
  );
}

export const MASK = maskOf(['......', '..11..', '..11..', '......']);
export const LABELS = labelsOf(['000111', '000111', '222333', '222333']);

/** A features JSON with the given superpixels of four set for streaks. */
export function featuresJson(streaks: number[] = [0, 1, 0, 0]): string {
  const none = streaks.map(() => 0);
  return JSON.stringify({ pigment_network: none, negative_network: none, milia_like_cyst: none, streaks });
}

/** Three training images A (melanoma), B (seborrheic keratosis), C (nevus) and one validation image D, all complete. */
export function completeFiles(): Files {
  const files: Files = {
    'ISIC-2017_Training_Part3_GroundTruth.csv':
      '\uFEFFimage_id,melanoma,seborrheic_keratosis\r\nA,1.0,0.0\r\nB,0.0,1.0\r\nC,0.0,0.0\r\n',
    'ISIC-2017_Training_Data/ISIC-2017_Training_Data_metadata.csv':
      'image_id,age_approximate,sex\nA,55,female\nB,unknown,male\nC,30,unknown\n',
    'ISIC-2017_Training_sources.csv': 'image_id,camera,width,height\nA,x,6,4\nB,y,6,4\nC,x,6,4\n',
    'ISIC-2017_Validation_Part3_GroundTruth.csv': 'D,0,1\n',
  };
  for (const [index, id] of ['A', 'B', 'C', 'D'].entries()) {
    const prefix = id === 'D' ? 'ISIC-2017_Validation' : 'ISIC-2017_Training';
    files[`${prefix}_Data/${id}.png`] = { image: 10 * index };
    files[`${prefix}_Data/${id}_superpixels.png`] = encodeLabels(LABELS);
    files[`${prefix}_Part1_GroundTruth/${id}_segmentation.png`] = MASK;
    files[`${prefix}_Part2_GroundTruth/${id}_features.json`] = featuresJson();
  }
  return files;
}
