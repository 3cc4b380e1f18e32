import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@lesion/engine';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layersFolderHash, loadLayersFolder } from './layers-folder.js';

let work: string;
let model: LayersModel;
const at = (name: string): string => join(work, name);

/** Writes a model as tfjs's converter does, in shards of a few bytes. */
async function write(folder: string, shardBytes: number): Promise<void> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const bytes = Buffer.from(tf.io.CompositeArrayBuffer.join(saved!.weightData!));
  const paths: string[] = [];
  for (let start = 0; start < bytes.length; start += shardBytes) {
    const path = `shard${paths.length}.bin`;
    paths.push(path);
    await writeFile(join(folder, path), bytes.subarray(start, start + shardBytes));
  }
  const json = {
    modelTopology: saved!.modelTopology,
    weightsManifest: [{ paths, weights: saved!.weightSpecs }],
  };
  await writeFile(join(folder, 'model.json'), JSON.stringify(json));
}

beforeAll(async () => {
  await loadEngine({ name: 'cpu' });
  work = await mkdtemp(join(tmpdir(), 'lesion-layers-'));
  model = sequential();
  (model as ReturnType<typeof sequential>).add(layers.dense({ inputShape: [3], units: 4, name: 'a' }));
  await write(work, 10);
});
afterAll(() => rm(work, { recursive: true, force: true }));

describe('a layers model in a folder', () => {
  it('comes back as it was, from shards that cut through its weights', async () => {
    const loaded = await loadLayersFolder(work);
    const input = tf.tensor2d([[1, -2, 3]]);
    const [was, is] = [model.predict(input), loaded.predict(input)] as [tf.Tensor, tf.Tensor];
    expect(await is.data()).toEqual(await was.data());
  });

  it('is known by the bytes of all its files', async () => {
    const hash = await layersFolderHash(work);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const bytes = Buffer.from('0123456789');
    await writeFile(at('shard1.bin'), bytes);
    expect(await layersFolderHash(work)).not.toBe(hash);
  });

  it('says which file is missing, and what is no model', async () => {
    await rm(at('shard2.bin'));
    await expect(loadLayersFolder(work)).rejects.toThrow(
      /shard2\.bin: a file of the layers model is missing/,
    );
    await expect(loadLayersFolder(at('nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await writeFile(at('model.json'), '{}');
    await expect(loadLayersFolder(work)).rejects.toThrow('not a tfjs layers model');
  });
});
