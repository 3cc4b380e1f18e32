/**
 * Model bundles: a folder that holds all that is needed to use a trained model, and a hash of each file, so
 * that a damaged one is refused instead of predicting nonsense.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LesionError, resolveOptions } from '@lesion/core';
import { z } from 'zod';
import { ARRAY_PRECISIONS } from './array-precision.js';
import { inputNormalizationSchema } from './normalization.js';
import { decodeTensors, encodeTensors, type NamedArray, type StoredArray } from './safetensors.js';

const MANIFEST = 'bundle.json';
const CARD = 'README.md';

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
      /** How its kernels are stored; absent where all is float32. */
      precision: z.enum(ARRAY_PRECISIONS).optional(),
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
  /** The model card, Markdown, where the bundle has one. */
  card?: string | undefined;
}

/** Options of {@link saveBundle}. */
export interface SaveBundleOptions {
  /** A model card, Markdown, for the bundle's README.md. @default none */
  card?: string | undefined;
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
  weights: ReadonlyMap<string, readonly StoredArray[]>,
  options?: SaveBundleOptions,
): Promise<void> {
  const { card } = resolveOptions(options, { card: undefined }, 'saveBundle');
  const temporary = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    const files: BundleManifest['files'] = {};
    const add = async (name: string, bytes: Uint8Array): Promise<void> => {
      await writeFile(join(temporary, name), bytes);
      files[name] = { bytes: bytes.length, sha256: sha256(bytes) };
    };
    for (const { name, weights: file } of manifest.networks) {
      await add(file, encodeTensors(weights.get(name) ?? []));
    }
    if (card !== undefined) await add(CARD, Buffer.from(card));
    const whole: BundleManifest = { format: 'lesion-bundle', formatVersion: 1, ...manifest, files };
    await writeFile(join(temporary, MANIFEST), seal(whole));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
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
  const readWhole = async (name: string, what: string): Promise<Buffer> => {
    const file = join(place, name);
    const recorded = manifest.files[name];
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new LesionError('NOT_FOUND', { what, where: file, mend: 'Copy the bundle again.', cause });
    });
    const actual = sha256(bytes);
    if (actual !== recorded?.sha256) throw changed(file, `sha256 ${actual}`, `sha256 ${recorded?.sha256}`);
    return bytes;
  };
  const weights: Bundle['weights'] = new Map();
  for (const { name, weights: file } of manifest.networks) {
    const bytes = await readWhole(file, 'the file with the weights is missing');
    weights.set(name, decodeTensors(bytes, join(place, file)).arrays);
  }
  if (manifest.files[CARD] === undefined) return { manifest, weights };
  const card = await readWhole(CARD, 'the model card is missing');
  return { manifest, weights, card: card.toString('utf8') };
}
