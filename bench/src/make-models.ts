/** Models for whole predictions: bundles for ours, and the same weights for torch. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLASS_MAP_CHANNELS } from '@lesion/core';
import { loadEngine } from '@lesion/engine';
import { buildFcrn, FCRN_INPUT, type FcrnOptions, registerFcrnLayers } from '@lesion/fcrn';
import { LFN_WIDTHS, type LfnVariant } from '@lesion/lfn';
import { pretrainedModel } from '@lesion/pretrained';
import { type Bundle, LIN_SCALES, readBundle, type StoredArray, saveBundle } from '@lesion/train';
import { writeArrays } from './array-file.js';
import type { Input } from './inputs.js';
import { readWeights } from './model-weights.js';

/** A LIN as large as a trained one, whose weights are random: speed does not depend on them. */
async function makeLin(folder: string, tiny: boolean): Promise<void> {
  await loadEngine({ name: 'cpu' });
  registerFcrnLayers();
  const networks: Bundle['manifest']['networks'] = [];
  const weights = new Map<string, StoredArray[]>();
  for (const [seed, name] of ['dr', 'dm'].entries()) {
    const architecture: FcrnOptions = { depth: 88, width: tiny ? 1 / 16 : 1, seed };
    const model = buildFcrn(architecture);
    const arrays = await readWeights(model);
    weights.set(
      name,
      arrays.map(({ name: weight, shape, values }) => ({
        name: weight,
        shape: [...shape],
        data: values.slice(),
      })),
    );
    model.dispose();
    networks.push({
      name,
      builder: 'fcrn',
      architecture: { ...architecture },
      weights: `${name}.safetensors`,
    });
  }
  await saveBundle(
    folder,
    {
      kind: 'lin',
      networks,
      normalization: FCRN_INPUT,
      classes: [...CLASS_MAP_CHANNELS],
      inference: { scales: tiny ? [64, 96] : [...LIN_SCALES] },
      training: { seed: 0, engine: 'none', configuration: {}, history: {} },
      data: { fingerprint: 'none', counts: {} },
      metrics: {},
    },
    weights,
  );
}

/** Writes a bundle's weights for torch. @returns what `python/predict_pipeline.py` has to know of the bundle */
async function describeForTorch(bundle: Bundle, folder: string): Promise<object> {
  const { manifest, weights } = bundle;
  const networks: object[] = [];
  for (const { name, architecture } of manifest.networks) {
    const file = `${name}.bin`;
    const arrays = [...weights.get(name)!.values()];
    await writeArrays(
      join(folder, file),
      arrays.map(({ name: weight, shape, data }) => ({ name: weight, shape, values: data })),
    );
    const { variant } = architecture as { variant?: LfnVariant };
    networks.push({
      architecture,
      weights: file,
      ...(variant === undefined ? {} : { widths: LFN_WIDTHS[variant] }),
    });
  }
  const { normalization, inference } = manifest;
  return { networks, normalization, inference };
}

export async function makeModels(
  folder: string,
  { lin, tiny }: Extract<Input, { kind: 'models' }>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [linFolder, lfnFolder] = [join(folder, 'lin'), join(folder, 'lfn')];
  if (lin === undefined) await makeLin(linFolder, tiny);
  else await cp(lin, linFolder, { recursive: true });
  await cp(pretrainedModel('lfn').folder, lfnFolder, { recursive: true });
  const description = {
    lin: await describeForTorch(await readBundle(linFolder, 'lin'), folder),
    lfn: await describeForTorch(await readBundle(lfnFolder, 'lfn'), folder),
  };
  await writeFile(join(folder, 'networks.json'), `${JSON.stringify(description, null, 2)}\n`);
}
