/** Bundles in fewer bytes: the kernels of their networks at a lower precision. */

import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { assertOneOf, invalidArgument, resolveOptions } from '@lesion/core';
import type { BundleManifest, NamedArray, StoredArray } from '@lesion/predict';
import { readBundle } from '@lesion/predict/node';
import { saveBundle } from './bundle.js';
import { withoutFits } from './bundle-inference.js';

/** What {@link packBundle} can store kernels as. */
export const PACK_PRECISIONS = ['float16', 'int8'] as const;
/** One of {@link PACK_PRECISIONS}. */
export type PackPrecision = (typeof PACK_PRECISIONS)[number];

/** Options of {@link packBundle}. */
export interface PackBundleOptions {
  /** `int8` for a quarter of the bytes, `float16` for half of them and weights that hardly move. */
  precision: PackPrecision;
  /**
   * Names of the networks to keep. A LIN of fewer networks has other maps: the rule of its mask and its calibration,
   * which were fitted to the sum of all, are left out too. @default all
   */
  networks?: readonly string[] | undefined;
  /** A model card, Markdown, that becomes the bundle's README.md. @default the source's, if it has one */
  card?: string | undefined;
}

/** What packing did to one network. */
export interface PackedNetwork {
  /** `dr`, `dm`, `lfn`. */
  name: string;
  precision: PackPrecision;
  /** Bytes of its file of weights, in the source and packed. */
  bytesBefore: number;
  bytesAfter: number;
  /** How far a weight moved at most, as a share of the largest weight of its kernel. */
  largestError: number;
  /** Root of the mean square of how far the packed weights moved, as a share of that of the weights themselves. */
  rootMeanSquareError: number;
}

type Builder = BundleManifest['networks'][number]['builder'];

/**
 * Kernels that stay float32: the first convolution of each network, whose rounding every later layer would carry on,
 * and the deconvolutions of the FCRN, whose last axis is not the output. All of them are small.
 */
const KEPT_KERNELS: Record<Builder, RegExp> = {
  fcrn: /^(conv1|deconvolution\d)\/kernel$/,
  lfn: /^conv1_1\/kernel$/,
};

/**
 * Whether an array is a kernel worth packing, `[..., inputs, outputs]`. Biases and batch normalisation are some
 * percent of the bytes, and variances may leave half precision's range.
 */
function isPackable({ name, shape }: NamedArray, builder: Builder): boolean {
  return name.endsWith('/kernel') && shape.length >= 2 && !KEPT_KERNELS[builder].test(name);
}

/** How far packed kernels have moved. */
function errorsOf(
  before: readonly StoredArray[],
  after: ReadonlyMap<string, NamedArray>,
): Pick<PackedNetwork, 'largestError' | 'rootMeanSquareError'> {
  let largestError = 0;
  let squaredErrors = 0;
  let squares = 0;
  for (const { name, data, precision = 'float32' } of before) {
    if (precision === 'float32') continue;
    const packed = after.get(name)!.data;
    let largest = 0;
    let farthest = 0;
    data.forEach((value, i) => {
      const error = packed[i]! - value;
      largest = Math.max(largest, Math.abs(value));
      farthest = Math.max(farthest, Math.abs(error));
      squaredErrors += error * error;
      squares += value * value;
    });
    if (largest > 0) largestError = Math.max(largestError, farthest / largest);
  }
  return { largestError, rootMeanSquareError: squares > 0 ? Math.sqrt(squaredErrors / squares) : 0 };
}

/** Refuses the source, whose precision would be lost, and a folder that holds something else than a bundle. */
async function assertReplaceable(destination: string, source: string): Promise<void> {
  if (!existsSync(destination)) return;
  const place = await realpath(destination);
  for (const folder of [source, join(source, 'bundle')]) {
    if (!existsSync(folder) || (await realpath(folder)) !== place) continue;
    throw invalidArgument({
      what: 'a bundle cannot be packed into its own place',
      where: 'destination',
      got: destination,
      mend: 'Choose another destination; its full precision would be lost.',
    });
  }
  const names = await readdir(destination);
  if (names.length === 0 || names.includes('bundle.json')) return;
  throw invalidArgument({
    what: 'the folder holds something else than a bundle',
    where: destination,
    got: names.sort()[0],
    expected: 'a new or empty folder, or a bundle to replace',
    mend: 'Choose another destination.',
  });
}

/**
 * Writes a bundle again with its networks' kernels in fewer bytes: of int8, a quarter of the size, one step a channel;
 * of float16, half of it. It predicts nearly as before and is loaded in the same way. It appears whole or not at all.
 *
 * @param source a bundle, or the folder of the run that made it; it is left as it is
 * @param destination where to write; a bundle that was there before is replaced
 * @throws LesionError as readBundle; `INVALID_ARGUMENT` for an unknown network, a destination that holds something
 *   else than a bundle, or the source itself; `NOT_FINITE` where a weight is NaN or too large for float16
 * @example
 * ```ts
 * const [lfn] = await packBundle('runs/lfn', 'models/lfn', { precision: 'int8' });
 * lfn.bytesAfter / lfn.bytesBefore; // a little above 0.25
 * ```
 */
export async function packBundle(
  source: string,
  destination: string,
  options: PackBundleOptions,
): Promise<PackedNetwork[]> {
  const settings = resolveOptions(
    options,
    { precision: undefined, networks: undefined, card: undefined },
    'packBundle',
  );
  const { precision } = settings;
  assertOneOf(precision, PACK_PRECISIONS, 'precision');
  const { manifest, weights, card } = await readBundle(source);
  const names = manifest.networks.map(({ name }) => name);
  const kept = settings.networks ?? names;
  if (kept.length === 0) {
    throw invalidArgument({
      what: 'no network to keep',
      where: 'networks',
      got: '[]',
      expected: `some of ${names.join(', ')}`,
    });
  }
  for (const name of kept) assertOneOf(name, names, 'networks');
  await assertReplaceable(destination, source);

  const networks = manifest.networks
    .filter(({ name }) => kept.includes(name))
    .map((network) => ({ ...network, precision }));
  const stored = new Map<string, StoredArray[]>();
  for (const { name, builder } of networks) {
    const arrays = [...weights.get(name)!.values()];
    stored.set(
      name,
      arrays.map((array) => (isPackable(array, builder) ? { ...array, precision } : array)),
    );
  }
  const inference = networks.length === names.length ? manifest.inference : withoutFits(manifest.inference);
  await saveBundle(destination, { ...manifest, networks, inference }, stored, {
    card: settings.card ?? card,
  });
  // Errors are those of the files as they are read, which also shows that they can be.
  const packed = await readBundle(destination);
  return networks.map(({ name, weights: file }) => ({
    name,
    precision,
    bytesBefore: manifest.files[file]!.bytes,
    bytesAfter: packed.manifest.files[file]!.bytes,
    ...errorsOf(stored.get(name)!, packed.weights.get(name)!),
  }));
}
