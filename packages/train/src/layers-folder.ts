/** A tfjs layers model in a folder, read without tfjs-node: `model.json` and the shards that it names. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidFile, LesionError } from '@lesion/core';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';

const MODEL = 'model.json';

async function read(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new LesionError('NOT_FOUND', {
      what: 'a file of the layers model is missing',
      where: path,
      mend: `Give the folder that holds ${MODEL} and the files that it names.`,
      cause,
    });
  }
}

async function readModel(folder: string): Promise<{ json: io.ModelJSON; files: Buffer<ArrayBuffer>[] }> {
  const path = join(folder, MODEL);
  const text = await read(path);
  try {
    const json = JSON.parse(text.toString('utf8')) as io.ModelJSON;
    const shards = json.weightsManifest.flatMap((group) => group.paths);
    return { json, files: [text, ...(await Promise.all(shards.map((shard) => read(join(folder, shard)))))] };
  } catch (cause) {
    if (LesionError.isInstance(cause)) throw cause;
    throw invalidFile({
      what: 'not a tfjs layers model',
      where: path,
      expected: 'what tfjs and its converter write: modelTopology and weightsManifest',
      cause,
    });
  }
}

/** Identifies a layers model by the bytes of all its files. @throws LesionError `NOT_FOUND`, `INVALID_FILE` */
export async function layersFolderHash(folder: string): Promise<string> {
  const { files } = await readModel(folder);
  const hash = createHash('sha256');
  for (const file of files) hash.update(file);
  return hash.digest('hex');
}

/**
 * Loads a layers model from a folder. Dispose of it when done.
 * @throws LesionError `NOT_FOUND`, `INVALID_FILE`
 */
export async function loadLayersFolder(folder: string): Promise<LayersModel> {
  const { json, files } = await readModel(folder);
  const weightData = new Uint8Array(Buffer.concat(files.slice(1))).buffer;
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
  try {
    return await loadLayersModel(
      io.fromMemory({ modelTopology: json.modelTopology, weightSpecs, weightData }),
    );
  } catch (cause) {
    throw invalidFile({
      what: 'tfjs cannot build the layers model',
      where: join(folder, MODEL),
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
