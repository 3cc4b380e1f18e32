/**
 * Model bundles: a folder that holds all that is needed to use a trained model, and a hash of each file, so
 * that a damaged one is refused instead of predicting nonsense.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LesionError } from '@lesion/core';
import { z } from 'zod';
import { inputNormalizationSchema } from './normalization.js';
import { decodeTensors, encodeTensors, type NamedArray } from './safetensors.js';

const MANIFEST = 'bundle.json';

const manifestSchema = z.object({
  format: z.literal('lesion-bundle'),
  formatVersion: z.literal(1),
  /** What the bundle does. */
  kind: z.enum(['lin', 'lfn']),
  networks: z.array(
    z.object({
      /** `dr`, `dm`, `lfn`: for people. */
      name: z.string(),
      builder: z.enum(['fcrn', 'lfn']),
      /** Options of buildFcrn or buildLfn. */
      architecture: z.record(z.string(), z.unknown()),
      weights: z.string(),
    }),
  ),
  normalization: inputNormalizationSchema,
  /** Names of the output channels, in order. */
  classes: z.array(z.string()),
  /** How predictions are made by default: scales, LICU form, superpixels. */
  inference: z.record(z.string(), z.unknown()),
  training: z.object({
    seed: z.number(),
    engine: z.string(),
    /** All options of the run. */
    configuration: z.record(z.string(), z.unknown()),
    /** Loss curves, a list a network. */
    history: z.record(z.string(), z.array(z.record(z.string(), z.number().nullable()))),
  }),
  data: z.object({
    /** Hash of the training data's files. */
    fingerprint: z.string(),
    counts: z.record(z.string(), z.number()),
  }),
  /** Figures measured on held-out data, if any. */
  metrics: z.record(z.string(), z.number().nullable()),
  files: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })),
});

export type BundleManifest = z.infer<typeof manifestSchema>;

/** A bundle in memory: its manifest and its weights, by network name. */
export interface Bundle {
  manifest: BundleManifest;
  weights: Map<string, Map<string, NamedArray>>;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The manifest's own hash is over its JSON without that one field. */
function seal(manifest: BundleManifest): string {
  const body = JSON.stringify(manifest, null, 2);
  return `${JSON.stringify({ sha256: sha256(body), manifest }, null, 2)}\n`;
}

/**
 * Writes a bundle. The folder appears whole or not at all; one that was there before is replaced.
 * @param folder where; its parent is made if need be
 */
export async function saveBundle(
  folder: string,
  manifest: Omit<BundleManifest, 'files' | 'format' | 'formatVersion'>,
  weights: ReadonlyMap<string, readonly NamedArray[]>,
): Promise<void> {
  const temporary = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const files: BundleManifest['files'] = {};
  for (const network of manifest.networks) {
    const bytes = encodeTensors(weights.get(network.name) ?? []);
    await writeFile(join(temporary, network.weights), bytes);
    files[network.weights] = { bytes: bytes.length, sha256: sha256(bytes) };
  }
  const whole: BundleManifest = { format: 'lesion-bundle', formatVersion: 1, ...manifest, files };
  await writeFile(join(temporary, MANIFEST), seal(whole));
  const replaced = `${temporary}.old`;
  await rm(replaced, { recursive: true, force: true });
  if (existsSync(folder)) await rename(folder, replaced);
  await rename(temporary, folder);
  await rm(replaced, { recursive: true, force: true });
}

/**
 * Reads a bundle, or the bundle of a training run's folder.
 *
 * @throws LesionError `NOT_FOUND` if there is none; `INVALID_FILE` if it is not one of this version;
 *   `INTEGRITY` if a file was changed
 */
export async function readBundle(folder: string, kind?: BundleManifest['kind']): Promise<Bundle> {
  const place = [folder, join(folder, 'bundle')].find((candidate) => existsSync(join(candidate, MANIFEST)));
  if (place === undefined) {
    throw new LesionError('NOT_FOUND', {
      what: `no ${MANIFEST} here`,
      where: folder,
      mend: 'Give the folder of a model bundle, or of a finished training run.',
    });
  }
  const path = join(place, MANIFEST);
  const text = await readFile(path, 'utf8');
  const changed = (where: string, got: string, expected: string): LesionError =>
    new LesionError('INTEGRITY', {
      what: 'the file is not the one that was saved',
      where,
      got,
      expected,
      mend: 'Copy the bundle again, or train it again.',
    });
  let manifest: BundleManifest;
  try {
    const raw: unknown = JSON.parse(text);
    const sealed = z.object({ sha256: z.string(), manifest: z.unknown() }).parse(raw);
    const actual = sha256(JSON.stringify(sealed.manifest, null, 2));
    if (actual !== sealed.sha256) throw changed(path, `sha256 ${actual}`, `sha256 ${sealed.sha256}`);
    // White space counts too: a changed byte is a changed file.
    if (text !== `${JSON.stringify(raw, null, 2)}\n`)
      throw changed(path, 'other white space', 'the text as saved');
    manifest = manifestSchema.parse(sealed.manifest);
  } catch (error) {
    if (LesionError.isInstance(error)) throw error;
    throw new LesionError('INVALID_FILE', {
      what: 'not a model bundle of this version',
      where: path,
      mend: 'Use the version of @lesion/train that wrote it, or train it again.',
      cause: error,
    });
  }
  if (kind !== undefined && manifest.kind !== kind) {
    throw new LesionError('INVALID_FILE', {
      what: 'the bundle is of another kind',
      where: path,
      got: manifest.kind,
      expected: kind,
    });
  }
  const weights: Bundle['weights'] = new Map();
  for (const network of manifest.networks) {
    const file = join(place, network.weights);
    const recorded = manifest.files[network.weights];
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new LesionError('NOT_FOUND', {
        what: 'the file with the weights is missing',
        where: file,
        mend: 'Copy the bundle again.',
        cause,
      });
    });
    const actual = sha256(bytes);
    if (actual !== recorded?.sha256) throw changed(file, `sha256 ${actual}`, `sha256 ${recorded?.sha256}`);
    weights.set(network.name, decodeTensors(bytes, file).arrays);
  }
  return { manifest, weights };
}
