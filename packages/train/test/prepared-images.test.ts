// Images prepared on other threads: the same pixels, superpixels and patches, in order, whatever the threads.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contiguousData } from '@lesion/core';
import { loadEngine } from '@lesion/engine';
import { drawSyntheticLesion } from '@lesion/isic';
import { buildLfn, LFN_INPUT } from '@lesion/lfn';
import { writeJpeg } from '@lesion/preprocess/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BundleManifest,
  Lfn,
  type PreparedFile,
  predictImages,
  prepareImages,
  tfjsNetwork,
} from '../dist/index.js';

let folder: string;
let lfn: Lfn;
const paths: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-prepared-'));
  for (let seed = 0; seed < 3; seed++) {
    const path = join(folder, `image-${seed}.jpg`);
    await writeJpeg(path, drawSyntheticLesion({ size: { height: 120, width: 160 + seed }, seed }).image);
    paths.push(path);
  }
  await loadEngine({ name: 'wasm', purpose: 'predict' });
  const network = tfjsNetwork(buildLfn({ variant: 'narrow', activation: 'softmax', seed: 1 }));
  const manifest = { normalization: LFN_INPUT, inference: { superpixels: { count: 30 } } };
  lfn = new Lfn(manifest as unknown as BundleManifest, network);
});

afterAll(async () => {
  lfn.dispose();
  await rm(folder, { recursive: true });
});

async function prepared(threads: number): Promise<PreparedFile[]> {
  const files: PreparedFile[] = [];
  for await (const file of prepareImages(paths, { lfn, threads })) files.push(file);
  return files;
}

describe('prepareImages', () => {
  it('gives files in order, with the pixels of the file and a patch of each superpixel', async () => {
    const files = await prepared(2);
    expect(files.map(({ path }) => path)).toEqual(paths);
    for (const [i, file] of files.entries()) {
      if (file.error !== undefined) throw file.error;
      expect(file.image.shape).toEqual([120, 160 + i, 3]);
      const { labels, patches } = file.superpixels!;
      expect(labels.shape).toEqual([120, 160 + i]);
      expect(patches.count).toBe(
        contiguousData(labels).reduce((most, label) => Math.max(most, label), 0) + 1,
      );
      expect(patches.data.length).toBe(patches.count * 56 * 56 * 3);
    }
  });

  it('leads to the same predictions with and without threads', async () => {
    const predictions = [];
    for (const threads of [0, 1, 2]) {
      const features: Float32Array[] = [];
      for await (const file of predictImages(prepareImages(paths, { lfn, threads }), { lfn })) {
        if (file.error !== undefined) throw file.error;
        features.push(file.lfn!.features.pigment_network, contiguousData(file.image) as never);
      }
      predictions.push(features);
    }
    expect(predictions[1]).toEqual(predictions[0]);
    expect(predictions[2]).toEqual(predictions[0]);
  });

  it('tells what is wrong with a file and goes on', async () => {
    const broken = join(folder, 'broken.jpg');
    await writeFile(broken, 'not a picture');
    const files: PreparedFile[] = [];
    for await (const file of prepareImages([broken, paths[0]!], { lfn, threads: 1 })) files.push(file);
    expect(files[0]?.error).toMatchObject({ code: 'INVALID_FILE', details: { where: broken } });
    expect(files[1]?.error).toBeUndefined();
  });

  it('ends its threads when a loop is left', async () => {
    for await (const file of prepareImages(paths, { lfn, threads: 1 })) {
      expect(file.error).toBeUndefined();
      break;
    }
    // Threads are gone a moment after they were told to end.
    const ports = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    await expect.poll(ports, { timeout: 20_000 }).toBe(0);
  });

  it('refuses a number of threads that is none', () => {
    expect(() => prepareImages(paths, { lfn, threads: -1 })).toThrow(/threads/);
  });
});
