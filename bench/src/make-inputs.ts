// Makes what the building blocks work on, then says that it is ready. Called with a list of Inputs as JSON.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BinaryMask,
  contiguousData,
  createBinaryMask,
  type RgbImage,
  SeededRandom,
  type Size,
  sizeOf,
} from '@lesion/core';
import { writeJpeg, writeMask } from '@lesion/preprocess/node';
import { writeArrays } from './array-file.js';
import type { Input } from './inputs.js';
import { photograph } from './photographs.js';
import { serve } from './serve.js';

/** What a rough segmentation gives: pixels that are darker than the mean, the lesion and much else. */
function darkPixels(image: RgbImage): BinaryMask {
  const values = contiguousData(image);
  const dark = new Uint8Array(values.length / 3);
  let total = 0;
  for (const value of values) total += value;
  const mean = (3 * total) / values.length;
  for (let i = 0, at = 0; i < dark.length; i++, at += 3) {
    dark[i] = values[at]! + values[at + 1]! + values[at + 2]! < mean ? 1 : 0;
  }
  return createBinaryMask(sizeOf(image), dark);
}

async function makePixels(path: string, size: Size): Promise<void> {
  const { image, mask } = await photograph(0, size);
  const shape = [size.height, size.width];
  await writeArrays(path, [
    { name: 'image', shape: [...shape, 3], values: contiguousData(image) },
    { name: 'mask', shape, values: contiguousData(mask) },
    { name: 'rough', shape, values: contiguousData(darkPixels(image)) },
  ]);
}

/** One in five is positive and scores higher, as a useful classifier has it. */
async function makeScores(path: string, count: number, distinct: boolean): Promise<void> {
  const random = new SeededRandom(1);
  const labels = Uint8Array.from({ length: count }, () => (random.chance(0.2) ? 1 : 0));
  const scores = Float64Array.from(labels, (label) => {
    const score = 1 / (1 + Math.exp(-(random.normal() + 1.5 * label - 1)));
    return distinct ? score : Math.round(score * 1000) / 1000;
  });
  await writeArrays(path, [
    { name: 'labels', shape: [count], values: labels },
    { name: 'scores', shape: [count], values: scores },
  ]);
}

/** The mask moved a little to the lower right: a prediction that is nearly right. */
function moved(mask: BinaryMask): BinaryMask {
  const { height, width } = sizeOf(mask);
  const values = contiguousData(mask);
  const by = Math.round(height / 50);
  const out = new Uint8Array(values.length);
  for (let y = by; y < height; y++) {
    out.set(values.subarray((y - by) * width, (y - by + 1) * width - by), y * width + by);
  }
  return createBinaryMask({ height, width }, out);
}

/** Masks that are different, which the others are copies of: reading them takes no less for that. */
const DIFFERENT_MASKS = 4;

async function makeMasks(folder: string, pairs: number, size: Size): Promise<void> {
  const fileOf = (side: string, pair: number): string =>
    join(folder, side, `ISIC_${String(pair).padStart(7, '0')}_segmentation.png`);
  for (const side of ['truth', 'prediction']) await mkdir(join(folder, side), { recursive: true });
  for (let pair = 0; pair < pairs; pair++) {
    if (pair >= DIFFERENT_MASKS) {
      for (const side of ['truth', 'prediction']) {
        await copyFile(fileOf(side, pair % DIFFERENT_MASKS), fileOf(side, pair));
      }
      continue;
    }
    const { mask } = await photograph(pair, size);
    await writeMask(fileOf('truth', pair), mask);
    await writeMask(fileOf('prediction', pair), moved(mask));
  }
}

async function makePhotographs(folder: string, count: number, size: Size): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const { image } = await photograph(i, size);
    await writeJpeg(join(folder, `ISIC_${String(i).padStart(7, '0')}.jpg`), image);
  }
}

async function make(input: Input, path: string): Promise<void> {
  switch (input.kind) {
    case 'pixels':
      return makePixels(path, { height: input.height, width: input.width });
    case 'scores':
      return makeScores(path, input.count, input.distinct);
    case 'masks':
      return makeMasks(path, input.pairs, { height: input.height, width: input.width });
    case 'photographs':
      return makePhotographs(path, input.count, { height: input.height, width: input.width });
    case 'models': {
      // Loads tfjs and all that trains and predicts, which other inputs do without.
      const { makeModels } = await import('./make-models.js');
      return makeModels(path, input);
    }
  }
}

await serve<readonly Input[]>(async (inputs) => {
  for (const input of inputs) {
    if (existsSync(input.path)) continue;
    // Whole or not at all: a run that is stopped leaves nothing that the next case would take for whole.
    const partial = `${input.path}.part`;
    await rm(partial, { recursive: true, force: true });
    await make(input, partial);
    await rename(partial, input.path);
  }
  return { facts: { name: 'inputs' }, step: () => 0 };
});
