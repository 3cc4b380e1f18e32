/** Our building blocks at work, each called as a user calls it: through its package's public functions. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createBinaryMask,
  createRgbImage,
  mapInOrder,
  type NdArray,
  resizeImage,
  type Size,
  scaledSize,
} from '@lesion/core';
import { scoreSubmission } from '@lesion/isic';
import { distanceTransform, largestComponent } from '@lesion/licu';
import { scoreMetrics } from '@lesion/metrics';
import { type SuperpixelOptions, superpixels } from '@lesion/superpixel';
import sharp from 'sharp';
import { type Arrays, type NamedValues, readArrays, type Values, valuesOf } from './array-file.js';
import { type BlockWork, RESIZED_SHORT_SIDE, SUPERPIXEL_COUNT, SUPERPIXEL_ITERATIONS } from './block-work.js';

/** A building block with its input. */
export interface Block {
  /** The package and how it is called. */
  name: string;
  /** Pixels of the input, in millions, where it is an image. */
  megapixels?: number;
  run(): BlockResult | Promise<BlockResult>;
  /** The last result as arrays, in the form in which the peer writes its own. */
  output(result: BlockResult): NamedValues[];
  /** What a step is counted in, where that is not its time. */
  figure?(): number;
}

/** Whatever a block gives; `first` is any number of it. */
interface BlockResult {
  first: number;
  values: Values;
  shape: readonly number[];
}

const fromArray = (array: NdArray<Uint8Array> | NdArray<Int32Array> | NdArray<Float32Array>): BlockResult => {
  const values = array.data as Values;
  return { first: values[0]!, values, shape: array.shape };
};

function imageSize(arrays: Arrays): Size {
  const [height, width] = arrays.get('image')!.shape as [number, number, number];
  return { height, width };
}

const asOutput = ({ values, shape }: BlockResult): NamedValues[] => [{ name: 'output', shape, values }];

/**
 * As scikit-image 0.19 makes them, so that the same superpixels come out; `challenge` as `lesion` makes them unless
 * told otherwise, by the rules of scikit-image 0.12, which OpenCV's are no nearer to or farther from.
 */
function superpixelOptions({ block, variant }: BlockWork): SuperpixelOptions {
  if (variant === 'challenge') return { preset: 'isic2017' };
  const shared = {
    preset: 'scikit-image',
    count: SUPERPIXEL_COUNT,
    iterations: SUPERPIXEL_ITERATIONS,
  } as const;
  return block === 'slic' ? shared : { ...shared, algorithm: 'slico', compactness: 0.01, sigma: 2 };
}

async function pixelBlock(work: BlockWork): Promise<Block> {
  const arrays = await readArrays(work.input);
  const size = imageSize(arrays);
  const image = createRgbImage(size, valuesOf<Uint8Array>(arrays, 'image'));
  const mask = createBinaryMask(size, valuesOf<Uint8Array>(arrays, 'mask'));
  const rough = createBinaryMask(size, valuesOf<Uint8Array>(arrays, 'rough'));
  const megapixels = (size.height * size.width) / 1e6;
  const shared = { megapixels, output: asOutput };
  switch (work.block) {
    case 'slico':
    case 'slic': {
      const options = superpixelOptions(work);
      const name = `@lesion/superpixel, preset ${options.preset}`;
      return { ...shared, name, run: () => fromArray(superpixels(image, options).labels) };
    }
    case 'distance-transform':
      return { ...shared, name: '@lesion/licu', run: () => fromArray(distanceTransform(mask)) };
    case 'components':
      return { ...shared, name: '@lesion/licu', run: () => fromArray(largestComponent(rough)) };
    case 'resize': {
      const target = scaledSize(size, { shortSide: RESIZED_SHORT_SIDE });
      return { ...shared, name: '@lesion/core', run: () => fromArray(resizeImage(image, target)) };
    }
    default:
      throw new Error(`${work.block} does not work on pixels`);
  }
}

async function scoresBlock({ input }: BlockWork): Promise<Block> {
  const arrays = await readArrays(input);
  const labels = valuesOf<Uint8Array>(arrays, 'labels');
  const scores = valuesOf<Float64Array>(arrays, 'scores');
  return {
    name: '@lesion/metrics, scoreMetrics',
    run() {
      const { AUC, AP } = scoreMetrics(labels, scores);
      return { first: AUC + AP, values: Float64Array.of(AUC, AP), shape: [2] };
    },
    output: asOutput,
  };
}

/** Files that are decoded at once: as many as sharp's threads. */
const CONCURRENCY = 4;

/** Decodes the files of truth and prediction to grey levels, and does nothing else. @returns the pixels decoded */
async function decodeAll(folder: string): Promise<number> {
  const paths: string[] = [];
  for (const side of ['truth', 'prediction']) {
    for (const name of (await readdir(join(folder, side))).sort()) paths.push(join(folder, side, name));
  }
  const decode = async (path: string): Promise<number> => {
    const { info } = await sharp(await readFile(path), { ignoreIcc: true })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return info.width * info.height;
  };
  let pixels = 0;
  for await (const decoded of mapInOrder(paths, decode, { concurrency: CONCURRENCY })) pixels += decoded;
  return pixels;
}

async function score(folder: string): Promise<BlockResult> {
  const { metrics, problems } = await scoreSubmission({
    task: 1,
    truth: join(folder, 'truth'),
    prediction: join(folder, 'prediction'),
  });
  if (problems.length > 0) throw new Error(problems[0]!.message);
  return { first: metrics['JA']!, values: Float64Array.of(metrics['JA']!), shape: [1] };
}

function scoringBlock({ input }: BlockWork): Block {
  return { name: '@lesion/isic, scoreSubmission', run: () => score(input), output: asOutput };
}

/** Decodes, then scores, and counts the share of the first in the second. */
function decodingBlock({ input }: BlockWork): Block {
  let share = Number.NaN;
  return {
    name: 'sharp beside @lesion/isic',
    async run() {
      const start = performance.now();
      await decodeAll(input);
      const decoded = performance.now();
      const result = await score(input);
      share = (100 * (decoded - start)) / (performance.now() - decoded);
      return result;
    },
    output: asOutput,
    figure: () => share,
  };
}

/** The block that the work asks for, its input read. */
export async function openBlock(work: BlockWork): Promise<Block> {
  switch (work.block) {
    case 'auc-ap':
      return scoresBlock(work);
    case 'score-masks':
      return scoringBlock(work);
    case 'score-masks-decoding':
      return decodingBlock(work);
    default:
      return pixelBlock(work);
  }
}
