/** Photographs of lesions with their masks at any size: real ones where there is a folder of them, else drawn. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BinaryMask, type RgbImage, resizeImage, resizeMask, type Size, sizeOf } from '@lesion/core';
import { drawSyntheticLesion } from '@lesion/isic';
import { readImage, readMask } from '@lesion/preprocess/node';
import { realData } from './inputs.js';

export interface Photograph {
  image: RgbImage;
  mask: BinaryMask;
}

/** Drawing takes long; what is larger is enlarged from this. */
const LARGEST_DRAWN: Size = { height: 1512, width: 2016 };

/** The middle of an array that has the aspect of `size`. */
function cropped<T extends RgbImage | BinaryMask>(array: T, { height, width }: Size): T {
  const from = sizeOf(array);
  const scale = Math.min(from.height / height, from.width / width);
  const rows = Math.min(from.height, Math.round(height * scale));
  const columns = Math.min(from.width, Math.round(width * scale));
  return array
    .lo(Math.floor((from.height - rows) / 2), Math.floor((from.width - columns) / 2), 0)
    .hi(rows, columns, 3) as T;
}

/** The photographs of a folder whose lesions' masks are known, in alphabetical order. */
async function photographsIn(images: string, masks: string): Promise<{ image: string; mask: string }[]> {
  const ids = (await readdir(images)).filter((name) => name.endsWith('.jpg')).sort();
  return ids.map((name) => ({
    image: join(images, name),
    mask: join(masks, name.replace('.jpg', '_segmentation.png')),
  }));
}

/**
 * The photograph of a number, cropped to the aspect of `size` and brought to it. Small ones are of the validation set,
 * which has many at a short side of 512; larger ones come from full-size photographs, of which there are few.
 */
export async function photograph(number: number, size: Size): Promise<Photograph> {
  if (realData === undefined) {
    const drawn = size.height > LARGEST_DRAWN.height ? LARGEST_DRAWN : size;
    return resized(drawSyntheticLesion({ seed: number, size: drawn }), size);
  }
  const validation = join(realData, 'isic2017', 'ISIC-2017_Validation_');
  const official = join(realData, 'part2-official');
  const all =
    Math.min(size.height, size.width) <= 512
      ? await photographsIn(`${validation}Data`, `${validation}Part1_GroundTruth`)
      : await photographsIn(official, official);
  const { image, mask } = all[number % all.length]!;
  return resized({ image: await readImage(image), mask: await readMask(mask) }, size);
}

function resized({ image, mask }: Photograph, size: Size): Photograph {
  return {
    image: resizeImage(cropped(image, size), size),
    mask: resizeMask(cropped(mask, size), size),
  };
}
