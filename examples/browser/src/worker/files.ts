/** Results as files, in the challenge's forms. */
import {
  contiguousData,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  LESION_CLASSES,
  resizeMask,
  type Size,
  sizeOf,
} from '@lesion/core';
import { classScores, type LinPrediction } from '@lesion/predict';
import { encodeMask } from '@lesion/preprocess';

/** Decimals of a probability in a features JSON: more than float32 tells apart near 1. */
const DECIMALS = 7;

const COLUMNS = LESION_CLASSES.filter((name) => name !== 'nevus');

/** The name of a file without folders, extension and what a table or a file system would trip over. */
export function imageId(name: string): string {
  const bare = name.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '');
  return bare.replace(/[^\p{L}\p{N}_-]+/gu, '_').replace(/^_+|_+$/g, '') || 'photo';
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** The mask as PNG of 0 and 255, at the photo's own size. */
export async function maskFile({ mask }: LinPrediction, original: Size): Promise<Uint8Array<ArrayBuffer>> {
  const { height, width } = sizeOf(mask);
  const isWhole = height === original.height && width === original.width;
  return (await encodeMask(isWhole ? mask : resizeMask(mask, original))) as Uint8Array<ArrayBuffer>;
}

/** One number a superpixel for each feature. */
export function featuresFile(features: Record<DermoscopicFeature, Float32Array>): Uint8Array<ArrayBuffer> {
  const lists = DERMOSCOPIC_FEATURES.map((name) => [
    name,
    Array.from(features[name], (value) => Number(value.toFixed(DECIMALS))),
  ]);
  return utf8(`${JSON.stringify(Object.fromEntries(lists))}\n`);
}

/** A header, and the image's scores: probabilities where there are any, else indexes. */
export function predictionsFile(id: string, prediction: LinPrediction): Uint8Array<ArrayBuffer> {
  const { scores } = classScores(prediction);
  return utf8(
    `${['image_id', ...COLUMNS].join(',')}\n${[id, ...COLUMNS.map((name) => scores[name])].join(',')}\n`,
  );
}

/** The lesion's share of the image. */
export function lesionArea({ mask }: LinPrediction): number {
  const inside = contiguousData(mask);
  let pixels = 0;
  for (let i = 0; i < inside.length; i++) pixels += inside[i]!;
  return pixels / inside.length;
}
